"""Overfitting that costs little: a rise that is small and far above the noise of its curve."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tuning_playbook.analysis.curves.overfitting import OverfitTrials
from tuning_playbook.analysis.table.curve_blocks import finite_part
from tuning_playbook.analysis.table.table import CurveColumn
from tuning_playbook.checks.evidence import number
from tuning_playbook.words import short


@dataclass(frozen=True, slots=True)
class SmallRise:
    """What the last evaluations of a trial lose against the best ones.

    Args:
        row: of the table.
        trials: how many of the best trials get worse like this one.
        step: of the best evaluation, after which the metric gets worse.
        best, last: levels there and at the end, as logged.
        cost: how much worse the last level is.
        errors: that many standard errors.
    """

    row: int
    trials: int
    step: int
    best: float
    last: float
    cost: float
    errors: float

    @property
    def share_of_level(self) -> float:
        """The cost as a share of the best level."""
        return self.cost / abs(self.best) if self.best else float("inf")


def evidence_of(rise: SmallRise) -> dict[str, Any]:
    """The numbers as JSON values."""
    found = {name: number(value, 4) for name, value in asdict(rise).items() if name != "row"}
    return {**found, "share_of_level": number(rise.share_of_level, 3)}


def small_rise(column: CurveColumn, found: OverfitTrials, *, sign: int) -> SmallRise | None:
    """The rise of the best trial, or of the first of most, that has one; ``None`` without.

    Args:
        column: curves of the metric.
        found: what rises, however little, best trial first.
        sign: 1 where the metric should fall, -1 where it should rise.
    """
    some = int(found.overfits.sum())
    if not found.overfits[0] and 2 * some <= int(found.rises.known.sum()):
        return None
    i, rises = int(np.flatnonzero(found.overfits)[0]), found.rises
    first = sign * float(finite_part(column).of(int(rises.rows[i])).values[0])
    low, cost = first - float(rises.fall[i]), float(rises.rise[i])
    error = max(float(rises.error[i]), 1e-300)
    return SmallRise(
        row=int(rises.rows[i]),
        trials=some,
        step=best_evaluation(column, int(rises.rows[i]), sign=sign),
        best=sign * low,
        last=sign * (low + cost),
        cost=cost,
        errors=cost / error,
    )


def best_evaluation(column: CurveColumn, row: int, *, sign: int) -> int:
    """The step of the best single evaluation of a trial.

    Args:
        column: curves of the metric.
        row: of the table.
        sign: 1 where the metric should fall, -1 where it should rise.
    """
    curve = finite_part(column).of(row)
    return int(curve.steps[np.argmin(sign * curve.values)])


def told(rise: SmallRise, metric: str, of_trial: str, *, while_: str) -> str:
    """From which level to which, and what that costs.

    Args:
        rise: the rise.
        metric: its name.
        of_trial: which trial, after a space; empty for one run.
        while_: what the training loss does, after a comma.
    """
    worse = "rises" if rise.last > rise.best else "falls"
    return (
        f"{metric}{of_trial} {worse} from {short(rise.best)} after step {rise.step:,} to "
        f"{short(rise.last)} at the end{while_}. Keeping the last checkpoint instead of the best "
        f"one costs {short(rise.cost)}, which is {100 * rise.share_of_level:.2g} % of that level "
        "and far more than noise."
    )
