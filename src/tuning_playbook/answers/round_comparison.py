"""What stands side by side in a round, and the comparison of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.feasibility import feasibility
from tuning_playbook.analysis.isolation import ArmComparison, compare_arms
from tuning_playbook.analysis.slices import Slice, slices
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.records.arm import Arm
from tuning_playbook.space import Value
from tuning_playbook.study import Study


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One of the things that stand side by side.

    Args:
        label: what it is called.
        value: scientific value, or the middle of the slice; ``None`` where it is not one number.
        table: its trials.
    """

    label: str
    value: Value | None
    table: TrialTable


def what_is_compared(
    arms: Sequence[Arm], labels: Sequence[str]
) -> tuple[str, tuple[Compared, ...]]:
    """What stands side by side, and along which hyperparameter.

    The arms, or the slices of a joint study along the first of its scientific hyperparameters.
    """
    study = arms[0].study
    if len(arms) == 1 and study.joint:
        key = study.joint[0]
        cut = slices(arms[0].table, key)
        return key, tuple(
            Compared(f"{key} {c.label}", _middle(study, key, c), c.table) for c in cut
        )
    keys = {key for arm in arms for key in arm.study.scientific}
    axis = keys.pop() if len(keys) == 1 else ""
    return axis, tuple(
        Compared(label, arm.study.scientific.get(axis), arm.table)
        for label, arm in zip(labels, arms, strict=True)
    )


def _middle(study: Study, key: str, part: Slice) -> Value | None:
    if part.value is not None:
        return part.value
    domain = study.space[key].domain
    middle = sum(domain.to_unit([part.low, part.high]).tolist()) / 2
    value: Value = domain.from_unit([middle]).tolist()[0]
    return value


def comparison_of(
    arms: Sequence[Arm], compared: Sequence[Compared], deviation: float | None
) -> ArmComparison | None:
    """At an equal budget; ``None`` before every one has a finished trial."""
    if not compared or not all(np.any(feasibility(c.table).judged) for c in compared):
        return None
    spaces = [arm.study.space for arm in arms]
    shared = len(arms) > 1 and all(space == spaces[0] for space in spaces)
    tables = [c.table for c in compared]
    labels = [c.label for c in compared]
    return compare_arms(
        tables,
        labels=labels,
        paired=shared and _ids_in_common(tables),
        seed_deviation=deviation,
    )


def _ids_in_common(tables: Sequence[TrialTable]) -> bool:
    """Whether most trials have a partner in every arm; a paired comparison drops the others."""
    ended = [{str(i) for i in t.ids[feasibility(t).judged]} for t in tables]
    return 2 * len(set.intersection(*ended)) > max(len(ids) for ids in ended)
