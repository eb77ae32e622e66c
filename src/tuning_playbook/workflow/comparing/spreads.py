"""Means with their spread and number of runs, where a table does not list the runs themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuning_playbook.analysis.comparison.repeats_of_two import Reported
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.taken_as import TakenAs
from tuning_playbook.vocabulary import plain_name
from tuning_playbook.workflow.comparing.target import columns_of

# As statistics are called.
_DEVIATION, _ERROR, _INTERVAL = "standard deviation", "standard error", "interval"
_ERRORS_OF = {_ERROR: 1.0, _INTERVAL: 1.96}  # in standard errors of the mean
_TAKEN_AS = {
    _DEVIATION: "the standard deviation between the runs",
    _ERROR: "the standard error of the mean",
    _INTERVAL: "half the width of a 95 % interval of the mean, 1.96 standard errors",
}
# No folds and no trials: folds share most of their data, and trials may be those of a search.
_COUNTED = ("seeds", "runs", "repeats", "reps", "replicates", "repetitions")
_COUNTS = frozenset(
    {"n", "count", *_COUNTED, *(f"{a}_{b}" for a in ("n", "num", "number_of") for b in _COUNTED)}
)
_MOST_RUNS = 10_000
# These may as well be a setting: samples, neighbours, batches.
_SHORT = frozenset({"n", "count"})
_MOST_OF_SHORT = 50
_MOST_UNEQUAL = 2  # numbers of runs differ where some were lost, and not by design


@dataclass(frozen=True, slots=True, eq=False)
class Spreads:
    """What stands beside the means of a metric.

    Args:
        column: of the spreads.
        count: column of the numbers of runs; empty where none is there.
        of_row: one for each row of the table.
        notes: what they were taken for.
    """

    column: str
    count: str
    of_row: tuple[Reported, ...]
    notes: tuple[str, ...]


def spreads_of(study: ForeignStudy, metric: str, repeats: int | None) -> Spreads | None:
    """The spread of each row, and over how many runs it is.

    A standard error, or half the width of an interval, is turned into a deviation, which needs the
    number of runs.

    Args:
        study: with the roles of its columns.
        metric: what decides.
        repeats: number of runs of every mean, as told.

    Returns:
        ``None`` for a table that lists the runs.

    Raises:
        InvalidInput: where a number of repeats is told that nothing needs.
    """
    columns = columns_of(study)
    found = _beside(study, metric)
    if found is None or found.name not in columns:
        if repeats is not None:
            raise InvalidInput(
                f"--repeats is for means with a spread beside them, and {study.name} has none for "
                f"{metric}; each row counts as a run"
            )
        return None
    count = "" if repeats is not None else _count_column(study, metric)
    numbers = columns[count] if count else [repeats] * len(study.ids)
    of_row = [
        _reported(spread, number, errors=_ERRORS_OF.get(found.statistic))
        for spread, number in zip(columns[found.name], numbers, strict=True)
    ]
    over = f", over the number of runs in {count}" if count else ""
    note = f"{found.name} is taken as {_TAKEN_AS[found.statistic]}{over}."
    unclear = [] if count or repeats is not None else _unclear_counts(columns)
    notes = [
        f"{n} may be a setting, so it is not taken as the number of runs; give --repeats N "
        "if it is."
        for n in unclear
    ]
    return Spreads(found.name, count, tuple(of_row), (note, *notes))


def _beside(study: ForeignStudy, metric: str) -> TakenAs | None:
    own = {word for one in study.columns if one.name == metric for word in (one.column, one.name)}
    beside = {one.statistic: one for one in study.columns if one.of in own}
    return beside.get(_DEVIATION) or beside.get(_ERROR) or beside.get(_INTERVAL)


def _count_column(study: ForeignStudy, metric: str) -> str:
    """The column of the numbers of runs: of this metric first, else of the whole row."""
    columns = columns_of(study)
    own = {word for one in study.columns if one.name == metric for word in (one.column, one.name)}
    told = [one.name for one in study.columns if one.statistic == "count" and one.of in own]
    named = [name for name in columns if _plain(name) in _COUNTS]
    return next((n for n in (*told, *named) if n in columns and _are_counts(n, columns[n])), "")


def _unclear_counts(columns: Mapping[str, Sequence[Any]]) -> list[str]:
    return [name for name in columns if _plain(name) in _SHORT]


def _plain(name: str) -> str:
    return plain_name(name).strip("_")


def _are_counts(name: str, cells: Sequence[Any]) -> bool:
    there = [c for c in cells if c is not None]
    if not there or not all(is_number(c) and float(c).is_integer() for c in there):
        return False
    fewest, most = float(min(there)), float(max(there))
    if _plain(name) not in _SHORT:
        return 1 <= fewest <= most <= _MOST_RUNS
    return 1 <= fewest <= most <= _MOST_OF_SHORT and most < _MOST_UNEQUAL * fewest


def _reported(spread: Any, number: Any, *, errors: float | None) -> Reported:
    """A spread as a deviation; ``errors`` says how many standard errors of the mean it is."""
    runs = int(number) if is_number(number) else None
    known = float(spread) if is_number(spread) and spread >= 0 else math.nan
    if errors is not None:
        known = known * math.sqrt(runs) / errors if runs else math.nan
    if math.isnan(known) and errors is None:
        runs = 1 if runs is None else runs
    return Reported(known, runs)
