"""From points of the unit cube to configurations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.space import Config, Hyperparameter, SearchSpace
from tuning_playbook.study import Study


def searched_in(study: Study, branch: Config) -> tuple[Hyperparameter, ...]:
    """The hyperparameters that a search still has to choose once ``branch`` is decided."""
    active = study.space.active({**study.fixed, **branch})
    return tuple(h for h in active if h.key not in branch)


def configs_at(
    points: NDArray[np.float64],
    searched: Sequence[Hyperparameter],
    space: SearchSpace,
    branch: Config,
) -> list[Config]:
    """Configurations of one branch.

    Args:
        points: shape (n, len(searched)), in [0, 1).
        searched: the hyperparameters that the columns stand for.
        space: gives the order of keys.
        branch: values that hold for every point.

    Returns:
        n mappings in the order of the space, plain Python values.
    """
    count = len(points)
    columns = {key: [value] * count for key, value in branch.items()}
    for h, units in zip(searched, points.T, strict=True):
        columns[h.key] = [h.domain.python(value) for value in h.domain.from_unit(units).tolist()]
    keys = [key for key in space.keys if key in columns]
    if not keys:
        return [{} for _ in range(count)]
    rows = zip(*(columns[key] for key in keys), strict=True)
    return [dict(zip(keys, row, strict=True)) for row in rows]
