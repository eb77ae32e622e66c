"""playbook.toml -> `Project`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.commands import check_command
from tuning_playbook.project_files.derived import derived_name
from tuning_playbook.project_files.hints import nearest, shown
from tuning_playbook.project_files.hyperparameters import DeclaredHyperparameters
from tuning_playbook.project_files.mistakes import OpenFile
from tuning_playbook.project_files.naming import ambiguous_name, entries, matching, unknown_name
from tuning_playbook.project_files.places import PROJECT_FILE, find_project
from tuning_playbook.project_files.schema import PROJECT, TRAINING
from tuning_playbook.space import Value, derived_values, fitted, misfit
from tuning_playbook.study import (
    CommandTarget,
    Direction,
    Failures,
    FunctionTarget,
    Objective,
    Project,
    Resources,
    Target,
    TrainingProtocol,
    function_target,
)


def read_project(folder: Path) -> Project:
    """The project declared in ``folder``.

    Args:
        folder: one that holds playbook.toml, or lies below one that does; or the file itself.

    Raises:
        InvalidFile: with every mistake of the file.
        InvalidInput: when there is no file, or it cannot be read.
    """
    file = folder if folder.is_file() else find_project(folder) / PROJECT_FILE
    opened = OpenFile(file)
    parsed = opened.by_structure(PROJECT)
    declared = DeclaredHyperparameters(opened)
    baseline = _baseline(opened, declared)
    _check_metric(opened)
    _check_training(opened, declared)
    opened.raise_if_any()
    if parsed is None:
        raise AssertionError("a file without mistakes is parsed")
    about, metric, training = parsed["project"], parsed["metric"], parsed["training"]
    return Project(
        name=about["name"] or file.resolve().parent.name,
        objective=Objective(metric["name"], Direction(metric["direction"]), metric["reduction"]),
        training=_protocol(training),
        hyperparameters=declared.found,
        baseline=baseline,
        resources=Resources(**parsed["resources"]),
        store_url=parsed["store"]["url"],
        kind=about["kind"],
        task=about["task"],
        metric_reason=metric["reason"],
        test_metric=metric["test"],
        reference=about["reference"],
        chance_level=metric["chance"],
        evaluation_examples=metric["examples"],
        confirm_metric=metric["confirm"],
        confirm_examples=metric["confirm_examples"],
        failures=Failures(**{kind: tuple(signs) for kind, signs in training["failures"].items()}),
        derived=declared.derived,
    )


def _protocol(table: Mapping[str, Any]) -> TrainingProtocol:
    target: Target
    if table["command"] is not None:
        target = CommandTarget(tuple(table["command"]))
    else:
        file, _, function = (table["target"] or "").rpartition(":")
        target = FunctionTarget(file, function)
    return TrainingProtocol(
        target=target,
        max_train_steps=table["max_train_steps"],
        evaluation_interval=table["evaluation_interval"],
        keep_best_checkpoints=table["keep_best_checkpoints"],
        timeout_seconds=table["timeout_seconds"],
        stop_on_non_finite=tuple(table["stop_on_non_finite"]),
    )


def _check_metric(file: OpenFile) -> None:
    table = file.document.get("metric")
    if not isinstance(table, Mapping):
        return
    _check_confirm(file, table)
    if table.get("test") and table["test"] == table.get("name"):
        file.add(
            ["metric", "test"],
            f"{table['test']!r} is the metric that decides, so it cannot be held out as well",
            "name a metric on data that is used for no choice, or remove test",
        )


def _check_confirm(file: OpenFile, table: Mapping[str, Any]) -> None:
    confirm = table.get("confirm")
    if not confirm:
        if table.get("confirm_examples"):
            file.add(
                ["metric", "confirm_examples"],
                "confirm_examples is given without confirm",
                'name the metric on those examples, confirm = "...", or remove confirm_examples',
            )
        return
    path = ["metric", "confirm"]
    if confirm == table.get("name"):
        file.add(
            path,
            f"{confirm!r} chooses the candidates, so it cannot confirm them",
            "evaluate the same metric, under another name, on a part of the validation set that is "
            "used for no choice, or remove confirm",
        )
    elif confirm == table.get("test"):
        file.add(
            path,
            f"{confirm!r} is the metric on the test set, which no decision may use",
            "confirm with a part of the validation set, or remove confirm",
        )


def _check_training(file: OpenFile, declared: DeclaredHyperparameters) -> None:
    """What the types of the table cannot tell; looked at whatever else is wrong."""
    table = file.document.get("training")
    if not isinstance(table, Mapping):
        return
    target, command = table.get("target"), table.get("command")
    ways = ("target", "command")
    mistyped = any(nearest(key, TRAINING.keys) in ways for key in {*table} - {*ways})
    if (target is None) == (command is None) and not mistyped:
        found = "neither target nor command" if target is None else "both target and command"
        file.add(
            ["training"],
            f"{found} is given",
            'write target = "train.py:train" or command = ["python", "train.py"]',
        )
    if isinstance(target, str) and function_target(target) is None:
        file.add(
            ["training", "target"],
            f"{target!r} names no function",
            'write FILE:FUNCTION, such as "train.py:train", or instead of it, for a program of any '
            'language, command = ["python", "train.py"]',
        )
    if isinstance(command, list):
        check_command(file, command, declared)
    steps, interval = table.get("max_train_steps"), table.get("evaluation_interval")
    if isinstance(steps, int) and isinstance(interval, int) and interval > steps > 0:
        file.add(
            ["training", "evaluation_interval"],
            f"{interval} steps between evaluations are more than the {steps} of a trial",
            "set it so that a trial has 20 to 100 evaluations",
        )


def _baseline(file: OpenFile, declared: DeclaredHyperparameters) -> dict[str, Value]:
    table = file.document.get("baseline", {})
    if not isinstance(table, Mapping):
        file.add(["baseline"], f"expected a table, found {shown(table)}", "write [baseline]")
        return {}
    by_key = {h.key: h for h in declared.found}
    found: dict[str, Value] = {}
    for name, path, value in entries(table, ("baseline",)):
        keys = matching(name, by_key)
        if len(keys) == 1:
            h = by_key[keys[0]]
            problem = misfit(h.domain, value, natural=h.natural)
            if problem:
                file.add(path, f"{h.key}: {problem}")
            else:
                found[h.key] = fitted(h.domain, value)
        elif keys:
            file.add(path, *ambiguous_name(name, keys))
        elif (words := derived_name(name, declared.derived)) is not None:
            file.add(path, *words)
        elif not matching(name, declared.faulty):  # a faulty declaration is one mistake, not two
            file.add(path, *unknown_name(name, [*by_key, *sorted(declared.faulty)]))
    _check_derived(file, declared, found)
    return found


def _check_derived(
    file: OpenFile, declared: DeclaredHyperparameters, baseline: Mapping[str, Value]
) -> None:
    values = {h.key: h.default for h in declared.found} | dict(baseline)
    try:
        derived_values(declared.derived, values)
    except InvalidInput as error:
        file.add(["baseline"], str(error))
