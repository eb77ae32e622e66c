"""What a Hugging Face Trainer was told, as it writes it among the texts of an event file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuning_playbook.importers.cells.nested import object_in
from tuning_playbook.importers.cells.values import dotted, is_number
from tuning_playbook.importers.runs_of_tools import Run
from tuning_playbook.vocabulary import names_a_setting

# Beside it stands ``model_config/text_summary``, which is what the model is and not what was tuned.
ARGUMENTS_TAG = "args/text_summary"
MODEL_CONFIGURATION = "config.json"


def arguments_in(text: str) -> dict[str, Any]:
    """The arguments by name; empty for a text that is no object.

    Example:
        >>> arguments_in('{"learning_rate": 5e-05, "fsdp_config": {"xla": false}}')
        {'learning_rate': 5e-05, 'fsdp_config.xla': False}
    """
    found = object_in(text.strip())
    return dotted(found) if isinstance(found, Mapping) else {}


def add_arguments(runs: Sequence[Run], arguments: Sequence[Mapping[str, Any]]) -> None:
    """Add to each run its arguments, where it has no other settings.

    A Trainer has a hundred of them, most of which say where and how it works. Those that differ
    between runs are kept, and those with the name of a hyperparameter.

    Args:
        runs: with the settings that were found elsewhere.
        arguments: of each run; empty where it has none.
    """
    own = [
        (run, {**given, **run.parameters})
        for run, given in zip(runs, arguments, strict=True)
        if given and set(run.parameters) <= set(given)
    ]
    telling = _telling([given for _, given in own])
    for run, given in own:
        run.parameters = {
            name: value
            for name, value in given.items()
            if name in telling and not _is_unset(name, value)
        }


def _telling(arguments: Sequence[Mapping[str, Any]]) -> set[str]:
    values: dict[str, set[str]] = {}
    known = set()
    for given in arguments:
        for name, value in given.items():
            values.setdefault(name, set()).add(repr(value))
            # A flag that is the same everywhere is one of how the Trainer works.
            if not isinstance(value, bool) and names_a_setting(name):
                known.add(name)
    return known | {name for name, found in values.items() if len(found) > 1}


def _is_unset(name: str, value: Any) -> bool:
    return value is None or (name == "max_steps" and is_number(value) and value <= 0)
