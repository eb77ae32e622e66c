"""Grid search: every combination of a few values, for one or two hyperparameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, product

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import (
    Categorical,
    Config,
    Constant,
    Domain,
    Float,
    Integer,
    Ordered,
    SearchSpace,
    Value,
)
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial


class GridSearch:
    """Full factorial design; the last hyperparameter of the space changes fastest.

    Source: Bergstra and Bengio, 2012 (why not in more than two dimensions).
    """

    def suggest(
        self, study: Study, *, start: int, count: int, finished: Sequence[Trial]
    ) -> tuple[Config, ...]:
        """See `tuning_playbook.search.base.Searcher.suggest`; ``finished`` is not looked at.

        Raises:
            InvalidInput: beyond the last point, and where `grid_levels` refuses the study.
        """
        levels = grid_levels(study)
        size = math.prod(len(values) for values in levels.values())
        if start + count > size:
            raise InvalidInput(
                f"the grid has {size} points and {start + count} are wanted; set trials = {size}, "
                'or use algorithm = "quasi-random", whose sequence never ends'
            )
        points = islice(product(*levels.values()), start, start + count)
        return tuple(dict(zip(levels, point, strict=True)) for point in points)


def grid_levels(study: Study) -> dict[str, tuple[Value, ...]]:
    """The values of each hyperparameter that the grid of ``study`` combines.

    Listed values (choices, ordered lists) are taken whole. What is left of ``study.trials`` is
    shared equally by the ranges, evenly spaced on their scale with both ends included, so that
    the grid has at most ``study.trials`` points. An integer range holds no value twice.

    Raises:
        InvalidInput: for a space with conditions, or too few trials.
    """
    if len(study.space.branches()) > 1:
        raise InvalidInput(
            "a grid cannot hold hyperparameters that depend on each other; make one study for "
            'each value of the parent, or use algorithm = "quasi-random"'
        )
    domains = {h.key: h.domain for h in study.space.hyperparameters}
    ranges = [key for key, domain in domains.items() if isinstance(domain, (Float, Integer))]
    listed = {key: _listed(domain) for key, domain in domains.items() if key not in ranges}
    combinations = math.prod(len(values) for values in listed.values())
    needed = combinations * 2 ** len(ranges)
    if study.trials < needed:
        raise InvalidInput(
            f"a grid over {', '.join(domains)} has at least {needed} points, and {study.trials} "
            f'trials are planned; set trials = {needed}, or use algorithm = "quasi-random"'
        )
    # the small addition keeps 8 ** (1 / 3) from becoming 1
    each = int((study.trials // combinations) ** (1 / max(1, len(ranges))) + 1e-9)
    return {key: listed.get(key) or _spread(domain, each) for key, domain in domains.items()}


def whole_grid(study: Study) -> Study:
    """``study`` with as many trials as its grid has points; as it is for other algorithms.

    Example:
        >>> from tuning_playbook.space import Categorical, Hyperparameter
        >>> from tuning_playbook.study import FunctionTarget, Objective, TrainingProtocol
        >>> norm = Hyperparameter("norm", Categorical(("batch", "layer")), "batch")
        >>> study = Study("s", SearchSpace((norm,)), 20, Objective("error", "minimize"),
        ...               TrainingProtocol(FunctionTarget("train.py", "train"), 9, 3),
        ...               algorithm="grid")
        >>> whole_grid(study).trials
        2

    Raises:
        InvalidInput: where `grid_levels` refuses the study.
    """
    while study.algorithm == "grid":
        size = math.prod(len(values) for values in grid_levels(study).values())
        if size >= study.trials:
            break
        study = replace(study, trials=size)  # which may leave fewer levels for some range
    return study


def grid_warning(space: SearchSpace) -> str:
    """Why a grid is a poor choice for this space, in one sentence; empty where it is a fair one.

    Example:
        >>> from tuning_playbook.space import Float, Hyperparameter
        >>> rate = Hyperparameter("learning_rate", Float(1e-4, 1.0, "log"), 0.1)
        >>> grid_warning(SearchSpace((rate,)))
        ''

    Source: Bergstra and Bengio, 2012.
    """
    varied = [h.key for h in space.hyperparameters if not isinstance(h.domain, Constant)]
    if len(varied) <= 2:
        return ""
    return (
        f"a grid over {len(varied)} hyperparameters ({', '.join(varied)}) tries only a few "
        "different values of each, however many trials it has; quasi-random search tries a "
        'new one in every trial: use algorithm = "quasi-random"'
    )


def _spread(domain: Domain, count: int) -> tuple[Value, ...]:
    if isinstance(domain, Integer):
        count = min(count, domain.high - domain.low + 1)
    units = np.linspace(0, 1, count)
    if isinstance(domain, Integer) and domain.scale == "linear":
        whole = np.round(domain.low + units * (domain.high - domain.low)).astype(np.int64).tolist()
    else:
        whole = domain.from_unit(units).tolist()
    return tuple(dict.fromkeys(domain.python(value) for value in whole))


def _listed(domain: Domain) -> tuple[Value, ...]:
    if isinstance(domain, (Ordered, Categorical)):
        return domain.values
    assert isinstance(domain, Constant)  # noqa: S101  ranges are dealt with before
    return (domain.value,)
