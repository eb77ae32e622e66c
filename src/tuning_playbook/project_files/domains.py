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


def _plain(value: Any) -> Any:
    if not isinstance(value, (bool, int, float, str)):
        raise InvalidInput(f"fixed takes a number, a string or a boolean; found {value}")
    return value


_READERS: dict[str, Callable[[Any], Domain]] = {
    "linear": lambda v: Float(*_pair(v, "linear"), "linear"),
    "log": lambda v: Float(*_pair(v, "log"), "log"),
    "reverse_log": lambda v: Float(*_pair(v, "reverse_log"), "reverse_log"),
    "integer": lambda v: Integer(*_pair(v, "integer"), "linear"),
    "integer_log": lambda v: Integer(*_pair(v, "integer_log"), "log"),
    "ordered": lambda v: Ordered(_list(v, "ordered")),
    "choice": lambda v: Categorical(_list(v, "choice")),
    "fixed": lambda v: Constant(_plain(v)),
}

# What users of other tools write.
SYNONYMS = {
    "uniform": "linear",
    "float": "linear",
    "loguniform": "log",
    "log_uniform": "log",
    "reverse-log": "reverse_log",
    "int": "integer",
    "int_log": "integer_log",
    "categorical": "choice",
    "discrete": "ordered",
    "constant": "fixed",
}

DOMAIN_WORDS = tuple(_READERS)


def range_words(table: Mapping[str, Any]) -> list[str]:
    """The keys of a table that write a range, in their order; one of them in a correct file."""
    return [word for word in table if SYNONYMS.get(word, word) in _READERS]


def domain_of(word: str, value: Any) -> Domain:
    """The range that ``word = value`` writes.

    Raises:
        InvalidInput: for a range that cannot be.

    Example:
        >>> domain_of("log", [1e-4, 1.0])
        Float(low=0.0001, high=1.0, scale='log')
    """
    return _READERS[SYNONYMS.get(word, word)](value)


def range_hint(table: Mapping[str, Any]) -> str:
    """How to write a range that another tool would spell ``low``, ``high`` or ``min``, ``max``."""
    low = table.get("low", table.get("min"))
    high = table.get("high", table.get("max"))
    if low is None and high is None:
        return f"add one of: {', '.join(DOMAIN_WORDS)}"
    ends = f"[{'low' if low is None else low}, {'high' if high is None else high}]"
    return f"write the range in one entry: linear = {ends} or log = {ends}"


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
            {'"': '\\"', "\\": "\\\\"}.get(c) or (c if c.isprintable() else f"\\U{ord(c):08x}")
            for c in value
        )
        return f'"{escaped}"'
    return repr(value)
