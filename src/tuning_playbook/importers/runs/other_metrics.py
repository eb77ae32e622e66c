"""Runs of a study that logged another metric in place of the one that decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.splitting import rows_of_study
from tuning_playbook.trial import Status
from tuning_playbook.vocabulary import metric_direction, split_of
from tuning_playbook.words import listed, some_of

_MOST_SHOWN = 5


def without_other_metrics(study: ForeignStudy, metric: str) -> ForeignStudy:
    """The study without runs that never logged the metric, and one instead that no other run has.

    The program logged under another name when they ran, or measured something else: nothing says
    that they failed. A run that lacks the metric beside the metrics of the others may have.

    Args:
        study: as read.
        metric: what decides.
    """
    measured = {name: runs_with(study, name) for name in {*study.curves, *study.results}}
    own = measured.pop(metric, None)
    if own is None or not own.any() or own.all():
        return study
    instead = {
        name: ~own & rows
        for name, rows in measured.items()
        if rows.any() and not (own & rows).any() and _is_quality(name)
    }
    complete = [status in ("", Status.COMPLETE.value) for status in study.status]
    others = np.any(list(instead.values()), axis=0) if instead else np.zeros_like(own)
    others &= np.array(complete or [True] * len(own))
    if not others.any():
        return study
    names = [study.ids[row] for row in np.flatnonzero(others)]
    shown = ", ".join(names[:_MOST_SHOWN]) + (", ..." if len(names) > _MOST_SHOWN else "")
    metrics = listed(sorted(name for name, rows in instead.items() if (rows & others).any()))
    note = (
        f"{some_of(len(names), len(study.ids), 'run')} never logged {metric}, but {metrics}, which "
        f"no other run has ({shown}): they have not failed, and are left out."
    )
    kept = np.flatnonzero(~others).tolist()
    return replace(rows_of_study(study, kept), notes=(*study.notes, note))


def runs_with(study: ForeignStudy, metric: str) -> NDArray[np.bool_]:
    """Which runs have a value of a metric, or a point of its curve.

    Args:
        study: as read.
        metric: one of its results, or of its curves.
    """
    cells = study.results.get(metric, [None] * len(study.ids))
    found = np.array([cell is not None for cell in cells], dtype=bool)
    if metric in study.curves:
        found[np.asarray(study.curves[metric][0], dtype=np.int64)] = True
    return found


def _is_quality(name: str) -> bool:
    """Whether a name is of a metric that may decide; ``diverged_at`` stands beside failures."""
    return metric_direction(name) is not None and split_of(name) != "training"
