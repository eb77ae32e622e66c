"""Where in the search space the infeasible trials live."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Categorical, Constant


@dataclass(frozen=True, slots=True)
class Separation:
    """How well one threshold tells two groups apart.

    Args:
        threshold: value above (or below) which the second group is in the majority.
        side: ``above`` or ``below``: where the second group lies.
        area: probability that a member of the second group has the larger value, ties half.
        balanced_accuracy: mean of both groups' shares on their side of the threshold.
        p_value: that the groups do not differ: twice the smaller one of the two-sample
            Kolmogorov-Smirnov test, whose distance is twice the balanced accuracy less one, and of
            the rank-sum test, which sees gentle slopes better.
    """

    threshold: float
    side: Literal["above", "below"]
    area: float
    balanced_accuracy: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Location:
    """Infeasibility along one hyperparameter.

    Args:
        hyperparameter: its key.
        threshold: value that separates best; for a choice, the value with the largest share of
            infeasible trials.
        side: ``above``, ``below``, or ``equal`` for a choice.
        area: see `Separation`; NaN for a choice.
        balanced_accuracy: see `Separation`.
        p_value: that this hyperparameter has nothing to do with it.
        inside: infeasible share on that side of the threshold.
        outside: infeasible share on the other side.
    """

    hyperparameter: str
    threshold: Any
    side: Literal["above", "below", "equal"]
    area: float
    balanced_accuracy: float
    p_value: float
    inside: float
    outside: float


def infeasible_locations(
    table: TrialTable, infeasible: NDArray[np.bool_], feasible: Feasibility
) -> tuple[Location, ...]:
    """For each hyperparameter, the threshold that separates infeasible trials best.

    Args:
        table: the study.
        infeasible: shape (n,), the trials to locate; all or one kind of `Feasibility.infeasible`.
        feasible: the judgement of the trials.

    Returns:
        The most telling hyperparameter first; none with fewer than three trials of either group.
    """
    found = []
    for h in table.space.hyperparameters:
        unit = table.units[h.key]
        rows = np.flatnonzero((infeasible | feasible.feasible) & np.isfinite(unit))
        failed = infeasible[rows]
        if min(failed.sum(), (~failed).sum()) < 3 or isinstance(h.domain, Constant):
            continue
        if np.ptp(unit[rows]) == 0:  # one value tells nothing apart
            continue
        if isinstance(h.domain, Categorical):
            found.append(_of_choice(h.key, table.values[h.key][rows], unit[rows], failed))
        else:
            found.append(_of_number(h.key, table.values[h.key][rows], unit[rows], failed))
    return tuple(sorted(found, key=lambda place: (place.p_value, -place.balanced_accuracy)))


def telling_locations(
    places: tuple[Location, ...], *, p_value: float = 0.01, balanced_accuracy: float = 0.65
) -> tuple[Location, ...]:
    """The locations that explain infeasibility rather than happen to separate it.

    Args:
        places: one for each hyperparameter.
        p_value: largest p-value, after correction for the number of hyperparameters.
        balanced_accuracy: smallest one.
    """
    return tuple(
        place
        for place in places
        if place.p_value * len(places) <= p_value and place.balanced_accuracy >= balanced_accuracy
    )


def exact_location(
    table: TrialTable,
    failed: NDArray[np.bool_],
    feasible: Feasibility,
    *,
    largest_chance: float = 0.05,
) -> Location | None:
    """Where all trials that failed in one way lie, and none that trained.

    So few trials as five of twelve tell no cause by shares; that a threshold sorts them without a
    mistake is seldom chance all the same.

    Args:
        table: the study.
        failed: shape (n,), trials of one kind of `Feasibility.kind`.
        feasible: the judgement of the trials.
        largest_chance: that some hyperparameter sorts so many trials by luck.
    """
    places = infeasible_locations(table, failed, feasible)
    ways = sum(
        len(np.unique(table.units[place.hyperparameter])) if place.side == "equal" else 2
        for place in places
    )
    lost = int(failed.sum())
    if ways > largest_chance * math.comb(lost + int(feasible.feasible.sum()), lost):
        return None
    exact = (place for place in places if place.inside == 1 and place.outside == 0)
    return next(exact, None)


def separation(values: NDArray[np.float64], second: NDArray[np.bool_]) -> Separation:
    """Separate two groups by the best threshold on their values.

    Args:
        values: shape (n,), finite.
        second: shape (n,), membership of the second group; both groups have members.
    """
    from scipy.special import kolmogorov, ndtr

    order = np.argsort(values, kind="stable")
    ordered, member = values[order], second[order]
    last = np.append(ordered[1:] != ordered[:-1], True)  # last of each run of equal values
    below_second = np.cumsum(member)[last] / member.sum()
    below_first = np.cumsum(~member)[last] / (~member).sum()
    gap = below_first - below_second
    at = int(np.argmax(np.abs(gap)))
    distinct = ordered[last]
    following = distinct[min(at + 1, len(distinct) - 1)]
    distance = float(abs(gap[at]))
    effective = member.sum() * (~member).sum() / len(values)
    scaled = (math.sqrt(effective) + 0.12 + 0.11 / math.sqrt(effective)) * distance
    # Area under the curve of the two cumulative shares, by the trapezoid rule.
    first_steps = np.diff(below_first, prepend=0.0)
    second_before = np.concatenate(([0.0], below_second[:-1]))
    area = float(np.sum(first_steps * (1 - (below_second + second_before) / 2)))
    # Ties only make the rank-sum test a little conservative.
    deviation = math.sqrt((len(values) + 1) / (12 * member.sum() * (~member).sum()))
    rank_sum_p = 2 * float(ndtr(-abs(area - 0.5) / deviation))
    return Separation(
        threshold=float((distinct[at] + following) / 2),
        side="above" if gap[at] >= 0 else "below",
        area=area,
        balanced_accuracy=0.5 + distance / 2,
        p_value=min(1.0, 2 * min(float(kolmogorov(scaled)), rank_sum_p)),
    )


def _of_number(
    key: str, values: NDArray[Any], unit: NDArray[np.float64], failed: NDArray[np.bool_]
) -> Location:
    found = separation(unit, failed)
    above = unit > found.threshold
    side = above if found.side == "above" else ~above
    numbers = np.asarray(values.tolist(), dtype=np.float64)
    # The value itself, half way between its neighbours, without a way back from unit coordinates.
    threshold = (numbers[~above].max() + numbers[above].min()) / 2 if above.any() else numbers.max()
    if above.any() and numbers[~above].max() > 0 and numbers[above].min() > 0:
        threshold = math.sqrt(numbers[~above].max() * numbers[above].min())
    return Location(
        key,
        float(threshold),
        found.side,
        found.area,
        found.balanced_accuracy,
        found.p_value,
        float(failed[side].mean()),
        float(failed[~side].mean()) if (~side).any() else math.nan,
    )


def _of_choice(
    key: str, values: NDArray[Any], unit: NDArray[np.float64], failed: NDArray[np.bool_]
) -> Location:
    from scipy.special import gammaincc

    levels, group = np.unique(unit, return_inverse=True)
    group = group.reshape(-1)
    counts = np.bincount(group)
    bad = np.bincount(group, weights=failed)
    share = bad / counts
    worst = int(np.argmax(share))
    expected = counts * failed.mean()
    other = counts * (1 - failed.mean())
    square = float(np.sum((bad - expected) ** 2 / expected + (bad - expected) ** 2 / other))
    distance = 0.5 * float(np.sum(np.abs(bad / bad.sum() - (counts - bad) / (~failed).sum())))
    elsewhere = group != worst
    return Location(
        key,
        values[int(np.flatnonzero(group == worst)[0])],
        "equal",
        math.nan,
        0.5 + distance / 2,
        float(gammaincc((len(levels) - 1) / 2, square / 2)) if len(levels) > 1 else 1.0,
        float(share[worst]),
        float(failed[elsewhere].mean()) if elsewhere.any() else math.nan,
    )
