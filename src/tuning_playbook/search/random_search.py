"""Independent random search: the plain alternative to quasi-random points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tuning_playbook.search.mapping import configs_at
from tuning_playbook.search.splitmix import hashed
from tuning_playbook.space import Config
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial


class RandomSearch:
    """Points drawn independently and uniformly; trial i is a function of (space, seed, i).

    Source: playbook, "Where can I find an implementation of quasi-random search?".
    """

    def suggest(
        self, study: Study, *, start: int, count: int, finished: Sequence[Trial]
    ) -> tuple[Config, ...]:
        """See `tuning_playbook.search.base.Searcher.suggest`; ``finished`` is not looked at."""
        branches = study.space.branches()
        found: list[Config] = []
        for index in range(start, start + count):
            branch = branches[hashed(study.seed, index) % len(branches)]
            active = [
                h for h in study.space.active({**study.fixed, **branch}) if h.key not in branch
            ]
            draws = [hashed(study.seed, index, j + 1) >> 11 for j in range(len(active))]
            point = np.array([draws], dtype=np.float64) * 2.0**-53
            found.extend(configs_at(point, active, study.space, branch))
        return tuple(found)
