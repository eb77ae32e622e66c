"""How far apart the arms of a question are, with more or fewer hyperparameters tuned for each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TuningGap:
    """The leading arm of one round against the next.

    Args:
        compared: what the arms differ in.
        round: its name.
        tuned: how many hyperparameters were tuned for each arm, in the fullest one.
        trials: of each arm, the fewest.
        leading: the arm with the best trial.
        next: the arm with the second-best trial.
        gap: between their best trials, in units of the metric; at least 0.
    """

    compared: str
    round: str
    tuned: int
    trials: int
    leading: str
    next: str
    gap: float
