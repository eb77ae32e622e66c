"""What the trials of a study say about each end of each searched range."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.search.study_design import study_design
from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.edges.effects import AdditiveEffects, additive_effects
from tuning_playbook.edges.failures import (
    failing_region,
    fails_outward,
    mostly_failed,
)
from tuning_playbook.edges.guards import outer_turn, position_of_best, zone_step
from tuning_playbook.edges.judged import (
    Branch,
    Edge,
    EdgeStatistics,
    EdgeVerdict,
    FloatArray,
    JudgedEdges,
)
from tuning_playbook.edges.levels import FEW_LEVELS, last_level
from tuning_playbook.edges.limits import is_natural_limit
from tuning_playbook.edges.scores import savage_scores, standardised_savage
from tuning_playbook.edges.thresholds import EdgeLimits, scaled
from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.space import Categorical, Constant, Hyperparameter, Ordered
from tuning_playbook.vocabulary import is_bit_width

OUTER_SHARE = 0.2
_GRID_SHARE = 0.8
_EASIER = 0.75
_FEWEST_FAILURES = 3
_FEWEST_SHARED, _SHARED, _AT_EDGE = 3, 0.05, 0.125


def judged_edges(
    table: TrialTable,
    feasible: Feasibility,
    limits: EdgeLimits | None = None,
    *,
    keys: Collection[str] | None = None,
) -> JudgedEdges:
    """Whether each range of a study is wide enough, by what its own trials show.

    With scores of mean 0 and standard deviation 1 (see `savage_scores`) and an additive quadratic
    of all hyperparameters (see `additive_effects`), an edge is tight where the effect there is
    above its mean over the range by 0.45, and by twice its standard deviation, the best fifth lies
    outward (see `position_of_best`), the outer quarter is better than the next (see `zone_step`)
    and the trials nearest to it do not fall behind (see `outer_turn`). It is inside where the
    effect plus 1.28 standard deviations is below 0.2: of edges whose widening gains 10 %, fewer
    than one in five looks like that. Few levels, sweeps and grids are judged by their last level
    instead, see `last_level`. A hyperparameter that only some trials have is judged among these. In
    a search that learnt from its own results (`study_design`) an edge is tight from 1.4 times these
    limits on.

    Args:
        table: the study.
        feasible: the judgement of its trials.
        limits: where the verdicts begin.
        keys: of the hyperparameters that are judged; all where ``None``.

    Source: playbook, "Identifying bad search space boundaries".
    """
    limits = limits or EdgeLimits()
    branches: dict[str, Branch] = {}
    fitted: dict[bytes, Branch] = {}
    for h in table.space.hyperparameters:
        if isinstance(h.domain, (Categorical, Constant)) or (
            keys is not None and h.key not in keys
        ):
            continue
        there = np.isfinite(table.units[h.key])
        branch = fitted.get(there.tobytes())
        if branch is None:
            branch = fitted[there.tobytes()] = _branch(table, feasible, there, limits)
        branches[h.key] = branch
    edges = _edges_of_all(table, branches, limits)
    alarm = any(edge.verdict == "tight" for edge in edges)
    if alarm and study_design(table, np.flatnonzero(feasible.judged)) == "adaptive":
        edges = _edges_of_all(table, branches, scaled(limits, limits.adaptive))
    return JudgedEdges(edges, branches)


def _edges_of_all(
    table: TrialTable, branches: Mapping[str, Branch], limits: EdgeLimits
) -> tuple[EdgeStatistics, ...]:
    return tuple(
        edge
        for key, branch in branches.items()
        for edge in _edges_of(table.space[key], branch, limits)
    )


def _branch(
    table: TrialTable, feasible: Feasibility, there: NDArray[np.bool_], limits: EdgeLimits
) -> Branch:
    scores = savage_scores(table, feasible, there)
    units: dict[str, FloatArray] = {}
    choices: list[FloatArray] = []
    sizes: list[int] = []
    for h in table.space.hyperparameters:
        unit = table.units[h.key][scores.rows]
        levels = np.unique(np.round(unit[np.isfinite(unit)], 9))
        if isinstance(h.domain, Constant) or len(levels) < 2:
            continue
        sizes.append(len(levels))
        if isinstance(h.domain, Categorical):
            choices += [np.asarray(unit == level, dtype=np.float64) for level in levels]
        else:
            units[h.key] = np.clip(unit, 0.0, 1.0)
    count = len(scores)
    trained = scores.infeasible < 1
    effects = of_trained = _fitted(scores.savage, units, choices, limits.fewest_trials)
    if not trained.all():
        of_trained = _fitted(
            standardised_savage(scores.goodness[trained]),
            {key: _stretched(unit[trained]) for key, unit in units.items()},
            [choice[trained] for choice in choices],
            limits.fewest_trials // 2,
        )
    complete = count >= _GRID_SHARE * math.prod(map(float, sizes))  # beyond 1e308 infinite
    pair = len(sizes) == 2 and max(sizes) <= count / 4
    return Branch(
        scores,
        units,
        effects,
        trained,
        of_trained,
        dimensions=len(sizes),
        grid=complete or pair,
        failing=failing_region(units, mostly_failed(scores.infeasible)),
    )


def _fitted(
    savage: FloatArray,
    units: dict[str, FloatArray],
    choices: list[FloatArray],
    fewest: int,
) -> AdditiveEffects | None:
    """Effects of what still varies; ``None`` with too few configurations or nothing to explain."""
    varying = {key: unit for key, unit in units.items() if _levels(unit) > 1}
    if not varying or len(savage) < fewest or not np.any(savage):
        return None
    return additive_effects(savage, varying, [c for c in choices if np.ptp(c) > 0])


def _edges_of(h: Hyperparameter, branch: Branch, limits: EdgeLimits) -> Iterator[EdgeStatistics]:
    edges: tuple[Edge, Edge] = ("low", "high")
    for edge in edges:
        blank = EdgeStatistics(h.key, edge, "cannot-tell", configurations=len(branch.scores))
        unit = branch.units.get(h.key)
        if is_never_tuned(h) or is_bit_width(h.name):
            yield replace(blank, verdict="not-tuned")
        elif is_natural_limit(h, edge):
            yield replace(blank, verdict="natural-limit")
        elif unit is None:
            yield blank
        else:
            yield _judged(replace(blank, levels=_levels(unit)), h, branch, limits)


def _stretched(unit: FloatArray) -> FloatArray:
    """Positions in the part of the range that holds all but the outermost 2 % on each side."""
    there = unit[np.isfinite(unit)]
    if len(there) < 2:
        return unit
    low, high = np.quantile(there, [0.02, 0.98])
    return np.clip((unit - low) / (high - low), 0.0, 1.0) if high > low else unit


def _levels(unit: FloatArray) -> int:
    return len(np.unique(np.round(unit[np.isfinite(unit)], 9)))


def _judged(
    found: EdgeStatistics, h: Hyperparameter, branch: Branch, limits: EdgeLimits
) -> EdgeStatistics:
    scores = branch.scores
    unit = branch.units[h.key]
    distance = unit if found.edge == "low" else 1 - unit
    count = len(scores)
    trained = branch.trained
    listed = isinstance(h.domain, Ordered) or found.levels <= FEW_LEVELS
    few = listed and found.levels <= count / 2 and count >= limits.fewest_trials
    by_levels = branch.dimensions == 1 or branch.grid or few
    outer = distance <= (np.min(distance) + 1e-9 if by_levels else OUTER_SHARE)
    found = replace(found, infeasible_share=_mean(scores.infeasible[outer]))
    if trained.sum() < limits.fewest_feasible:
        return found
    if by_levels:
        last = last_level(
            distance,
            scores.goodness,
            int(trained.sum()),
            alike=branch.dimensions == 1 or (branch.dimensions == 2 and branch.grid),
            fine=branch.dimensions == 1 or (branch.grid and found.levels > FEW_LEVELS),
        )
        found = replace(
            found,
            verdict=last.verdict,
            rule="levels",
            share_of_best=last.share_of_best,
            levels_beyond_best=last.levels_beyond_best,
        )
    elif branch.effects is not None:
        found = _by_effect(found, distance, branch, branch.effects, limits)
    seems = found.verdict != "inside" and _points_outward(found, limits)
    shared = _shared_away(distance, scores.goodness) if seems else 0
    if shared:
        found = replace(found, verdict="cannot-tell", shared_best=shared)
    unstable = found.verdict != "inside" and _ends_in_failures(h.key, outer, branch, limits)
    return replace(found, verdict="unstable") if unstable else found


def _shared_away(distance: FloatArray, goodness: FloatArray) -> int:
    """How many configurations share the best value, some of them away from the edge; else 0.

    An accuracy that has reached its best value over a part of the range does not get better
    towards the end, whatever line is fitted to all of the range.
    """
    best = goodness == goodness.max()
    many = best.sum() >= max(_FEWEST_SHARED, _SHARED * len(goodness))
    return int(best.sum()) if many and np.any(distance[best] > _AT_EDGE) else 0


def _ends_in_failures(
    key: str, outer: NDArray[np.bool_], branch: Branch, limits: EdgeLimits
) -> bool:
    """Whether most of the outer part fails; in a sweep there is no other explanation of it."""
    counted = np.isfinite(branch.units[key])
    if branch.failing.key != key:
        counted &= ~branch.failing.inside
    sweep = branch.dimensions == 1
    return fails_outward(
        branch.scores.infeasible[counted],
        outer[counted],
        least=limits.infeasible,
        chance=1.0 if sweep else limits.chance / (2 * len(branch.units)),
        fewest=0 if sweep else _FEWEST_FAILURES,
    )


def _by_effect(
    found: EdgeStatistics,
    distance: FloatArray,
    branch: Branch,
    effects: AdditiveEffects,
    limits: EdgeLimits,
) -> EdgeStatistics:
    """By the effects among all configurations, and among those that trained.

    Failures at the far end of a range pull the fit to all configurations towards the near end, so
    that an alarm has to hold without them too; and where the near end trains, it may be inside by
    those that trained alone.
    """
    found = _measured(found, distance, branch.scores.goodness, effects)
    without = found if branch.trained.all() else _without_failures(found, branch)
    verdict: EdgeVerdict = "cannot-tell"
    if _rises(found, limits) and without is not None and _rises(without, scaled(limits, _EASIER)):
        verdict = "tight"
    elif np.any(distance <= OUTER_SHARE) and (
        _would_be_seen(found, limits)
        or (
            without is not None
            and found.infeasible_share < limits.infeasible
            and _would_be_seen(without, limits)
        )
    ):
        verdict = "inside"
    turned = found.turn <= limits.turn  # more trials would not make it rise
    count = None if verdict != "cannot-tell" or turned else _trials_to_judge(found, limits)
    return replace(found, verdict=verdict, rule="effect", trials_to_judge=count)


def _without_failures(found: EdgeStatistics, branch: Branch) -> EdgeStatistics | None:
    """``found`` by the configurations that trained, over the part of the range that they span."""
    trained, effects = branch.trained, branch.effects_of_trained
    if effects is None or found.hyperparameter not in effects.columns:
        return None
    unit = _stretched(branch.units[found.hyperparameter][trained])
    distance = unit if found.edge == "low" else 1 - unit
    return _measured(found, distance, branch.scores.goodness[trained], effects)


def _would_be_seen(found: EdgeStatistics, limits: EdgeLimits) -> bool:
    """Whether a gain of 10 % by widening would have been seen four times out of five."""
    return found.effect + 1.28 * found.effect_deviation < limits.seen


def _measured(
    found: EdgeStatistics, distance: FloatArray, goodness: FloatArray, effects: AdditiveEffects
) -> EdgeStatistics:
    """``found`` with the statistics of one fit."""
    key = found.hyperparameter
    partial = effects.without_others(key)
    units = distance if found.edge == "low" else 1 - distance
    (effect,), (deviation,) = effects.at(key, np.array([0.0 if found.edge == "low" else 1.0]))
    return replace(
        found,
        effect=float(effect),
        effect_deviation=float(deviation),
        position=position_of_best(1 - distance, goodness),
        step=zone_step(distance, partial, effects.noise),
        turn=outer_turn(distance, partial, effects.at(key, units)[0], effects.noise),
    )


def _rises(found: EdgeStatistics, limits: EdgeLimits) -> bool:
    return (
        _points_outward(found, limits)
        and found.position > limits.position
        and found.step > limits.step
        and found.turn > limits.turn
    )


def _points_outward(found: EdgeStatistics, limits: EdgeLimits) -> bool:
    """Whether the fit alone, if there is one, rises towards the edge."""
    return found.effect > max(limits.effect, limits.rising * found.effect_deviation)


def _trials_to_judge(found: EdgeStatistics, limits: EdgeLimits) -> int | None:
    """Where the standard deviation, which falls with the root of the trials, is small enough."""
    effect, deviation = found.effect, found.effect_deviation
    wanted = [
        deviation * limits.rising / effect if effect > limits.effect else math.inf,
        1.28 * deviation / (limits.seen - effect) if effect < limits.seen else math.inf,
    ]
    times = min(wanted)
    return math.ceil(found.configurations * times**2) if 1 < times < 4 else None


def _mean(values: FloatArray) -> float:
    return float(values.mean()) if len(values) else 0.0
