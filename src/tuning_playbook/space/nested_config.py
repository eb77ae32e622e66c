"""Configurations with levels, as programs read them from a file."""

from __future__ import annotations

from collections.abc import Mapping

from tuning_playbook.errors import InvalidInput

_LEVEL = "__"


def nested_config(config: Mapping[str, object]) -> dict[str, object]:
    """The configuration with ``__`` in a name as a level of its own.

    Raises:
        InvalidInput: where one name is a value and the beginning of another.

    Example:
        >>> nested_config({"optimizer__lr": 0.1, "optimizer__name": "sgd", "epochs": 3})
        {'optimizer': {'lr': 0.1, 'name': 'sgd'}, 'epochs': 3}
    """
    found: dict[str, object] = {}
    for name, value in config.items():
        *levels, last = name.split(_LEVEL)
        inner = found
        for level in levels:
            below = inner.setdefault(level, {})
            if not isinstance(below, dict):
                raise InvalidInput(_both(level, name))
            inner = below
        if last in inner:
            raise InvalidInput(_both(name, name))
        inner[last] = value
    return found


def _both(short: str, name: str) -> str:
    return (
        f"{short!r} cannot be a value and hold other values in {{nested_config_file}}, as {name} "
        f"says; rename one of them, such as {short}{_LEVEL}name"
    )
