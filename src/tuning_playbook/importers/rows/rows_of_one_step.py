"""A few rows of runs that stand at a step a second time, such as a last evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    runs = list(map(repr, given[run[0]].values.tolist()))
    pairs = list(zip(runs, map(repr, given[steps].values.tolist()), strict=True))
    last = {pair: row for row, pair in enumerate(pairs)}
    twice = len(pairs) - len(last)
    if not 0 < twice <= _FEW * len(pairs) or len(last) < _FEWEST_STEPS * len({*runs}):
        return given
    rows = np.array(sorted(last.values()))
    return {
        name: Column(column.values[rows], column.missing[rows]) for name, column in given.items()
    }
