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
from tuning_playbook.vocabulary import (
    Family,
    hyperparameter_family,
    logarithm_base,
    may_be_switch,
)

# A column with at most this many distinct values, each tried twice on average, is a list of
# values. More distinct strings than that are names, not choices.
MOST_LISTED_VALUES = 20
# A quantity that spans this factor is a candidate for a log scale, where its values are spread by
# factors; below it the two scales hardly differ. One that is 10 times nearer to one at its high end
# than at its low end is a candidate for the reversed one.
LOG_RATIO = 4.0
DOUBT = 2.0  # a linear scale is the usual one: so much likelier, as a logarithm
REVERSE_LOG_RATIO = 10.0
_LARGEST_COUNT = 2.0**53  # beyond, every float is a whole number


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
        family = hyperparameter_family(name) if logarithm_base(name) is None else None
        domain = None if family is Family.SEED else inferred_domain(column, family)
        if isinstance(domain, Ordered) and {*domain.values} == {0, 1} and may_be_switch(name):
            domain = _off_and_on(_present(column)) or domain
        if domain is not None:
            found.append(Hyperparameter(name, domain, _first(column, domain)))
    return SearchSpace(tuple(found))


def _off_and_on(there: list[Any]) -> Categorical | None:
    """The choice between 0 and 1 as they are written; ``None`` where some are 1 and others 1.0."""
    return Categorical(tuple(sorted(set(there)))) if len(set(map(type, there))) == 1 else None


def _first(column: Sequence[Any] | NDArray[Any], domain: Domain) -> Any:
    """The first value tried, for lack of one that is known to be the default."""
    there = _present(column)
    if isinstance(domain, (Float, Integer, Ordered)):
        return domain.python(float(next(value for value in there if math.isfinite(value))))
    return there[0]


def inferred_domain(
    column: Sequence[Any] | NDArray[Any], family: Family | None = None
) -> Domain | None:
    """The kind and the range of the values in ``column``; ``None`` where nothing varies.

    Strings and booleans are choices. Numbers that take few values are an ordered list. Other
    numbers get the scale, among linear, log (positive, a factor of four or more) and reversed log
    (inside (0, 1) and reaching ten times nearer to 1), on which they are most likely spread
    evenly: a dropout rate drawn uniformly from 0.001 to 0.5 spans two decades and is linear all the
    same. A learning rate is on a log scale by its name, a momentum on a reversed one.

    Args:
        column: the values; ``None``, NaN and ``""`` mean missing.
        family: what kind of hyperparameter it is by its name, where that is known.

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
    counts = np.abs(distinct_numbers) < _LARGEST_COUNT
    whole = bool(np.all(counts & (distinct_numbers == np.round(distinct_numbers))))
    if len(distinct_numbers) <= min(MOST_LISTED_VALUES, len(numbers) / 2):
        return Ordered(tuple(int(v) if whole else float(v) for v in distinct_numbers))
    low, high = float(distinct_numbers[0]), float(distinct_numbers[-1])
    scale = _scale_of_family(numbers, family) or _most_even_scale(numbers)
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


def _scale_of_family(numbers: NDArray[np.float64], family: Family | None) -> str | None:
    """The scale that a hyperparameter has by its name; ``None`` where its values cannot have it."""
    if family is Family.LEARNING_RATE and numbers.min() > 0:
        return "log"
    if family is Family.MOMENTUM and numbers.min() >= 0 and numbers.max() < 1:
        return "reverse_log"
    return None


def _most_even_scale(numbers: NDArray[np.float64]) -> str:
    low, high = numbers.min(), numbers.max()
    likely = {"linear": -len(numbers) * math.log(high - low)}
    if low > 0 and high / low >= LOG_RATIO:
        slopes = -np.log(numbers)
        likely["log"] = _log_likelihood(slopes, math.log(high / low)) - DOUBT
    if low > 0 and high < 1 and (1 - low) / (1 - high) >= REVERSE_LOG_RATIO:
        slopes = -np.log1p(-numbers)
        width = math.log((1 - low) / (1 - high))
        likely["reverse_log"] = _log_likelihood(slopes, width) - DOUBT
    return max(likely, key=lambda scale: likely[scale])


def _log_likelihood(slopes: NDArray[np.float64], width: float) -> float:
    """Of values that are even on a scale of this width, from the logarithms of its slopes there."""
    return float(slopes.sum()) - len(slopes) * math.log(width)
