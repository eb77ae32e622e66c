"""Three reasons why the same comparison comes out differently when it is done again.

They are separate numbers and are never added up: the first belongs to a configuration, the second
to a way of searching, the third to a set of examples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuning_playbook.analysis.statistics.repetition import best_rank_probabilities
from tuning_playbook.errors import InvalidInput
from tuning_playbook.vocabulary import may_be_share_of_examples

# A variance estimated from values with heavy tails varies as much as one from a third of the runs.
_HEAVY_TAILS = 3.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A standard deviation in the metric's units, and where it comes from.

    Args:
        deviation: NaN where it is not known.
        low, high: its interval; NaN where there is none.
        count: of the runs, studies, trials or examples that it is estimated from.
        how: what was done, or what is missing, in a few words.
    """

    deviation: float
    low: float
    high: float
    count: int
    how: str

    @property
    def known(self) -> bool:
        """Whether there is a number."""
        return math.isfinite(self.deviation)


@dataclass(frozen=True, slots=True)
class Variances:
    """The sources of variation of a result.

    Args:
        trial: between runs of one configuration with other seeds.
        study: between the results of searches with the same budget in the same space.
        data: between evaluations on other sets of as many examples.
        repeated: the second one as measured, where the search was repeated with other seeds.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """

    trial: Spread
    study: Spread
    data: Spread
    repeated: Spread


def trial_spread(groups: Sequence[Sequence[float]], *, confidence: float = 0.8) -> Spread:
    """Standard deviation between reruns of one configuration, pooled over configurations.

    s² = sum of squares within groups / (runs - groups). The interval is the chi-square one with a
    third of the degrees of freedom, one at least: the exact one for normal values covers the truth
    in half of the cases where a few runs go far worse than the rest, which training runs do. With a
    third, 80 % holds for Student's t of 3 degrees up to 15 reruns; for normal values it is 95 %.

    Args:
        groups: for each configuration the objective of its reruns; failed ones (NaN or infinite)
            do not count, and the trial that selected the configuration does not belong here.
        confidence: of the two-sided interval.

    Example:
        >>> spread = trial_spread([[0.1, 0.3], [0.5, 0.7]])
        >>> round(spread.deviation, 3), spread.count
        (0.141, 4)
    """
    kept = [finite for group in groups if len(finite := _finite(group)) > 1]
    if not kept:
        return _unknown("no configuration has been rerun twice")
    count = sum(map(len, kept))
    degrees = count - len(kept)
    variance = sum(_squares(group) for group in kept) / degrees
    of = "one configuration" if len(kept) == 1 else f"{len(kept)} configurations"
    tailed = max(degrees / _HEAVY_TAILS, 1.0)
    return _chi_square(variance, tailed, confidence, count, f"{count} reruns of {of}")


