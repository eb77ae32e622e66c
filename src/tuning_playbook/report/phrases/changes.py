"""Hyperparameters that differ between two configurations."""

from __future__ import annotations

from typing import Any

from tuning_playbook.decide.candidates import changed_values
from tuning_playbook.space import Config, Value
from tuning_playbook.words import short


def changes_text(before: Config, after: Config) -> list[str]:
    """One line for each hyperparameter that differs."""
    return [f"{key}: {_value(a)} -> {_value(b)}" for key, a, b in changed_values(before, after)]


def changes_document(before: Config, after: Config) -> list[dict[str, Any]]:
    """For ``--json``."""
    return [
        {"key": key, "before": one, "after": other}
        for key, one, other in changed_values(before, after)
    ]


def _value(value: Value | None) -> str:
    return "absent" if value is None else short(value, 6)
