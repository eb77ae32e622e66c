"""Short names in files: any unambiguous end of a key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from tuning_playbook.project_files.hints import near
from tuning_playbook.vocabulary.hyperparameters import hyperparameter_family

Path = tuple[str | int, ...]


def matching(name: str, keys: Collection[str]) -> tuple[str, ...]:
    """Keys that ``name`` may stand for: the key itself, or all keys that end in ``.name``.

    Example:
        >>> matching("learning_rate", ["optimizer.sgd.learning_rate", "dropout"])
        ('optimizer.sgd.learning_rate',)
    """
    if name in keys:
        return (name,)
    return tuple(key for key in keys if key.endswith(f".{name}"))


def entries(table: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Path, Any]]:
    """Name, place and value of each entry; ``a.b = 1`` without quotes is the name ``a.b``.

    TOML reads a dotted key without quotes as tables inside tables; here both mean one name.
    """
    for name, value in table.items():
        if isinstance(value, Mapping) and value:
            for rest, place, inner in entries(value, (*path, name)):
                yield f"{name}.{rest}", place, inner
        else:
            yield name, (*path, name), value


def unknown_name(name: str, keys: Collection[str]) -> tuple[str, str]:
    """Message and suggestion for a name that stands for nothing."""
    names = {*keys, *(key.rsplit(".", 1)[-1] for key in keys)}
    hint = near(name, sorted(names)) or _alike(name, keys) or f"declared: {', '.join(keys)}"
    return f"hyperparameter {name!r} is not declared in playbook.toml", hint


def _alike(name: str, keys: Collection[str]) -> str:
    """A hint at the only declared name that means the same, such as ``lr``."""
    family = hyperparameter_family(name)
    declared = {key.rsplit(".", 1)[-1] for key in keys}
    alike = [n for n in declared if family is not None and hyperparameter_family(n) is family]
    return f"did you mean {alike[0]!r}?" if len(alike) == 1 else ""


def ambiguous_name(name: str, keys: Sequence[str]) -> tuple[str, str]:
    """Message and suggestion for a name that stands for several."""
    return f"{name!r} could be {' or '.join(keys)}", f'write "{keys[0]}", or the other'
