"""A few rows of runs that stand at a step a second time, such as a last evaluation."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from tuning_playbook.importers.cells.columns import Column

_FEW = 0.1  # of the rows
_FEWEST_STEPS = 3  # for each run


def without_earlier_rows(
    given: Mapping[str, Column], run: Sequence[str], steps: str
) -> Mapping[str, Column]:
    """The table without the earlier rows of a run's step, where few steps have several.

    Programs that evaluate a run once more at its end write its last step twice.

    Args:
        given: the columns.
        run: the column that names the runs, if there is one.
        steps: the column that counts their steps; empty where there is none.
    """
    if not run or not steps:
        return given
    pairs = runs_and_steps(given, run[0], steps)
    last = {pair: row for row, pair in enumerate(pairs)}
    twice = len(pairs) - len(last)
    if not 0 < twice <= _FEW * len(pairs) or len(last) < _FEWEST_STEPS * len(
        {of_run for of_run, _ in pairs}
    ):
        return given
    rows = np.array(sorted(last.values()))
    return {
        name: Column(column.values[rows], column.missing[rows]) for name, column in given.items()
    }


def runs_and_steps(given: Mapping[str, Column], run: str, steps: str) -> list[tuple[Any, Any]]:
    """The run and the step of each row; no step that is missing as a NaN equals another one."""
    runs, counted = (given[column].values.tolist() for column in (run, steps))
    return [
        (_hashable(of_run), _hashable(step)) for of_run, step in zip(runs, counted, strict=True)
    ]


def _hashable(cell: Any) -> Any:
    return cell if isinstance(cell, Hashable) else repr(cell)
