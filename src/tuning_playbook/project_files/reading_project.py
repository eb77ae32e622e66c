"""playbook.toml -> `Project`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.hyperparameters import read_hyperparameters
from tuning_playbook.project_files.mistakes import MistakeList, parse
from tuning_playbook.project_files.naming import ambiguous_name, matching, unknown_name
from tuning_playbook.project_files.schema import ProjectFile, TrainingTable
from tuning_playbook.space import Constant, Hyperparameter, Value
from tuning_playbook.study import (
    CommandTarget,
    Direction,
    FunctionTarget,
    Objective,
    Project,
    Resources,
    Target,
    TrainingProtocol,
)

PROJECT_FILE = "playbook.toml"


def find_project(start: Path) -> Path:
    """The folder of the project that ``start`` lies in: itself or the nearest one above.

    Raises:
        InvalidInput: when there is none.
    """
    start = start.resolve()
    if start.is_file():
        return start.parent
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise InvalidInput(
        f"no {PROJECT_FILE} in {start} or any folder above it; make one with: playbook init"
    )


def read_project(folder: Path) -> Project:
    """The project declared in ``folder``.

    Args:
        folder: that holds playbook.toml, or the file itself.

    Raises:
        InvalidFile: with every mistake of the file.
        InvalidInput: when there is no file.
    """
    file = folder if folder.is_file() else find_project(folder) / PROJECT_FILE
    parsed, document, mistakes = parse(file, ProjectFile)
    if parsed is None:
        tables = document.get("hyperparameters")
        if isinstance(tables, dict):  # its mistakes are told along with those of the structure
            read_hyperparameters(tables, mistakes)
        mistakes.raise_if_any()
        raise AssertionError("a file without mistakes is parsed")
    hyperparameters = read_hyperparameters(parsed.hyperparameters, mistakes)
    target = _target(parsed.training, mistakes)
    baseline = _baseline(parsed.baseline, hyperparameters, mistakes)
    if parsed.training.evaluation_interval > parsed.training.max_train_steps:
        mistakes.add(
            ["training", "evaluation_interval"],
            f"{parsed.training.evaluation_interval} steps between evaluations are more than the "
            f"{parsed.training.max_train_steps} of a trial",
            "20 to 100 evaluations in a trial make good curves",
        )
    mistakes.raise_if_any()
    training = parsed.training
    return Project(
        name=parsed.project.name or file.parent.resolve().name,
        objective=Objective(
            parsed.metric.name, Direction(parsed.metric.direction), parsed.metric.reduction
        ),
        training=TrainingProtocol(
            target=target,
            max_train_steps=training.max_train_steps,
            evaluation_interval=training.evaluation_interval,
            keep_best_checkpoints=training.keep_best_checkpoints,
            timeout_seconds=training.timeout_seconds,
            stop_on_non_finite=tuple(training.stop_on_non_finite),
        ),
        hyperparameters=hyperparameters,
        baseline=baseline,
        resources=Resources(parsed.resources.workers, parsed.resources.gpus_per_trial),
        store_url=parsed.store.url,
        task=parsed.project.task,
        metric_reason=parsed.metric.reason,
        test_metric=parsed.metric.test,
        reference=parsed.project.reference,
        chance_level=parsed.metric.chance,
    )


def _target(table: TrainingTable, mistakes: MistakeList) -> Target:
    nowhere = FunctionTarget("", "")
    if (table.target is None) == (table.command is None):
        found = "neither target nor command" if table.target is None else "both target and command"
        hint = 'write target = "train.py:train" or command = ["python", "train.py"]'
        mistakes.add(["training"], f"{found} is given", hint)
        return nowhere
    if table.command is not None:
        if not table.command:
            mistakes.add(["training", "command"], "the command is empty")
        return CommandTarget(tuple(table.command))
    file, colon, function = (table.target or "").rpartition(":")
    if not (colon and file and function.isidentifier()):
        mistakes.add(["training", "target"], f"{table.target!r} names no function",
                     'write FILE:FUNCTION, such as "train.py:train"')  # fmt: skip
        return nowhere
    return FunctionTarget(file, function)


def _baseline(
    table: dict[str, Any], declared: Sequence[Hyperparameter], mistakes: MistakeList
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    by_key = {h.key: h for h in declared}
    for name, value in table.items():
        keys = matching(name, declared)
        if len(keys) != 1:
            words = ambiguous_name(name, keys) if keys else unknown_name(name, declared)
            mistakes.add(["baseline", name], *words)
        elif problem := misfit(by_key[keys[0]], value):
            mistakes.add(["baseline", name], problem)
        else:
            found[keys[0]] = value
    return found


def misfit(h: Hyperparameter, value: Any) -> str:
    """Why ``value`` cannot be a value of ``h``; empty where it can."""
    if isinstance(h.domain, Constant):
        same = type(value) is type(h.domain.value)
        return "" if same else f"{h.key} is like {h.domain.value!r}, found {value!r}"
    try:
        Hyperparameter(h.name, h.domain, value, h.kind, h.natural, h.condition)
    except InvalidInput:
        natural = "" if h.natural == (None, None) else f", natural limits {list(h.natural)}"
        return f"{value!r} is not a value of {h.key} ({h.domain}{natural})"
    return ""
