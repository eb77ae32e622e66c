"""Quasi-random search: Halton points mapped through the search space."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.search.halton import halton_points
from tuning_playbook.search.mapping import configs_at, searched_in
from tuning_playbook.search.splitmix import hashed, shuffled, text_key
from tuning_playbook.space import Config
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial


class QuasiRandomSearch:
    """Even, non-adaptive cover of the space; configuration i is a function of (space, seed, i).

    A space with conditional hyperparameters is a set of branches. Every block of as many indices
    as there are branches visits each branch once, in a random order, and each branch goes on in a
    sequence of its own; so all are searched equally often and each one evenly. A sequence belongs
    to the study's seed and the branch's values: the same branch in a study with other branches
    beside it gets the same configurations.

    Source: playbook, "Why use quasi-random search instead of more sophisticated black box
    optimization algorithms during the exploration phase of tuning?"; Bousquet et al., 2017.
    """

    def suggest(
        self, study: Study, *, start: int, count: int, finished: Sequence[Trial]
    ) -> tuple[Config, ...]:
        """See `tuning_playbook.search.base.Searcher.suggest`; ``finished`` is not looked at."""
        branches = study.space.branches()
        visited, rounds = _deal(len(branches), study.seed, start=start, count=count)
        found: list[Config] = [{}] * count
        for number, branch in enumerate(branches):
            places = np.flatnonzero(visited == number)
            if not len(places):
                continue
            active = searched_in(study, branch)
            first, last = int(rounds[places[0]]), int(rounds[places[-1]])
            seed = _branch_seed(study.seed, branch)
            points = halton_points(seed, len(active), start=first, count=last + 1 - first)
            configs = configs_at(points[rounds[places] - first], active, study.space, branch)
            for place, config in zip(places.tolist(), configs, strict=True):
                found[place] = config
        return tuple(found)


def _deal(
    branches: int, seed: int, *, start: int, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Branch of each index in the range, and which visit of that branch it is; shape (count,)."""
    rounds = np.arange(start, start + count) // branches
    if branches == 1 or count == 0:
        return np.zeros(count, dtype=np.int64), rounds
    blocks = range(int(rounds[0]), int(rounds[-1]) + 1)
    orders = [branch for block in blocks for branch in shuffled(range(branches), seed, block)]
    skipped = start - blocks.start * branches
    return np.array(orders[skipped : skipped + count], dtype=np.int64), rounds


def _branch_seed(seed: int, branch: Config) -> int:
    if not branch:
        return seed
    return hashed(seed, text_key(json.dumps(sorted(branch.items()))))
