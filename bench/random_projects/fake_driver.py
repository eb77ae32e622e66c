"""Trials that end at once: the driver's part, without processes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from random_projects.worlds import STEPS, World
from tuning_playbook.analysis.table.summaries import summaries_of
from tuning_playbook.run.summary import RunSummary
from tuning_playbook.store import Store
from tuning_playbook.store.base import CurveChunk
from tuning_playbook.study import Study
from tuning_playbook.trial import Outcome, Reason, Status

_ENDINGS = {
    "complete": Outcome(Status.COMPLETE),
    "infeasible": Outcome(Status.INFEASIBLE, Reason.NON_FINITE, "val_error is nan"),
    "failed": Outcome(Status.FAILED, Reason.EXCEPTION, "ValueError: a bug"),
}


class NoLauncher:
    """Starts nothing."""

    def __init__(self, *args: Any, **more: Any) -> None:
        """Takes what the local launcher takes."""

    def close(self) -> None:
        """Nothing to stop."""


class Traveller(Protocol):
    """Whose project it is: the truth, when Ctrl-C comes, and what was trained before."""

    world: World
    left: int
    trained: set[Any]
    program: int

    def fault(self, words: str) -> None:
        """A promise that was not kept."""


class FakeDriver:
    """Ends the trials of some studies, and stops, as by Ctrl-C, after ``left`` of them."""

    def __init__(
        self,
        studies: Sequence[Study],
        *,
        store: Store,
        traveller: Traveller,
        program: str,
        **_: Any,
    ) -> None:
        self._studies, self._store, self._traveller = studies, store, traveller
        self._program = program

    def run(self) -> RunSummary:
        most = self._traveller.left
        queue = list(self._studies)
        while most > 0 and queue:
            for study in list(queue):
                claimed = self._store.claim(
                    study.name, worker="w", count=1, now=time.time(), lease_seconds=60.0,
                    program=self._program,
                )  # fmt: skip
                if not claimed:
                    queue.remove(study)
                    continue
                self._end(study, claimed[0])
                most -= 1
                if most <= 0:
                    break
        return self._summary()

    def _end(self, study: Study, trial: Any) -> None:
        traveller = self._traveller
        ending, curve = traveller.world.curve(dict(trial.config), trial.seed)
        point = (
            traveller.program,
            study.purpose,
            tuple(sorted(trial.config.items(), key=str)),
            trial.seed,
        )
        if point in traveller.trained and ending == "complete":
            traveller.fault(f"{trial.study}/{trial.index} trains again what was trained")
        traveller.trained |= {point} if ending == "complete" else set()
        now, name, index = time.time(), study.name, trial.index
        if len(curve):
            values = np.column_stack([curve, curve + 0.01])
            chunk = CurveChunk(
                trial.attempts, 0, ("val_error", "test_error"),
                np.arange(1, STEPS + 1, dtype=np.int64), values,
            )  # fmt: skip
            self._store.append(name, index, worker="w", now=now, lease_seconds=60.0, chunks=[chunk])
        found = self._store.curves(name, trials=[index]).get(index, {})
        self._store.finish(
            name, index, worker="w", now=now + 1.0, outcome=_ENDINGS[ending],
            summaries=summaries_of(found),
        )  # fmt: skip

    def _summary(self) -> RunSummary:
        counts: dict[Status, int] = {}
        for study in self._studies:
            for status, count in self._store.counts(study.name).items():
                counts[status] = counts.get(status, 0) + count
        return RunSummary(counts, any(not s.is_finished for s in counts))
