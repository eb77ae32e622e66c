"""What ``playbook check`` still has to be told, as a command that works when it is typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.metrics.configurations_in_columns import how_to_turn
from tuning_playbook.importers.metrics.metric_choice import (
    all_failed,
    held_out_metrics,
    metrics_that_may_decide,
    names_that_may_be_metrics,
)
from tuning_playbook.importers.metrics.metrics_offered import in_order_of_offer, split_used
from tuning_playbook.importers.roles.told_columns import ToldColumns, as_told, described
from tuning_playbook.importers.runs.other_metrics import runs_with
from tuning_playbook.importers.tables.methods_in_columns import methods_in_columns
from tuning_playbook.importers.tables.tasks_in_columns import tasks_in_columns
from tuning_playbook.vocabulary import metric_direction, plain_name
from tuning_playbook.workflow.checking.foreign import Told, table_as_told

# What sums the other results of a row up.
_SUMMARIES = frozenset({"overall", "average", "avg", "mean", "total", "result", "final"})
_SPELLED = {"parameters": "params"}


def with_command(
    refusal: InvalidInput, study: ForeignStudy, target: str, told: Told, others: Mapping[str, Any]
) -> InvalidInput:
    """A refusal with the command that settles what decides; as it is where none does.

    Args:
        refusal: why the study cannot be judged as it was told.
        study: as read.
        target: as typed.
        told: as typed.
        others: what else was typed, by option.
    """
    proposals = list(_proposals(study, told))
    several = len({metric for metric, _ in proposals}) > 1
    for metric, direction in proposals:
        said = replace(told, metric=metric, direction=direction)
        try:
            table_as_told(study, said)
        except InvalidInput:
            continue
        command = command_line(target, said, others)
        either = not told.direction and bool(direction)
        other = ", or another of them" * several + ", or with --direction maximize" * either
        return InvalidInput(f"{refusal}. Type: {command}{other}")
    return refusal


def over_tasks(refusal: InvalidInput, study: ForeignStudy, target: str, told: Told) -> InvalidInput:
    """What a table of methods and tasks is, and what compares them; any other refusal as it is.

    Args:
        refusal, study, target, told: see `with_command`.
    """
    if told.metric:
        return refusal
    read = described(study)
    found = tasks_in_columns(read)
    turned = methods_in_columns(read)
    options: list[str] = []
    if turned is not None:
        what, tasks, metric = turned.in_words(), turned.tasks, turned.metric
        direction = turned.direction
        options = ["--metric " + shlex.quote(metric)] if turned.others else []
    elif found is not None:
        what, tasks, metric = found.in_words(), ",".join(found.tasks), found.metric
        direction = found.direction
    else:
        return refusal
    words = ["playbook compare", shlex.quote(target), "--tasks", shlex.quote(tasks), *options]
    direction = told.direction or direction
    if told.direction or metric_direction(metric) is None:
        words.append(f"--direction {direction or 'maximize'}")
    either = "" if direction else ", or with --direction minimize"
    return InvalidInput(
        f"{study.name} looks like {what}. Nothing was searched there, so check has nothing to "
        f"judge; what compares the methods over the tasks is: {' '.join(words)}{either}"
    )


def _proposals(study: ForeignStudy, told: Told) -> Iterator[tuple[str, str]]:
    if told.metric:
        metrics = [told.metric]
    else:
        try:
            named = as_told(
                study, ToldColumns(told.parameters, told.results, told.seed, told.steps)
            )
        except InvalidInput:
            return
        # A metric of the test set is left to its user to name: choosing by it spends the test set.
        found = [m for m in metrics_that_may_decide(named) if split_used(m) != "test"]
        if held_out_metrics(named) and all(split_used(m) == "training" for m in found):
            return  # whether the test data served for validation is the question
        metrics = _of_most_runs_first(in_order_of_offer(found), named)
        if not metrics and not held_out_metrics(named):
            nothing = how_to_turn(named) or all_failed(named)
            metrics = [] if nothing else names_that_may_be_metrics(named)
        metrics = sorted(metrics, key=lambda name: plain_name(name) not in _SUMMARIES)
    yield from ((metric, told.direction) for metric in metrics if metric != told.metric)
    yield from ((metric, "minimize") for metric in metrics if not told.direction)


def _of_most_runs_first(metrics: Sequence[str], study: ForeignStudy) -> list[str]:
    """Metrics in their order, those last that few runs have beside those of the others."""
    runs = {metric: int(runs_with(study, metric).sum()) for metric in metrics}
    most = max(runs.values(), default=0)
    return sorted(metrics, key=lambda metric: 2 * runs[metric] < most)


def command_line(target: str, told: Told, others: Mapping[str, Any]) -> str:
    """The command that asks this.

    Example:
        >>> command_line("runs.csv", Told(metric="val acc", by=("model", "data")), {})
        "playbook check runs.csv --metric 'val acc' --by model,data"
    """
    options: dict[str, Any] = {
        _SPELLED.get(f.name, f.name): getattr(told, f.name) for f in fields(Told)
    }
    options |= others
    words = ["playbook check", shlex.quote(target)]
    for name, value in options.items():
        if value in (None, "", ()):
            continue
        text = ",".join(value) if isinstance(value, (tuple, list)) else str(value)
        words.append(f"--{name.replace('_', '-')} {shlex.quote(text)}")
    return " ".join(words)
