"""A range as files write it: ``{ log = [1e-4, 10.0] }`` and its kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Categorical, Constant, Domain, Float, Integer, Ordered


def _pair(value: Any, word: str) -> tuple[Any, Any]:
    numbers = isinstance(value, list) and all(
        isinstance(v, (int, float)) and not isinstance(v, bool) for v in value
    )
    if not numbers or len(value) != 2:
        raise InvalidInput(f"{word} takes two numbers, [low, high]; found {value!r}")
    return value[0], value[1]


def _list(value: Any, word: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise InvalidInput(f"{word} takes a list of values; found {value!r}")
    return tuple(value)


_READERS: dict[str, Callable[[Any], Domain]] = {
    "linear": lambda v: Float(*_pair(v, "linear"), "linear"),
    "log": lambda v: Float(*_pair(v, "log"), "log"),
    "reverse_log": lambda v: Float(*_pair(v, "reverse_log"), "reverse_log"),
    "integer": lambda v: Integer(*_pair(v, "integer"), "linear"),
    "integer_log": lambda v: Integer(*_pair(v, "integer_log"), "log"),
    "ordered": lambda v: Ordered(_list(v, "ordered")),
    "choice": lambda v: Categorical(_list(v, "choice")),
    "fixed": lambda v: Constant(v),
}  # fmt: skip

# What users of other tools write.
_SYNONYMS = {"uniform": "linear", "loguniform": "log", "log_uniform": "log", "int": "integer",
             "categorical": "choice", "values": "choice", "value": "fixed", "constant": "fixed",
             "discrete": "ordered"}  # fmt: skip

DOMAIN_WORDS = tuple(_READERS)


def split_domain(table: Mapping[str, Any]) -> tuple[Domain | None, dict[str, Any]]:
    """The range written in a table, and the table's other entries.

    Raises:
        InvalidInput: when the table holds two ranges, or one that cannot be.
    """
    rest = dict(table)
    words = [w for w in table if _SYNONYMS.get(w, w) in _READERS]
    if len(words) > 1:
        raise InvalidInput(f"{' and '.join(words)} are given together; one range only")
    if not words:
        return None, rest
    value = rest.pop(words[0])
    return _READERS[_SYNONYMS.get(words[0], words[0])](value), rest


def domain_to_toml(domain: Domain) -> str:
    """The inner text of an inline table, such as ``log = [0.0001, 10.0]``."""
    if isinstance(domain, Float):
        return f"{domain.scale} = [{domain.low!r}, {domain.high!r}]"
    if isinstance(domain, Integer):
        word = "integer" if domain.scale == "linear" else "integer_log"
        return f"{word} = [{domain.low}, {domain.high}]"
    if isinstance(domain, Constant):
        return f"fixed = {value_to_toml(domain.value)}"
    word = "ordered" if isinstance(domain, Ordered) else "choice"
    return f"{word} = [{', '.join(value_to_toml(v) for v in domain.values)}]"


def value_to_toml(value: Any) -> str:
    """A plain value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = "".join(
            {'"': '\\"', "\\": "\\\\"}.get(c) or (c if c.isprintable() else f"\\u{ord(c):04x}")
            for c in value
        )
        return f'"{escaped}"'
    return repr(value)
