"""Follows what a trial's process writes, and turns it into what the store keeps."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.run.last_error import last_error
from tuning_playbook.run.memory_kills import memory_kills
from tuning_playbook.run.outcome import Evidence
from tuning_playbook.store.base import UNSAID, CurveChunk
from tuning_playbook.training.attempt import Attempt
from tuning_playbook.training.journal import (
    JournalEntry,
    JournalEvent,
    JournalReader,
    JournalRows,
    LinesReader,
)
from tuning_playbook.trial import Checkpoint, Step

# What else the journal tells becomes curves, checkpoints or the trial's outcome.
_TOLD = ("malformed-line", "damaged-journal", "not-a-number", "restored")
_MOST_TOLD = 20  # of each kind in one attempt: a program may write nothing but malformed lines


@dataclass(frozen=True, slots=True)
class News:
    """What is new since the last look.

    Args:
        chunks: logged rows.
        checkpoints: all that are kept now, or ``None`` for no change.
        events: what a person should be told; the first few of each kind.
    """

    chunks: tuple[CurveChunk, ...] = ()
    checkpoints: tuple[Checkpoint, ...] | None = None
    events: tuple[JournalEvent, ...] = ()


class Follower:
    """Reads the journal and the JSON lines of one attempt.

    Args:
        attempt: whose.
        evidence: what earlier attempts of the trial wrote.
    """

    def __init__(self, attempt: Attempt, evidence: Evidence = Evidence()) -> None:  # noqa: B008
        self._attempt = attempt
        self._readers = (JournalReader(attempt.journal), LinesReader(attempt.lines))
        # An attempt that does not say where it goes on shows it by its first row after step 0,
        # which some programs log at every start.
        self._resumed_from: Step = 0 if attempt.number == 1 else UNSAID
        self._told: Counter[str] = Counter()
        self._memory_kills = memory_kills()
        # Only the present attempt tells how the trial ended.
        self.evidence = replace(evidence, diverged=None, not_a_number=None, exception=None)

    def read(self) -> News:
        """What is new; also adds to ``evidence``."""
        entries = [entry for reader in self._readers for entry in reader.read()]
        checkpoints: tuple[Checkpoint, ...] | None = None
        chunks: list[CurveChunk] = []
        pending: list[JournalRows] = []
        events: list[JournalEvent] = []
        for entry in entries:
            if isinstance(entry, JournalRows):
                later = entry.steps[entry.steps > 0]
                if self._resumed_from == UNSAID and len(later):
                    events += self._goes_on_before(int(later[0]))
                pending.append(entry)
            elif entry.kind == "restored":
                chunks.extend(self._chunks(pending))
                pending = []
                self._resumed_from = int(entry.data["step"])
            elif entry.kind == "checkpoints":
                checkpoints = self._checkpoints(entry.data["kept"])
            if isinstance(entry, JournalEvent) and self._is_told(entry):
                events.append(entry)
            self._learn(entry)
        return News((*chunks, *self._chunks(pending)), checkpoints, tuple(events))

    def _goes_on_before(self, first_step: Step) -> list[JournalEvent]:
        """What earlier attempts logged before the first row of this one stays."""
        self._resumed_from = first_step - 1
        if self._resumed_from == 0:
            return []
        data = {"attempt": self._attempt.number, "first_step": first_step}
        return [JournalEvent("went-on", data)]

    def has_lost_its_files(self) -> bool:
        """Whether files that the attempt had are there no more, or were cut."""
        return not self._attempt.file.exists() or any(r.is_cut() for r in self._readers)

    def count_evidence_anew(self) -> None:
        """Learn again what all attempts so far have written, from their beginnings."""
        evidence = Evidence()
        for number in range(1, self._attempt.number + 1):
            follower = Follower(replace(self._attempt, number=number), evidence)
            follower.read()
            evidence = follower.evidence
        self.evidence = evidence

    def _is_told(self, event: JournalEvent) -> bool:
        if event.kind not in _TOLD:
            return False
        self._told[event.kind] += 1
        return self._told[event.kind] <= _MOST_TOLD

    def ended(self, *, killed_by_us: bool) -> Evidence:
        """All that is known when the process has ended."""
        return replace(
            self.evidence,
            last_error=last_error(self._attempt.output),
            memory_kill=not killed_by_us and memory_kills() > self._memory_kills,
        )

    def _chunks(self, rows: Sequence[JournalRows]) -> list[CurveChunk]:
        groups: dict[tuple[str, ...], list[JournalRows]] = {}
        for part in rows:
            groups.setdefault(part.metrics, []).append(part)
        return [
            CurveChunk(
                attempt=self._attempt.number,
                resumed_from=self._resumed_from,
                metrics=metrics,
                steps=np.concatenate([p.steps for p in parts]),
                values=np.concatenate([p.values for p in parts]),
            )
            for metrics, parts in groups.items()
        ]

    def _checkpoints(self, kept: Sequence[dict[str, Any]]) -> tuple[Checkpoint, ...]:
        project = Path(self._attempt.project_folder)
        return tuple(
            Checkpoint(c["step"], _relative(Path(c["path"]), project), float(c["value"]))
            for c in kept
        )

    def _learn(self, entry: JournalEntry) -> None:
        known = self.evidence
        if isinstance(entry, JournalEvent):
            if entry.kind == "diverged":
                self.evidence = replace(known, diverged=known.diverged or entry.data)
            elif entry.kind == "not-a-number":
                self.evidence = replace(known, not_a_number=known.not_a_number or entry.data)
            elif entry.kind == "exception":
                self.evidence = replace(known, exception=entry.data)
            return
        metric = self._attempt.objective.metric
        values = entry.values[:, entry.metrics.index(metric)] if metric in entry.metrics else ()
        self.evidence = replace(
            known,
            evaluations=known.evaluations + len(entry.steps) * entry.evaluation,
            metrics=known.metrics | frozenset(entry.metrics),
            objective_values=known.objective_values + len(values),
            finite_objective_values=known.finite_objective_values
            + sum(math.isfinite(v) for v in values),
        )


def _relative(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
