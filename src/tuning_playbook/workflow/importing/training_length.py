"""For how long the trials of a foreign study trained."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Value
from tuning_playbook.study import CommandTarget, TrainingProtocol
from tuning_playbook.vocabulary import kind_by_name


def length_as_told(table: TrialTable, fixed: Mapping[str, Value]) -> str:
    """What tells for how long every trial trained, in a few words; empty where nothing does.

    Args:
        table: of the study.
        fixed: hyperparameters with one value in all trials.
    """
    if table.max_train_steps or _longest_curve(table):
        return "every trial trains this long"
    column = _fixed_length(fixed)[0]
    return f"{column} of every imported trial: one step is one of these" if column else ""


def protocol_as_told(
    table: TrialTable, fixed: Mapping[str, Value], *, target: str = ""
) -> TrainingProtocol:
    """How the trials were trained, as far as their curves or a constant column tell.

    Args:
        table: of the study.
        fixed: hyperparameters with one value in all trials.
        target: what trained them.
    """
    longest = _longest_curve(table) or _fixed_length(fixed)[1]
    steps = max(1, table.max_train_steps or longest)
    interval = steps if _longest_curve(table) or table.max_train_steps else 1
    own = table.curves.get(table.objective.metric)
    if own is not None and len(own.steps) > 1:
        gaps = np.diff(own.steps)
        gaps = gaps[gaps > 0]
        interval = int(np.median(gaps)) if len(gaps) else steps
    return TrainingProtocol(CommandTarget((target,)), steps, min(max(1, interval), steps))


def _longest_curve(table: TrialTable) -> int:
    return max((int(c.steps.max()) for c in table.curves.values() if len(c.steps)), default=0)


def _fixed_length(fixed: Mapping[str, Value]) -> tuple[str, int]:
    """The only constant that is a number of epochs or steps; nothing where there are several."""
    found = [
        (name, int(value))
        for name, value in fixed.items()
        if kind_by_name(name) == "training_length"
        and isinstance(value, (int, float))
        and value == int(value)
        and value > 0
    ]
    return found[0] if len(found) == 1 else ("", 0)
