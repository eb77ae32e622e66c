"""JSON objects that hold the results of runs under the names of models, tasks and seeds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from tuning_playbook.importers.cells.column_names import is_step
from tuning_playbook.importers.cells.nested import is_curve_name, is_list_of_numbers
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.objects.listed_by_seed import with_seeds_as_names
from tuning_playbook.importers.objects.names_of_levels import (
    SEED,
    Leaf,
    is_statistic,
    number_in,
    rows_below,
)
from tuning_playbook.vocabulary import (
    hyperparameter_family,
    is_repetition,
    metric_direction,
    plain_name,
    statistic_in,
)
from tuning_playbook.words import listed

_RESULT = "result"
_DEEPEST, _MOST_ROWS, _MOST_NAMED = 5, 100_000, 8
_BY_SEED = frozenset(
    {
        "per_seed",
        "by_seed",
        "seeds",
        "seed_results",
        "results_by_seed",
        "per_seed_results",
        "all_seeds",
        "raw_by_seed",
    }
)
_SUMS = frozenset(
    {"average", "avg", "mean", "overall", "aggregate", "aggregated", "summary", "total"}
)
_ROUNDED = 0.01  # what rounding takes off a mean
_OF_CLASSES = "support"  # the examples of each class, in scikit-learn's report on one model


def rows_of_levels(document: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str] | None:
    """A row for each result below levels of names, and a sentence on the levels.

    What stands beside the levels, such as the arguments of the program, is named in the sentence.
    One level of names alone is the table of an object by its rows, unless something stands beside.

    Args:
        document: names -> names -> the results of one run.

    Example:
        >>> acc = {"seed_1": {"acc": 0.8}, "seed_2": {"acc": 0.9}}
        >>> rows_of_levels({"cnn": acc, "vit": acc})[0][1]
        {'configuration': 'cnn', 'seed': 2, 'acc': 0.9}
        >>> rows_of_levels({"cnn": {"acc": 0.8}, "vit": {"acc": 0.9}})
        >>> tasks = {"mnist": {"acc": 0.8}, "cora": {"acc": 0.9}}
        >>> rows_of_levels({"cnn": tasks, "vit": tasks})[0][1]
        {'configuration': 'cnn', 'dataset': 'cora', 'acc': 0.9}
        >>> rows_of_levels({"args": {"lr": 0.1}, "cnn": {"acc": 0.8}, "vit": {"acc": 0.9}})[1]
        'The names at each level of the file are read as configuration (cnn, vit); ...'
    """
    document = with_seeds_as_names(document)
    beside: list[str] = []
    leaves = list(islice(_leaves(document, (), {}, beside), _MOST_ROWS + 1))
    depth = len(leaves[0][0]) if leaves else 0
    if not 1 < len(leaves) <= _MOST_ROWS or {len(path) for path, _ in leaves} != {depth}:
        return None
    once = len({path for path, _ in leaves}) == len(leaves)
    if depth < 2 and once and not (beside or _seeds_in(document)):
        return None
    shared = set.intersection(*({*result} for _, result in leaves))
    measured = any(name == _RESULT or metric_direction(name) is not None for name in shared)
    measured = measured or all(map(_has_seed_and_numbers, (result for _, result in leaves)))
    found = rows_below(leaves) if measured and _OF_CLASSES not in shared else None
    if found is None or not beside:
        return found
    left = list(dict.fromkeys(beside))
    more = f", and {len(left) - _MOST_NAMED} more" * (len(left) > _MOST_NAMED)
    return found[0], f"{found[1]} Not read: {listed(left[:_MOST_NAMED])}{more}."


def _leaves(
    value: Mapping[str, Any], path: tuple[str, ...], above: Mapping[str, Any], beside: list[str]
) -> Iterator[Leaf]:
    """The results of each run with the names above it, and with the settings that runs share.

    Args:
        value: an object below some names.
        path: these names.
        above: the settings that stand beside these names.
        beside: takes the names of what holds no result.
    """
    inner = {str(k): v for k, v in value.items() if isinstance(v, Mapping) and _holds_results(v)}
    inner = _without_sums(inner)
    if by_seed := _seeds_in(value):
        yield from _of_seeds(value, by_seed, path, above)
    elif repeats := repeats_in(value):
        # Nothing says that the first repeat of one method has to do with that of another.
        yield from ((path, {**above, repeats[0]: number}) for number in repeats[1])
    elif path and (rows := _rows_in(value)):
        own = {k: v for k, v in value.items() if not isinstance(v, (Mapping, list))}
        yield from ((path, {**above, **own, **row}) for row in rows)
    elif _is_result(value):
        named = {_metric_in(path) if key == _RESULT else key: own for key, own in value.items()}
        yield path, {**above, **named}
    elif inner and len(path) < _DEEPEST:
        beside += [str(key) for key in value if str(key) not in inner]
        for key, one in inner.items():
            yield from _leaves(one, (*path, key), above, beside)
    elif path and _are_numbers_below_names(value):
        for key, number in value.items():
            yield (*path, str(key)), {**above, _metric_in(path): number}
    else:
        yield (*path, *[""] * _DEEPEST), {}  # no level of names: the depths differ then


def _of_seeds(
    value: Mapping[str, Any], by_seed: str, path: tuple[str, ...], above: Mapping[str, Any]
) -> Iterator[Leaf]:
    """The results of each seed of a configuration, with the settings that stand beside them."""
    seeds = value[by_seed]
    parts = {key for one in seeds.values() if isinstance(one, Mapping) for key in one}
    shared = {
        k: v
        for k, v in value.items()
        if k != by_seed
        and k not in parts
        and not isinstance(v, (Mapping, list))
        and not is_statistic(k)
    }
    for seed, one in seeds.items():
        own = one if isinstance(one, Mapping) else {_RESULT: one}
        yield (*path, f"{SEED}_{number_in(seed)}"), {**above, **shared, **own}


def _without_sums(inner: Mapping[str, Any]) -> dict[str, Any]:
    """Names without those of sums over the others, where several remain."""
    own = {name: one for name, one in inner.items() if plain_name(name) not in _SUMS}
    return own if len(own) > 1 else dict(inner)


def _holds_results(value: Mapping[str, Any], depth: int = _DEEPEST) -> bool:
    if _seeds_in(value) or repeats_in(value) or _rows_in(value) or _is_result(value):
        return True
    if _are_numbers_below_names(value):
        return True
    inner = [one for one in value.values() if isinstance(one, Mapping)]
    return depth > 0 and any(_holds_results(one, depth - 1) for one in inner)


def _seeds_in(value: Mapping[str, Any]) -> str:
    """The one key of an object below which the results of each seed stand; empty where none is."""
    found = [key for key in value if _are_of_seeds(key, value[key])]
    return found[0] if len(found) == 1 else ""


def _are_of_seeds(key: str, value: Any) -> bool:
    if not isinstance(value, Mapping) or len(value) < 2:
        return False
    if plain_name(key) in _BY_SEED:
        named = all(re.fullmatch(r"(seed)?[_ -]?\d+", str(seed)) for seed in value)
        return named and all(isinstance(one, Mapping) or is_number(one) for one in value.values())
    named = all(re.fullmatch(r"seed[_ -]?\d+", str(seed)) for seed in value)
    return named and all(isinstance(one, Mapping) for one in value.values())


def _is_result(value: Mapping[str, Any]) -> bool:
    """Whether an object has a metric: a number, or the statistics of one over repeats."""
    return any(
        (key == _RESULT or metric_direction(str(key)) is not None)
        and (is_number(own) or _are_statistics(own))
        for key, own in value.items()
    )


def repeats_in(value: Mapping[str, Any]) -> tuple[str, list[float]] | None:
    """The one list of numbers beside its own mean: results of repeats, under the name of a metric.

    Example:
        >>> repeats_in({"accs": [0.5, 0.7], "mean": 0.6}), repeats_in({"accs": [0.5, 0.7]})
        (('accs', [0.5, 0.7]), None)
    """
    mean = next((own for key, own in value.items() if _is_mean(str(key)) and is_number(own)), None)
    lists = {str(key): own for key, own in value.items() if is_list_of_numbers(own)}
    if mean is None or len(lists) != 1:
        return None
    ((name, own),) = lists.items()
    if len(own) < 2 or not math.isclose(sum(own) / len(own), mean, rel_tol=_ROUNDED):
        return None
    return (name if metric_direction(name) is not None else _RESULT), own


def _rows_in(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The one list of objects with metrics, as of a model's runs; none where it is a curve."""
    lists = [
        own
        for key, own in value.items()
        if isinstance(own, list)
        and len(own) > 1
        and not is_curve_name(str(key))
        and all(isinstance(one, Mapping) for one in own)
        and (all(map(_is_result, own)) or _are_of_several_seeds(own))
    ]
    steps = any(is_step(str(key)) for own in lists for one in own for key in one)
    return lists[0] if len(lists) == 1 and not steps else []


