"""Frozen data that was read from elsewhere, held against the types that its class declares."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, Literal, Union, get_args, get_origin

_NUMBERS = (int, float)


def require_types(value: object) -> None:
    """Refuse data whose fields are not of their declared types, however deep.

    No constructor looks at them: the types of the language do, and a file is not written in it.
    A whole number counts as a real one. Types beyond texts, numbers, collections, unions and
    dataclasses are left unread.

    Args:
        value: an instance of a dataclass, or a collection of such.

    Raises:
        TypeError: naming the field, what was expected, and what was found.

    Example:
        >>> from tuning_playbook.study import Objective
        >>> require_types(Objective("loss", "minimize"))
        >>> require_types(Objective(["loss"], "minimize"))
        Traceback (most recent call last):
            ...
        TypeError: expected str for metric, found ['loss']
    """
    if is_dataclass(value) and not isinstance(value, type):
        for name, declared in _declared(type(value)):
            found = getattr(value, name)
            if not _is(found, declared):
                expected = declared.__name__ if isinstance(declared, type) else str(declared)
                plain = expected.replace("typing.", "").replace("collections.abc.", "")
                raise TypeError(f"expected {plain} for {name}, found {found!r:.60}")
    elif isinstance(value, Mapping):
        for inner in value.values():
            require_types(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            require_types(inner)


@lru_cache(maxsize=256)
def _declared(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = typing.get_type_hints(kind)
    return tuple((f.name, hints[f.name]) for f in fields(kind))


def _is(value: object, declared: Any) -> bool:
    origin, inner = get_origin(declared), get_args(declared)
    if origin is Literal:
        return value in inner and type(value) in set(map(type, inner))
    if origin in (Union, types.UnionType):
        return any(_is(value, choice) for choice in inner)
    if declared is None or declared is type(None):
        return value is None
    if origin is tuple and inner:
        return isinstance(value, tuple) and _each(value, inner)
    if origin is not None and isinstance(origin, type):
        return _is_collection(value, origin, inner)
    if not isinstance(declared, type) or declared is Any:
        return True
    if declared in _NUMBERS:
        wanted = _NUMBERS if declared is float else int
        return isinstance(value, wanted) and not isinstance(value, bool)
    if is_dataclass(declared) and isinstance(value, declared):
        require_types(value)
    return isinstance(value, declared)


def _each(value: tuple[object, ...], inner: tuple[Any, ...]) -> bool:
    if len(inner) == 2 and inner[1] is Ellipsis:
        return all(_is(item, inner[0]) for item in value)
    return len(value) == len(inner) and all(map(_is, value, inner))


def _is_collection(value: object, origin: type, inner: tuple[Any, ...]) -> bool:
    if not isinstance(value, origin):
        return False
    if isinstance(value, Mapping):
        key, item = inner
        return all(_is(k, key) and _is(v, item) for k, v in value.items())
    if isinstance(value, Sequence):
        return not isinstance(value, str) and all(_is(item, inner[0]) for item in value)
    return True
