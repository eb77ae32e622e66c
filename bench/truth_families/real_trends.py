"""Real training curves taken apart: a trend that never gets worse, and what remains.

Studies are put together again from such trends and from blocks of the remainders of other trials,
so that nothing is wrong with them but what is planted, while their shapes, their schedules and
their noise stay those of real trainings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from real_curves import studies
from tuning_playbook.analysis.table.curve_noise import running_median_of_three
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.metric_roles import metric_roles
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable

FloatArray = NDArray[np.float64]

# The remainder of a curve of ten points is mostly its bend.
_FEWEST_POINTS = 20
_MOST_TRIALS = 60


@dataclass(frozen=True)
class Parts:
    """One real curve, lower is better.

    Args:
        trend: shape (length,), never rising.
        remainder: shape (length,), what the curve has beside its smooth course.
    """

    trend: FloatArray
    remainder: FloatArray

    def trend_at(self, length: int) -> FloatArray:
        """The trend at ``length`` equally spaced points of the run."""
        own = np.linspace(0, 1, len(self.trend))
        return np.interp(np.linspace(0, 1, length), own, self.trend)


@dataclass(frozen=True)
class Workload:
    """The trials of one real study that trained.

    Args:
        name: of the study.
        sign: 1 where the objective, as logged, is to fall, -1 where it is to rise.
        objective: one curve a trial, as losses.
        training: the same of the training loss; empty where it was not logged.
        decaying: whether the learning rate decays in all of them.
    """

    name: str
    sign: int
    objective: tuple[Parts, ...]
    training: tuple[Parts, ...]
    decaying: bool


def workloads(data: Path, half: str) -> list[Workload]:
    """The workloads of one half: data sets with an even number, by name, are for tuning.

    A data set with all its models and optimizers is on one side: its curves resemble each other.
    """
    found = list(_all(data))
    groups = sorted({_data_set(workload.name) for workload in found})
    wanted = groups[::2] if half == "tuning" else groups[1::2]
    return [w for w in found if _data_set(w.name) in wanted and _fine(w)]


def _fine(workload: Workload) -> bool:
    return all(len(parts.trend) >= _FEWEST_POINTS for parts in workload.objective)


def _data_set(name: str) -> str:
    return re.split(r"[ _/]", name.removeprefix("algoperf "))[0]


def _all(data: Path) -> Iterator[Workload]:
    for table in studies(data):
        if "quadratic" in table.study:
            continue  # no model, and its curves are not those of one
        rows = np.flatnonzero(feasibility(table).feasible)
        rows = rows[np.argsort(table.loss[rows], kind="stable")]
        # The better half: what a study with a sensible range consists of.
        rows = rows[: max(5, len(rows) // 2)][:_MOST_TRIALS]
        roles = metric_roles(table)
        sign = table.objective.direction.sign
        objective = table.curves[table.objective.metric]
        training = table.curves.get(roles.training_loss or "")
        kept = [int(r) for r in rows if _long(objective, r)
                and (training is None or _long(training, r))]  # fmt: skip
        if len(kept) >= 5:
            yield Workload(
                table.study,
                sign,
                tuple(_parts(sign * objective.of(r).values) for r in kept),
                () if training is None else tuple(_parts(training.of(r).values) for r in kept),
                _decays(table),
            )


def _decays(table: TrialTable) -> bool:
    return not table.study.startswith(("fmnist", "stepsize"))


def _long(column: CurveColumn, row: int) -> bool:
    return int(np.isfinite(column.of(int(row)).values).sum()) >= _FEWEST_POINTS // 2


def _parts(values: FloatArray) -> Parts:
    values = values[np.isfinite(values)]
    calm = running_median_of_three(values[None, :])[0]
    width = max(3, len(values) // 20) | 1
    padded = np.pad(calm, width // 2, mode="reflect", reflect_type="odd")
    smooth = np.convolve(padded, np.full(width, 1 / width), mode="valid")
    # The steep beginning is all trend.
    begin = max(width, len(values) // 10)
    smooth[:begin] = calm[:begin]
    trend = isotonic_regression(smooth, increasing=False).x
    remainder = (values - smooth)[begin:]
    return Parts(trend, remainder - remainder.mean())


def drawn_remainder(
    parts: tuple[Parts, ...], length: int, rng: np.random.Generator, block: int = 8
) -> FloatArray:
    """Blocks of the remainders of other trials, taken at about the same share of the run."""
    out = np.empty(0)
    while len(out) < length:
        donor = parts[rng.integers(len(parts))].remainder
        about = len(out) / length * max(len(donor) - block, 0) + rng.uniform(-0.1, 0.1) * len(donor)
        start = int(np.clip(about, 0, max(len(donor) - block, 0)))
        piece = donor[start : start + block]
        out = np.concatenate([out, piece * rng.choice([-1.0, 1.0])])
    return out[:length]