def study_spread(losses: ArrayLike, *, budget: int | None = None) -> Spread:
    """Standard deviation of the best loss between searches, resampled from one study.

    The best of k of n trials has the exact law of `best_rank_probabilities`. Larger samples than
    half of the study share most of their trials and hide the luck, so beyond it halves stand for
    the whole: the best of a half is the r-th of all about as often as the best of a fresh study
    would lie there. In simulations of a smooth optimum in two to eight dimensions the estimate is
    half to twice the truth in seven to nine of ten studies. It holds the noise of the selected
    trial too; `repeated_study_spread` tells them apart.

    Args:
        losses: shape (n,), of every trial, NaN or infinite for infeasible ones.
        budget: k, trials of a search; all of the study's by default.

    Returns:
        The spread; not known for fewer than five trials, or where a search has a chance of one
        percent or more to find no feasible trial.
    """
    y = np.sort(np.where(np.isfinite(given := _floats(losses)), given, np.inf))
    n = len(y)
    k = n if budget is None else budget
    if n < 5:
        return _unknown(f"{n} trials are too few to resample; 5 are needed")
    if not 1 <= k <= n:
        raise InvalidInput(f"a search resampled from {n} trials has 1 to {n} of them, found {k}")
    chance = best_rank_probabilities(n, min(k, n // 2))
    feasible = np.isfinite(y)
    if chance[feasible].sum() < 0.99:
        return _unknown(f"a search of {k} trials may find no feasible one")
    chance, y = chance[feasible] / chance[feasible].sum(), y[feasible]
    mean = float(chance @ y)
    deviation = math.sqrt(float(chance @ (y - mean) ** 2))
    how = f"searches of {k} trials resampled from one study of {n}"
    return Spread(deviation, math.nan, math.nan, n, how)


def repeated_study_spread(winners: Sequence[Sequence[float]], *, confidence: float = 0.8) -> Spread:
    """Standard deviation of what repeated searches select, beyond the noise of a trial.

    Each search's selected configuration is rerun; the variance between searches is
    (between - within) / reruns of the analysis of variance, with the interval of Williams and
    Tukey. With one value for each search the noise cannot be told apart and stays in.

    Args:
        winners: for each search, of the same budget with another seed, the objective of the reruns
            of the configuration that it selected. One value may be the selecting trial's own.
        confidence: of the two-sided interval.
    """
    kept = [finite for group in winners if len(finite := _finite(group))]
    studies, runs = len(kept), sum(map(len, kept))
    if studies < 2:
        return _unknown("the search was not repeated with another seed")
    how = f"{studies} searches with other seeds"
    if runs == studies:
        single = np.concatenate(kept)
        variance = _squares(single) / (studies - 1)
        return _chi_square(
            variance, studies - 1, confidence, studies, f"{how}, noise of the trial included"
        )
    return _components(kept, confidence, f"{how}, {runs} reruns of what they selected")


def data_spread(
    value: float,
    examples: int | None,
    *,
    metric: str,
    example_deviation: float | None = None,
) -> Spread:
    """Standard deviation of the metric between evaluation sets of the same size.

    sqrt(p (1 - p) / n) for a share p of n examples, with p = (count + 1) / (n + 2) so that no error
    at all is not taken for certainty; s / sqrt(n) for the mean of a quantity that varies by s
    between examples. Two models evaluated on the same examples differ by less: they err together.

    Args:
        value: of the metric.
        examples: n, size of the evaluation set; ``None`` where it is not recorded.
        metric: its name; losses, perplexities and distances are no shares.
        example_deviation: s; where ``None`` the metric has to be a share such as accuracy or error
            rate, 0 to 1.

    Example:
        >>> round(data_spread(0.9, 10_000, metric="acc").deviation, 4)
        0.003
    """
    if examples is None:
        return _unknown("the size of the evaluation set is not recorded")
    if examples < 1:
        raise InvalidInput(f"an evaluation set has at least one example, found {examples}")
    if example_deviation is not None:
        deviation = example_deviation / math.sqrt(examples)
        how = f"the mean over {examples} examples"
    elif 0.0 <= value <= 1.0 and may_be_share_of_examples(metric):
        share = (value * examples + 1) / (examples + 2)
        deviation = math.sqrt(share * (1 - share) / examples)
        how = f"a share of {examples} examples"
    else:
        return _unknown("the metric is no share of the examples, nor is its spread between them")
    return Spread(deviation, math.nan, math.nan, examples, how)


def _components(groups: list[NDArray[np.float64]], confidence: float, how: str) -> Spread:
    from scipy.special import fdtri

    sizes = np.array([len(group) for group in groups])
    means = np.array([group.mean() for group in groups])
    runs, between, within = int(sizes.sum()), len(groups) - 1, int(sizes.sum()) - len(groups)
    centre = float(sizes @ means) / runs
    mean_between = float(sizes @ (means - centre) ** 2) / between
    mean_within = sum(_squares(group) for group in groups) / within
    each = (runs - float(np.sum(sizes**2)) / runs) / between
    tail = (1 - confidence) / 2

    def bound(tail: float) -> float:
        part = mean_between - mean_within * float(fdtri(between, within, tail))
        return math.sqrt(max(0.0, part * between / (each * _chi_square_quantile(between, tail))))

    deviation = math.sqrt(max(0.0, (mean_between - mean_within) / each))
    return Spread(deviation, bound(1 - tail), bound(tail), len(groups), how)


def _chi_square(variance: float, degrees: float, confidence: float, count: int, how: str) -> Spread:
    tail = (1 - confidence) / 2
    low, high = (
        math.sqrt(variance * degrees / _chi_square_quantile(degrees, level))
        for level in (1 - tail, tail)
    )
    return Spread(math.sqrt(variance), low, high, count, how)


def _chi_square_quantile(degrees: float, level: float) -> float:
    from scipy.special import gammaincinv

    return 2 * float(gammaincinv(degrees / 2, level))


def _unknown(why: str) -> Spread:
    return Spread(math.nan, math.nan, math.nan, 0, why)


def _finite(values: Sequence[float]) -> NDArray[np.float64]:
    given = _floats(values)
    return given[np.isfinite(given)]


def _floats(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64).ravel()


def _squares(values: NDArray[np.float64]) -> float:
    return float(np.sum((values - values.mean()) ** 2))
