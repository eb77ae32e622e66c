"""What in the values of two arms makes their comparison less sure than it looks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.repeats_of_two import (
    Comparison,
    Repeats,
    compare_repeats,
    deviation,
    shared_seeds,
)

_FloatArray = NDArray[np.float64]

FEW = 4  # below, no single value can be told to be unusual
_FAR = 0.01
# The true error of a stated tail of 2.5 % is about 2.5 % + .085 skewness of the difference.
_SKEWED = 0.3
_COARSE = 0.5  # step of rounding over the deviation
_WIDER = 0.01

# Shares of up to so many examples are told from other numbers, by three different ones.
_MOST_EXAMPLES, _FEWEST_SHARES, _WHOLE = 20_000, 3, 1e-6
_RARE = 0.05  # equal pairs expected by chance


@dataclass(frozen=True, slots=True)
class Without:
    """The comparison without one of its runs.

    Args:
        arm: whose run was left out.
        run: what its user calls it.
        value: of it.
        comparison: of the others.
    """

    arm: str
    run: str
    value: float
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Symptoms:
    """What was seen. Empty, NaN or ``None`` where it was not.

    Args:
        far: arm, run and value of runs far from the others of their arm.
        skewness: of the difference of the means, where it is clearly not 0; NaN otherwise.
        step: of rounding, where it is more than half of the deviation; NaN otherwise.
        twins: arms in which runs agree in many digits.
        wider: the arm whose runs vary clearly more, and by which factor.
        without: the comparison without each run in turn.
    """

    far: tuple[tuple[str, str, float], ...]
    skewness: float
    step: float
    twins: tuple[str, ...]
    wider: tuple[str, float] | None
    without: tuple[Without, ...]


def symptoms(
    baseline: Repeats, candidate: Repeats, comparison: Comparison, *, sign: int
) -> Symptoms:
    """Look for what a comparison of means cannot bear.

    Args:
        baseline, candidate: of the two arms.
        comparison: of them.
        sign: 1 where low values are better, -1 where high ones are.
    """
    if baseline.reported or candidate.reported:  # there are no single runs to look at
        return Symptoms((), math.nan, math.nan, (), None, ())
    sides = [_finite(baseline), _finite(candidate)]
    compared = [side.values for side in sides]
    pairs = shared_seeds(sides[0], sides[1]) if comparison.paired else None
    spread_of = compared
    if pairs is not None:
        spread_of = [compared[1][pairs[:, 1]] - compared[0][pairs[:, 0]]]
    return Symptoms(
        far=tuple(f for side in sides for f in _far(side)),
        skewness=_standing_out(_skewness_of_mean(spread_of), spread_of),
        step=_coarse(compared),
        twins=tuple(side.label for side in sides if _agree(side.values)),
        wider=None if comparison.paired else _wider(sides),
        without=tuple(_without(sides[0], sides[1], sign)),
    )


def _finite(arm: Repeats) -> Repeats:
    rows = np.flatnonzero(np.isfinite(arm.values))
    pick = rows.tolist()
    return Repeats(
        arm.label,
        arm.values[rows],
        tuple(arm.seeds[r] for r in pick) if arm.seeds else (),
        tuple(arm.names[r] for r in pick) if arm.names else tuple(str(r) for r in pick),
    )


def _far(arm: Repeats) -> Iterator[tuple[str, str, float]]:
    """Runs too far from the others of their arm for normal values: 1 % for all runs together."""
    from scipy.special import stdtr

    count = len(arm.values)
    if count < FEW:
        return
    for row, value in enumerate(arm.values.tolist()):
        others = np.delete(arm.values, row)
        spread = deviation(others)
        if spread > 0:
            away = abs(value - float(others.mean())) / (spread * math.sqrt(1 + 1 / (count - 1)))
            if 2 * float(stdtr(count - 2, -away)) * count < _FAR:
                yield arm.label, arm.names[row], value


def _skewness_of_mean(sides: list[_FloatArray]) -> float:
    """Skewness of the mean of one side, or of the difference of two means.

    Third moments add up with their signs, so that a skewness which both arms share cancels.
    """
    if any(len(side) < FEW for side in sides):
        return math.nan
    third = squared = 0.0
    for factor, side in zip((-1, 1)[-len(sides) :], sides, strict=True):
        n = len(side)
        centred = side - side.mean()
        third += factor * float(np.sum(centred**3)) * n / ((n - 1) * (n - 2)) / n**2
        squared += deviation(side) ** 2 / n
    return third / squared**1.5 if squared > 0 else math.nan


def _standing_out(skewness: float, sides: list[_FloatArray]) -> float:
    """The skewness where it is large, and larger than normal values of that number show by luck."""
    if math.isnan(skewness):
        return math.nan
    squared = sum(deviation(side) ** 2 / len(side) for side in sides)
    luck = sum(6 / len(s) ** 5 * deviation(s) ** 6 for s in sides) / squared**3
    large = abs(skewness) > max(_SKEWED, 2 * math.sqrt(luck))
    return skewness if large else math.nan


def _coarse(sides: list[_FloatArray]) -> float:
    """The step that all values are multiples of, where it is not small beside the deviation."""
    values = np.concatenate(sides)
    spreads = [s for side in sides if (s := deviation(side)) > 0]
    gaps = np.diff(np.unique(values))
    if len(gaps) < 2 or not spreads:
        return math.nan
    step = float(gaps.min())
    multiples = gaps / step
    on_grid = bool(np.all(np.abs(multiples - np.round(multiples)) < 1e-3 * multiples.max()))
    tied = len(gaps) + 1 < len(values)
    return step if on_grid and tied and step > _COARSE * min(spreads) else math.nan


def _agree(values: _FloatArray) -> bool:
    """Whether two runs have the same value in at least seven digits."""
    if len(values) < 2:
        return False
    distinct = np.unique(values)
    repeated = [v for v in distinct.tolist() if np.sum(values == v) > 1]
    agree = any(len(f"{abs(v):.12g}".replace(".", "").strip("0")) >= 7 for v in repeated)
    return agree and not _meet_by_chance(values)


def _meet_by_chance(values: _FloatArray) -> bool:
    """Whether the values are shares of so few examples that two of them may well be the same."""
    for scale in (1.0, 100.0):
        shares = np.unique(values) / scale
        counts = np.arange(1, _MOST_EXAMPLES + 1)
        for share in shares.tolist():
            counts = counts[np.abs(share * counts - np.round(share * counts)) < _WHOLE]
        if len(shares) >= _FEWEST_SHARES and len(counts):
            spread = deviation(values / scale) * float(counts[0])  # in examples
            pairs = len(values) * (len(values) - 1) / 2
            return pairs / (2 * math.sqrt(math.pi) * spread) > _RARE
    return False


def _wider(sides: list[Repeats]) -> tuple[str, float] | None:
    """The arm that varies more, by an F test of 1 % on both sides."""
    from scipy.special import fdtrc

    spreads = [deviation(side.values) for side in sides]
    if not all(spread > 0 for spread in spreads):
        return None
    large = int(spreads[1] > spreads[0])
    ratio = spreads[large] / spreads[1 - large]
    freedom = [len(side.values) - 1 for side in (sides[large], sides[1 - large])]
    if 2 * float(fdtrc(freedom[0], freedom[1], ratio**2)) > _WIDER:
        return None
    return sides[large].label, ratio


def _without(baseline: Repeats, candidate: Repeats, sign: int) -> Iterator[Without]:
    """Each run left out in turn, where enough remain to compare."""
    if not (len(baseline.values) and len(candidate.values)):
        return
    for left in (baseline, candidate):
        if len(left.values) < FEW:
            continue
        for row in range(len(left.values)):
            fewer = replace(
                left,
                values=np.delete(left.values, row),
                seeds=left.seeds[:row] + left.seeds[row + 1 :],
                names=left.names[:row] + left.names[row + 1 :],
            )
            sides = (fewer, candidate) if left is baseline else (baseline, fewer)
            found = compare_repeats(*sides, sign=sign)
            yield Without(left.label, left.names[row], float(left.values[row]), found)
