"""JSON objects that hold a list of trials beside other things, as searches sum themselves up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class ListInObject:
    """A list of objects within an object.

    Args:
        place: where it stands, keys joined by dots.
        rows: the objects.
    """

    place: str
    rows: list[dict[str, Any]]


def lists_of_objects(document: Mapping[str, Any]) -> list[ListInObject]:
    """The lists of two objects or more within an object, without those that repeat another's.

    Example:
        >>> trials = [{"lr": 0.1, "loss": 2.0}, {"lr": 0.3, "loss": 1.0}, {"lr": 1.0, "loss": 3.0}]
        >>> found = lists_of_objects({"best": trials[1], "search": {"trials": trials}})
        >>> [(one.place, len(one.rows)) for one in found]
        [('search.trials', 3)]
        >>> [one.place for one in lists_of_objects({"top_2": trials[:2], "all": trials})]
        ['all']
    """
    found = list(_within(document, ()))
    return [
        one
        for at, one in enumerate(found)
        if not any(
            _repeats(one.rows, other.rows) and (len(one.rows) < len(other.rows) or at > place)
            for place, other in enumerate(found)
            if place != at
        )
    ]


def _within(document: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[ListInObject]:
    for key, value in document.items():
        place = (*above, str(key))
        if isinstance(value, dict) and len(place) < _DEEPEST:
            yield from _within(value, place)
        elif isinstance(value, list) and len(value) > 1 and all(_is_row(one) for one in value):
            yield ListInObject(".".join(place), value)


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and bool(value)


def _repeats(rows: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> bool:
    return len(rows) <= len(others) and all(row in others for row in rows)
