"""How far a run is, for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tuning_playbook.study import Study
from tuning_playbook.trial import Seconds, Status, unfinished_trials


@dataclass(frozen=True, slots=True)
class Progress:
    """State of a run.

    Args:
        round: its name.
        total: trials of all its studies.
        done: trials that have ended, by whichever run.
        running: trials of this run in progress.
        infeasible, failed: of the done ones.
        metric: of the objective.
        best: best value so far; ``None`` before the first.
        seconds_left: estimate from the pace of this run; ``None`` before its first trial ended.
    """

    round: str
    total: int
    done: int
    running: int
    infeasible: int
    failed: int
    metric: str
    best: float | None
    seconds_left: Seconds | None


def progress_of(
    study: Study,
    counts: Iterable[Mapping[Status, int]],
    *,
    running: int,
    best: float | None,
    seconds: Seconds,
    ended_here: int,
) -> Progress:
    """How far the studies of a round are.

    Args:
        study: the first of them.
        counts: trials in each status, of each study.
        running: trials of this run in progress.
        best: best value so far.
        seconds: since this run began.
        ended_here: trials that have ended in it.
    """
    whole: dict[Status, int] = {}
    for found in counts:
        for status, count in found.items():
            whole[status] = whole.get(status, 0) + count
    left = unfinished_trials(whole)
    total = sum(whole.values())
    return Progress(
        round=study.round or study.name,
        total=total,
        done=total - left,
        running=running,
        infeasible=whole.get(Status.INFEASIBLE, 0),
        failed=whole.get(Status.FAILED, 0),
        metric=study.objective.metric,
        best=best,
        seconds_left=seconds / ended_here * left if ended_here else None,
    )
