"""Values as other tools write them: texts that mean numbers, nested configurations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

LARGEST_STEP = 2.0**53
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WORDS = {
    "true": True,
    "false": False,
    "none": None,
    "null": None,
    "": None,
    "nan": float("nan"),
    "inf": float("inf"),
    "+inf": float("inf"),
    "-inf": float("-inf"),
    "infinity": float("inf"),
    "-infinity": float("-inf"),
}


def typed_value(text: str) -> Any:
    """The value that a text stands for; the text itself where it stands for nothing else.

    Example:
        >>> [typed_value(text) for text in ("1e-3", "64", "True", "None", "adam", "[64, 32]")]
        [0.001, 64, True, None, 'adam', '[64, 32]']
    """
    plain = text.strip()
    if _INTEGER.fullmatch(plain):
        return int(plain)
    if _DECIMAL.fullmatch(plain):
        return float(plain)
    return _WORDS.get(plain.lower(), text)


def is_number(value: object) -> bool:
    """Whether a value is a number, and no yes or no.

    Example:
        >>> is_number(3), is_number(float("nan")), is_number(True), is_number("3")
        (True, True, False, False)
    """
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def types_in(cells: Iterable[object]) -> set[type]:
    """Types of a column's cells: much cheaper than a look at each cell of a large table.

    Example:
        >>> types_in([3, None, 4]) == {int, type(None)}
        True
    """
    return set(map(type, cells))


def is_step_number(value: object) -> bool:
    """Whether a value can count steps: a number, and not so large that whole numbers run together.

    Example:
        >>> is_step_number(3), is_step_number(1e300), is_step_number("3")
        (True, False, False)
    """
    return is_number(value) and abs(cast("float", value)) < LARGEST_STEP


def as_number(value: Any) -> float | None:
    """A logged value as a number, ``None`` for a picture, a text or nothing.

    Example:
        >>> as_number(3), as_number("NaN"), as_number("-Infinity"), as_number("good")
        (3.0, nan, -inf, None)
    """
    if isinstance(value, str):
        value = typed_value(value)
    try:
        return float(value) if isinstance(value, (bool, int, float)) else None
    except OverflowError:
        return None


def mapping_in(value: Any) -> Mapping[str, Any]:
    """The mapping that a value of somebody else's file is; empty where it is something else."""
    return value if isinstance(value, Mapping) else {}


def mappings_in(values: Any) -> list[Mapping[str, Any]]:
    """The mappings in a list of somebody else's file; empty where it is something else.

    Example:
        >>> mappings_in([{"step": 1}, 3, None]), mappings_in(0.5)
        ([{'step': 1}], [])
    """
    return [one for one in values if isinstance(one, Mapping)] if isinstance(values, list) else []


def dotted(nested: Mapping[Any, Any], *, prefix: str = "") -> dict[str, Any]:
    """A nested configuration with dotted names; lists as JSON text, for they are choices.

    Example:
        >>> dotted({"optimizer": {"name": "adam", "betas": [0.9, 0.99]}, "seed": 1})
        {'optimizer.name': 'adam', 'optimizer.betas': '[0.9, 0.99]', 'seed': 1}
    """
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat.update(dotted(value, prefix=f"{name}."))
        elif value is None or isinstance(value, (bool, int, float, str)):
            flat[name] = value
        else:
            flat[name] = _as_text(value)
    return flat


def _as_text(value: Any) -> str:
    try:
        return json.dumps(value, default=str)
    except (ValueError, RecursionError):  # YAML can hold a list that holds itself
        return str(value)


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows as columns, ``None`` where a row lacks a key; keys in the order of appearance."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
