"""How far a run is, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass

from tuning_playbook.trial import Seconds


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
