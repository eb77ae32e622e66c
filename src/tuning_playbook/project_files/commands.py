"""What can be wrong with the command of a project."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from tuning_playbook.command_line import OF_THE_TRIAL, Placeholder, placeholders
from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.hints import dotted_hint, near
from tuning_playbook.project_files.hyperparameters import DeclaredHyperparameters
from tuning_playbook.project_files.mistakes import OpenFile
from tuning_playbook.space import Categorical, Constant, Hyperparameter, nested_config


def check_command(file: OpenFile, command: list[Any], declared: DeclaredHyperparameters) -> None:
    """Note placeholders that stand for nothing, or cannot be filled in every trial."""
    if not command:
        file.add(["training", "command"], "the command is empty", 'write ["python", "train.py"]')
    if any("{nested_config_file}" in str(argument) for argument in command):
        _check_levels(file, declared)
    faulty = {key.rsplit(".", 1)[-1] for key in declared.faulty}
    for i, argument in enumerate(command):
        for found in placeholders(argument) if isinstance(argument, str) else ():
            if found.name in faulty:  # one mistake, not two
                continue
            problem = _problem(found, declared.named, faulty)
            if problem is not None:
                file.add(["training", "command", i], *problem)


def _check_levels(file: OpenFile, declared: DeclaredHyperparameters) -> None:
    try:
        nested_config(dict.fromkeys((h.name for h in declared.named), 0))
    except InvalidInput as error:
        file.add(["hyperparameters"], str(error))


def _problem(
    found: Placeholder, hyperparameters: tuple[Hyperparameter, ...], faulty: Collection[str]
) -> tuple[str, str] | None:
    """What is wrong with a placeholder, and what to write instead."""
    meant = [h for h in hyperparameters if h.name == found.name]
    if "." in found.name:
        return f"{found.text} does not name a hyperparameter", dotted_hint(found.name)
    if not meant and found.name not in OF_THE_TRIAL:
        known = sorted({h.name for h in hyperparameters}.union(faulty))
        names = ", ".join((*known, *OF_THE_TRIAL))
        hint = near(found.name, (*known, *OF_THE_TRIAL))
        return (
            f"{found.text} does not name a hyperparameter",
            f"{hint}; known here: {names}".removeprefix("; "),
        )
    if found.form not in ("", "flag"):
        instead = f"write {{{found.name}}}, {{{found.name}:flag}} or {{{found.name}:flag|no}}"
        return f"{found.form!r} in {found.text} is not known", instead
    if found.form == "flag" and not (meant and all(map(_is_switch, meant))):
        return (
            f"{found.text} needs a hyperparameter that is true or false",
            f"declare it with choice = [true, false], or write {{{found.name}}}",
        )
    if found.among_words and meant and not _always_exists(meant, hyperparameters):
        return (
            f"{found.text} has no value in some trials, so it cannot be part of a longer argument",
            "make it an argument of its own, which is left out in those trials",
        )
    return None


def _is_switch(h: Hyperparameter) -> bool:
    return isinstance(h.domain, (Categorical, Constant)) and all(
        isinstance(value, bool) for value in _values(h)
    )


def _values(h: Hyperparameter) -> Iterable[object]:
    return h.domain.values if isinstance(h.domain, Categorical) else (h.default,)


def _always_exists(meant: list[Hyperparameter], declared: tuple[Hyperparameter, ...]) -> bool:
    """Whether one of the hyperparameters that share a name exists in every trial."""
    by_parent: dict[str, list[str]] = {}
    for h in meant:
        if h.condition is None:
            return True
        by_parent.setdefault(h.condition.parent, []).append(repr(h.condition.value))
    parents = {h.key: h for h in declared}
    return any(
        key not in parents or _covers(values, parents[key]) for key, values in by_parent.items()
    )


def _covers(values: Collection[str], parent: Hyperparameter) -> bool:
    """Whether ``parent`` has one of these values in every trial."""
    return parent.condition is None and all(repr(v) in values for v in _values(parent))
