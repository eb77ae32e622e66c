"""Is B better than A? Runs that people have, read, put into arms and compared."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.decide.comparisons.comparison_answer import (
    Answered,
    answered,
    answered_by_searches,
)
from tuning_playbook.decide.comparisons.comparison_doubts import Learning
from tuning_playbook.decide.comparisons.retuning import comparisons_without_tuning
from tuning_playbook.decide.comparisons.task_answer import answered_over_tasks
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.columns.texts_in_cells import names_parts_of_data
from tuning_playbook.importers.objects.names_of_levels import is_level
from tuning_playbook.report.comparison.view import ComparisonView
from tuning_playbook.vocabulary import names_tasks, split_of
from tuning_playbook.words import listed
from tuning_playbook.workflow.checking.foreign import Told, table_as_told
from tuning_playbook.workflow.checking.targets import names_a_round, refuse_near_misses
from tuning_playbook.workflow.comparing.arms import Arms, arms_of, seconds_of_a_run
from tuning_playbook.workflow.comparing.compared import Compared
from tuning_playbook.workflow.comparing.completion import (
    Question,
    Unsettled,
    command_line,
    completed,
)
from tuning_playbook.workflow.comparing.curves import questions_of_curves
from tuning_playbook.workflow.comparing.grid import MainEffects, main_effects
from tuning_playbook.workflow.comparing.labels import baseline_position
from tuning_playbook.workflow.comparing.metric import with_metric
from tuning_playbook.workflow.comparing.roles import Roles
from tuning_playbook.workflow.comparing.rounds import runs_of_round
from tuning_playbook.workflow.comparing.searches import (
    searched_columns,
    searches_of,
    sign_of_learning,
)
from tuning_playbook.workflow.comparing.spreads import spreads_of
from tuning_playbook.workflow.comparing.target import columns_of, runs_at
from tuning_playbook.workflow.comparing.tasks import (
    averaged_by_task,
    below_each_other,
    roles_with_tasks,
)
from tuning_playbook.workflow.comparing.times import clocks_of

_MOST_FACTORS = 3
_SEARCHED = (
    "Runs of one arm differ in {}, so each arm is taken as a search and judged by its best trial "
    "at equal budgets; if that is wrong, name the hyperparameters with --params."
)
_ABOUT_THE_SPACE = ("Hyperparameters, with the values tried", "No hyperparameter varies")


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
    runs = _runs(targets, told, project, question)
    try:
        return _compared(_prepared(runs, question, told), targets)
    except Unsettled as unsettled:
        asked, said = completed(
            unsettled,
            question,
            told,
            lambda asked, said: _prepared(
                runs if said.by == told.by else _runs(targets, said, project, asked),
                asked,
                said,
            ),
        )
        command = command_line(targets, asked, said, project=project)
        others = f", {unsettled.others}" if unsettled.others else ""
        raise InvalidInput(f"{unsettled} Type: {command}{others}") from unsettled


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """Runs in their arms, before anything is computed.

    Args:
        read: all runs; ``table`` is of their metric.
        arms, roles: of the runs.
        question, told: with the metric.
        varied: hyperparameters that differ within arms.
        baseline: its position; ``None`` for all pairs.
        notes: what was guessed, repaired or left out.
    """

    read: ForeignStudy
    table: TrialTable
    arms: Arms
    roles: Roles
    question: Question
    told: Told
    varied: tuple[str, ...]
    baseline: int | None
    notes: tuple[str, ...]


def _prepared(runs: ForeignStudy, question: Question, told: Told) -> _Prepared:
    """Everything that a comparison may be refused for."""
    runs, question, told = below_each_other(runs, question, told)
    runs, told, why = with_metric(runs, told)
    _require_one_part_of_data(runs, (*question.arm, question.seed, *question.tasks))
    spreads = spreads_of(runs, told.metric, question.repeats)
    roles = roles_with_tasks(runs, question, told, summarized=spreads is not None)
    spreads = None if roles.tasks else spreads
    read, table = _table(_set_aside(runs, roles), told)
    about_runs = [n for n in read.notes if not n.startswith(_ABOUT_THE_SPACE)]
    arms = arms_of(read, table, roles, spreads)
    if roles.tasks:
        arms, means = averaged_by_task(arms)
        about_runs += means
    labels = {key: arm.repeats.label for key, arm in zip(arms.keys, arms.arms, strict=True)}
    place, how = baseline_position(labels, question.baseline, roles.arm)
    baseline = None if question.all_pairs else place
    guessed = [how] if how and baseline is not None else []
    notes = (*why, *roles.notes, *about_runs, *guessed, *arms.notes)
    varied = () if roles.tasks else searched_columns(read, arms, roles, told.parameters)
    _require_one_task(read, arms, roles, told.parameters)
    return _Prepared(read, table, arms, roles, question, told, varied, baseline, notes)


def _runs(
    targets: Sequence[str], told: Told, project: Path | None, question: Question
) -> ForeignStudy:
    """The runs of a round, or of what something else has run."""
    if len(targets) == 1 and (project is not None or names_a_round(targets[0])):
        return runs_of_round(project or Path(), Path(targets[0]).stem, split=bool(question.arm))
    for target in targets:
        refuse_near_misses(target)
    return runs_at(targets, told, shared=(*question.arm, *filter(None, [question.seed])))


def _compared(made: _Prepared, targets: Sequence[str]) -> Compared:
    read, table, arms, question = made.read, made.table, made.arms, made.question
    clocks = clocks_of(table, made.told.curves, targets)
    sign = table.objective.direction.sign
    columns = columns_of(read)
    further = {name: columns[name] for name in made.varied}
    grid = main_effects(arms, made.roles.arm, made.baseline or 0, further=further, sign=sign)
    notes = made.notes
    answers: tuple[Answered, ...] = ()
    if made.varied:
        adaptive = sign_of_learning(read, arms, made.roles, table.objective)
        # Main effects would be those of the trials that the sampler chose to make.
        grid = MainEffects() if adaptive else grid
        first, told = _answer_by_searches(made, adaptive=adaptive)
        notes = (*notes, *told)
    elif made.roles.tasks:
        first = answered_over_tasks(
            table.objective.metric, [arm.repeats for arm in arms.arms], sign=sign,
            baseline=made.baseline, margin=question.margin,
        )  # fmt: skip
    else:
        first = answered(
            "metric", table.objective.metric, [arm.repeats for arm in arms.arms], sign=sign,
            baseline=made.baseline, margin=question.margin,
        )  # fmt: skip
        answers = questions_of_curves(table, arms, made.baseline, question.target, clocks)
        notes = (*notes, *comparisons_without_tuning(made.roles.arm))
    if question.target is not None and not answers:
        notes += ("--target needs curves of the metric in repeated runs, and there are none.",)
    labels = [arm.repeats.label for arm in arms.arms]
    view = ComparisonView(
        study=read.name,
        objective=table.objective,
        arm=made.roles.arm,
        seed=made.roles.seed,
        kind="searches" if made.varied else "tasks" if made.roles.tasks else "repeats",
        baseline=None if made.baseline is None else labels[made.baseline],
        margin=question.margin,
        answers=(first, *answers),
        effects=grid.effects,
        lengths=arms.lengths,
        seconds=seconds_of_a_run(read, clocks),
        notes=(*notes, *grid.notes),
        tasks=made.roles.tasks,
    )
    return Compared(view)


def _answer_by_searches(made: _Prepared, *, adaptive: Learning) -> tuple[Answered, tuple[str, ...]]:
    """The bests at equal budgets, and what to know about them."""
    varied, roles = made.varied, made.roles
    searches = searches_of(made.read, made.table, made.arms, varied, made.baseline)
    answer = answered_by_searches(
        made.table.objective.metric,
        searches,
        [arm.repeats for arm in made.arms.arms],
        margin=made.question.margin,
        adaptive=adaptive,
    )
    notes: tuple[str, ...] = (_SEARCHED.format(listed(varied)),)
    repeated = 2 * sum(arm.trials for arm in searches.arms.arms) <= len(made.table)
    if repeated and searches.arms.paired and len(varied) <= _MOST_FACTORS:
        cells = ",".join((*roles.arm, *varied))
        notes += (f"To compare the cells of the grid and its main effects: --arm {cells}",)
    return answer, notes


def _require_one_task(
    study: ForeignStudy, arms: Arms, roles: Roles, settings: Collection[str]
) -> None:
    """Results of several tasks have no common scale: neither a best of all nor a mean.

    Args:
        study: the runs.
        arms: of them.
        roles: the columns of arms and seeds, which may name tasks.
        settings: columns that the user calls hyperparameters.

    Raises:
        Unsettled: where the runs of an arm are of several.
    """
    for name, cells in columns_of(study).items():
        told = name in (*roles.arm, roles.seed, roles.tasks, *settings)
        tasks = names_tasks(name) or is_level(name)
        if told or not tasks or not all(isinstance(cell, str) for cell in cells):
            continue
        if any(len({cells[row] for row in arm.rows.tolist()}) > 1 for arm in arms.arms):
            raise Unsettled(
                f"runs of one arm differ in {name}, and results of different tasks are not mixed.",
                [{"by": (name,), "study": task} for task in dict.fromkeys(cells)],
                others=f"or another {name}; --tasks {name} compares over all of them, and --arm "
                f"{','.join((*roles.arm, name))} each of them with main effects",
            )


def _require_one_part_of_data(study: ForeignStudy, told: Collection[str]) -> None:
    """A run that was measured on several parts of the data stands in several rows.

    Raises:
        Unsettled: where nobody has said on which of them to compare.
    """
    for name, cells in columns_of(study).items():
        parts = list(dict.fromkeys(cells))
        if name in told or len(parts) < 2 or not names_parts_of_data(name, cells):
            continue
        parts.sort(key=lambda part: split_of(part) != "validation")
        raise Unsettled(
            f"{name} says on which data a row was measured, and results on {listed(parts)} are "
            "not mixed.",
            [{"by": (name,), "study": part} for part in parts],
            others=f"or another {name}",
        )


def _set_aside(runs: ForeignStudy, roles: Roles) -> ForeignStudy:
    """The study with its arms and seeds among what is no hyperparameter."""
    aside = {name: runs.parameters[name] for name in (*roles.arm, roles.seed, roles.tasks)
             if name in runs.parameters}  # fmt: skip
    return replace(
        runs,
        parameters={k: v for k, v in runs.parameters.items() if k not in aside},
        metadata={**runs.metadata, **aside},
        space=None if aside else runs.space,
    )


def _table(study: ForeignStudy, told: Told) -> tuple[ForeignStudy, TrialTable]:
    """The table of the metric alone: what else varies is looked at where it matters."""
    columns = dict(study.parameters)
    parameters = {told.metric: columns.pop(told.metric)} if told.metric in columns else {}
    bare = replace(
        study,
        parameters=parameters,
        metadata={**study.metadata, **columns},
        space=None,
    )
    try:
        read, table = table_as_told(bare, replace(told, parameters=()))
    except InvalidInput as error:
        if "--direction" not in str(error) or told.direction:
            raise
        raise Unsettled(
            f"cannot tell from the name {told.metric} whether to minimize or maximize it.",
            [{"direction": "minimize"}, {"direction": "maximize"}],
            others="or maximize",
        ) from error
    metadata = {k: v for k, v in read.metadata.items() if k not in columns}
    return replace(read, parameters=columns, metadata=metadata), table


def _require_sensible(question: Question) -> None:
    if not (math.isfinite(question.margin) and question.margin >= 0):
        raise InvalidInput(
            f"expected a margin of 0 or more, in units of the metric, found {question.margin}"
        )
    if question.repeats is not None and question.repeats < 2:
        raise InvalidInput(f"a spread needs 2 runs or more, found --repeats {question.repeats}")
    if question.target is not None and not math.isfinite(question.target):
        raise InvalidInput(
            f"expected a finite value of the metric as target, found {question.target}"
        )
    if question.all_pairs and question.baseline:
        raise InvalidInput("--all-pairs needs no baseline; leave out --baseline or --all-pairs")
