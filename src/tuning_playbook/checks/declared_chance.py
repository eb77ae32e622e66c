"""Trials beside the declared value of a model that has learnt nothing."""

from __future__ import annotations

from typing import Final

import numpy as np

from tuning_playbook.analysis.table.feasibility import Feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.findings import Advice
from tuning_playbook.words import counted, some_of

NO_TRIAL_LEARNS: Final = (
    Advice(
        "reach-chance",
        {},
        "no hyperparameter is tuned before a trial learns more than what is declared as nothing",
    ),
)


def none_better_than_chance(table: TrialTable, judged: Feasibility) -> str | None:
    """That no trial is better than declared, where training goes on; ``None`` where one is.

    Args:
        table: the study.
        judged: its trials.
    """
    told = beside_declared_chance(table, judged)
    slow = int(judged.feasible.sum())
    if not told or not slow:
        return None
    fall = "falls" if table.objective.direction.sign > 0 else "rises"
    total = int(judged.judged.sum())
    return (
        f"No trial is better than a model that has learnt nothing.{told} "
        f"{table.objective.metric} still {fall} in {some_of(slow, total, 'trial')}, so training is "
        "too slow or too short: try larger learning rates, or train longer."
    )


def beside_declared_chance(table: TrialTable, judged: Feasibility) -> str:
    """The declared level and the best trial, where none is better; else empty."""
    chance = judged.chance
    losses = table.loss[judged.judged & np.isfinite(table.loss)]
    if chance.origin != "declared" or not losses.size or losses.min() < chance.loss:
        return ""
    sign, metric = table.objective.direction.sign, table.objective.metric
    return (
        f" {metric} = {sign * chance.loss:.4g} is declared as chance level, and the best of "
        f"{counted(int(losses.size), 'trial')} reached {sign * float(losses.min()):.4g}."
    )
