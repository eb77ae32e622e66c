"""The trials of a study, before any of them has run."""

from __future__ import annotations

from collections.abc import Mapping

from tuning_playbook.search.base import Searcher
from tuning_playbook.search.explicit_list import ExplicitList
from tuning_playbook.search.grid_search import GridSearch
from tuning_playbook.search.quasi_random import QuasiRandomSearch
from tuning_playbook.search.random_search import RandomSearch
from tuning_playbook.search.splitmix import hashed
from tuning_playbook.space import Config, derived_values
from tuning_playbook.study import Algorithm, Study
from tuning_playbook.trial import Seconds, Trial

_SEARCHERS: Mapping[Algorithm, type[Searcher]] = {
    "quasi-random": QuasiRandomSearch,
    "random": RandomSearch,
    "grid": GridSearch,
    "list": ExplicitList,
}

_TRAINING = 0x7472


def searcher_for(algorithm: Algorithm) -> Searcher:
    """The searcher of that name."""
    return _SEARCHERS[algorithm]()


def planned_trials(
    study: Study, *, start: int, count: int, created_at: Seconds
) -> tuple[Trial, ...]:
    """Trials ``start`` to ``start + count - 1`` of a study, waiting to be run.

    Args:
        study: what is searched; the algorithm must be non-adaptive.
        start: index of the first.
        count: how many.
        created_at: seconds since the epoch.

    Raises:
        InvalidInput: where the algorithm has fewer configurations (a list or grid that has ended).
    """
    suggestions = searcher_for(study.algorithm).suggest(
        study, start=start, count=count, finished=()
    )
    return tuple(
        Trial(
            study=study.name,
            index=start + i,
            config=full_config(study, suggestion),
            seed=trial_seed(study.seed, start + i),
            created_at=created_at,
        )
        for i, suggestion in enumerate(suggestions)
    )


def full_config(study: Study, suggestion: Config) -> Config:
    """Every hyperparameter that exists under ``suggestion``: fixed, searched and derived ones.

    A fixed hyperparameter that belongs to another value of its parent is left out.

    Example:
        >>> from types import SimpleNamespace
        >>> study = SimpleNamespace(fixed={"optimizer.sgd.momentum": 0.9, "dropout": 0.1},
        ...                         derived={"keep": "1 - dropout"})
        >>> full_config(study, {"optimizer": "adam"})
        {'dropout': 0.1, 'optimizer': 'adam', 'keep': 0.9}

    Raises:
        InvalidInput: where a derived value would be a division by zero.
    """
    config = {**study.fixed, **suggestion}
    present = {key: value for key, value in config.items() if _exists(key, config)}
    formulas = {key: text for key, text in study.derived.items() if _exists(key, config)}
    return {**present, **derived_values(formulas, present)}


def trial_seed(study_seed: int, index: int) -> int:
    """Seed of a trial's training run: 31 bits that depend on the study's seed and the index.

    Every framework takes 31 bits. The third key keeps these apart from the bits of the search.
    """
    return hashed(study_seed, index, _TRAINING) >> 33


def _exists(key: str, config: Config) -> bool:
    # A key reads parent.value.name, and a parent's own key may be of that form.
    for parent in config:
        if key.startswith(f"{parent}."):
            value = config[parent]
            written = str(value).lower() if isinstance(value, bool) else str(value)
            if not key.startswith(f"{parent}.{written}."):
                return False
    return True
