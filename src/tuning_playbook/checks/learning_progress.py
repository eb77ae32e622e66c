"""Whether training makes the metric better than its first evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tuning_playbook.analysis.curves.progress import Course, Progress, progress
from tuning_playbook.analysis.table.best_trials import best_rows, completed_rows
from tuning_playbook.analysis.table.curve_blocks import IntArray, finite_part
from tuning_playbook.analysis.table.metric_roles import metric_roles
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import (
    cannot_tell,
    names,
    number,
    of_trial,
    some_of_the_best,
    the_best,
    thresholds,
)
from tuning_playbook.findings import Advice, Confidence, Finding, Verdict
from tuning_playbook.study import Direction
from tuning_playbook.vocabulary import MetricFamily, metric_direction, metric_family
from tuning_playbook.words import agreeing, counted, short

_FEWEST = 5


@dataclass(frozen=True, slots=True)
class LearningProgress:
    """The metric of the best trials must get better than its first evaluation.

    Told are three courses: every evaluation has one value; the metric gets worse from its first
    evaluation on; and it stays within its noise, where that is too small to hide much. A model that
    was good before its first evaluation, such as a pretrained one, may go any of these ways: what
    is told is that the training after it has brought nothing.

    Args:
        best_trials: how many of the best trials are looked at; more than half must agree.
        minimum_errors: smallest change for the worse that is real, in standard errors.
        tolerance: largest gain, as a share of the metric's level, that the noise of a curve may
            hide where it is called flat.
    """

    id: ClassVar[str] = "learning-progress"
    title: ClassVar[str] = "Does training make the metric better?"
    source: ClassVar[str] = "training-curves"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.METRIC, Premise.CURVES})

    best_trials: int = 5
    minimum_errors: float = 4.0
    tolerance: float = 0.03

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the best trials."""
        objective, roles = table.objective, metric_roles(table)
        rows = _best_of_all(table, self.best_trials)
        if roles.objective is None or not rows.size:
            why = (
                f"Cannot tell: no completed trial has a curve of {objective.metric}; log it at "
                "regular steps."
            )
            return (cannot_tell(self, why, metrics=sorted(table.curves)),)
        curves = finite_part(table.curves[roles.objective])
        courses = [
            progress(
                curves.of(int(row)),
                sign=objective.direction.sign,
                minimum_errors=self.minimum_errors,
                tolerance=self.tolerance,
            )
            for row in rows
        ]
        return (self._word(table, rows, courses),)

    def _word(self, table: TrialTable, rows: IntArray, courses: list[Progress]) -> Finding:
        metric = table.objective.metric
        known = [i for i, one in enumerate(courses) if one.course is not Course.UNCLEAR]
        without = [i for i in known if courses[i].improved is False]
        evidence = {
            "metric": metric,
            "trials": names(table, rows[known]),
            "without_improvement": names(table, rows[without]),
            "curves": [_as_document(table, rows[i], one) for i, one in enumerate(courses)],
            "thresholds": thresholds(self),
        }
        if _short_and_better(courses, table.objective.direction.sign):
            summary = (
                f"{metric} ends better than it begins in {the_best(len(courses), table)}: "
                f"{_numbers(courses[0])}{_if_several(table, rows[0])}."
            )
            return Finding(
                self.id, Verdict.PASS, summary, evidence, source=self.source, confidence="medium"
            )
        if not known or 2 * len(known) < len(courses):
            return cannot_tell(self, _why_unclear(table, rows, courses), **evidence)
        if 2 * len(without) <= len(known):
            return Finding(
                self.id,
                Verdict.PASS,
                _passed(table, rows, courses, known),
                evidence,
                source=self.source,
            )
        first = without[0]
        shown = courses[first]
        if all(_is_perfect(metric, courses[i], table.objective.direction) for i in without):
            summary = (
                f"{metric} is {short(shown.first)}, the best value that there is, from its first "
                "evaluation on."
            )
            return Finding(self.id, Verdict.NOTE, summary, evidence, source=self.source)
        constant = all(courses[i].course is Course.CONSTANT for i in without)
        verdict = Verdict.FAIL if constant and shown.points >= 2 * _FEWEST else Verdict.WARN
        confidence: Confidence = "low" if shown.course is Course.FLAT else "medium"
        summary = _not_better(table, rows[first], shown, len(without), len(known))
        advice = _advice(table, rows[without])
        return Finding(self.id, verdict, summary, evidence, advice, self.source, confidence)


