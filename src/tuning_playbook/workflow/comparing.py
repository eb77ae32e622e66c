"""Is B better than A? Runs that people have, read, put into arms and compared."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.analysis.comparison_of_many import LevelEffect
from tuning_playbook.analysis.study_design import ended_rows, study_design
from tuning_playbook.analysis.table import CurveColumn, TrialTable
from tuning_playbook.decide.comparison_answer import (
    Answered,
    Pair,
    answered,
    answered_by_searches,
)
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy, foreign_table, metrics_of
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.importers.values import is_number
from tuning_playbook.plots.theme import Figure
from tuning_playbook.report.comparison_document import comparison_document
from tuning_playbook.report.comparison_page import comparison_fragment, write_comparison
from tuning_playbook.report.comparison_picture import comparison_figure
from tuning_playbook.report.comparison_text import comparison_text
from tuning_playbook.report.comparison_view import ComparisonView, with_short_labels
from tuning_playbook.study import Objective
from tuning_playbook.vocabulary import is_progress, metric_direction, split_of
from tuning_playbook.words import listed
from tuning_playbook.workflow.checking import names_a_round, refuse_near_misses
from tuning_playbook.workflow.comparison_arms import Arms, arms_of, seconds_of_a_run
from tuning_playbook.workflow.comparison_curves import questions_of_curves
from tuning_playbook.workflow.comparison_grid import main_effects
from tuning_playbook.workflow.comparison_roles import (
    Roles,
    baseline_position,
    comparison_roles,
)
from tuning_playbook.workflow.comparison_rounds import runs_of_round
from tuning_playbook.workflow.comparison_searches import searched_columns, searches_of
from tuning_playbook.workflow.comparison_target import STUDY, columns_of, runs_at
from tuning_playbook.workflow.comparison_times import clocks_of
from tuning_playbook.workflow.foreign import Told, table_as_told
from tuning_playbook.workflow.frames import frame_of

_TEST_SET = (
    "The metric is of the test set: what is chosen by it has no unseen data left to be judged on."
)
_MOST_FACTORS = 3
_FEWEST_TURNS = 2
_PREFERRED = ("validation", None, "training", "test")
_SEARCHED = (
    "Runs of one arm differ in {}, so each arm is a search, judged by its best at equal budgets; "
    "--params names the hyperparameters where that is wrong."
)
_ABOUT_THE_SPACE = ("Hyperparameters, with the values tried", "No hyperparameter varies")


@dataclass(frozen=True, slots=True)
class Question:
    """What the user says of a comparison; empty is for what names tell.

    Args:
        arm: columns whose values make an arm; several make a grid.
        seed: column of the seeds.
        baseline: the arm that the others are compared with.
        margin: difference of the metric that is too small to matter.
        all_pairs: whether to compare every arm with every other one.
        target: value of the metric; when runs first reach it is compared too.
    """

    arm: tuple[str, ...] = ()
    seed: str = ""
    baseline: str = ""
    margin: float = 0.0
    all_pairs: bool = False
    target: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The answer to "is B better than A?".

    Args:
        view: everything that is said and drawn.
    """

    view: ComparisonView

    @property
    def verdicts(self) -> dict[tuple[str, str], str]:
        """Baseline and candidate -> ``better``, ``worse``, ``equivalent`` or ``cannot-tell``."""
        pairs = self.view.answers[0].pairs
        return {
            (p.comparison.baseline, p.comparison.candidate): p.judged.verdict.value for p in pairs
        }

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return comparison_document(self.view)

    def to_frame(self, library: str = "") -> Any:
        """One row for each comparison, as a data frame of ``pandas`` or ``polars``."""
        return frame_of([_row(pair) for pair in self.view.answers[0].pairs], library)

    def renderable(self) -> Any:
        """For a terminal."""
        return comparison_text(with_short_labels(self.view))

    def figures(self) -> tuple[Figure, ...]:
        """Pictures, one for each question, as `plotly.graph_objects.Figure` takes them."""
        return tuple(comparison_figure(a) for a in with_short_labels(self.view).answers)

    def write_html(self, path: str | Path) -> None:
        """Write the answer and its pictures as one page that loads nothing."""
        write_comparison(with_short_labels(self.view), self.figures(), Path(path))

    def _repr_html_(self) -> str:
        return comparison_fragment(with_short_labels(self.view))


def _row(pair: Pair) -> dict[str, Any]:
    """A comparison in one row, named as in the document."""
    c = pair.comparison
    return {
        "baseline": c.baseline,
        "candidate": c.candidate,
        "verdict": pair.judged.verdict.value,
        "difference": c.difference,
        "low": c.low,
        "high": c.high,
        "p_value": c.p_value,
        "adjusted_p_value": pair.adjusted_p_value,
        "paired": c.paired,
        "mean_of_baseline": c.means[0],
        "mean_of_candidate": c.means[1],
        "repeats_of_baseline": c.repeats[0],
        "repeats_of_candidate": c.repeats[1],
        "repeats_needed": pair.repeats_needed,
    }


