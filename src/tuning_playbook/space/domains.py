"""What values a hyperparameter may take, one class per kind of range.

Each domain maps the unit interval onto its values and back, so that a search needs to know only
points of the unit cube. ``u`` is a number in [0, 1] or an array of them; 0 is the low end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuning_playbook.errors import InvalidInput

Value: TypeAlias = bool | int | float | str
Scale: TypeAlias = Literal["linear", "log", "reverse_log"]

# Values equal to a bound up to rounding belong to the range: 1 - (1 - 0.9) is not 0.9.
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Float:
    """A real range on a linear, logarithmic or reversed logarithmic scale.

    ``linear``: value = low + u (high - low);
    ``log``: log value is linear in u, for quantities that matter by factors (learning rates);
    ``reverse_log``: log (1 - value) is linear in u, for quantities near one (momentum).

    Args:
        low: smallest value; above 0 for ``log``.
        high: largest value, above ``low``; below 1 for ``reverse_log``.
        scale: ``linear``, ``log`` or ``reverse_log``.

    Raises:
        InvalidInput: for a range that is empty, not finite, or outside its scale's reach.

    Example:
        >>> round(float(Float(1e-4, 1.0, scale="log").from_unit(0.5)), 6)
        0.01
        >>> round(float(Float(0.9, 0.999, scale="reverse_log").from_unit(0.5)), 6)
        0.99

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """

    low: float
    high: float
    scale: Scale = "linear"

    def __post_init__(self) -> None:
        _require_range(self.low, self.high)
        if self.scale not in ("linear", "log", "reverse_log"):
            raise InvalidInput(
                f"scale {self.scale!r} is not known; use 'linear', 'log' or 'reverse_log'"
            )
        if self.scale == "log" and self.low <= 0:
            raise InvalidInput(
                f"a log scale cannot reach {self.low:g}: low must be above 0 "
                "(a value of exactly 0 belongs in an ordered list of values)"
            )
        if self.scale == "reverse_log" and self.high >= 1:
            raise InvalidInput(
                f"a reverse-log scale cannot reach {self.high:g}: high must be below 1"
            )

    def from_unit(self, u: ArrayLike) -> NDArray[np.float64]:
        """Values at the unit coordinates ``u``; same shape."""
        u = np.asarray(u, dtype=np.float64)
        if self.scale == "linear":
            values = self.low + u * (self.high - self.low)
        elif self.scale == "log":
            low, high = math.log(self.low), math.log(self.high)
            values = np.exp(low + u * (high - low))
        else:
            low, high = math.log(1 - self.low), math.log(1 - self.high)
            values = 1 - np.exp(low + u * (high - low))
        # the ends exactly: exp(log(1e-4)) is not 1e-4
        values = np.where(u <= 0, self.low, np.where(u >= 1, self.high, values))
        return np.clip(values, self.low, self.high)

    def to_unit(self, values: ArrayLike) -> NDArray[np.float64]:
        """Unit coordinates of ``values``; same shape; outside [0, 1] for values out of range."""
        v = np.asarray(values, dtype=np.float64)
        if self.scale == "linear":
            return (v - self.low) / (self.high - self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.scale == "log":
                return np.asarray(np.log(v / self.low) / math.log(self.high / self.low))
            span = math.log((1 - self.high) / (1 - self.low))
            return np.asarray(np.log((1 - v) / (1 - self.low)) / span)

    def contains(self, value: object) -> bool:
        """Whether ``value`` is a number inside the range."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return bool(-_TOLERANCE <= float(self.to_unit(value)) <= 1 + _TOLERANCE)

    def python(self, value: Any) -> Value:
        """``value`` as a plain Python number, as stored in a configuration."""
        return float(value)


