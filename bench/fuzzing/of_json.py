"""Damage to JSON: values, names and places of one document, or of one line of many."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any, TypeAlias

from fuzzing.nasty import JSON, NAMES

# A container, and the key or index of one value in it.
_Place: TypeAlias = tuple[Any, Any]
_HERE = "\u241aa value\u241a"


def json_changed(data: bytes, random: Random) -> bytes:
    """A document, or lines of documents, with one thing changed; others are left as they are."""
    try:
        return _document_changed(data.decode(), random).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        pass
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    try:
        lines[at] = _document_changed(lines[at].decode(), random).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return data
    return b"\n".join(lines)


def text_changed(text: str, random: Random) -> str:
    """A text that holds JSON with one thing changed; any other text as it is."""
    try:
        return _document_changed(text, random)
    except (ValueError, RecursionError):
        return text


def _document_changed(text: str, random: Random) -> str:
    document = json.loads(text)
    places = _places(document)
    if not places:
        return random.choice(JSON)
    holder, key = random.choice(places)
    change = random.randrange(10)
    if change < 6:
        holder[key] = _HERE
    elif change == 6:
        del holder[key]
    elif change == 7 and isinstance(holder, dict):
        holder[random.choice(NAMES)] = holder.pop(key)
    elif change == 8:
        other, place = random.choice(places)
        holder[key] = copy.deepcopy(other[place])
    else:
        value = holder[key]
        holder[key] = value * 50 if isinstance(value, (str, list)) else [value, {"a": value}]
    return json.dumps(document).replace(json.dumps(_HERE), random.choice(JSON))


def _places(document: Any) -> list[_Place]:
    """Where a document holds values, at any depth."""
    found: list[_Place] = []
    waiting = [document]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict):
            keys: list[Any] = list(holder)
        else:
            keys = list(range(len(holder))) if isinstance(holder, list) else []
        found += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys]
    return found
