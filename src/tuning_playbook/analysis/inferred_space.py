"""A search space guessed from the values that were tried, for studies that do not declare one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.space import (
    Categorical,
    Domain,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)
from tuning_playbook.vocabulary import Family, hyperparameter_family

# A column with at most this many distinct values, each tried twice on average, is a list of
# values. More distinct strings than that are names, not choices.
MOST_LISTED_VALUES = 20
# A quantity that spans two decades is a candidate for a log scale; one that is 10 times nearer to
# one at its high end than at its low end is a candidate for the reversed one.
LOG_RATIO = 100.0
REVERSE_LOG_RATIO = 10.0


def inferred_space(columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> SearchSpace:
    """A search space whose ranges are those of the values tried.

    Columns with one value, none, or a different string in nearly every row are left out, and so are
    seeds.

    Args:
        columns: name -> values, one per trial; ``None``, NaN and ``""`` mean missing. Names must be
            usable, see `usable_names`.
    """
    found = []
    for name, column in columns.items():
        seed = hyperparameter_family(name) is Family.SEED
        domain = None if seed else inferred_domain(column)
        if domain is not None:
            default = _present(column)[0]
            if isinstance(domain, (Float, Integer, Ordered)):
                default = domain.python(default)
            found.append(Hyperparameter(name, domain, default))
    return SearchSpace(tuple(found))


def inferred_domain(column: Sequence[Any] | NDArray[Any]) -> Domain | None:
    """The kind and the range of the values in ``column``; ``None`` where nothing varies.

    Strings and booleans are choices. Numbers that take few values are an ordered list. Other
    numbers get the scale, among linear, log (positive, two decades or more) and reversed log
    (inside (0, 1) and reaching ten times nearer to 1), on which they are spread most evenly: a
    dropout rate drawn uniformly from 0.001 to 0.5 spans two decades and is linear all the same.

    Example:
        >>> inferred_domain([1e-4, 1e-3, 1e-2, 1e-1, 3e-4, 3e-2])
        Float(low=0.0001, high=0.1, scale='log')
        >>> inferred_domain(["sgd", "adam", "sgd"])
        Categorical(values=('adam', 'sgd'))
    """
    there = _present(column)
    kinds = set(map(type, there))
    if kinds & {bool, np.bool_, str, np.str_}:
        distinct = sorted(set(there), key=lambda v: (str(type(v)), v))
        names = len(distinct) > MOST_LISTED_VALUES and 2 * len(distinct) > len(there)
        return None if len(distinct) < 2 or names else Categorical(tuple(distinct))
    numbers = np.asarray(there, dtype=np.float64)
    numbers = numbers[np.isfinite(numbers)]
    distinct_numbers = np.unique(numbers)
    if len(distinct_numbers) < 2:
        return None
    whole = bool(np.all(distinct_numbers == np.round(distinct_numbers)))
    if len(distinct_numbers) <= min(MOST_LISTED_VALUES, len(numbers) / 2):
        return Ordered(tuple(int(v) if whole else float(v) for v in distinct_numbers))
    low, high = float(distinct_numbers[0]), float(distinct_numbers[-1])
    scale = _most_even_scale(numbers)
    if whole:
        return Integer(int(low), int(high), "log" if scale == "log" else "linear")
    return Float(low, high, scale)  # type: ignore[arg-type]


def usable_names(names: Sequence[str]) -> dict[str, str]:
    """A usable and distinct hyperparameter name for each column name.

    Example:
        >>> usable_names(["lr", "model/width", "model.width"])
        {'lr': 'lr', 'model/width': 'model_width', 'model.width': 'model_width_2'}
    """
    usable: dict[str, str] = {}
    for name in names:
        stem = re.sub(r"[^A-Za-z0-9_\-]", "_", str(name)) or "_"
        stem = stem if re.match(r"[A-Za-z_]", stem) else f"_{stem}"
        candidate, count = stem, 1
        while candidate in usable.values():
            count += 1
            candidate = f"{stem}_{count}"
        usable[name] = candidate
    return usable


def present(values: list[Any]) -> list[bool]:
    """Which of ``values`` are there: not ``None``, NaN or an empty string.

    Example:
        >>> present([0.1, None, "", float("nan"), "adam"])
        [True, False, False, False, True]
    """
    if set(map(type, values)) <= {int, float, bool, type(None)}:  # all of a large study at once
        return (~np.isnan(np.array(values, dtype=np.float64))).tolist()  # type: ignore[no-any-return]
    return [not (v is None or v == "" or (isinstance(v, float) and math.isnan(v))) for v in values]


def _present(column: Sequence[Any] | NDArray[Any]) -> list[Any]:
    values = column.tolist() if isinstance(column, np.ndarray) else list(column)
    return list(compress(values, present(values)))


def _most_even_scale(numbers: NDArray[np.float64]) -> str:
    low, high = numbers.min(), numbers.max()
    spread = {"linear": _unevenness(numbers)}
    if low > 0 and high / low >= LOG_RATIO:
        spread["log"] = _unevenness(np.log(numbers))
    if low > 0 and high < 1 and (1 - low) / (1 - high) >= REVERSE_LOG_RATIO:
        spread["reverse_log"] = _unevenness(-np.log1p(-numbers))
    return min(spread, key=lambda scale: spread[scale])


def _unevenness(numbers: NDArray[np.float64]) -> float:
    """Largest distance between the values' distribution and an even one over their range."""
    ordered = np.sort(numbers)
    even = (ordered - ordered[0]) / (ordered[-1] - ordered[0])
    ranks = np.arange(len(ordered)) / (len(ordered) - 1)
    return float(np.abs(even - ranks).max())