def compare_runs(
    targets: Sequence[str],
    question: Question | None = None,
    told: Told | None = None,
    *,
    project: Path | None = None,
) -> Compared:
    """Compare arms of runs.

    Args:
        targets: what ``playbook check`` reads; each of several is an arm.
        question: what is to be compared.
        told: what the user says of the runs.
        project: folder of the project that the round ``targets`` belongs to; see `check_target`.

    Raises:
        InvalidInput: where nothing usable is there, or it is not clear what is to be compared.
    """
    question, told = question or Question(), told or Told()
    _require_sensible(question)
    runs = _runs(targets, told, project, split=bool(question.arm))
    typed = _typed(targets, question, told)
    told, notes = _with_metric(runs, told, typed)
    metric = told.metric or (runs.objective.metric if runs.objective else "")
    roles = comparison_roles(
        runs, arm=question.arm, seed=question.seed, typed=f"{typed} {_options(told)}", metric=metric
    )
    read, table = _table(_set_aside(runs, roles), told, typed)
    notes += [*roles.notes, *(n for n in read.notes if not n.startswith(_ABOUT_THE_SPACE))]
    if split_of(table.objective.metric) == "test" and _TEST_SET not in notes:
        notes.append(_TEST_SET)
    arms = arms_of(read, table, roles)
    labels = {key: arm.repeats.label for key, arm in zip(arms.keys, arms.arms, strict=True)}
    place, how = baseline_position(labels, question.baseline, roles.arm)
    baseline = None if question.all_pairs else place
    notes += [how] if how and baseline is not None else []
    return Compared(
        _view(
            read,
            table,
            arms,
            roles,
            question,
            baseline,
            (*notes, *arms.notes),
            told,
            clocks_of(table, told.curves, targets),
        )
    )


def _runs(targets: Sequence[str], told: Told, project: Path | None, *, split: bool) -> ForeignStudy:
    """The runs of a round, or of what something else has run."""
    if len(targets) == 1 and (project is not None or names_a_round(targets[0])):
        return runs_of_round(project or Path(), Path(targets[0]).stem, split=split)
    for target in targets:
        refuse_near_misses(target)
    return runs_at(targets, told)


def _view(
    read: ForeignStudy,
    table: TrialTable,
    arms: Arms,
    roles: Roles,
    question: Question,
    baseline: int | None,
    notes: tuple[str, ...],
    told: Told,
    clocks: Mapping[str, CurveColumn],
) -> ComparisonView:
    objective = table.objective
    sign = objective.direction.sign
    repeats = [arm.repeats for arm in arms.arms]
    varied = searched_columns(read, arms, roles, told.parameters)
    answers: tuple[Answered, ...]
    effects: tuple[LevelEffect, ...] = ()
    if varied:
        searches = searches_of(read, table, arms, varied, baseline)
        answers = (
            answered_by_searches(
                objective.metric,
                searches,
                repeats,
                margin=question.margin,
                adaptive=_is_one_adaptive_search(read, arms, roles, objective),
            ),
        )
        notes = (*notes, _SEARCHED.format(listed(varied)))
        repeated = 2 * sum(arm.trials for arm in searches.arms.arms) <= len(table)
        if repeated and searches.arms.paired and len(varied) <= _MOST_FACTORS:
            cells = ",".join((*roles.arm, *varied))
            notes += (f"To compare the cells of the grid and its main effects: --arm {cells}",)
    else:
        first = answered(
            "metric", objective.metric, repeats, sign=sign, baseline=baseline,
            margin=question.margin,
        )  # fmt: skip
        answers = (first, *questions_of_curves(table, arms, baseline, question.target, clocks))
        effects = main_effects(arms, roles.arm, baseline or 0, sign=sign)
    if question.target is not None and len(answers) == 1:
        notes += ("--target needs curves of the metric of repeated runs, and there are none.",)
    return ComparisonView(
        study=read.name,
        objective=objective,
        arm=roles.arm,
        seed=roles.seed,
        kind="searches" if varied else "repeats",
        baseline=None if baseline is None else repeats[baseline].label,
        margin=question.margin,
        answers=answers,
        effects=effects,
        lengths=arms.lengths,
        seconds=seconds_of_a_run(read, clocks),
        notes=notes,
    )


def _is_one_adaptive_search(
    read: ForeignStudy, arms: Arms, roles: Roles, objective: Objective
) -> bool:
    """Whether one search chose all trials, the arms among them, by their results.

    Several files or studies are searches of their own, and so are arms that stand one below the
    other: in one search they take turns.
    """
    order = np.argsort(np.concatenate([arm.rows for arm in arms.arms]))
    arm_of_row = np.repeat(np.arange(len(arms.arms)), [len(arm.rows) for arm in arms.arms])[order]
    turns = 1 + int(np.sum(np.diff(arm_of_row) != 0))
    if STUDY in roles.arm or turns < _FEWEST_TURNS * len(arms.arms):
        return False
    table = foreign_table(read, objective=objective)
    return study_design(table, ended_rows(table)) == "adaptive"


