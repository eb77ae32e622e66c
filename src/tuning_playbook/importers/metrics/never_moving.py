"""Metrics that have the same value in every trial: they tell no trials apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.vocabulary import metric_direction, split_of
from tuning_playbook.words import listed, short

_MOST_NAMED = 4


def varies(study: ForeignStudy, name: str) -> bool:
    """Whether a metric has several values, or too few to tell."""
    values = _values(study, name)
    return len(np.unique(values[~np.isnan(values)])) > 1 or len(values) < 2


def said_of_constants(study: ForeignStudy, names: Sequence[str]) -> str:
    """A sentence on the metrics that never move, beside others that decide; empty where none is.

    Args:
        study: whose metrics they are.
        names: of its metrics.
    """
    constant = [
        name
        for name in names
        if metric_direction(name) is not None
        and split_of(name) != "training"
        and not varies(study, name)
        and _is_measured(study, name)
    ]
    if not constant or len(constant) == len(names):
        return ""
    where = "trial" if len(study.ids) > 1 else "evaluation"
    shown = [f"{name} is {short(_level(study, name))}" for name in constant[:_MOST_NAMED]]
    return (
        f"{listed(shown)} in every {where}, which does not distinguish them: check how it is "
        "computed. "
    )


def _values(study: ForeignStudy, name: str) -> np.ndarray:
    if name in study.curves:
        return np.asarray(study.curves[name][2], dtype=np.float64)
    cells = study.results.get(name, ())
    return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)


def _is_measured(study: ForeignStudy, name: str) -> bool:
    """Whether several trials have a value; a part of a table may lack what the others have."""
    return int(np.sum(~np.isnan(_values(study, name)))) > 1


def _level(study: ForeignStudy, name: str) -> float:
    values = _values(study, name)
    return float(values[~np.isnan(values)][0])
