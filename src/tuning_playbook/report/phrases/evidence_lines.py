"""The numbers behind a verdict, on lines that a person can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_MOST_ITEMS = 12


def evidence_lines(evidence: Mapping[str, Any]) -> Iterator[str]:
    """One line for each number, list or set of thresholds; a line each for the rows of a table.

    What is empty or not known is left out; the JSON document has it.

    Args:
        evidence: of a finding.

    Example:
        >>> edges = [{"edge": "low", "effect": -1.4, "position": None}, {"edge": "high"}]
        >>> for line in evidence_lines({"trials": 16, "best_trials": [7, 8], "edges": edges}):
        ...     print(line)
        trials: 16
        best trials: 7, 8
        edges:
          edge low, effect -1.4
          edge high
    """
    for name, value in evidence.items():
        label = _label(name)
        if _is_table(value):
            yield f"{label}:"
            yield from (f"  {_words(row)}" for row in value[:_MOST_ITEMS])
            if len(value) > _MOST_ITEMS:
                yield f"  ... and {len(value) - _MOST_ITEMS} more"
        elif not _is_empty(value):
            yield f"{label}: {_words(value)}"


def _label(name: str) -> str:
    return str(name).replace("_", " ")


def _is_table(value: Any) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(row, Mapping) for row in value)
    )


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str | Mapping | list | tuple) and not value)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        known = {key: inner for key, inner in value.items() if not _is_empty(inner)}
        return ", ".join(f"{_label(key)} {_in_brackets(inner)}" for key, inner in known.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        items = [_in_brackets(item) for item in value]
        rest = len(items) - _MOST_ITEMS
        shown = [*items[:_MOST_ITEMS], f"... {rest} more"] if rest > 0 else items
        return ", ".join(shown)
    return "not known" if value is None else str(value)


def _in_brackets(value: Any) -> str:
    """Part of a line of its own: what has parts itself in brackets."""
    if isinstance(value, Mapping) or (isinstance(value, Iterable) and not isinstance(value, str)):
        return f"({_words(value)})"
    return _words(value)
