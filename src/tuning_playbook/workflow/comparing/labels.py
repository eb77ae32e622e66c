"""What each arm is called, and which of them is the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.vocabulary import plain_name
from tuning_playbook.words import listed, short

_BASELINES = frozenset(
    {
        "baseline",
        "base",
        "default",
        "control",
        "reference",
        "ref",
        "vanilla",
        "none",
        "original",
        "false",
        "off",
        "no",
    }
)
_MOST_LISTED = 12
_MOST_ARMS = 100
_MOST_SINGLE = 10  # numbers that one run each has, beyond which they are no arms

Label: TypeAlias = str


def arm_values(columns: Mapping[str, Sequence[Any]], arm: Sequence[str]) -> list[tuple[Any, ...]]:
    """Of each run, the values that make its arm, equal numbers written alike."""
    return [tuple(map(plain_cell, cells)) for cells in zip(*(columns[c] for c in arm), strict=True)]


def labels_of(
    keys: Sequence[tuple[Any, ...]], arm: Sequence[str], *, summarized: bool = False
) -> dict[tuple[Any, ...], Label]:
    """What each arm is called, in the order of the runs; at most a hundred arms.

    Args:
        keys: of the runs.
        arm: columns that the keys are from.
        summarized: whether each row stands for several runs already.

    Raises:
        InvalidInput: for fewer than two arms, or so many that the column is none of arms.
    """
    distinct = list(dict.fromkeys(keys))
    name = " and ".join(arm)
    if len(distinct) < 2:
        raise InvalidInput(
            f"{name} is {_written(distinct[0][0])} in every run, so there is nothing to compare; "
            "name the column that tells the arms apart with --arm"
        )
    alone = len(distinct) == len(keys) > _MOST_SINGLE and all(is_number(k[0]) for k in distinct)
    if len(distinct) > _MOST_ARMS or (alone and len(arm) == 1 and not summarized):
        raise InvalidInput(
            f"{name} has {len(distinct)} different values in {len(keys)} runs; name a column of "
            "arms that several runs share with --arm"
        )
    if len(arm) == 1:
        return {key: _written(key[0]) for key in distinct}
    return {
        key: ", ".join(f"{c}={_written(v)}" for c, v in zip(arm, key, strict=True))
        for key in distinct
    }


def baseline_position(
    labels: Mapping[tuple[Any, ...], Label], given: str, arm: Sequence[str]
) -> tuple[int, str]:
    """The baseline's place among the arms, and how it was found.

    Numbers match as numbers, text letter by letter, then without capitals, then by a part that
    only one arm has.

    Raises:
        InvalidInput: where no arm, or more than one, is meant.
    """
    shown = list(labels.values())
    if not given:
        whole = [i for i, label in enumerate(shown) if plain_name(label) in _BASELINES]
        inside = [i for i, label in enumerate(shown) if "baseline" in plain_name(label).split("_")]
        for named in (whole, inside):
            if len(named) == 1:
                return named[0], f"By its name, {shown[named[0]]} is the baseline."
        return 0, f"The baseline is {shown[0]}, the first arm; to choose another: --baseline."
    keys = list(labels)
    number = _number(given)
    for fits in (
        [i for i, label in enumerate(shown) if label == given],
        [
            i
            for i, key in enumerate(keys)
            if len(key) == 1 and number is not None and _number(key[0]) == number
        ],
        [i for i, key in enumerate(keys) if _same_values(key, given, arm)],
        [i for i, label in enumerate(shown) if label.lower() == given.lower()],
        [i for i, label in enumerate(shown) if ends_with(label, given)],
        [i for i, label in enumerate(shown) if given.lower() in label.lower()],
    ):
        if len(fits) == 1:
            return fits[0], ""
        if fits:
            several = listed([shown[i] for i in fits[:_MOST_LISTED]])
            raise InvalidInput(f"--baseline {given} may be {several}; give the whole value")
    raise InvalidInput(
        f"no arm is called {given!r}; the arms are {listed(shown[:_MOST_LISTED])}"
        + (f" and {len(shown) - _MOST_LISTED} more" if len(shown) > _MOST_LISTED else "")
    )


def ends_with(label: str, given: str) -> bool:
    """Whether the last words of a label are these: ``adam`` of ``results/adam``."""
    words = plain_name(given).split("_")
    return plain_name(label).split("_")[-len(words) :] == words


def _same_values(key: tuple[Any, ...], given: str, arm: Sequence[str]) -> bool:
    """Whether ``lr=0.1, dropout=0`` or ``0.1,0`` are the values of an arm of several columns."""
    parts = [part.strip() for part in given.split(",")]
    if len(parts) != len(key) or len(key) < 2:
        return False
    told = dict(zip(arm, key, strict=True))
    for place, part in enumerate(parts):
        name, equals, value = part.partition("=")
        own = told.get(name.strip()) if equals else key[place]
        value = value.strip() if equals else part
        number = _number(own)
        if number != _number(value) if number is not None else _written(own) != value:
            return False
    return True


def plain_cell(cell: Any) -> Any:
    """A cell by which runs are grouped: whole numbers alike, missing ones too, lists as text."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, (int, float)):
        if cell != cell:
            return None
        return int(cell) if float(cell).is_integer() and abs(cell) < 2**53 else float(cell)
    return cell if isinstance(cell, str) else str(cell)


def _written(value: Any) -> str:
    return "none" if value is None else short(value, digits=8)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
