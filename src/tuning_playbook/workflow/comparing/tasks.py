"""Methods on several tasks: a row for each of both, or a column for each task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from tuning_playbook.analysis.comparison.repeats_of_two import Repeats
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.tables.methods_in_columns import (
    MethodsInColumns,
    methods_in_columns,
)
from tuning_playbook.importers.tables.tasks_in_columns import tasks_in_columns
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.vocabulary import metric_direction, names_tasks
from tuning_playbook.words import listed
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.comparing.arms import ArmRuns, Arms
from tuning_playbook.workflow.comparing.completion import Question, Unsettled
from tuning_playbook.workflow.comparing.labels import arm_values
from tuning_playbook.workflow.comparing.roles import Roles, comparison_roles, named_column
from tuning_playbook.workflow.comparing.target import NAME, columns_of

TASK = "task"
_RESULT = "result"
_SUMMARY = "summarizes the tasks"


def below_each_other(
    runs: ForeignStudy, question: Question, told: Told
) -> tuple[ForeignStudy, Question, Told]:
    """The runs with a row for each task, where the user names the columns of several.

    Raises:
        Unsettled: where a table looks like one of methods and tasks, and nobody has said so.
        InvalidInput: for a column that is not there, or text among its results.
    """
    if len(question.tasks) > 1:
        return _long(described(runs), question, told)
    if question.arm or question.seed:
        return runs, question, told
    study = described(runs)
    if question.tasks:
        return _by_method(study, question, told)
    if told.metric:
        return runs, question, told
    turned = methods_in_columns(study)
    if turned is not None:
        raise Unsettled(
            f"{runs.name} looks like {turned.in_words()}, and is compared over the tasks once that "
            "is said.",
            [_said_of(turned, told)],
            others="" if turned.direction or told.direction else "or minimize",
        )
    found = tasks_in_columns(study)
    if found is None:
        return runs, question, told
    known = bool(found.metric) and metric_direction(found.metric) is not None
    more = {} if told.direction or known else {"direction": found.direction or "maximize"}
    raise Unsettled(
        f"{runs.name} looks like {found.in_words()}, and is compared over the tasks once that is "
        "said.",
        [{"tasks": found.tasks, **more}],
        others="or minimize" if more and not found.direction else "",
    )


def _said_of(found: MethodsInColumns, told: Told) -> dict[str, Any]:
    """What has to be said of a table of methods in columns before it is compared."""
    metric = {"metric": found.metric} if found.others else {}
    direction = {} if found.direction or told.direction else {"direction": "maximize"}
    return {"tasks": (found.tasks,), **metric, **direction}


def _by_method(
    study: ForeignStudy, question: Question, told: Told
) -> tuple[ForeignStudy, Question, Told]:
    """The table with a row for each task and method, where each method has a column."""
    task = named_column(study, question.tasks[0], "--tasks")
    found = methods_in_columns(study, tasks=task, metric=told.metric)
    if found is None:
        return study, question, told
    if found.others and not told.metric:
        raise Unsettled(
            f"{study.name} has several metrics for each method: "
            f"{listed([found.metric, *found.others])}.",
            [{"metric": found.metric}],
            others="or another of them",
        )
    method_of = {column: method for method, column in found.methods.items()}
    long, asked, said = _long(
        study, replace(question, tasks=tuple(method_of)), replace(told, metric=found.metric)
    )
    ((method, *_),) = [asked.tasks]
    names = [method_of.get(str(name), name) for name in long.metadata[method]]
    metadata = {**long.metadata, method: names}
    rows = NAME if task not in metadata else task
    return replace(long, metadata=metadata), replace(asked, arm=(method,), tasks=(rows,)), said


def _long(
    study: ForeignStudy, question: Question, told: Told
) -> tuple[ForeignStudy, Question, Told]:
    columns = columns_of(study)
    names = [named_column(study, name, "--tasks") for name in question.tasks]
    if len(set(names)) < len(names):
        raise InvalidInput("--tasks names a column twice; name each task once")
    found = tasks_in_columns(study)
    metric = told.metric or (found.metric if found is not None else "") or _RESULT
    headed = {one.name: one.column for one in study.columns}
    roles = [one for one in study.columns if one.name not in names]
    kept = {name: cells for name, cells in columns.items() if name not in (*names, metric)}
    rows = range(len(study.ids))
    places = [(row, name) for row in rows for name in names if columns[name][row] is not None]
    for row, name in places:
        if not is_number(columns[name][row]):
            raise InvalidInput(
                f"{name} is to hold the results on a task, but {study.ids[row]} has "
                f"{columns[name][row]!r} there; correct that cell, leave it empty, or leave {name} "
                "out of --tasks"
            )
    task = next(name for name in (TASK, "task_in_column", "compared_task") if name not in kept)
    long = replace(
        study,
        ids=tuple(f"{study.ids[row]}, {headed.get(name, name)}" for row, name in places),
        parameters={},
        results={metric: [float(columns[name][row]) for row, name in places]},
        metadata={
            **{name: [cells[row] for row, _ in places] for name, cells in kept.items()},
            task: [headed.get(name, name) for _, name in places],
        },
        curves={},
        status=tuple(study.status[row] for row, _ in places) if study.status else (),
        reason=tuple(study.reason[row] for row, _ in places) if study.reason else (),
        objective=None,
        space=None,
        columns=(
            *map(_beside, roles),
            TakenAs(task, task, Role.BOOKKEEPING, "named by --tasks"),
            TakenAs(metric, metric, Role.RESULT, "the columns named by --tasks"),
        ),
    )
    if not question.arm and found is not None:
        name = next((o.name for o in study.columns if o.column == found.methods), found.methods)
        question = replace(question, arm=(name if name in kept else NAME,))
    return long, replace(question, tasks=(task,)), replace(told, metric=metric)


def _beside(one: TakenAs) -> TakenAs:
    """A column beside those of the tasks, such as their mean: no result that could decide."""
    if one.role in (Role.RESULT, Role.HELD_OUT, Role.HYPERPARAMETER) and not one.certain:
        return replace(one, role=Role.COMPUTED, reason=_SUMMARY)
    return one


def roles_with_tasks(
    study: ForeignStudy, question: Question, told: Told, *, summarized: bool
) -> Roles:
    """The columns of arms and seeds, and of the tasks: as told, or where names leave no doubt.

    They leave none where one column is called like tasks, and each method has one result on each.

    Raises:
        Unsettled, InvalidInput: see `comparison_roles`.
    """
    columns = columns_of(study)

    def roles_over(task: str) -> Roles:
        return comparison_roles(
            study,
            arm=question.arm,
            seed=question.seed,
            metric=told.metric,
            tasks=task,
            summarized=summarized,
        )

    if question.tasks:
        (task,) = (named_column(study, name, "--tasks") for name in question.tasks)
        return replace(roles_over(task), tasks=task)
    found = [
        name
        for name, cells in columns.items()
        if names_tasks(name)
        and name not in (*question.arm, *told.parameters)
        and all(isinstance(cell, str) for cell in cells)
        and len(set(cells)) > 1
    ]
    if len(found) == 1 and not (question.seed or told.by or told.study):
        with suppress(InvalidInput):
            roles = roles_over(found[0])
            if _are_once_each(columns, roles.arm, found[0]):
                note = f"Arms are compared over {found[0]}, one result each; say --tasks otherwise."
                return replace(roles, seed="", tasks=found[0], notes=(*_of_arms(roles), note))
    return roles_over("")


def _of_arms(roles: Roles) -> list[str]:
    return [note for note in roles.notes if "--arm" in note]


def _are_once_each(columns: dict[str, Sequence[Any]], arm: Sequence[str], task: str) -> bool:
    """Whether no method has two results on a task, and most have one on most tasks."""
    cells = list(zip(arm_values(columns, arm), columns[task], strict=True))
    methods, tasks = {key for key, _ in cells}, {name for _, name in cells}
    once = len(set(cells)) == len(cells)
    return once and len(methods) > 1 and 2 * len(cells) > len(methods) * len(tasks)


def averaged_by_task(arms: Arms) -> tuple[Arms, tuple[str, ...]]:
    """The arms with one value for each task: the mean of the runs on it."""
    most = 1
    found = []
    for arm in arms.arms:
        own: dict[Any, list[float]] = defaultdict(list)
        for task, value in zip(arm.repeats.seeds, arm.repeats.values.tolist(), strict=True):
            own[task].append(value)
        most = max(most, *map(len, own.values()))
        means = np.array([np.mean(values) for values in own.values()])
        repeats = Repeats(arm.repeats.label, means, tuple(own), tuple(map(str, own)))
        found.append(ArmRuns(repeats, arm.rows))
    note = (
        f"The result of an arm on a task is the mean of its runs there, up to {most}; how much "
        "they vary is not looked at."
    )
    return replace(arms, arms=tuple(found)), (note,) * (most > 1)
