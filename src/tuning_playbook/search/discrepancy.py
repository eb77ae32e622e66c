"""Centred discrepancy of every prefix of a sequence, built up dimension by dimension."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class PrefixDiscrepancy:
    """Squared centred L2 discrepancy of the first points, as dimensions are added.

    With z = |u - 1/2|, for n points in d dimensions it is

        (13/12)^d - 2/n sum_i prod_j (1 + z_ij/2 - z_ij^2/2)
                  + 1/n^2 sum_ik prod_j (1 + z_ij/2 + z_kj/2 - |u_ij - u_kj|/2).

    Args:
        points: length of the longest prefix; a multiple of ``stride``.
        stride: prefixes of ``stride``, 2 ``stride``, ... points are judged.

    Source: Hickernell 1998, "A generalized discrepancy and quadrature error bound".
    """

    def __init__(self, points: int, stride: int) -> None:
        self._stride = stride
        self._counts = stride * np.arange(1, points // stride + 1)
        self._dimensions = 0
        self._single = np.ones(points)
        self._pairs = np.ones((points, points))  # the lower triangle of blocks is kept up to date

    def squared_with(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        """Squared discrepancy of each prefix, if the coordinates ``u`` were added.

        Args:
            u: shape (points,), in [0, 1).

        Returns:
            Shape (points / stride,).
        """
        single = np.cumsum(self._single * _single_factor(u))[self._stride - 1 :: self._stride]
        added = []
        for stop in self._counts.tolist():
            rows, before = slice(stop - self._stride, stop), stop - self._stride
            block = _pair_factor(u[rows], u[:stop])
            block *= self._pairs[rows, :stop]
            added.append(2 * block[:, :before].sum() + block[:, before:].sum())
        pairs = np.cumsum(added)
        expected = (13 / 12) ** (self._dimensions + 1)
        return np.asarray(expected - 2 / self._counts * single + pairs / self._counts**2)

    def add(self, u: NDArray[np.float64]) -> None:
        """Add a dimension whose coordinates are ``u``, shape (points,)."""
        self._dimensions += 1
        self._single *= _single_factor(u)
        for stop in self._counts.tolist():
            rows = slice(stop - self._stride, stop)
            self._pairs[rows, :stop] *= _pair_factor(u[rows], u[:stop])


def _single_factor(u: NDArray[np.float64]) -> NDArray[np.float64]:
    half = np.abs(u - 0.5) / 2
    return np.asarray(1 + half - 2 * half * half)


def _pair_factor(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    # in place: one temporary instead of six
    factor = np.subtract.outer(u / 2, v / 2)
    np.abs(factor, out=factor)
    np.subtract(1 + np.abs(v - 0.5) / 2, factor, out=factor)
    factor += (np.abs(u - 0.5) / 2)[:, None]
    return factor
