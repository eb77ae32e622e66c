"""From points of the unit cube to configurations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.search.splitmix import hashed
from tuning_playbook.space import Config, Hyperparameter, SearchSpace


def configs_at(
    points: NDArray[np.float64],
    active: Sequence[Hyperparameter],
    space: SearchSpace,
    branch: Config,
) -> list[Config]:
    """Configurations of one branch.

    Args:
        points: shape (n, len(active)), in [0, 1).
        active: the hyperparameters that the columns stand for.
        space: gives the order of keys.
        branch: values that hold for every point.

    Returns:
        n mappings in the order of the space, plain Python values.
    """
    columns = {
        h.key: [h.domain.python(v) for v in h.domain.from_unit(points[:, j]).tolist()]
        for j, h in enumerate(active)
    }
    keys = [key for key in space.keys if key in columns or key in branch]
    return [
        {key: branch[key] if key in branch else columns[key][i] for key in keys}
        for i in range(len(points))
    ]


def seeded_order(size: int, seed: int, block: int) -> list[int]:
    """A random order of ``range(size)`` that depends on the seed and the block's number only."""
    return sorted(range(size), key=lambda i: hashed(seed, block, i))
