"""JSON of others: whatever stands in it, it is read or told, and never a fault of this program."""

from __future__ import annotations

import json
import math
from typing import Any

# All whole numbers of 64 bits; what is longer is no count and no seed.
_LONGEST_WHOLE_NUMBER = 20
_MOST_BITS = 64


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


def without_long_numbers(value: Any) -> Any:
    """Plain values, read from another notation than JSON, with whole numbers as `read_json` has.

    Example:
        >>> without_long_numbers({"lr": [10**400, 3], "bs": 32})
        {'lr': [inf, 3], 'bs': 32}
    """
    if isinstance(value, dict):
        return {key: without_long_numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_long_numbers(inner) for inner in value]
    return plain_whole_number(value) if type(value) is int else value


def plain_whole_number(value: int) -> int | float:
    """A whole number of 64 bits as it is; a longer one as a fraction, or as infinite.

    Example:
        >>> plain_whole_number(3), plain_whole_number(-(10**400))
        (3, -inf)
    """
    if value.bit_length() <= _MOST_BITS:
        return value
    try:
        return float(value)
    except OverflowError:
        return -math.inf if value < 0 else math.inf


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_WHOLE_NUMBER else float(digits)


_DECODER = json.JSONDecoder(parse_int=_whole_number)
