"""What the values of a column say about it, whatever its name."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.statistics.ranks import mid_ranks

Cells: TypeAlias = Sequence[Any]
Kind: TypeAlias = Literal["numbers", "words", "mixed", "nothing"]

# A large table is judged by this many of its rows, evenly spaced.
SAMPLED_ROWS = 4_000
# A column with at most this many values, each met twice on average, is a list of values.
MOST_LEVELS = 30
# Values spread evenly over their levels are as uneven as this in one column of 1,000.
_UNEVEN = 1e-3
_COMPLETE = 0.95
_FEWEST_FOR_A_FUNCTION = 5
# Combinations come back where there are at most this many of them for each row.
_REPEATED_SHARE = 0.7
_FEWEST_LEVELS, _FEWEST_TO_RANK, _BOTH_POSITIVE = 3, 8, 3
_ROUNDED = 2e-5
_FEWEST_COUNTED, _UNSET = 4, 500  # rows; steps, of which somebody would set a round number


@dataclass(frozen=True, slots=True, eq=False)
class ColumnValues:
    """One column, as far as its role can be told from it.

    Args:
        kind: ``words`` for text and booleans, ``mixed`` for numbers among text.
        numbers: shape (k,), of the sampled rows; NaN where a cell holds none.
        codes: shape (k,), equal for equal cells; -1 where empty.
        levels: number of distinct values, empty cells left out.
        filled: number of cells that are not empty.
    """

    kind: Kind
    numbers: NDArray[np.float64]
    codes: NDArray[np.int64]
    levels: int
    filled: int


def sampled_rows(count: int) -> NDArray[np.int64]:
    """The rows that a table of ``count`` rows is judged by."""
    if count <= SAMPLED_ROWS:
        return np.arange(count)
    # A random choice: evenly spaced rows of a written grid would miss whole columns of it.
    chosen = np.random.default_rng(20230119).choice(count, SAMPLED_ROWS, replace=False)
    return np.sort(chosen)


def _key(cell: Any) -> Any:
    """What equal cells have in common; NaN equals NaN, and lists are compared as written."""
    if not isinstance(cell, Hashable):
        return repr(cell)
    return cell if cell == cell else "nan"


def column_values(cells: Cells, rows: NDArray[np.int64]) -> ColumnValues:
    """The values of one column in some rows.

    Example:
        >>> found = column_values([0.1, 0.3, None, 0.1], sampled_rows(4))
        >>> found.kind, found.levels, found.filled, found.codes.tolist()
        ('numbers', 2, 3, [0, 1, -1, 0])
    """
    own = list(cells) if len(rows) == len(cells) else [cells[row] for row in rows.tolist()]
    types = set(map(type, own)) - {type(None)}
    seen: dict[Any, int] = {}
    codes = np.fromiter(
        (-1 if c is None else seen.setdefault(_key(c), len(seen)) for c in own),
        np.int64,
        len(own),
    )
    number = [type(c) in (int, float) for c in own]
    numbers = np.fromiter(
        (c if n else math.nan for c, n in zip(own, number, strict=True)), np.float64, len(own)
    )
    kind: Kind = "nothing"
    if types:
        kind = "numbers" if types <= {int, float} else "mixed" if any(number) else "words"
    return ColumnValues(kind, numbers, codes, len(seen), int(np.sum(codes >= 0)))


def is_list_of_values(values: ColumnValues) -> bool:
    """Whether a column takes few values, each of them at least twice on average."""
    return 1 < values.levels <= MOST_LEVELS and values.filled >= 2 * values.levels


def is_evenly_used(values: ColumnValues) -> bool:
    """Whether each of the few values was tried about as often as the others, as in a design.

    Either the counts agree with a uniform choice, or each level was tried the same number of times.
    """
    if not is_list_of_values(values):
        return False
    from scipy.special import chdtrc  # imported here: scipy is slow to import

    counts = np.bincount(values.codes[values.codes >= 0])
    expected = counts.mean()
    statistic = float(np.sum((counts - expected) ** 2)) / expected  # Pearson's chi square
    return bool(chdtrc(len(counts) - 1, statistic) > _UNEVEN)


def is_plain_list(values: ColumnValues) -> bool:
    """Whether few numbers are as short as people write them: 0.1, 3e-4, 128."""
    there = np.unique(values.numbers[np.isfinite(values.numbers)])
    return len(there) > 0 and all(
        float(f"{v:.3g}") == v or math.log2(abs(v)).is_integer() for v in there.tolist() if v
    )


def is_chosen_list(values: ColumnValues) -> bool:
    """Whether numbers look chosen: few, short, and each used several times."""
    return is_list_of_values(values) and is_plain_list(values)


def is_each_number_once(cells: Cells) -> bool:
    """Whether a column is every whole number from 0 or 1 on, each once, in any order.

    Example:
        >>> is_each_number_once([3, 1, 2]), is_each_number_once([2, 3, 4])
        (True, False)
    """
    count = len(cells)
    if not count or set(map(type, cells)) != {int}:
        return False
    first = min(cells)
    return first in (0, 1) and max(cells) == first + count - 1 and len(set(cells)) == count


def restarts_its_count(cells: Cells, *, fewest: int = 5) -> bool:
    """Whether a column counts the rows of one block after another, each from 0 or from 1 on.

    Args:
        cells: in the order of the rows.
        fewest: rows of the shortest block; levels of a grid also repeat, but are fewer.

    Example:
        >>> restarts_its_count([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5]), restarts_its_count([1, 2, 1, 2])
        (True, False)
    """
    if not cells or set(map(type, cells)) != {int} or cells[0] not in (0, 1):
        return False
    starts = [row for row, cell in enumerate(cells) if cell == cells[0]]
    lengths = [end - start for start, end in pairwise([*starts, len(cells)])]
    counted = [cells[0] + row for length in lengths for row in range(length)]
    return len(starts) > 1 and min(lengths) >= fewest and counted == list(cells)


def is_counted_up(values: ColumnValues) -> bool:
    """Whether whole numbers rise from row to row, each once, as numbers of runs do."""
    numbers = values.numbers
    if values.kind != "numbers" or values.filled < len(numbers) or len(numbers) < 8:
        return False
    whole = bool(np.all(numbers == np.round(numbers)))
    return whole and bool(np.all(numbers[1:] > numbers[:-1]))


def combined(codes: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One number for each combination of several columns' values, shape (k,)."""
    marks = np.zeros(len(codes[0]), dtype=np.int64)
    for column in codes:
        marks = np.unique(marks * (int(column.max(initial=0)) + 2) + column, return_inverse=True)[1]
        marks = marks.reshape(-1).astype(np.int64)
    return marks


