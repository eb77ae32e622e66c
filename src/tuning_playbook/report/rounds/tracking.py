"""The row of a study in the experiment table."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from tuning_playbook.analysis.table.objective import objective_of_summary
from tuning_playbook.study import Study
from tuning_playbook.trial import Checkpoint, Status, Trial
from tuning_playbook.words import safe_cell


@dataclass(frozen=True, slots=True)
class TrackingRow:
    """What is needed to find, judge and repeat a study.

    Args:
        name: of the study.
        configuration: file of its round.
        notes: its question.
        trials: number of trials, with those that completed.
        best_value: objective of the best checkpoint.
        best_checkpoint: where it lies; empty where none is kept.
        reproduction: command that runs it again.
        commit: version of the code.
        uncommitted_changes: how much of it was not committed.

    Source: playbook, "Setting up experiment tracking".
    """

    name: str
    configuration: str
    notes: str
    trials: str
    best_value: str
    best_checkpoint: str
    reproduction: str
    commit: str
    uncommitted_changes: str


def tracking_row(
    study: Study, trials: Sequence[Trial], *, counts: Mapping[Status, int] | None = None
) -> TrackingRow:
    """The row of a study.

    Args:
        study: which.
        trials: all of it, or those that may hold its best checkpoint.
        counts: trials in each status, where ``trials`` are not all.
    """
    known = Counter(t.status for t in trials) if counts is None else counts
    complete = known.get(Status.COMPLETE, 0)
    best = _best_checkpoint(study, trials)
    patch = study.provenance.patch
    changed = len([line for line in patch.splitlines() if line[:1] in "+-"]) if patch else 0
    return TrackingRow(
        name=study.name,
        configuration=f"rounds/{study.round}.toml" if study.round else "",
        notes=study.question,
        trials=f"{sum(known.values())} ({complete} complete)",
        best_value=_best_evaluation(study, trials)
        if best is None
        else f"{best.value:.6g} at step {best.step:,}",
        best_checkpoint="" if best is None else best.path,
        reproduction=study.provenance.command,
        commit=study.provenance.commit[:12] or "no repository",
        uncommitted_changes=f"{changed} lines" if patch else "none",
    )


def _best_checkpoint(study: Study, trials: Sequence[Trial]) -> Checkpoint | None:
    """The best checkpoint of all trials that completed; earliest trial and step on ties."""
    sign = study.objective.direction.sign
    kept = [
        c
        for t in trials
        if t.status is Status.COMPLETE
        for c in t.checkpoints
        if math.isfinite(c.value)
    ]
    return min(kept, key=lambda c: sign * c.value, default=None)


def _best_evaluation(study: Study, trials: Sequence[Trial]) -> str:
    """The best objective of trials that kept no checkpoint; empty where none completed."""
    sign = study.objective.direction.sign
    found = [
        objective_of_summary(t.summaries[study.objective.metric], study.objective)
        for t in trials
        if t.status is Status.COMPLETE and study.objective.metric in t.summaries
    ]
    finite = [(value, step) for value, step in found if math.isfinite(value)]
    value, step = min(finite, key=lambda f: sign * f[0], default=(math.nan, -1))
    return f"{value:.6g} at step {step:,}, no checkpoint kept" if finite else ""


def tracking_csv(rows: Sequence[TrackingRow]) -> str:
    """The experiment table as CSV."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, [f.name for f in fields(TrackingRow)])
    writer.writeheader()
    writer.writerows({k: safe_cell(v) for k, v in asdict(row).items()} for row in rows)
    return buffer.getvalue()
