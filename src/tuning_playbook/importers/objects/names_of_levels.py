"""What the names at one level of nested JSON objects count or name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tuning_playbook.vocabulary import are_data_sets, plain_name, split_of, statistic_in
from tuning_playbook.words import listed

Leaf: TypeAlias = tuple[tuple[str, ...], Mapping[str, Any]]

CONFIGURATION, SEED, DATA_SET = "configuration", "seed", "dataset"
_COUNTED = (SEED, "fold")
_MOST_SHOWN = 2
_MOMENTS = frozenset({"best", "final", "last", "latest", "initial", "first"})
_NUMBERED = re.compile(r"(seed|fold|repeat|rep|replicate)s?[_ -]?(\d+)", re.IGNORECASE)
_LEVEL = re.compile(r"level_\d")
_USUAL_SEEDS = frozenset({42, 123, 1234, 1337, 2023, 2024, 2025, 12345})


def rows_below(leaves: Sequence[Leaf]) -> tuple[list[dict[str, Any]], str] | None:
    """A row for each result with the names above it, and a sentence on them.

    A level is known where the results repeat its name (``task``), where it counts seeds, and where
    it names public data sets. One more is taken for the configurations; of several it cannot be
    told which of them names tasks, so that they are numbered. ``None`` where a level names parts of
    the data or statistics, which are no runs.

    Args:
        leaves: the names above each result, as many for each, and the result.
    """
    varying = [
        level for level in range(len(leaves[0][0])) if len({path[level] for path, _ in leaves}) > 1
    ]
    own = [(tuple(path[level] for level in varying), result) for path, result in leaves]
    told = [_name_of(place, own) for place in range(len(varying))]
    names = _with_unknown_named(told, own)
    if not names or len({*names}) < len(names):
        return None
    if any(
        name in result for name in (CONFIGURATION, DATA_SET) if name in names for _, result in own
    ):
        return None
    rows = [{**_named(names, path), **result} for path, result in own]
    shown = [
        f"{name} ({_examples([path[place] for path, _ in own])})"
        for place, name in enumerate(names)
    ]
    tasks = f"; where configurations are tasks, say --by {CONFIGURATION}"
    more = tasks * (CONFIGURATION in names and DATA_SET not in names)
    return rows, f"The names at each level of the file are read as {listed(shown)}{more}."


def is_level(name: str) -> bool:
    """Whether a column holds a level of names of which nothing tells what it names.

    Example:
        >>> is_level("level_2"), is_level("level")
        (True, False)
    """
    return _LEVEL.fullmatch(name) is not None


def is_statistic(name: str) -> bool:
    """Whether a name is that of a statistic, such as a mean."""
    return statistic_in(name) is not None or statistic_in(f"of_{name}") is not None


def number_in(name: str) -> int | str:
    """The number that a name ends in; the name where it ends in none."""
    found = re.search(r"\d+$", name)
    return int(found[0]) if found else name


def _name_of(place: int, leaves: Sequence[Leaf]) -> str:
    """What a level of names counts or names; empty where nothing tells."""
    own = [path[place] for path, _ in leaves]
    for key in leaves[0][1]:
        if all(str(result.get(key)) == name for name, (_, result) in zip(own, leaves, strict=True)):
            return str(key)
    numbered = [_NUMBERED.fullmatch(name) for name in own]
    words = {match[1].lower() for match in numbered if match}
    if all(numbered) and len(words) == 1:
        return "fold" if words == {"fold"} else SEED
    return SEED if _are_seeds({*own}) else ""


def _with_unknown_named(told: Sequence[str], leaves: Sequence[Leaf]) -> list[str]:
    """The names of all levels; none where one of them names no runs."""
    unknown = {
        place: {path[place] for path, _ in leaves} for place, name in enumerate(told) if not name
    }
    if any(map(_tells_no_runs, {name for own in unknown.values() for name in own})):
        return []
    sets = [place for place, own in unknown.items() if are_data_sets(own)]
    found = {sets[0]: DATA_SET} if len(sets) == 1 and len(told) > 1 else {}
    rest = [place for place in unknown if place not in found]
    one = len(rest) == 1
    found |= {place: CONFIGURATION if one else f"level_{place + 1}" for place in rest}
    return [found.get(place, name) for place, name in enumerate(told)]


def _are_seeds(names: set[str]) -> bool:
    """Whether bare numbers are seeds: a usual one is among them.

    Numbers from 0 or 1 on may as well be classes, layers or folds.
    """
    numbers = {int(name) for name in names if name.isdecimal() and len(name) < 10}
    return len(numbers) == len(names) > 1 and bool(_USUAL_SEEDS & numbers)


def _tells_no_runs(name: str) -> bool:
    """Whether a name is of a part of the data, a statistic or a moment, and not of what was run."""
    return split_of(name) is not None or is_statistic(name) or plain_name(name) in _MOMENTS


def _named(names: Sequence[str], path: Sequence[str]) -> dict[str, Any]:
    pairs = zip(names, path, strict=True)
    return {name: number_in(own) if name in _COUNTED else own for name, own in pairs}


def _examples(names: Sequence[str]) -> str:
    own = list(dict.fromkeys(names))
    return ", ".join(own[:_MOST_SHOWN]) + (", ..." if len(own) > _MOST_SHOWN else "")
