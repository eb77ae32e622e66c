"""Whole numbers in texts of others."""

from __future__ import annotations

_MOST_DIGITS = 15  # what every language that reads our documents holds exactly


def whole_number(text: str) -> int | None:
    """The number that a text of digits means; ``None`` for any other text.

    ``int`` refuses thousands of digits, and what counts as a digit in Python need not be one of
    ours: ``"²".isdigit()`` holds.

    Example:
        >>> [whole_number(text) for text in ("042", "-1", "²", "9" * 5000)]
        [42, None, None, None]
    """
    fits = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return int(text) if fits else None