def are_a_product(columns: Sequence[ColumnValues]) -> bool:
    """Whether nearly every combination of the columns' values is there: a full grid."""
    if len(columns) < 2:
        return False
    cells = math.prod(float(c.levels) for c in columns)  # beyond 1e308 infinite
    count = len(np.unique(combined([c.codes for c in columns])))
    return cells > 3 and count >= _COMPLETE * cells


@dataclass(frozen=True, slots=True, eq=False)
class Combinations:
    """The combinations of some settings, of which most come back.

    Args:
        settings: column -> values.
        marks: shape (k,), one number for each combination.
        count: number of combinations.
    """

    settings: Mapping[str, ColumnValues]
    marks: NDArray[np.int64]
    count: int


def repeated_combinations(settings: Mapping[str, ColumnValues]) -> list[Combinations]:
    """All settings together, and all but one, where their combinations come back.

    In a full grid all of them together never do; without a setting that a column does not depend
    on, they do.
    """
    if not settings:
        return []
    subsets = [dict(settings)]
    if len(settings) > 1:
        subsets += [{n: v for n, v in settings.items() if n != out} for out in settings]
    found = [_combinations(subset) for subset in subsets]
    return [own for own in found if own.count <= _REPEATED_SHARE * len(own.marks)]


def settings_that_determine(
    values: ColumnValues, repeated: Sequence[Combinations]
) -> tuple[str, ...]:
    """The fewest settings whose values determine a column; none where they do not.

    Only what repeats can show it: a column that differs in every row follows from any other one
    that does.

    Args:
        values: of the column.
        repeated: see `repeated_combinations`.
    """
    first = next((own for own in repeated if _follows(values, own)), None)
    if first is None:
        return ()
    needed = dict(first.settings)
    for name in list(needed):
        rest = {other: column for other, column in needed.items() if other != name}
        if rest and _follows(values, _combinations(rest)):
            needed = rest
    return tuple(needed)