def _best_of_all(table: TrialTable, count: int) -> IntArray:
    """The best trials that trained; where none did, the best of all that completed."""
    best = best_rows(table, count)
    if best.size:
        return best
    rows = completed_rows(table)
    return rows[table.loss[rows].argsort(kind="stable")][:count]


def _passed(table: TrialTable, rows: IntArray, courses: list[Progress], known: list[int]) -> str:
    better = [i for i in known if courses[i].improved]
    if not better:
        return f"{table.objective.metric} improves."
    some = some_of_the_best(len(better), len(known), table)
    return (
        f"{table.objective.metric} improves in {some}: {_numbers(courses[better[0]])}"
        f"{_if_several(table, rows[better[0]])}."
    )


def _if_several(table: TrialTable, row: Any) -> str:
    told = of_trial(table, row)
    return f" ({told.strip().removeprefix('of ')})" if told else ""


def _numbers(one: Progress) -> str:
    return (
        f"it is {short(one.first)} at step {one.first_step:,}, {short(one.best)} at its best (step "
        f"{one.best_step:,}) and {short(one.last)} at the end"
    )


def _not_better(table: TrialTable, row: Any, one: Progress, some: int, known: int) -> str:
    metric, direction = table.objective.metric, table.objective.direction
    where = some_of_the_best(some, known, table)
    if one.course is Course.CONSTANT:
        return (
            f"Training does not change {metric} in {where}: it is {short(one.first)} at each of "
            f"{counted(one.points, 'evaluation')}{_if_several(table, row)}."
        )
    told = f"{_numbers(one)}{_if_several(table, row)}"
    if one.course is Course.FLAT:
        return (
            f"Training does not improve {metric} in {where}: {told}, which is no more than noise; "
            f"a gain of more than {short(one.hidden)} would show."
        )
    known_direction = metric_direction(metric) is not None
    asked = "" if known_direction else f", if it is to be {direction}d"
    return f"Training makes {metric} worse from its first evaluation on in {where}{asked}: {told}."


def _why_unclear(table: TrialTable, rows: IntArray, courses: list[Progress]) -> str:
    metric, one = table.objective.metric, courses[0]
    told = f"{_numbers(one)}{_if_several(table, rows[0])}"
    if not any(c.points for c in courses):
        return f"Cannot tell: {the_best(len(courses), table)} logged no value of {metric}."
    if max(c.points for c in courses) < _FEWEST:
        have = agreeing(len(courses), "has", "have")
        told = f"; {told}" if one.points > 1 else ""
        return (
            f"Cannot tell: {the_best(len(courses), table)} {have} fewer than {_FEWEST} evaluations "
            f"of {metric}{told}."
        )
    return (
        f"Cannot tell whether training improves {metric}: {told}, and noise explains the "
        "difference. Evaluate more often, or on more data."
    )


def _short_and_better(courses: list[Progress], sign: int) -> bool:
    """Whether so many curves, too short for one to tell, all end better than they begin."""
    return len(courses) >= _FEWEST and all(
        1 < one.points < _FEWEST and sign * (one.first - one.last) > 0 for one in courses
    )


def _is_perfect(metric: str, one: Progress, direction: Direction) -> bool:
    """Whether a constant metric cannot be better: an accuracy of 1, a loss of 0."""
    if one.course is not Course.CONSTANT:
        return False
    family = metric_family(metric)
    if direction is Direction.MINIMIZE:
        return one.first == 0.0 and family in (MetricFamily.LOSS, MetricFamily.ERROR)
    return one.first in (1.0, 100.0) and family in (MetricFamily.ACCURACY, MetricFamily.SCORE)


def _as_document(table: TrialTable, row: Any, one: Progress) -> dict[str, Any]:
    return {
        "trial": str(table.ids[int(row)]),
        "course": one.course.value,
        "evaluations": one.points,
        "first": number(one.first),
        "first_step": one.first_step,
        "best": number(one.best),
        "best_step": one.best_step,
        "last": number(one.last),
        "last_step": one.last_step,
        "gain": number(one.gain, 3),
        "standard_error": number(one.error, 3),
    }


def _advice(table: TrialTable, rows: IntArray) -> tuple[Advice, ...]:
    suspects = [
        "learning rate too large, far too small or 0",
        "frozen parameters",
        "labels",
        "metric",
    ]
    reason = "unless the model was trained before its first evaluation"
    return (
        Advice("inspect-bug", {"trials": names(table, rows[:5]), "suspects": suspects}, reason),
    )