def _set_aside(runs: ForeignStudy, roles: Roles) -> ForeignStudy:
    """The study with its arms and seeds among what is no hyperparameter."""
    aside = {name: runs.parameters[name] for name in (*roles.arm, roles.seed)
             if name in runs.parameters}  # fmt: skip
    return replace(
        runs,
        parameters={k: v for k, v in runs.parameters.items() if k not in aside},
        metadata={**runs.metadata, **aside},
        space=None if aside else runs.space,
    )


def _table(study: ForeignStudy, told: Told, typed: str) -> tuple[ForeignStudy, TrialTable]:
    """The table of the metric alone: what else varies is looked at where it matters."""
    columns = dict(study.parameters)
    metric = told.metric or (study.objective.metric if study.objective else "")
    parameters = {metric: columns.pop(metric)} if metric in columns else {}
    bare = replace(
        study,
        parameters=parameters,
        metadata={**study.metadata, **columns},
        space=None,
    )
    try:
        read, table = table_as_told(bare, replace(told, parameters=()))
    except InvalidInput as error:
        if "--direction" in str(error) and not told.direction:
            raise InvalidInput(
                f"whether {metric} is better small or large, its name does not tell. Type: {typed} "
                f"{_options(replace(told, metric=metric, direction='minimize'))}, or maximize"
            ) from error
        raise
    metadata = {k: v for k, v in read.metadata.items() if k not in columns}
    return replace(read, parameters=columns, metadata=metadata), table


def _with_metric(runs: ForeignStudy, told: Told, typed: str) -> tuple[Told, list[str]]:
    """The metric that decides: as told, the tool's own, or the only one that is no test metric.

    Raises:
        InvalidInput: where several could be meant.
    """
    if told.metric or runs.objective is not None:
        return told, []
    aside = {one.name for one in runs.columns if one.role is Role.PROGRESS}
    metrics = [m for m in metrics_of(runs) if m not in aside and not is_progress(m)]
    columns = columns_of(runs)
    if not metrics:  # a cell that is no number keeps a column from being taken for a metric
        metrics = [n for n, cells in columns.items() if metric_direction(n) and any(
            map(is_number, cells))]  # fmt: skip
    unseen = [metric for metric in metrics if split_of(metric) != "test"]
    if len(unseen) == 1:
        why = "is not of the test set" if len(metrics) > 1 else "is the only metric"
        return replace(told, metric=unseen[0]), [f"{unseen[0]} decides, since it {why}."]
    if not metrics:
        numeric = [name for name, cells in columns.items() if any(map(is_number, cells))]
        raise InvalidInput(
            f"{runs.name} has no column that is named like a metric; name the results with "
            f"--metric. Its columns of numbers: {', '.join(numeric[:15]) or 'none'}"
        )
    first = min(metrics, key=lambda m: _PREFERRED.index(split_of(m)))
    several = f"has several metrics: {', '.join(metrics[:15])}"
    if not unseen:
        several = f"has metrics of the test set only: {', '.join(metrics[:15])}"
    raise InvalidInput(
        f"{runs.name} {several}. Type: {typed} --metric {shlex.quote(first)}"
        + ", or another of them" * (len(metrics) > 1)
    )


def _require_sensible(question: Question) -> None:
    if not (math.isfinite(question.margin) and question.margin >= 0):
        raise InvalidInput(
            f"the margin is a difference of the metric, 0 or more, found {question.margin}"
        )
    if question.target is not None and not math.isfinite(question.target):
        raise InvalidInput(f"the target is a finite value of the metric, found {question.target}")
    if question.all_pairs and question.baseline:
        raise InvalidInput("all pairs have no baseline; leave out --baseline or --all-pairs")


def _typed(targets: Sequence[str], question: Question, told: Told) -> str:
    """The command as the user typed it, to be completed in a message."""
    words = ["playbook compare", *map(shlex.quote, targets)]
    words += [f"--curves {shlex.quote(str(told.curves))}"] if told.curves else []
    words += [f"--arm {shlex.quote(','.join(question.arm))}"] if question.arm else []
    words += [f"--seed {shlex.quote(question.seed)}"] if question.seed else []
    words += [f"--baseline {shlex.quote(question.baseline)}"] if question.baseline else []
    return " ".join(words)


def _options(told: Told) -> str:
    words = [f"--metric {shlex.quote(told.metric)}"] if told.metric else []
    words += [f"--direction {told.direction}"] if told.direction else []
    return " ".join(words)
