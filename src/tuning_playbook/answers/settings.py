"""What a study of variants or of repeats shows: means of settings, and no best trial."""

from __future__ import annotations

import math

import numpy as np

from tuning_playbook.analysis.search.study_shape import study_shape, varied_hyperparameters
from tuning_playbook.analysis.table.repeats import Configurations, distinct_configurations
from tuning_playbook.decide.next_step.how_to import compare_command
from tuning_playbook.records.arm import Arm
from tuning_playbook.trial import Status
from tuning_playbook.words import counted, short


def settings_sentence(arm: Arm, round_name: str) -> str:
    """The best mean of a study of repeated settings; empty for a search, or without repeats.

    The best of all its runs would be the luckiest seed, and need not be of the best setting.

    Args:
        arm: the only one of a round.
        round_name: of the round, for the command that compares the settings.
    """
    table = arm.table
    if study_shape(table) not in ("variants", "repeats"):
        return ""
    trained = (table.status == Status.COMPLETE.value) & np.isfinite(table.loss)
    found = distinct_configurations(table, np.flatnonzero(trained))
    runs = int(found.counts.sum())
    if runs <= len(found.rows):
        return ""
    metric, sign = table.objective.metric, table.objective.direction.sign
    order = np.argsort(found.loss)
    spread = f" ± {found.deviation:.2g}" if math.isfinite(found.deviation) else ""
    first = sign * float(found.loss[order[0]])
    if len(order) == 1:
        return f"{counted(runs, 'run')} of one configuration: mean {metric} = {first:.4g}{spread}."
    keys = [h.key for h in varied_hyperparameters(table)]
    best, second = (_words(arm, found, place, keys) for place in order[:2])
    after = sign * float(found.loss[order[1]])
    return (
        f"Of {len(order)} settings with {counted(runs, 'run')}, {best} has the best mean "
        f"{metric} = {first:.4g}{spread}; the next is {second} with {after:.4g}. To see whether "
        f"that is more than luck, type: {compare_command(round_name, keys)}."
    )


def _words(arm: Arm, found: Configurations, place: int, keys: list[str]) -> str:
    row = int(found.rows[place])
    return ", ".join(f"{key} = {short(arm.table.values[key][row])}" for key in keys)
