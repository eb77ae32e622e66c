"""Lists of results beside a list of the seeds that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tuning_playbook.importers.cells.nested import is_list_of_numbers
from tuning_playbook.vocabulary import metric_direction, plain_name

_SEEDS = frozenset({"seeds", "seed_list", "random_seeds", "seeds_used"})
_RESULT = "result"


def with_seeds_as_names(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object whose lists with a number for each seed are objects by seed.

    Example:
        >>> with_seeds_as_names({"seeds": [1, 2], "acc": {"cnn": [0.8, 0.9]}})["acc"]
        {'cnn': {'seed_1': {'result': 0.8}, 'seed_2': {'result': 0.9}}}
    """
    found = [
        own
        for key, own in document.items()
        if plain_name(str(key)) in _SEEDS
        and is_list_of_numbers(own)
        and len({*own}) == len(own) > 1
        and all(isinstance(one, int) for one in own)
    ]
    if len(found) != 1:
        return document
    return {
        key: _by_seed(own, found[0]) if isinstance(own, Mapping) else own
        for key, own in document.items()
    }


def _by_seed(value: Mapping[str, Any], seeds: Sequence[int]) -> dict[str, Any]:
    lists = {key: own for key, own in value.items() if _is_by_seed(own, seeds)}
    rest = {
        key: _by_seed(own, seeds) if isinstance(own, Mapping) else own
        for key, own in value.items()
        if key not in lists
    }
    measured = {key: own for key, own in lists.items() if metric_direction(str(key)) is not None}
    others = {key: own for key, own in lists.items() if key not in measured}
    for at, seed in enumerate(seeds):
        for key, own in measured.items():
            rest.setdefault(f"seed_{seed}", {})[key] = own[at]
    for key, own in others.items():
        rest[key] = {f"seed_{s}": {_RESULT: n} for s, n in zip(seeds, own, strict=True)}
    return rest


def _is_by_seed(value: Any, seeds: Sequence[int]) -> bool:
    return is_list_of_numbers(value) and len(value) == len(seeds)
