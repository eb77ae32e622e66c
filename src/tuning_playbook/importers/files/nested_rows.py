"""JSON objects that hold the results of runs under the names of models, tasks and seeds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.vocabulary import metric_direction, plain_name, split_of, statistic_in
from tuning_playbook.words import listed

_Leaf: TypeAlias = tuple[tuple[str, ...], Mapping[str, Any]]

_CONFIGURATION, _SEED, _RESULT = "configuration", "seed", "result"
_COUNTED = (_SEED, "fold")
_DEEPEST, _MOST_ROWS, _MOST_SHOWN = 4, 100_000, 2
_BY_SEED = frozenset({"per_seed", "by_seed", "seeds", "seed_results", "results_by_seed",
                      "per_seed_results", "all_seeds", "raw_by_seed"})  # fmt: skip
_NUMBERED = re.compile(r"(seed|fold|repeat|rep|replicate)s?[_ -]?(\d+)", re.IGNORECASE)
_USUAL_SEEDS = frozenset({42, 123, 1234, 1337, 2023, 2024, 2025, 12345})


def rows_of_levels(document: Mapping[str, Any]) -> tuple[list[dict[str, Any]], str] | None:
    """A row for each result below two or more levels of names, and a sentence on the levels.

    A level is known where the results repeat its name (``task``), or where it counts seeds. One
    more is taken for the configurations; of several it cannot be told which of them names tasks, so
    that the object is not read like this then.

    Args:
        document: names -> names -> the results of one run.

    Example:
        >>> acc = {"seed_1": {"acc": 0.8}, "seed_2": {"acc": 0.9}}
        >>> rows_of_levels({"cnn": acc, "vit": acc})[0][1]
        {'configuration': 'cnn', 'seed': 2, 'acc': 0.9}
        >>> rows_of_levels({"cnn": {"acc": 0.8}, "vit": {"acc": 0.9}})
        >>> tasks = {"mnist": {"acc": 0.8}, "cora": {"acc": 0.9}}
        >>> rows_of_levels({"cnn": tasks, "vit": tasks})
    """
    leaves = list(_leaves(document, (), {}))
    depth = len(leaves[0][0]) if leaves else 0
    if len(leaves) < 2 or len(leaves) > _MOST_ROWS or {len(path) for path, _ in leaves} != {depth}:
        return None
    if depth < 2 and not _seeds_in(document):
        return None
    levels = [_name_of(level, leaves) for level in range(depth)]
    unknown = [level for level, name in enumerate(levels) if not name]
    if len(unknown) > 1:
        return None
    told = {path[level] for path, _ in leaves for level in unknown}
    if len(told) > 1 and any(map(_tells_no_runs, told)):
        return None
    names = [name or _CONFIGURATION for name in levels]
    if len({*names}) < len(names) or _CONFIGURATION in leaves[0][1]:
        return None
    rows = [{**_named(names, path), **own} for path, own in leaves]
    shown = [
        f"{name} ({_examples([path[level] for path, _ in leaves])})"
        for level, name in enumerate(names)
    ]
    tasks = f"; where configurations are tasks, say --by {_CONFIGURATION}" if len(told) > 1 else ""
    return rows, f"The names at each level of the file are read as {listed(shown)}{tasks}."


def _leaves(
    value: Mapping[str, Any], path: tuple[str, ...], above: Mapping[str, Any]
) -> Iterator[_Leaf]:
    """The results of each run with the names above it, and with the settings that runs share."""
    by_seed = _seeds_in(value)
    if by_seed:
        seeds = value[by_seed]
        parts = {key for one in seeds.values() if isinstance(one, Mapping) for key in one}
        shared = {k: v for k, v in value.items() if k != by_seed and k not in parts
                  and not isinstance(v, (Mapping, list)) and not _is_statistic(k)}  # fmt: skip
        for seed, one in seeds.items():
            own = one if isinstance(one, Mapping) else {_RESULT: one}
            yield (*path, f"{_SEED}_{_number_in(seed)}"), {**above, **shared, **own}
    elif _is_result(value):
        yield path, {**above, **value}
    elif value and len(path) < _DEEPEST and all(isinstance(v, Mapping) for v in value.values()):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)), above)
    else:
        yield (*path, *[""] * _DEEPEST), {}  # no level of names: the depths differ then


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
    return any(is_number(v) and metric_direction(str(k)) is not None for k, v in value.items())


def _name_of(level: int, leaves: Sequence[_Leaf]) -> str:
    """What a level of names counts or names; empty where nothing tells."""
    own = [path[level] for path, _ in leaves]
    for key in leaves[0][1]:
        if all(str(result.get(key)) == name for name, (_, result) in zip(own, leaves, strict=True)):
            return str(key)
    numbered = [_NUMBERED.fullmatch(name) for name in own]
    words = {match[1].lower() for match in numbered if match}
    if all(numbered) and len(words) == 1:
        return "fold" if words == {"fold"} else _SEED
    return _SEED if _are_seeds(set(own)) else ""


def _are_seeds(names: set[str]) -> bool:
    """Whether bare numbers are seeds: a usual one is among them.

    Numbers from 0 or 1 on may as well be classes, layers or folds.
    """
    numbers = {int(name) for name in names if name.isdecimal() and len(name) < 10}
    return len(numbers) == len(names) > 1 and bool(_USUAL_SEEDS & numbers)


def _tells_no_runs(name: str) -> bool:
    """Whether a name is of a part of the data or of a statistic, and not of what was run."""
    return split_of(name) is not None or _is_statistic(name)


def _is_statistic(name: str) -> bool:
    return statistic_in(name) is not None or statistic_in(f"of_{name}") is not None


def _named(names: Sequence[str], path: Sequence[str]) -> dict[str, Any]:
    pairs = zip(names, path, strict=True)
    return {name: _number_in(own) if name in _COUNTED else own for name, own in pairs}


def _examples(names: Sequence[str]) -> str:
    own = list(dict.fromkeys(names))
    return ", ".join(own[:_MOST_SHOWN]) + (", ..." if len(own) > _MOST_SHOWN else "")


def _number_in(name: str) -> int | str:
    found = re.search(r"\d+$", name)
    return int(found[0]) if found else name
