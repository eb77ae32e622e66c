"""Statistics of a result over folds, seeds or steps, told from the result itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from tuning_playbook.importers.columns.column_values import ColumnValues, is_list_of_values
from tuning_playbook.importers.taken_as import QUALITY, Role, TakenAs
from tuning_playbook.vocabulary import (
    is_time_or_cost,
    names_a_setting,
    plain_name,
    statistic_in,
    without_number,
    words_of,
)

_CENTRES = ("mean", "median")
# Abbreviations that stand for many things where no mean of the same name is beside them.
_ALSO_NAMES_IN_FRONT = frozenset({"sd", "se", "ci", "var", "range", "rank"})
SPREADS = frozenset({"standard deviation", "standard error", "variance", "interval", "range"})
_NO_CENTRES = SPREADS | {"quartile range", "count", "rank"}
# What nothing else of the field is called, so that it needs no name of a result.
_ALONE = ("standard deviation", "standard error")


def statistics_among(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """The roles, with deviations, extremes and single folds taken as statistics.

    ``mean_x`` beside ``std_x`` makes results of both, whatever ``x`` is.

    Args:
        found: column -> its role by name, as far as it has one.
        values: of all columns.
    """
    roles = dict(found)
    by_name = {plain_name(c).strip("_"): c for c in reversed(list(values))}
    for stem, own in _families(values).items():
        told = {c: found[c] for c in (*own.values(), by_name.get(stem, "")) if c in found}
        if is_time_or_cost(stem) or Role.TIME_AND_COST in {one.role for one in told.values()}:
            roles.update(_costs(stem, own))
            continue
        measured = any(one.role in QUALITY for one in told.values())
        centre = _centre(own, by_name.get(stem), values)
        spread = measured or _is_measured_with_spread(stem, own, centre, values)
        if centre is None or not spread:
            _mark_spreads(roles, own)
            continue
        kept = found.get(centre)
        if kept is None or kept.role not in QUALITY:
            reason = "has a deviation or limits of the same name beside it"
            roles[centre] = TakenAs(centre, centre, Role.RESULT, reason)
        for statistic, column in own.items():
            if column != centre:
                name = roles[column].name if column in roles else column
                reason = f"{statistic} of {stem}"
                roles[column] = TakenAs(
                    column, name, Role.STATISTIC, reason, statistic=statistic, of=centre
                )
    roles |= _spreads_beside(roles, values)
    return roles | _single_repetitions(roles, values)


def _costs(stem: str, own: Mapping[str, str]) -> dict[str, TakenAs]:
    return {
        column: TakenAs(column, column, Role.TIME_AND_COST, f"{statistic} of {stem}")
        for statistic, column in own.items()
    }


def _is_measured_with_spread(
    stem: str, own: Mapping[str, str], centre: str | None, values: Mapping[str, ColumnValues]
) -> bool:
    """Whether a mean and its deviation were measured: ``init_std`` is as a rule a setting."""
    spreads = [own[statistic] for statistic in own if statistic in _NO_CENTRES]
    if centre is None or not spreads:
        return False
    in_front = plain_name(centre).split("_", 1)[0] in _CENTRES  # ``mean_epsilon``: nobody sets it
    if names_a_setting(stem) and not in_front:
        return False
    return not any(is_list_of_values(values[c]) for c in (centre, *spreads))


def _spreads_beside(
    roles: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """A column that is called ``std`` and no more belongs to the result on its left."""
    found: dict[str, TakenAs] = {}
    result = ""
    for column, own in values.items():
        one = roles.get(column)
        if one is not None and one.role in QUALITY:
            result = column
            continue
        statistic = statistic_in(f"{column} of")
        if own.kind != "numbers" or statistic is None or statistic[1] != "of":
            continue
        if statistic[0] in _ALONE and result:
            reason = f"{statistic[0]} of {result}, by its place"
            found[column] = TakenAs(
                column, column, Role.STATISTIC, reason, statistic=statistic[0], of=result
            )
        elif statistic[0] == "mean" and not result and _has_spread_alone(values):
            reason = "has a deviation beside it"
            found[column] = TakenAs(column, column, Role.RESULT, reason)
            result = column
    return found


def _has_spread_alone(values: Mapping[str, ColumnValues]) -> bool:
    told = [statistic_in(f"{column} of") for column in values]
    return any(one is not None and one[0] in _ALONE and one[1] == "of" for one in told)


def _families(values: Mapping[str, ColumnValues]) -> dict[str, dict[str, str]]:
    """What is measured -> statistic -> its column."""
    families: dict[str, dict[str, str]] = defaultdict(dict)
    for column, own in values.items():
        statistic = statistic_in(column)
        if own.kind == "numbers" and statistic is not None:
            families[statistic[1]].setdefault(statistic[0], column)
    return families


def _centre(
    own: Mapping[str, str], bare: str | None, values: Mapping[str, ColumnValues]
) -> str | None:
    """The column that stands for the result: its mean, or the one without a statistic's name."""
    centre = next((own[name] for name in _CENTRES if name in own), None) or bare
    if centre is None or values[centre].kind != "numbers":
        return None
    middle = values[centre].numbers
    low, high = (values[own[n]].numbers if n in own else None for n in ("minimum", "maximum"))
    with np.errstate(invalid="ignore"):
        below = low is None or not np.any(low > middle)
        above = high is None or not np.any(high < middle)
    others = [name for name in own if own[name] != centre]
    return centre if others and below and above else None


def _mark_spreads(roles: dict[str, TakenAs], own: Mapping[str, str]) -> None:
    """A deviation of a metric is none of it, even where the metric itself is not there."""
    for statistic, column in own.items():
        one = roles.get(column)
        first = words_of(column)[0]
        if first in _ALSO_NAMES_IN_FRONT and len(own) == 1:
            continue  # of a task: ``SD_test_acc`` beside ``RMTS_test_acc``
        if one is not None and one.role in QUALITY and statistic in _NO_CENTRES:
            roles[column] = TakenAs(column, one.name, Role.STATISTIC, f"{statistic} of a metric")


def _single_repetitions(
    roles: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """``acc_fold0`` ... ``acc_fold4`` beside their mean are the parts of it."""
    groups: dict[str, list[str]] = defaultdict(list)
    for column in values:
        bare = without_number(column)
        if bare != plain_name(column).strip("_"):
            groups[bare].append(column)
    stems = {plain_name(one.column).strip("_") for one in roles.values()}
    found = {}
    for bare, columns in groups.items():
        mean = bare in stems or f"mean_{bare}" in stems or f"{bare}_mean" in stems
        if len(columns) < 2 or not mean:
            continue
        for column in columns:
            one = roles.get(column)
            if one is not None and one.role in QUALITY:
                reason = f"one repetition of {bare}"
                found[column] = TakenAs(column, one.name, Role.STATISTIC, reason)
    return found
