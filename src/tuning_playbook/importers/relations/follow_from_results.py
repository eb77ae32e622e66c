"""Columns that were worked out after the results, and from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.columns.column_values import ColumnValues, is_list_of_values
from tuning_playbook.importers.taken_as import MEASURED, SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import words_of

_COMPARED = 12  # results, the first, for tables with hundreds
_FEWEST_ROWS, _FEWEST_RESULTS = 3, 3
_ROUNDED = 0.51  # of the last digit that is written
_MOST_DIGITS = 12
_WHOLE = 2.0**53  # from here on there is nothing behind the point
_MEANS = frozenset({"mean", "avg", "average", "overall"})
_THRESHOLDS = frozenset({"threshold", "thresh", "thr", "cutoff"})


def differences_of_results(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Guessed settings that are one result minus another in every row, as far as they are written.

    ``Delta`` beside the score of a cross-validation and that of a test set.
    """
    results = [c for c, one in found.items() if one.role in MEASURED][:_COMPARED]
    numbers = {c: values[c].numbers for c in results if values[c].kind == "numbers"}
    computed = {}
    for column, one in found.items():
        own = values[column]
        guess = one.role is Role.HYPERPARAMETER and not one.certain
        if not guess or own.kind != "numbers" or own.levels < _FEWEST_ROWS:
            continue
        pair = _difference(own.numbers, numbers)
        if pair is not None:
            reason = f"{pair[0]} minus {pair[1]}"
            computed[column] = TakenAs(column, one.name, Role.COMPUTED, reason)
    return computed


def _difference(
    own: NDArray[np.float64], results: Mapping[str, NDArray[np.float64]]
) -> tuple[str, str] | None:
    """The two results whose difference a column is; ``None`` where it is none."""
    there = np.isfinite(own)
    if np.sum(there) < _FEWEST_ROWS:
        return None
    own = own[there]
    whole = {c: r[there] for c, r in results.items() if np.all(np.isfinite(r[there]))}
    units, own_unit = {c: _unit(r) for c, r in whole.items()}, _unit(own)
    spread = float(np.ptp(own))
    for a, b in permutations(whole, 2):
        unit = max(own_unit, units[a], units[b])
        exact = np.all(np.abs(own - (whole[a] - whole[b])) <= 3 * _ROUNDED * unit)
        if exact and spread > 10 * unit:
            return a, b
    return None


def _unit(numbers: NDArray[np.float64]) -> float:
    """The last digit to which numbers are written: 0.01 of 0.5 and 0.25."""
    numbers = numbers[np.abs(numbers) < _WHOLE]
    for digits in range(_MOST_DIGITS):
        if np.allclose(np.round(numbers, digits), numbers, rtol=0, atol=1e-13):
            return float(10.0**-digits)
    return float(10.0**-_MOST_DIGITS)


def parts_of_means(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Guessed settings whose mean stands beside them, in every row: results on several data sets.

    ``Mean OA`` beside ``Pavia OA`` and ``Salinas OA``, or ``Average`` beside the names of tasks.
    """
    guesses = [c for c, one in found.items() if _is_guessed_number(one, values[c])]
    parts: dict[str, TakenAs] = {}
    for mean, one in found.items():
        words = words_of(one.name)
        rest = tuple(word for word in words if word not in _MEANS)
        if len(rest) == len(words) or (one.role not in MEASURED and mean not in guesses):
            continue
        own = [c for c in guesses if c != mean]
        own = [c for c in own if not rest or words_of(found[c].name)[-len(rest) :] == rest]
        if len(own) < 2 or not _is_mean(values[mean].numbers, [values[c].numbers for c in own]):
            continue
        reason = f"{mean} is the mean of it and others"
        parts |= {c: TakenAs(c, found[c].name, Role.RESULT, reason) for c in own}
        if one.role not in MEASURED:
            reason = "the mean of other columns in every row"
            parts[mean] = TakenAs(mean, one.name, Role.RESULT, reason)
    return {**parts, **_names_of_methods(found, values, parts)}


def _names_of_methods(
    found: Mapping[str, TakenAs],
    values: Mapping[str, ColumnValues],
    results: Mapping[str, TakenAs],
) -> dict[str, TakenAs]:
    """A text in every row, once what seemed to be settings beside it are results: the methods."""
    settings = [
        c
        for c, one in found.items()
        if one.role in SEARCHED and values[c].levels > 1 and c not in results
    ]
    if settings or not results:
        return {}
    return {
        column: replace(one, role=Role.HYPERPARAMETER)
        for column, one in found.items()
        if one.role is Role.IDENTIFIER and not one.certain and values[column].kind == "words"
    }


def _is_guessed_number(one: TakenAs, values: ColumnValues) -> bool:
    return one.role is Role.HYPERPARAMETER and not one.certain and values.kind == "numbers"


def _is_mean(own: NDArray[np.float64], parts: list[NDArray[np.float64]]) -> bool:
    rows = np.stack(parts)
    if len(own) < _FEWEST_ROWS or not np.all(np.isfinite(own)) or not np.all(np.isfinite(rows)):
        return False
    unit = max(_unit(column) for column in (own, *parts))
    exact = bool(np.all(np.abs(own - rows.mean(axis=0)) <= 2 * _ROUNDED * unit))
    return exact and float(np.ptp(own)) > 10 * unit


def thresholds_of_variants(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Thresholds of decision, fitted to the predictions of each variant.

    Where a column of words names every row, its results are there, and no other number was set, a
    share that differs from row to row says from which score on that variant says yes.
    """
    varied = [c for c, one in found.items() if one.role in SEARCHED and values[c].levels > 1]
    names = [c for c in varied if values[c].kind == "words" and _names_rows(values[c])]
    numbers = [c for c in varied if values[c].kind == "numbers"]
    results = [one for one in found.values() if one.role in MEASURED]
    if not names or len(numbers) != 1 or len(results) < _FEWEST_RESULTS:
        return {}
    (column,) = numbers
    one, own = found[column], values[column].numbers
    shares = bool(np.all((own > 0) & (own < 1)))
    if one.certain or not shares or not _THRESHOLDS & set(words_of(one.name)):
        return {}
    if is_list_of_values(values[column]):
        return {}
    reason = f"a threshold of decision, one for each {found[names[0]].name}"
    return {column: TakenAs(column, one.name, Role.COMPUTED, reason, certain=False)}


def _names_rows(values: ColumnValues) -> bool:
    return values.levels == len(values.codes)
