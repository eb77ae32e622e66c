"""One line on a study: its trials, what decides, and the best of them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.fates import (
    BY_HAND,
    BY_MACHINE,
    BY_PROGRAM,
    INFEASIBLE,
    JUDGED,
    RUNNING,
    STOPPED,
    WAITING,
    account,
)
from tuning_playbook.analysis.table.feasibility import feasibility, without_value
from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.doubts import constant_metric
from tuning_playbook.words import counted, short

_LONGEST_NAME = 40
_MOST_NAMED = 4


def facts_line(table: TrialTable) -> str:
    """How many trials and what became of them, what decides, and the best."""
    judged = feasibility(table)
    objective = table.objective
    facts = ", ".join([counted(len(table), "trial"), *_lost(table)])
    facts += f"; {objective.direction.value} {objective.metric}"
    constant = constant_metric(table)
    if constant is not None:
        return f"{facts}, which is {constant:g} in every trial"
    rows = np.flatnonzero(judged.feasible & np.isfinite(table.loss))
    repeated = _best_mean(table, rows)
    if repeated:
        return facts + repeated
    if len(rows):
        best = int(rows[np.argmin(table.loss[rows])])
        value = objective.direction.sign * float(table.loss[best])
        if math.isfinite(value):
            name = _short(str(table.ids[best]))
            facts += f", best {value:.5g} ({'' if 'trial' in name else 'trial '}{name})"
    return facts


def _lost(table: TrialTable) -> Iterator[str]:
    """What the trials came to that did not train to their end, fates of one kind together.

    An empty cell is no failure: only a status or a reason tells of one.
    """
    found = account(table)
    empty = int(without_value(table).sum())
    kinds = {
        "infeasible": (INFEASIBLE, JUDGED),
        "failed": (BY_PROGRAM, BY_MACHINE),
        "stopped before the end": (STOPPED, BY_HAND),
        "unfinished": (WAITING, RUNNING),
    }
    for words, fates in kinds.items():
        count = sum(found.fates.get(fate, 0) for fate in fates)
        count -= empty if words == "failed" else 0
        if count:
            yield f"{count:,} {words}"
    if empty:
        yield f"{empty:,} without a value of {table.objective.metric}"


def _best_mean(table: TrialTable, rows: NDArray[np.int64]) -> str:
    """The best configuration by the mean of its repeats, where most configurations have some."""
    found = distinct_configurations(table, rows)
    if len(found.rows) < 2 or float(np.median(found.counts)) < 2:
        return ""
    best = int(np.argmin(found.loss))
    value = table.objective.direction.sign * float(found.loss[best])
    named = [
        f"{h.key} {short(table.values[h.key][found.rows[best]])}"
        for h in table.space.hyperparameters
    ]
    setting = f" ({', '.join(named[:_MOST_NAMED])})" if named else ""
    count = int(found.counts[best])
    if count == 1:
        return f", best {value:.5g}{setting}"
    return f", best mean {value:.5g} of {counted(count, 'repeat')}{setting}"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."
