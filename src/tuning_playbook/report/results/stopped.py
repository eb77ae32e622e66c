"""A trial that was asked to stop: what happened, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuning_playbook.analysis.table.objective import objective_of_summary
from tuning_playbook.study import Study
from tuning_playbook.trial import Status, Trial


@dataclass(frozen=True, slots=True)
class StoppedTrial:
    """A trial that was asked to stop.

    Args:
        trial: as it is now; still running where its run has not answered yet.
        study: that it belongs to.
    """

    trial: Trial
    study: Study

    @property
    def stopped(self) -> bool:
        """Whether it has ended."""
        return self.trial.status.is_finished


def stopped_document(found: StoppedTrial) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "study": found.trial.study,
        "trial": found.trial.index,
        "stopped": found.stopped,
        "status": found.trial.status.value,
        "detail": found.trial.detail,
    }


def stopped_text(found: StoppedTrial) -> str:
    """For a person."""
    trial, name = found.trial, found.study.round or found.study.name
    called = f"trial {trial.index} of {trial.study}"
    if not found.stopped:
        return (
            f"{called} was asked to stop; the run that trains it ({trial.worker}) has not "
            "answered yet, and will when it goes on"
        )
    if trial.status is not Status.CANCELLED:
        return f"{called} had ended before it was stopped: {trial.status.value}"
    best = ""
    summary = trial.summaries.get(found.study.objective.metric)
    if summary is not None:
        value, step = objective_of_summary(summary, found.study.objective)
        best = f"; best {found.study.objective.metric} {value:.5g} at step {step}"
    return (
        f"stopped {called}{best}; it counts as stopped, not as infeasible. To go on with it: "
        f"playbook run {name} --retry stopped"
    )
