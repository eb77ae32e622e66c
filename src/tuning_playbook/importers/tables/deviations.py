"""Means with their deviations in one cell: ``85.3 ± 0.4``, ``85.3 (0.4)``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from tuning_playbook.importers.cells.column_names import group_of
from tuning_playbook.importers.cells.spreadsheets import NO_VALUE, numbers_written
from tuning_playbook.importers.cells.statuses import ending_in
from tuning_playbook.importers.cells.values import is_number, types_in
from tuning_playbook.importers.columns.by_name import role_where_measured
from tuning_playbook.importers.taken_as import Role, TakenAs

Cells: TypeAlias = Sequence[Any]

_SIGN = r"(?:±|\+/[-\u2212]|\+-|\\pm)"
_WITH_SIGN = re.compile(rf"\$?(?P<mean>[^±()]+?)\s*{_SIGN}\s*(?P<deviation>[^±()+-]+?)\$?")
# A sign in front would make it a difference from another result.
_IN_BRACKETS = re.compile(rf"(?P<mean>[^±()]+?)\s*\({_SIGN}?\s*(?P<deviation>[^±()+-]+)\)")
_DEVIATION_IN_HEADER = re.compile(
    rf"[\s_]*[(\[]?\s*(?:mean|avg|average)?[\s_]*(?:{_SIGN}[\s_]*\w*|"
    r"\((?:std|sd|stdev|stderr|se|sem)\.?\))\s*[)\]]?",
    re.IGNORECASE,
)
_ERROR_IN_HEADER = re.compile(r"\b(?:stderr|se|sem|std\.? err(?:or)?|standard error)\b", re.I)
# Single runs in between have no deviation; brackets in a few cells may mean something else.
_MOST = 0.8


def without_deviations(
    columns: Mapping[str, Cells],
) -> tuple[dict[str, Cells], dict[str, TakenAs]]:
    """The columns with means in place of means with deviations, and the roles that this shows.

    The deviations become a column of their own, ``deviation of NAME``. A column where other cells
    are text, or that is a setting by its name, stays as it is.

    Args:
        columns: name -> one cell for each trial.
    """
    found: dict[str, Cells] = {}
    known: dict[str, TakenAs] = {}
    for column, cells in columns.items():
        found[column] = cells
        parted = _parted(cells)
        if parted is None:
            continue
        means, deviations = parted
        name = _DEVIATION_IN_HEADER.sub("", group_of(column)[1]).strip() or column
        numbers = [mean if is_number(mean) else None for mean in means]
        role = role_where_measured(column, name, numbers, "a deviation stands in its cells")
        if role is None:
            continue
        beside = f"deviation of {name}"
        known[column] = role
        error = _ERROR_IN_HEADER.search(column)
        statistic = "standard error" if error else "standard deviation"
        known[beside] = TakenAs(
            beside, beside, Role.STATISTIC, beside, statistic=statistic, of=column
        )
        found[column], found[beside] = means, deviations
    return found, known


def _parted(cells: Cells) -> tuple[list[Any], list[Any]] | None:
    """Means and deviations; ``None`` for a column of another kind."""
    if str not in types_in(cells):
        return None
    means, deviations, signed = [], [], False
    for cell in cells:
        text = "" if cell is None else str(cell).strip()
        if isinstance(cell, str):
            with_sign = _WITH_SIGN.fullmatch(text)
            matched = with_sign or _IN_BRACKETS.fullmatch(text)
            signed |= with_sign is not None
        elif cell is None or is_number(cell):
            matched = None
        else:
            return None
        means.append(matched["mean"] if matched else text)
        deviations.append(matched["deviation"] if matched else "")
    if not any(deviations):
        return None
    there = sum(text.lower() not in NO_VALUE and ending_in(text) is None for text in means)
    read, spread = (numbers_written(texts, comma_is_decimal=False) for texts in (means, deviations))
    few = sum(map(bool, deviations)) < _MOST * there
    if read is None or spread is None or (few and not signed):
        return None
    return [None if c == "" else c for c in read], [None if c == "" else c for c in spread]
