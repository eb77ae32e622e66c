"""Grid search: every combination of a few values, for one or two hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Categorical, Config, Float, Integer, Ordered, Value
from tuning_playbook.space.domains import Domain
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial


class GridSearch:
    """Full factorial design of at most ``study.trials`` points, both ends of ranges included.

    Lists of values are taken whole; ranges share what is left equally.

    Source: Bergstra and Bengio, 2012 (why not more than two dimensions).
    """

    def suggest(
        self, study: Study, *, start: int, count: int, finished: Sequence[Trial]
    ) -> tuple[Config, ...]:
        """See `tuning_playbook.search.base.Searcher.suggest`; ``finished`` is not looked at.

        Raises:
            InvalidInput: for a conditional space, more than two ranges, too few trials for the
                lists of values, or an index beyond the last point.
        """
        levels = grid_levels(study)
        points = tuple(islice(product(*levels.values()), start, start + count))
        if len(points) < count:
            total = int(np.prod([len(v) for v in levels.values()]))
            raise InvalidInput(
                f"the grid has {total} points and ends there; to go on, use the algorithm "
                "'quasi-random', whose sequence never ends"
            )
        return tuple(dict(zip(levels, point, strict=True)) for point in points)


def grid_levels(study: Study) -> dict[str, tuple[Value, ...]]:
    """The values of each hyperparameter that the grid of ``study`` combines."""
    if len(study.space.branches()) > 1:
        raise InvalidInput("a grid cannot hold conditional hyperparameters; use 'quasi-random'")
    domains = {h.key: h.domain for h in study.space.hyperparameters}
    ranges = [key for key, d in domains.items() if isinstance(d, (Float, Integer))]
    if len(ranges) > 2:
        raise InvalidInput(
            f"a grid over {len(ranges)} ranges ({', '.join(ranges)}) wastes most of its points on "
            "repeating values of hyperparameters that matter less; use 'quasi-random'"
        )
    lists = int(np.prod([len(_listed(d)) for k, d in domains.items() if k not in ranges] or [1]))
    each = int((study.trials / lists) ** (1 / len(ranges)) + 1e-9) if ranges else 1
    if lists > study.trials or (ranges and each < 2):
        raise InvalidInput(
            f"{study.trials} trials are too few for a grid here: the listed values alone make "
            f"{lists} combinations and every range needs two values or more"
        )
    return {key: _spread(d, each) if key in ranges else _listed(d) for key, d in domains.items()}


def _spread(domain: Domain, count: int) -> tuple[Value, ...]:
    values = [domain.python(v) for v in domain.from_unit(np.linspace(0, 1, count)).tolist()]
    return tuple(dict.fromkeys(values))


def _listed(domain: Domain) -> tuple[Value, ...]:
    return domain.values if isinstance(domain, (Ordered, Categorical)) else (domain.value,)  # type: ignore[union-attr]
