"""Centred discrepancy of every prefix of a sequence, built up dimension by dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class PrefixDiscrepancy:
    """Centred L2 discrepancy of the first points, kept as products over the dimensions so far.

    With z = |u - 1/2|, its square for n points in d dimensions is

        (13/12)^d - 2/n sum_i prod_j (1 + z_ij/2 - z_ij^2/2)
                  + 1/n^2 sum_ik prod_j (1 + z_ij/2 + z_kj/2 - |u_ij - u_kj|/2).

    Args:
        dimensions: how many are in the products.
        single: shape (points,), the products of the first sum.
        pairs: shape (points, points), the products of the second sum.

    Source: Hickernell 1998, "A generalized discrepancy and quadrature error bound".
    """

    dimensions: int
    single: NDArray[np.float64]
    pairs: NDArray[np.float64]

    @classmethod
    def empty(cls, points: int) -> PrefixDiscrepancy:
        """For that many points without any dimension yet."""
        return cls(0, np.ones(points), np.ones((points, points)))

    def extended(self, u: NDArray[np.float64]) -> PrefixDiscrepancy:
        """With one dimension more, whose coordinates are ``u``, shape (points,)."""
        half = np.abs(u - 0.5) / 2
        factor = np.abs(u[:, None] - u)
        factor *= -0.5
        factor += half + 1
        factor += half[:, None]
        factor *= self.pairs
        single = self.single * (1 + half - 2 * half * half)
        return PrefixDiscrepancy(self.dimensions + 1, single, factor)

    def squared(self, stride: int) -> NDArray[np.float64]:
        """Squared discrepancy of the first ``stride``, 2 ``stride``, ... points.

        Args:
            stride: divides the number of points.
        """
        parts = len(self.single) // stride
        counts = stride * np.arange(1, parts + 1)
        single = np.cumsum(self.single)[stride - 1 :: stride]
        blocks = self.pairs.reshape(parts, stride, parts, stride).sum(axis=(1, 3))
        pairs = np.diagonal(blocks.cumsum(axis=0).cumsum(axis=1))
        return np.asarray((13 / 12) ** self.dimensions - 2 / counts * single + pairs / counts**2)
