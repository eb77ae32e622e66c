"""Rows of a spreadsheet that are no trials: empty ones, and means and totals below the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.words import counted

_Statistic: TypeAlias = Callable[[NDArray[np.float64]], float]
_STATISTICS: Mapping[str, tuple[_Statistic, ...]] = {
    "mean": (np.mean,),
    "avg": (np.mean,),
    "average": (np.mean,),
    "total": (np.sum, np.mean),
    "sum": (np.sum,),
    "median": (np.median,),
    "min": (np.min,),
    "max": (np.max,),
    "minimum": (np.min,),
    "maximum": (np.max,),
    "overall": (np.mean, np.sum),
    "std": (np.std, lambda v: float(np.std(v, ddof=1))),
    "sd": (np.std, lambda v: float(np.std(v, ddof=1))),
    "stdev": (np.std, lambda v: float(np.std(v, ddof=1))),
}
_ROUNDED = 5e-3  # relative; summaries are written with few digits
_FEWEST_ROWS = 2


def without_summary_rows(columns: Mapping[str, Column]) -> tuple[Mapping[str, Column], list[str]]:
    """A table without its empty rows and without statistics of its columns below the last trial.

    A word such as ``mean`` may be a setting too, so that most numbers of its row have to be that
    statistic of the rows above it, unless an empty row sets it apart.

    Args:
        columns: of the table.

    Returns:
        The table, and what was left out, in words.
    """
    if not columns:
        return columns, []
    filled = ~np.all([column.missing for column in columns.values()], axis=0)
    if not filled.any():
        return columns, []
    kept = np.flatnonzero(filled)
    named: list[str] = []
    while len(kept) > _FEWEST_ROWS:
        row, above = int(kept[-1]), kept[:-1]
        text = _statistic_named(columns, row)
        apart = not filled[row - 1] and text.lower() in _STATISTICS
        if not text or not (apart or _is_statistic(columns, _word(text), row, above)):
            break
        kept, named = above, [text, *named]
    notes = []
    lost = int((~filled).sum())
    if lost and len(columns) > 1:
        notes.append(f"{counted(lost, 'empty row')} left out.")
    elif lost:
        return columns, []
    if named:
        what = counted(len(named), "row")
        notes.append(f"{what} below the trials left out: {', '.join(named)} of the rows above.")
    if not notes:
        return columns, []
    return {n: Column(c.values[kept], c.missing[kept]) for n, c in columns.items()}, notes


def _statistic_named(columns: Mapping[str, Column], row: int) -> str:
    """The first text of a row, where its first word names a statistic; empty otherwise."""
    texts = [c.values[row] for c in columns.values() if isinstance(c.values[row], str)]
    text = texts[0].strip(" :.") if texts else ""
    return text if _word(text) in _STATISTICS else ""


def _word(text: str) -> str:
    return (text.lower().split() or [""])[0].strip(":.")


def _is_statistic(columns: Mapping[str, Column], word: str, row: int, above: NDArray[Any]) -> bool:
    """Whether most numbers of a row are what its word says, of the rows above it.

    Of several summaries below each other, the upper ones belong to none of the others: rows above
    that name statistics too are left out.
    """
    trials = above
    while len(trials) > _FEWEST_ROWS and _statistic_named(columns, int(trials[-1])):
        trials = trials[:-1]
    agree = told = 0
    for column in columns.values():
        if column.values.dtype != np.float64 or column.missing[row]:
            continue
        own = column.values[trials]
        own = own[np.isfinite(own)]
        if len(own) < _FEWEST_ROWS or np.ptp(own) == 0.0:
            continue
        told += 1
        near = _ROUNDED * max(float(np.max(np.abs(own))), 1e-12)
        agree += any(abs(s(own) - column.values[row]) <= near for s in _STATISTICS[word])
    return told > 0 and 2 * agree > told
