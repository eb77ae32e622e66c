"""The structure of a file: its tables and keys, and what a document lacks or has too much.

All mistakes are told at once, in the words of this project, with the key that was meant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tuning_playbook.project_files.hints import near, near_or_all, nearest, shown

# Words of JSON Schema: type, enum, anyOf, items, minLength, minimum, exclusiveMinimum, maximum.
# And "finite": TOML writes infinity and NaN, and JSON has neither.
Schema: TypeAlias = Mapping[str, Any]
Path: TypeAlias = tuple[str | int, ...]
# Where, what is wrong, and what to write instead
StructureMistake: TypeAlias = tuple[Path, str, str]

_TYPES: dict[str, tuple[str, type | tuple[type, ...]]] = {
    "string": ("a string", str),
    "integer": ("a whole number", int),
    "number": ("a number", (int, float)),
    "boolean": ("a boolean", bool),
    "array": ("a list", list),
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table.

    Args:
        meaning: of the key, for a person.
        schema: of its value.
        required: whether it may not be missing.
        default: what holds where it is missing.
        synonyms: values in the words of other tools, and ours.
        other_names: what other tools call the key.
        checked: whether the schema is held against the value; else it only tells editors what the
            rest of this room reads more closely.
    """

    meaning: str
    schema: Schema
    required: bool = False
    default: Any = None
    synonyms: Mapping[str, str] | None = None
    other_names: tuple[str, ...] = ()
    checked: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a whole file.

    Args:
        meaning: of the table, for a person.
        keys: its keys and the tables inside it, by name.
        required: whether it may not be missing.
    """

    meaning: str
    keys: Mapping[str, Key | Table]
    required: bool = False


def structure_mistakes(
    document: Mapping[str, Any], table: Table, path: Path = ()
) -> Iterator[StructureMistake]:
    """Every place at which a document is not as ``table`` says.

    A key that is missing under its name and there under a mistyped one is one mistake, not two.
    """
    written = {name: _written(document, name, inner) for name, inner in table.keys.items()}
    unknown = document.keys() - written.values()
    for key in unknown:
        yield (*path, key), f"unknown key {key!r}", near_or_all(key, table.keys)
    meant = {nearest(key, table.keys) for key in unknown}
    for name, inner in table.keys.items():
        key = written[name]
        here = (*path, key)
        if key not in document:
            if inner.required and name not in meant:
                yield here, f"{name} is required and missing", _how_to_add(name, inner)
        elif isinstance(inner, Key):
            if inner.checked:
                yield from _value_mistakes(_in_our_words(document[key], inner), inner.schema, here)
        elif isinstance(document[key], Mapping):
            yield from structure_mistakes(document[key], inner, here)
        else:
            message = f"expected a table, found {shown(document[key])}"
            yield here, message, f"write [{key}] on a line of its own"


def filled(document: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """A document without mistakes in our own words, with the default of whatever it leaves out."""
    found: dict[str, Any] = {}
    for name, inner in table.keys.items():
        key = _written(document, name, inner)
        if isinstance(inner, Table):
            found[name] = filled(document.get(key, {}), inner)
        else:
            value = _in_our_words(document.get(key, inner.default), inner)
            is_real = inner.schema.get("type") == "number" and value is not None
            found[name] = float(value) if is_real else value
    return found


def _written(document: Mapping[str, Any], name: str, inner: Key | Table) -> str:
    """The name under which a document has a key."""
    others = inner.other_names if isinstance(inner, Key) else ()
    return next((written for written in (name, *others) if written in document), name)


def _in_our_words(value: Any, key: Key) -> Any:
    if key.synonyms is None or not isinstance(value, str):
        return value
    return key.synonyms.get(value.lower(), value)


def _how_to_add(name: str, inner: Key | Table) -> str:
    inside = inner.keys if isinstance(inner, Table) else {}
    needed = [f"{key} = ..." for key, value in inside.items() if value.required]
    return f"add: [{name}] with {', '.join(needed)}" if needed else f"add: {name} = ..."


def _value_mistakes(value: Any, schema: Schema, path: Path) -> Iterator[StructureMistake]:
    if "anyOf" in schema:
        choices: Sequence[Schema] = schema["anyOf"]
        if all(any(_value_mistakes(value, choice, path)) for choice in choices):
            expected = " or ".join(map(_expected, choices))
            yield path, f"expected {expected}, found {shown(value)}", ""
    elif "enum" in schema:
        words: Sequence[str] = schema["enum"]
        if value not in words:
            expected = " or ".join(words)
            yield path, f"expected {expected}, found {shown(value)}", near(str(value), words)
    elif not _is(value, schema["type"]):
        yield path, f"expected {_TYPES[schema['type']][0]}, found {shown(value)}", ""
    elif schema["type"] == "array":
        for position, item in enumerate(value):
            yield from _value_mistakes(item, schema["items"], (*path, position))
    elif expected := _beyond(value, schema):
        yield path, f"expected {expected}, found {shown(value)}", ""


def _is(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name][1]) and isinstance(value, bool) == (name == "boolean")


def _beyond(value: Any, schema: Schema) -> str:
    """The limit that a value of the right type breaks; empty where it breaks none."""
    if isinstance(value, str):
        return "some text" if len(value) < schema.get("minLength", 0) else ""
    if schema.get("finite") and not math.isfinite(value):
        return "a finite number"
    if "minimum" in schema and not value >= schema["minimum"]:
        return f"at least {schema['minimum']}"
    if "exclusiveMinimum" in schema and not value > schema["exclusiveMinimum"]:
        return f"above {schema['exclusiveMinimum']}"
    if "maximum" in schema and not value <= schema["maximum"]:
        return f"at most {schema['maximum']}"
    return ""


def _expected(schema: Schema) -> str:
    """What one of several schemas asks for."""
    if schema.get("minLength"):
        return "some text"
    limits = f" from {schema['minimum']} to {schema['maximum']}" if "maximum" in schema else ""
    return f"{_TYPES[schema['type']][0]}{limits}"
