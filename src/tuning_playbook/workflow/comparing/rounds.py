"""A round of the project as runs to compare: its arms, with the trials of followed rounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.arms import arms_of_round
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.records.arm import arm_label
from tuning_playbook.workflow.comparing.target import merged


def runs_of_round(folder: Path, name: str, *, split: bool = False) -> ForeignStudy:
    """All trials of a round as one study; column ``study`` names their arms.

    Args:
        folder: of the project.
        name: of the round.
        split: whether a hyperparameter makes the arms, so that one study will do.

    Raises:
        InvalidInput: for a round that has not been run, or one of a single arm that nothing splits.
    """
    opened = open_project(folder)
    with opened_store(opened) as store:
        arms = arms_of_round(Snapshot(opened, store), name)
    if len(arms) == 1 and split:
        return replace(_as_foreign(arms[0].table, name), notes=arms[0].notes)
    if len(arms) < 2:
        raise InvalidInput(
            f"round {name} has a single arm, so there is nothing to compare. Name the "
            f"hyperparameter whose values are the arms: --arm NAME; or see its verdicts: playbook "
            f"check {name}"
        )
    notes = tuple(note for arm in arms for note in arm.notes)
    found = [(arm_label(arm.study), _as_foreign(arm.table, arm_label(arm.study))) for arm in arms]
    return replace(merged(found, name=name), notes=notes)


def _as_foreign(table: TrialTable, label: str) -> ForeignStudy:
    sign = table.objective.direction.sign
    values = [None if np.isnan(v) else float(v) for v in (sign * table.loss).tolist()]
    return ForeignStudy(
        name=label,
        ids=tuple(map(str, table.ids.tolist())),
        parameters={key: column.tolist() for key, column in table.values.items()},
        results={table.objective.metric: values},
        curves={metric: _long(table, metric) for metric in table.curves},
        status=tuple(map(str, table.status.tolist())),
        reason=tuple(map(str, table.reason.tolist())),
        objective=table.objective,
    )


def _long(table: TrialTable, metric: str) -> LongCurve:
    column = table.curves[metric]
    rows = np.repeat(np.arange(len(table)), np.diff(column.offsets))
    return rows, column.steps, column.values
