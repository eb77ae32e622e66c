"""Cells of a row as what they have to be: SQLite keeps anything in any column."""

from __future__ import annotations

import json
from typing import Any

from tuning_playbook.trial import Seconds

_LAST_MOMENT = 253_402_214_400.0  # the last day that calendars can show, 9999-12-31


def as_text(value: Any) -> str:
    """A text.

    Raises:
        TypeError: for anything else.
    """
    if not isinstance(value, str):
        raise TypeError(f"expected a text, found {value!r:.60}")
    return value


def as_count(value: Any) -> int:
    """A whole number.

    Raises:
        TypeError: for anything else.
    """
    if type(value) is not int:
        raise TypeError(f"expected a whole number, found {value!r:.60}")
    return value


def as_number(value: Any) -> float:
    """A number, as it is.

    Raises:
        TypeError: for anything else.
    """
    if not isinstance(value, (int, float)):
        raise TypeError(f"expected a number, found {value!r:.60}")
    return value


def as_moment(value: Any) -> Seconds:
    """Seconds since the epoch that a calendar can show.

    Raises:
        TypeError: for what is no number.
        ValueError: for any others.
    """
    found = float(as_number(value))  # SQLite hands whole numbers of a changed row back as integers
    if not 0 <= found < _LAST_MOMENT:
        raise ValueError(f"expected seconds since 1970, found {found!r}")
    return found


def as_document(text: str) -> dict[str, Any]:
    """What a JSON object holds.

    Raises:
        ValueError: for a text that is no JSON.
        TypeError: for JSON that is no object.
    """
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError(f"expected a JSON object, found {found!r:.60}")
    return found


def as_configuration(text: str) -> dict[str, Any]:
    """A JSON object of numbers, texts, switches and nulls.

    Raises:
        ValueError: for a text that is no JSON.
        TypeError: for JSON that is no object, or holds others within it.
    """
    found = as_document(text)
    for value in found.values():
        if isinstance(value, (dict, list)):
            raise TypeError(f"expected a number or a text, found {value!r:.60}")
    return found
