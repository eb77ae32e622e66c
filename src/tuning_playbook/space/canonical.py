"""One spelling for values that mean the same, to compare and to count by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def canonical_json(value: Any) -> str:
    """One spelling for values that mean the same: 1 for a file's 1.0, a list for a tuple.

    NaN equals itself, and a switch is never a number.

    Example:
        >>> canonical_json({"rate": 1.0, "on": True}), canonical_json((1, "a"))
        ('{"on": true, "rate": 1}', '[1, "a"]')
    """
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