@dataclass(frozen=True, slots=True)
class Integer:
    """Whole numbers from ``low`` to ``high``, both included.

    Every integer owns a slice of the unit interval: equally wide on the linear scale, as wide as
    the logarithm of (k + 1/2) / (k - 1/2) on the log scale.

    Args:
        low: smallest value; at least 1 for ``log``.
        high: largest value, above ``low``.
        scale: ``linear`` or ``log``.

    Raises:
        InvalidInput: for a range that is empty or outside its scale's reach.

    Example:
        >>> Integer(1, 4).from_unit([0.0, 0.3, 0.99]).tolist()
        [1, 2, 4]
    """

    low: int
    high: int
    scale: Literal["linear", "log"] = "linear"

    def __post_init__(self) -> None:
        _require_range(self.low, self.high)
        for name, value in (("low", self.low), ("high", self.high)):
            if int(value) != value:
                raise InvalidInput(f"{name} must be a whole number, found {value!r}")
        if self.scale not in ("linear", "log"):
            raise InvalidInput(f"scale {self.scale!r} is not known; use 'linear' or 'log'")
        if self.scale == "log" and self.low < 1:
            raise InvalidInput(
                f"a log scale of integers cannot reach {self.low}: low must be at least 1"
            )

    @property
    def _real(self) -> Float:
        return Float(self.low - 0.5, self.high + 0.5, self.scale)

    def from_unit(self, u: ArrayLike) -> NDArray[np.int64]:
        """Values at the unit coordinates ``u``; same shape."""
        # floor(x + 1/2), not rint: halves must not go to the even neighbour
        values = np.floor(self._real.from_unit(u) + 0.5)
        return np.clip(values, self.low, self.high).astype(np.int64)

    def to_unit(self, values: ArrayLike) -> NDArray[np.float64]:
        """Middle of the slice that each value owns on the unit interval; same shape."""
        v = np.asarray(values, dtype=np.float64)
        real = self._real
        return np.asarray((real.to_unit(v - 0.5) + real.to_unit(v + 0.5)) / 2)

    def contains(self, value: object) -> bool:
        """Whether ``value`` is a whole number inside the range."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return self.low <= value <= self.high and float(value).is_integer()

    def python(self, value: Any) -> Value:
        """``value`` as a plain Python integer."""
        return int(value)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Given numbers in increasing order, such as widths or a penalty that may be exactly 0.

    Args:
        values: at least two numbers, strictly increasing.

    Raises:
        InvalidInput: for fewer than two values, or values not in increasing order.

    Example:
        >>> Ordered((0.0, 1e-4, 1e-3)).from_unit(0.5).item()
        0.0001
    """

    values: tuple[float | int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        for value in self.values:
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise InvalidInput(f"an ordered list holds numbers, found {value!r}")
            if not math.isfinite(value):
                raise InvalidInput(f"an ordered list holds finite numbers, found {value!r}")
        if len(self.values) < 2:
            raise InvalidInput("an ordered list needs at least two values")
        if any(a >= b for a, b in zip(self.values, self.values[1:], strict=False)):
            raise InvalidInput(f"values must be strictly increasing, found {list(self.values)}")

    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """Values at the unit coordinates ``u``; same shape."""
        return np.asarray(self.values)[_slot(u, len(self.values))]

    def to_unit(self, values: ArrayLike) -> NDArray[np.float64]:
        """Middle of each value's slice; values between two listed ones are interpolated."""
        count = len(self.values)
        middles = (np.arange(count) + 0.5) / count
        return np.asarray(np.interp(np.asarray(values, dtype=np.float64), self.values, middles))

    def contains(self, value: object) -> bool:
        """Whether ``value`` is one of the listed numbers."""
        return not isinstance(value, bool) and value in self.values

    def python(self, value: Any) -> Value:
        """The listed number equal to ``value``, with its own type."""
        return self.values[self.values.index(value)]


@dataclass(frozen=True, slots=True)
class Categorical:
    """Values without an order: names, switches.

    Args:
        values: at least two distinct strings, booleans or numbers.

    Raises:
        InvalidInput: for fewer than two values, or a value listed twice.

    Example:
        >>> Categorical(("relu", "gelu")).from_unit([0.2, 0.9]).tolist()
        ['relu', 'gelu']
    """

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if len(self.values) < 2:
            raise InvalidInput("a choice needs at least two values")
        for value in self.values:
            if not isinstance(value, (bool, int, float, str)):
                raise InvalidInput(f"a choice holds strings, booleans or numbers, found {value!r}")
        if len({(type(v), v) for v in self.values}) < len(self.values):
            raise InvalidInput(f"a value is listed twice in {list(self.values)}")

    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """Values at the unit coordinates ``u``; same shape, as an array of objects."""
        values = np.empty(len(self.values), dtype=object)
        values[:] = self.values
        return np.asarray(values[_slot(u, len(self.values))], dtype=object)

    def to_unit(self, values: ArrayLike) -> NDArray[np.float64]:
        """Middle of the slice that each value owns; NaN for a value that is not listed."""
        count = len(self.values)
        middle = {(type(v), v): (i + 0.5) / count for i, v in enumerate(self.values)}
        flat = np.asarray(values, dtype=object)
        units = [middle.get((type(v), v), math.nan) for v in flat.ravel().tolist()]
        return np.asarray(units, dtype=np.float64).reshape(flat.shape)

    def contains(self, value: object) -> bool:
        """Whether ``value`` is one of the listed values, of the same type."""
        return any(type(v) is type(value) and v == value for v in self.values)

    def python(self, value: Any) -> Value:
        """``value`` itself: choices are stored as they are written."""
        return value  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Constant:
    """A hyperparameter with no range declared: part of the pipeline, never searched.

    Args:
        value: its only value.
    """

    value: Value

    def from_unit(self, u: ArrayLike) -> NDArray[Any]:
        """The value, once per unit coordinate."""
        values = np.empty(np.shape(u), dtype=object)
        values.fill(self.value)  # np.full would cut a NUL from the end of a string
        return values

    def to_unit(self, values: ArrayLike) -> NDArray[np.float64]:
        """One half, once per value."""
        return np.full(np.shape(values), 0.5)

    def contains(self, value: object) -> bool:
        """Whether ``value`` is the value."""
        return type(value) is type(self.value) and value == self.value

    def python(self, value: Any) -> Value:
        """``value`` itself."""
        return value  # type: ignore[no-any-return]


Domain: TypeAlias = Float | Integer | Ordered | Categorical | Constant


def _slot(u: ArrayLike, count: int) -> NDArray[np.int64]:
    """Index of the slice among ``count`` equal ones that holds each ``u``."""
    slots = np.floor(np.asarray(u, dtype=np.float64) * count).astype(np.int64)
    return np.clip(slots, 0, count - 1)


def _require_range(low: float, high: float) -> None:
    for name, value in (("low", low), ("high", high)):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not (number and math.isfinite(value)):
            raise InvalidInput(f"{name} must be a finite number, found {value!r}")
    if low == high:
        raise InvalidInput(
            f"the range holds the single value {low:g}; declare it as fixed, or widen it"
        )
    if low > high:
        raise InvalidInput(f"low is above high: [{low:g}, {high:g}]; swap them")