def _combinations(settings: Mapping[str, ColumnValues]) -> Combinations:
    marks = combined([column.codes for column in settings.values()])
    return Combinations(settings, marks, int(marks.max(initial=-1)) + 1)


def _follows(values: ColumnValues, own: Combinations) -> bool:
    if values.levels > own.count or own.count > _REPEATED_SHARE * len(own.marks):
        return False
    return len(np.unique(combined([own.marks, values.codes]))) == own.count


def is_linear_in(values: ColumnValues, other: ColumnValues) -> bool:
    """Whether a column is a linear function of another one, but for rounding."""
    both = np.isfinite(values.numbers) & np.isfinite(other.numbers)
    a, b = values.numbers[both], other.numbers[both]
    if len(np.unique(a)) < _FEWEST_FOR_A_FUNCTION or len(np.unique(b)) < _FEWEST_FOR_A_FUNCTION:
        return False
    a, b = a - a.mean(), b - b.mean()
    scale = math.sqrt(float(a @ a) * float(b @ b))
    return scale > 0 and abs(float(a @ b)) / scale > 1 - _ROUNDED


def is_scaled(values: ColumnValues, other: ColumnValues) -> bool:
    """Whether one column is another one times a factor, plus an offset, or on a log scale.

    Three values at least; with eight, rising and falling together is enough, since independent
    columns hardly ever do.
    """
    both = np.isfinite(values.numbers) & np.isfinite(other.numbers)
    a, b = values.numbers[both], other.numbers[both]
    if min(len(np.unique(a)), len(np.unique(b))) < _FEWEST_LEVELS:
        return False
    pairs = [(a, b)]
    if np.all(a > 0):
        pairs.append((np.log(a), b))
    if np.all(b > 0):
        pairs.append((a, np.log(b)))
    if len(pairs) == _BOTH_POSITIVE:
        pairs.append((np.log(a), np.log(b)))
    exact = any(abs(float(np.corrcoef(x, y)[0, 1])) > 1 - 1e-9 for x, y in pairs)
    enough = len(np.unique(a)) >= _FEWEST_TO_RANK
    return exact or (enough and abs(rank_correlation(values, other)) > 1 - 1e-9)


def rank_correlation(values: ColumnValues, other: ColumnValues) -> float:
    """Spearman's correlation of two columns where both have numbers; 0 where it is undefined."""
    both = np.isfinite(values.numbers) & np.isfinite(other.numbers)
    if both.sum() < 8:
        return 0.0
    ranks = [mid_ranks(c.numbers[both]) for c in (values, other)]
    if any(len(np.unique(r)) < 3 for r in ranks):
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def are_counted_out(values: ColumnValues) -> bool:
    """Whether most rows have a number of their own, given to a digit that nobody would set.

    Example:
        >>> found = [column_values(steps, sampled_rows(4)) for steps in
        ...          ([652, 1293, 1017, 849], [1000, 2000, 5000, 10000])]
        >>> [are_counted_out(own) for own in found]
        [True, False]
    """
    there = values.numbers[np.isfinite(values.numbers)]
    own = 2 * values.levels > values.filled and len(there) >= _FEWEST_COUNTED
    return own and bool(2 * np.sum((there >= _UNSET) & (there % 10 != 0)) > len(there))