def _are_of_several_seeds(rows: Sequence[Mapping[str, Any]]) -> bool:
    seeds = {str(own) for row in rows for key, own in row.items() if is_repetition(str(key))}
    return len(seeds) == len(rows) and all(map(_has_seed_and_numbers, rows))


def _has_seed_and_numbers(row: Mapping[str, Any]) -> bool:
    seeded = any(is_repetition(str(key)) and is_number(own) for key, own in row.items())
    return seeded and any(isinstance(own, float) for own in row.values())


def _is_mean(name: str) -> bool:
    statistic = statistic_in(f"of_{name}") or statistic_in(name)
    return statistic is not None and statistic[0] == "mean"


def _metric_in(path: Sequence[str]) -> str:
    return next((name for name in path if metric_direction(name) is not None), _RESULT)


def _are_statistics(value: Any) -> bool:
    return isinstance(value, Mapping) and is_number(value.get("mean"))


def _are_numbers_below_names(value: Mapping[str, Any]) -> bool:
    """Whether an object has nothing but a number for each of several names that say no more.

    Numbers that count cells are those of a column.
    """
    names = [str(key) for key in value]
    if len(names) < 2 or not all(map(is_number, value.values())):
        return False
    if all(name.isdecimal() for name in names):
        return False
    return not any(map(_says_what_it_is, names))


def _says_what_it_is(name: str) -> bool:
    known = hyperparameter_family(name) is not None or metric_direction(name) is not None
    return known or is_step(name) or is_statistic(name)
