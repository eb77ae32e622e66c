"""Quasi-random search: Halton points mapped through the search space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tuning_playbook.search.halton import halton_points
from tuning_playbook.search.mapping import configs_at, seeded_order
from tuning_playbook.search.splitmix import hashed
from tuning_playbook.space import Config
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial


class QuasiRandomSearch:
    """Even, non-adaptive coverage of the space; trial i is a function of (space, seed, i).

    A space with conditional hyperparameters is a set of branches. Indices are dealt to the
    branches in turn, in a seeded order inside every block, and each branch has a sequence of its
    own, so that all of them are covered evenly and equally often.

    Source: playbook, "Why use quasi-random search ...".
    """

    def suggest(
        self, study: Study, *, start: int, count: int, finished: Sequence[Trial]
    ) -> tuple[Config, ...]:
        """See `tuning_playbook.search.base.Searcher.suggest`; ``finished`` is not looked at."""
        branches = study.space.branches()
        found: dict[int, Config] = {}
        for number, branch in enumerate(branches):
            indices = _indices_of(number, len(branches), study.seed, start=start, count=count)
            if not len(indices):
                continue
            active = [
                h for h in study.space.active({**study.fixed, **branch}) if h.key not in branch
            ]
            seed = study.seed if len(branches) == 1 else hashed(study.seed, number + 1)
            first, last = int(indices[0]), int(indices[-1])
            blocks = slice(first // len(branches), last // len(branches) + 1)
            points = halton_points(
                seed, len(active), start=blocks.start, count=blocks.stop - blocks.start
            )
            rows = points[indices // len(branches) - blocks.start]
            configs = configs_at(rows, active, study.space, branch)
            found.update(zip(indices.tolist(), configs, strict=True))
        return tuple(found[i] for i in range(start, start + count))


def _indices_of(
    branch: int, branches: int, seed: int, *, start: int, count: int
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Indices in the range that are dealt to ``branch``, increasing."""
    blocks = range(start // branches, (start + count - 1) // branches + 1) if count else range(0)
    dealt = [b * branches + seeded_order(branches, seed, b).index(branch) for b in blocks]
    return np.array([i for i in dealt if start <= i < start + count], dtype=np.int64)
