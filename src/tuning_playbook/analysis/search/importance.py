"""Which hyperparameters matter for being among the best trials."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.search.infeasible_region import Location, infeasible_locations
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Categorical, Constant, Domain, Ordered

_CELLS = 50


@dataclass(frozen=True, slots=True)
class Importance:
    """How far the best trials are concentrated along one hyperparameter.

    Args:
        hyperparameter: its key.
        divergence: Pearson divergence of the best trials' density from that of all feasible ones.
        share: divergence above what chance gives, as a share of the sum over hyperparameters; 0
            where it is not above chance.
        share_low, share_high: 90 % bootstrap interval of the share.
        p_value: that this hyperparameter does not matter at all, from exchanging best and others.
        feasibility_accuracy: balanced accuracy with which it separates infeasible trials; 0.5 for
            not at all, NaN where too few trials are infeasible.
        feasibility_p: p-value of that.
    """

    hyperparameter: str
    divergence: float
    share: float
    share_low: float
    share_high: float
    p_value: float
    feasibility_accuracy: float
    feasibility_p: float


def importances(
    table: TrialTable,
    feasible: Feasibility,
    *,
    top_share: float = 0.2,
    fewest_top: int = 5,
    region: Literal["trials", "uniform"] = "trials",
    resamples: int = 400,
    seed: int = 0,
) -> tuple[Importance, ...]:
    """Local importance of every hyperparameter (PED-ANOVA), without a model of the objective.

    For each hyperparameter the density of the best ``top_share`` of the trials is compared with
    that of the region they come from,

        V = sum over cells of p_region (p_top / p_region - 1)^2,

    both smoothed with one Gaussian kernel on 50 cells of the unit interval, mirrored at its ends;
    choices and lists of values have one cell each, without smoothing. Exchanging the labels of best
    and other trials (a multivariate hypergeometric draw of the cells' counts) tells what chance
    gives; bootstrapping the best trials gives the intervals.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        top_share: which trials are the best.
        fewest_top: at least that many trials are.
        region: ``trials``: density of all feasible trials, right for any search; ``uniform``: the
            known density of a search that draws uniformly, with less noise, but infeasible trials
            then count as bad ones.
        resamples: exchanges and bootstrap samples.
        seed: of the resampling.

    Returns:
        One for each hyperparameter that varies, most important first; none without at least
        ``fewest_top`` best and as many other trials.

    Source: Watanabe, Bansal and Hutter, 2023.
    """
    points = distinct_configurations(table, np.flatnonzero(feasible.feasible))
    count = len(points.rows)
    top_count = max(fewest_top, math.ceil(top_share * count))
    if count < top_count + fewest_top:
        return ()
    is_top = np.zeros(count, dtype=bool)
    is_top[np.argsort(points.loss, kind="stable")[:top_count]] = True
    rng = np.random.default_rng(seed)
    keys, observed, null, boot = [], [], [], []
    for h in table.space.hyperparameters:
        unit = table.units[h.key][points.rows]
        active = np.isfinite(unit)
        if isinstance(h.domain, Constant) or len(np.unique(unit[active])) < 2:
            continue
        if is_top[active].sum() < 2 or (~is_top[active]).sum() < 2:
            continue
        found = _divergences(h.domain, unit[active], is_top[active], region, resamples, rng)
        keys.append(h.key)
        observed.append(found[0])
        null.append(found[1])
        boot.append(found[2])
    if not keys:
        return ()
    return _ranked(
        keys,
        np.array(observed),
        np.array(null),
        np.array(boot),
        infeasible_locations(table, feasible.infeasible, feasible),
    )


def _ranked(
    keys: list[str],
    observed: NDArray[np.float64],
    null: NDArray[np.float64],
    boot: NDArray[np.float64],
    locations: tuple[Location, ...],
) -> tuple[Importance, ...]:
    chance = null.mean(axis=1)
    shares = _shares((observed - chance)[:, None])[:, 0]
    # A bootstrap sample diverges more than its parent by about what chance gives once more.
    low, high = np.quantile(_shares(boot - 2 * chance[:, None]), [0.05, 0.95], axis=1)
    p_values = (1 + np.sum(null >= observed[:, None], axis=1)) / (1 + null.shape[1])
    places = {place.hyperparameter: place for place in locations}
    results = [
        Importance(
            key,
            float(observed[i]),
            float(shares[i]),
            float(min(low[i], shares[i])),
            float(max(high[i], shares[i])),
            float(p_values[i]),
            places[key].balanced_accuracy if key in places else math.nan,
            places[key].p_value if key in places else math.nan,
        )
        for i, key in enumerate(keys)
    ]
    return tuple(sorted(results, key=lambda r: (-r.share, r.p_value)))


def _shares(excess: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = np.maximum(excess, 0.0)
    total = kept.sum(axis=0)
    return np.asarray(kept / np.where(total > 0, total, 1.0))


def _divergences(
    domain: Domain,
    unit: NDArray[np.float64],
    is_top: NDArray[np.bool_],
    region: str,
    resamples: int,
    rng: np.random.Generator,
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Observed divergence, those of exchanged labels, and those of bootstrap samples."""
    if isinstance(domain, (Categorical, Ordered)) or len(np.unique(unit)) <= _CELLS // 5:
        cell = np.unique(unit, return_inverse=True)[1].reshape(-1)
        cells = int(cell.max()) + 1
        kernel = np.eye(cells)
    else:
        cell = np.clip((unit * _CELLS).astype(int), 0, _CELLS - 1)
        cells = _CELLS
        kernel = _mirrored_kernel(unit[is_top])
    every = np.bincount(cell, minlength=cells)
    top = np.bincount(cell[is_top], minlength=cells)
    size = int(top.sum())
    expected = every / every.sum() if region == "trials" else np.full(cells, 1 / cells)
    smooth = np.maximum(expected @ kernel, 1e-12)

    def divergence(counts: NDArray[np.int64]) -> NDArray[np.float64]:
        density = (counts / size) @ kernel
        return np.asarray(np.sum((density - smooth) ** 2 / smooth, axis=-1))

    if region == "trials":
        # For a hundred thousand trials and more the multinomial draw is the same and much faster.
        exchanged = (
            rng.multivariate_hypergeometric(every, size, size=resamples)
            if every.sum() < 20_000
            else rng.multinomial(size, every / every.sum(), size=resamples)
        )
    else:
        exchanged = rng.multinomial(size, expected, size=resamples)
    resampled = rng.multinomial(size, top / size, size=resamples)
    return float(divergence(top)), divergence(exchanged), divergence(resampled)


def _mirrored_kernel(top: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smoothing matrix of shape (cells, cells): Scott's width, mass mirrored at both ends."""
    width = max(1.06 * float(np.std(top)) * len(top) ** -0.2, 1 / _CELLS)
    middles = (np.arange(_CELLS) + 0.5) / _CELLS
    weights = sum(
        np.exp(-0.5 * ((middles[:, None] - image) / width) ** 2)
        for image in (middles[None, :], -middles[None, :], 2 - middles[None, :])
    )
    matrix = np.asarray(weights)
    return np.asarray(matrix / matrix.sum(axis=1, keepdims=True))
