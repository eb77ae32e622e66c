"""How the trials of a run stand, as far as its worker knows, and the best value so far."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from tuning_playbook.analysis.table.objective import objective_of_summary
from tuning_playbook.run.patience import patiently
from tuning_playbook.store.base import Store
from tuning_playbook.study import Study
from tuning_playbook.trial import MetricSummary, Status, unfinished_trials


class Standings:
    """Counts of trials by study and status, and the best value of the metric that decides.

    Counted in the store from time to time, and kept up between with what this worker does.

    Args:
        studies: of the run, by name.
        store: that holds them.
    """

    def __init__(self, studies: Mapping[str, Study], store: Store) -> None:
        self._studies = studies
        self._store = store
        self.counts: dict[str, dict[Status, int]] = {}
        self.best: float | None = None

    def learn_earlier(self) -> bool:
        """Look through the trials that ended before this run; whether there are any."""
        ended = False
        for name in self._studies:
            for trial in self._store.trials(name):
                ended = ended or trial.status.is_finished
                if trial.status is Status.COMPLETE:
                    self.note_best(name, trial.summaries)
        return ended

    def note_best(self, study: str, summaries: Mapping[str, MetricSummary]) -> None:
        """Take a complete trial into account.

        Args:
            study: its study.
            summaries: of its metrics.
        """
        objective = self._studies[study].objective
        if objective.metric not in summaries:
            return
        value, _ = objective_of_summary(summaries[objective.metric], objective)
        sign = objective.direction.sign
        if math.isfinite(value) and (self.best is None or sign * value < sign * self.best):
            self.best = value

    def count_again(self) -> dict[Status, int]:
        """Count in the store, and return how many trials of all studies have each status."""
        total: dict[Status, int] = {}
        for name in self._studies:
            found = dict(patiently(lambda name=name: self._store.counts(name)))  # type: ignore[misc]
            self.counts[name] = found
            for status, count in found.items():
                total[status] = total.get(status, 0) + count
        return total

    def move(self, study: str, before: Status, after: Status) -> None:
        """Count a trial under another status."""
        counts = self.counts[study]
        counts[before] = counts.get(before, 0) - 1
        counts[after] = counts.get(after, 0) + 1

    def have_ended(self, studies: Iterable[str]) -> bool:
        """Whether all trials of these studies have ended."""
        return all(unfinished_trials(self.counts[name]) == 0 for name in studies)
