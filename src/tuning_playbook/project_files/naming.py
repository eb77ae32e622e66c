"""Short names in files: any unambiguous end of a key."""

from __future__ import annotations

from collections.abc import Sequence

from tuning_playbook.project_files.mistakes import near
from tuning_playbook.space import Hyperparameter


def matching(name: str, declared: Sequence[Hyperparameter]) -> tuple[str, ...]:
    """Keys that ``name`` may stand for: the key itself, or all keys that end in ``.name``."""
    keys = [h.key for h in declared]
    if name in keys:
        return (name,)
    return tuple(key for key in keys if key.endswith(f".{name}"))


def unknown_name(name: str, declared: Sequence[Hyperparameter]) -> tuple[str, str]:
    """Message and suggestion for a name that stands for nothing."""
    keys = [h.key for h in declared]
    hint = near(name, {*keys, *(h.name for h in declared)})
    return (
        f"hyperparameter {name!r} is not declared in playbook.toml",
        hint or f"declared: {', '.join(keys)}",
    )


def ambiguous_name(name: str, keys: Sequence[str]) -> tuple[str, str]:
    """Message and suggestion for a name that stands for several."""
    return (f"{name!r} could be {' or '.join(keys)}", f'write "{keys[0]}" in quotes, or another')
