"""What the trials of a study can tell: a search of ranges, or only variants, repeats or lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.space import Categorical, Constant, Hyperparameter
from tuning_playbook.trial import Status

StudyShape: TypeAlias = Literal["search", "variants", "repeats", "lengths"]

_FEWEST = 5  # trials with one value of the metric that are no coincidence of a coarse one


def study_shape(table: TrialTable) -> StudyShape:
    """What was varied.

    ``search``: at least one range of numbers. ``variants``: choices only, as in an ablation.
    ``lengths``: nothing but what is never tuned for quality, a training length or a batch size.
    ``repeats``: nothing, so that the trials differ by their seeds at most.
    """
    varied = varied_hyperparameters(table)
    tuned = [h for h in varied if not is_never_tuned(h)]
    if any(not isinstance(h.domain, Categorical) for h in tuned):
        return "search"
    if tuned:
        return "variants"
    return "lengths" if varied else "repeats"


def row_of_best_setting(table: TrialTable, *, having: str = "") -> int | None:
    """A trial of the configuration with the best mean over its repeats; ``None`` without one.

    The best single trial of an ablation is the luckiest seed, and need not be of the best variant.

    Args:
        table: of a study.
        having: a hyperparameter that the configuration must have; any will do where empty.
    """
    completed = (table.status == Status.COMPLETE.value) & np.isfinite(table.loss)
    if having:
        completed &= [value is not None for value in table.values[having]]
    found = distinct_configurations(table, np.flatnonzero(completed))
    return int(found.rows[np.argmin(found.loss)]) if len(found.rows) else None


def unmoved_metric(tables: Sequence[TrialTable]) -> float | None:
    """The one value, as logged, that the metric has in all trials of all studies.

    Returns:
        ``None`` where it differs, and for fewer than five trials.
    """
    losses = np.concatenate([table.loss for table in tables])
    losses = losses[np.isfinite(losses)]
    if len(losses) < _FEWEST or losses.min() < losses.max():
        return None
    return float(tables[0].objective.direction.sign * losses[0])


def varied_hyperparameters(table: TrialTable) -> list[Hyperparameter]:
    """Those that have several values among the trials."""
    return [
        h
        for h in table.space.hyperparameters
        if not isinstance(h.domain, Constant) and len(set(table.values[h.key])) > 1
    ]
