"""Reruns that seem to have learnt nothing, where nobody has said what such a model scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from tuning_playbook.analysis.table.feasibility import NO_PROGRESS
from tuning_playbook.decisions import Choice, Decision
from tuning_playbook.study import Objective
from tuning_playbook.trial import MetricSummary, Status, Trial
from tuning_playbook.words import counted

_FEWEST_TRIALS = 3  # that say from where training begins
_NEAR_THE_BEGINNING = 0.1


@dataclass(frozen=True, slots=True)
class Course:
    """How far the trials of one protocol come, as losses.

    Args:
        began: what the typical trial's worst evaluation was; NaN where too few tell.
        best: the best value of all.
    """

    began: float
    best: float


def course_of(trials: Iterable[Trial], objective: Objective) -> Course | None:
    """Of complete trials under one protocol; ``None`` without one.

    Args:
        trials: in any status.
        objective: what decides.
    """
    summaries = [
        found
        for trial in trials
        if trial.status is Status.COMPLETE
        and (found := trial.summaries.get(objective.metric)) is not None
        and math.isfinite(found.minimum)
    ]
    if not summaries:
        return None
    worst = [_ends(s, objective)[1] for s in summaries if s.count > 1]
    began = median(worst) if len(worst) >= _FEWEST_TRIALS else math.nan
    return Course(began, min(_ends(s, objective)[0] for s in summaries))


def learnt_nothing(summary: MetricSummary, objective: Objective, course: Course) -> bool:
    """Whether a run seems to have stayed where training begins.

    All its evaluations lie within `NO_PROGRESS` of the way from its best one to the best trial, and
    it is no better than where the typical trial began. A single evaluation does not tell.
    """
    best, worst = _ends(summary, objective)
    away = best - course.best
    if summary.count < 2 or summary.non_finite or not away > 0:
        return False
    near = course.began - _NEAR_THE_BEGINNING * (course.began - course.best)
    return worst - best <= NO_PROGRESS * away and best >= near


def _ends(summary: MetricSummary, objective: Objective) -> tuple[float, float]:
    """Best and worst evaluation, as losses."""
    sign = objective.direction.sign
    first, second = sign * summary.minimum, sign * summary.maximum
    return min(first, second), max(first, second)


@dataclass(frozen=True, slots=True)
class Side:
    """The reruns of one configuration.

    Args:
        name: such as ``the candidate``.
        values: objective of each rerun that has ended.
        idle: which of them seem to have learnt nothing; empty where none does.
    """

    name: str
    values: tuple[float, ...]
    idle: tuple[bool, ...] = ()

    @property
    def idle_values(self) -> tuple[float, ...]:
        """Objective of those that seem to have learnt nothing."""
        pairs = zip(self.values, self.idle, strict=False)
        return tuple(v for v, idle in pairs if idle and math.isfinite(v))

    @property
    def as_failed(self) -> tuple[float, ...]:
        """The values, NaN for each that seems to have learnt nothing."""
        idle = (*self.idle, *[False] * len(self.values))
        return tuple(math.nan if i else v for v, i in zip(self.values, idle, strict=False))


def idle_sentences(sides: Sequence[Side], metric: str) -> list[str]:
    """Which reruns seem to have learnt nothing, a sentence for each side that has some."""
    return [
        f"{_how_many(len(found), len(side.values))} of {side.name} stayed at {metric} = "
        f"{median(found):.4g} from the first evaluation to the last, far from the best trials, "
        "like a model that learns nothing."
        for side in sides
        if (found := side.idle_values)
    ]


def _how_many(idle: int, all_: int) -> str:
    if idle == all_:
        return "The only rerun" if idle == 1 else f"All {idle} reruns"
    return f"{idle} of the {counted(all_, 'rerun')}"


def how_to_say(sides: Sequence[Side], metric: str) -> str:
    """What tells whether such reruns count; empty where there are none."""
    values = [v for side in sides for v in side.idle_values]
    if not values:
        return ""
    return declare_chance(median(values), metric)


def declare_chance(value: float, metric: str) -> str:
    """What to write where."""
    return (
        f"In playbook.toml, under [metric], write chance = {value:.4g} if that is the {metric} "
        "of a model that has learnt nothing: then these reruns count as ones that learnt nothing. "
        "If such a model has another value, write that one."
    )


def decided_either_way(
    decide: Callable[[Sequence[float], Sequence[float]], Decision],
    candidate: Side,
    incumbent: Side,
    *,
    metric: str,
) -> Decision:
    """Decide where some reruns may have learnt nothing: only what holds either way is decided.

    Args:
        decide: from the values of the candidate and of the incumbent to a decision.
        candidate, incumbent: the reruns of each.
        metric: that decides.

    Returns:
        The decision by the values as they are; an open one where it would be another with those
        reruns counted as failed. Where no rerun of the incumbent learnt anything and each of the
        candidate did, the values count in both cases: a known chance level is a measured value.
    """
    by_values = decide(candidate.values, incumbent.values)
    sides = (candidate, incumbent)
    doubts = idle_sentences(sides, metric)
    if not doubts:
        return by_values
    by_failures = decide(candidate.as_failed, incumbent.as_failed)
    only_incumbent = incumbent.idle_values == incumbent.values and not candidate.idle_values
    if by_failures.choice is by_values.choice or only_incumbent:
        first, *others = by_values.reasons
        return replace(by_values, reasons=(first, *doubts, *others))
    values = [v for side in sides for v in side.idle_values]
    open_ = (
        f"Counted with their values, the reruns lead to {by_values.choice.value}; counted as "
        f"failed, to {by_failures.choice.value}. So there is no decision until the value of a "
        "model that has learnt nothing is declared."
    )
    return replace(
        by_values,
        choice=Choice.INCONCLUSIVE,
        reasons=(*doubts, open_, *by_values.reasons[1:]),
        reruns_needed=0,
        reruns_asked=0,
        apparent_chance=median(values),
    )
