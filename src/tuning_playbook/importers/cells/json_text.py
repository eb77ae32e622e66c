"""JSON of others: whatever stands in it, it is read or told, and never a fault of this program."""

from __future__ import annotations

import json
from typing import Any

# All whole numbers of 64 bits; what is longer is no count and no seed.
_LONGEST_WHOLE_NUMBER = 20


def read_json(text: str | bytes) -> Any:
    """What a JSON text holds; whole numbers beyond 64 bits as fractions, too large ones infinite.

    Raises:
        ValueError: for a text that is no JSON, or nested deeper than can be read.

    Example:
        >>> read_json('{"lr": 1e400, "seed": 3}'), read_json("1" + 400 * "0")
        ({'lr': inf, 'seed': 3}, inf)
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    if not isinstance(text, str):  # databases of others hold anything anywhere
        raise ValueError(f"text is expected, found {text!r:.80}")  # noqa: TRY004
    try:
        return _DECODER.decode(text.removeprefix("\ufeff"))
    except RecursionError as error:
        raise ValueError("it is nested too deeply to be read") from error


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_WHOLE_NUMBER else float(digits)


_DECODER = json.JSONDecoder(parse_int=_whole_number)
