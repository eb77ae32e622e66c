"""Scrambled Halton points: an even cover of the unit cube that can be extended at any time.

Coordinate j of point i is the radical inverse of i in the j-th prime base b, after each digit went
through its own affine permutation of 0 .. b - 1,

    u_ij = sum_k ((f_j digit_k(i) + c_jk) mod b) b^-(k + 1),

where digit 0 is the last one of i, f_j is a random multiplier and c_j a random shift, digit by
digit (random linear scrambling). Everything random comes from the seed by the hash below, and u is
one division of two whole numbers below 2^53, so that a point has the same bits on every machine
and under every version of numpy. A change of any of this must raise `GENERATOR_VERSION`.

Shifting the coordinates themselves, modulo 1, was refused: it cuts the elementary intervals in two
and nearly doubles the squared discrepancy of 1,000 points. Of a few random scrambles for each
dimension, the one that covers best together with the dimensions before it is kept. See
docs/decisions/0001-halton-sequence.md.

Source: Halton 1960; Matousek 1998 (random linear scrambling); Faure and Lemieux 2009 (good
multipliers); playbook, "Where can I find an implementation of quasi-random search?".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.errors import InvalidInput
from tuning_playbook.search.discrepancy import PrefixDiscrepancy
from tuning_playbook.search.splitmix import random_bits

GENERATOR_VERSION = 1

_CANDIDATES = 8
_FIRST_CANDIDATES = 16  # bases 2 and 3 have no multipliers to choose from
_PREFIX = 512  # points on which candidates are compared
_STRIDE = 16  # ... at every multiple of this
_LARGEST_QUOTIENT = 4  # smaller ones leave too few multipliers to choose from
_TABLE_SIZE = 4096
_LARGEST_INDEX = 2**40


def halton_points(seed: int, dimensions: int, start: int, count: int) -> NDArray[np.float64]:
    """Points ``start`` to ``start + count - 1`` of the sequence that belongs to ``seed``.

    A coordinate depends on the seed, the index and its dimension alone: not on how many points or
    dimensions are asked for, nor on earlier calls.

    Args:
        seed: any integer (modulo 2^64); other seeds give other, independent sequences.
        dimensions: columns wanted, 0 or more.
        start: index of the first point, from 0.
        count: number of points.

    Returns:
        Shape (count, dimensions), in [0, 1).

    Raises:
        InvalidInput: for a negative number of anything, or an index beyond 2^40.

    Example:
        >>> points = halton_points(7, dimensions=3, start=0, count=100)
        >>> points.shape
        (100, 3)
        >>> bool((halton_points(7, dimensions=2, start=40, count=2) == points[40:42, :2]).all())
        True
    """
    for name, value in (("dimensions", dimensions), ("start", start), ("count", count)):
        if value < 0:
            raise InvalidInput(f"{name} must be 0 or more, found {value}")
    if start + count > _LARGEST_INDEX:
        raise InvalidInput(f"the sequence ends at index 2^40, asked for {start + count}")
    # one row for each dimension, so that every dimension is written to consecutive memory
    rows = np.empty((dimensions, count))
    for row, scramble in zip(rows, _scrambles(seed % 2**64, dimensions), strict=True):
        scramble.write(row, start)
    return rows.T


@dataclass(frozen=True, slots=True)
class _Scramble:
    """The scrambled radical inverse of one dimension.

    Args:
        block: number of consecutive indices that share all digits beyond the first table.
        denominator: b^K for K digits; at most 2^53.
        tables: numerators, one table for each group of digits, from the last digits up; floats
            that hold whole numbers, so that their sum is exact in any order.
    """

    block: int
    denominator: float
    tables: tuple[NDArray[np.float64], ...]

    def write(self, out: NDArray[np.float64], start: int) -> None:
        """Fill ``out`` with the coordinates from index ``start`` on."""
        end = start + len(out)
        for block in range(start // self.block, -(-end // self.block)):
            begin = block * self.block
            low, stop = max(start, begin), min(end, begin + self.block)
            part = out[low - start : stop - start]
            np.add(self.tables[0][low - begin : stop - begin], self._numerator(block), out=part)
        np.divide(out, self.denominator, out=out)

    def _numerator(self, block: int) -> float:
        """What the digits beyond the first table add in this block of indices."""
        total = 0.0
        for table in self.tables[1:]:
            block, digits = divmod(block, self.block)
            total += table[digits]
        return total


def _random_scramble(seed: int, dimension: int, candidate: int) -> _Scramble:
    base = _prime(dimension)
    bits = random_bits(GENERATOR_VERSION, seed, dimension, candidate)
    choices = _good_multipliers(base)
    multiplier = choices[next(bits) % len(choices)]
    places = int(53 * math.log(2) / math.log(base) + 1e-9)
    shifts = [next(bits) % base for _ in range(places)]
    group = max(1, int(math.log(_TABLE_SIZE) / math.log(base) + 1e-9))
    tables = []
    for first in range(0, places, group):
        table = np.zeros(1)
        for place in range(first, min(first + group, places)):
            weight = base ** (places - 1 - place)
            terms = [float((multiplier * d + shifts[place]) % base * weight) for d in range(base)]
            table = np.add.outer(terms, table).ravel()
        tables.append(table)
    return _Scramble(base**group, float(base**places), tuple(tables))


@cache
def _good_multipliers(base: int) -> tuple[int, ...]:
    """Multipliers f under which f, 2f, 3f, ... modulo the base spread evenly from the start.

    How evenly is told by the largest partial quotient of the continued fraction of base / f:
    f = 1 would make the first ``base`` points an increasing run.

    Example:
        >>> _good_multipliers(13)
        (3, 4, 5, 8, 9, 10)
    """
    largest = {f: _largest_partial_quotient(base, f) for f in range(1, base)}
    bound = max(_LARGEST_QUOTIENT, min(largest.values()))
    return tuple(f for f, quotient in largest.items() if quotient <= bound)


def _largest_partial_quotient(numerator: int, denominator: int) -> int:
    largest = 0
    while denominator:
        largest = max(largest, numerator // denominator)
        numerator, denominator = denominator, numerator % denominator
    return largest


@lru_cache(maxsize=32)
def _scrambles(seed: int, dimensions: int) -> tuple[_Scramble, ...]:
    """The scramble of each dimension: the best candidate, given the dimensions before it."""
    chosen: list[_Scramble] = []
    cover = PrefixDiscrepancy(_PREFIX, _STRIDE)
    weights = 1 / np.arange(1, _PREFIX // _STRIDE + 1)  # every doubling counts alike
    for dimension in range(dimensions):
        count = _CANDIDATES if dimension >= 2 else _FIRST_CANDIDATES
        candidates = [_random_scramble(seed, dimension, number) for number in range(count)]
        coordinates = [_first_coordinates(candidate) for candidate in candidates]
        squared = np.array([cover.squared_with(u) for u in coordinates])
        # fourth power: no prefix may pay for the others
        scores = (squared / squared.mean(axis=0)) ** 4 @ weights
        # Mirror images tie exactly; without the margin, rounding would choose between them.
        best = int(np.flatnonzero(scores < scores.min() + 1e-9)[0])
        cover.add(coordinates[best])
        chosen.append(candidates[best])
    return tuple(chosen)


def _first_coordinates(scramble: _Scramble) -> NDArray[np.float64]:
    coordinates = np.empty(_PREFIX)
    scramble.write(coordinates, 0)
    return coordinates


@cache
def _prime(position: int) -> int:
    """Prime number at ``position``, from 0.

    Example:
        >>> [_prime(position) for position in range(5)]
        [2, 3, 5, 7, 11]
    """
    number = 2 if position == 0 else _prime(position - 1) + 1
    while any(number % divisor == 0 for divisor in range(2, math.isqrt(number) + 1)):
        number += 1
    return number
