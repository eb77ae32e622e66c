"""Random bits that are the same in ten years: SplitMix64, spelled out.

Generators of numpy may change their streams between versions; these few lines cannot.

Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import TypeVar

_Item = TypeVar("_Item")

_MASK = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15


def hashed(*keys: int) -> int:
    """64 bits that depend on every key and on their order; keys count modulo 2^64.

    Example:
        >>> hashed(1, 2) == hashed(1, 2), hashed(1, 2) == hashed(2, 1)
        (True, False)
    """
    state = 0
    for key in keys:
        state = _mixed((state + _GOLDEN + key) & _MASK)
    return state


def text_key(text: str) -> int:
    """64 bits that stand for a text: the first eight bytes of its SHA-256, big end first."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def random_bits(*keys: int) -> Iterator[int]:
    """An endless stream of 64-bit numbers that belongs to these keys."""
    state = hashed(*keys)
    while True:
        state = (state + _GOLDEN) & _MASK
        yield _mixed(state)


def random_fraction(*keys: int) -> float:
    """A number in [0, 1) with 53 random bits that belongs to these keys."""
    return (hashed(*keys) >> 11) / 2**53


def shuffled(items: Iterable[_Item], *keys: int) -> list[_Item]:
    """``items`` in a random order that belongs to these keys (Fisher-Yates)."""
    order = list(items)
    bits = random_bits(*keys)
    for last in range(len(order) - 1, 0, -1):
        other = next(bits) % (last + 1)  # uneven by less than 2^-40 for a list that fits in memory
        order[last], order[other] = order[other], order[last]
    return order


def _mixed(state: int) -> int:
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
    return state ^ (state >> 31)
