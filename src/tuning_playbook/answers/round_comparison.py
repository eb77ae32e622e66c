"""What stands side by side in a round, and the comparison of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tuning_playbook.analysis.comparison.isolation import ArmComparison, compare_arms
from tuning_playbook.analysis.search.slices import Slice, slices
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.table import TrialTable
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

    The arms, or the slices of a joint study: along its scientific hyperparameter, or along each of
    several, so that every combination stands by itself.
    """
    study = arms[0].study
    if len(arms) == 1 and study.joint:
        axis = study.joint[0] if len(study.joint) == 1 else ""
        return axis, tuple(_cut(study, arms[0].table, study.joint))
    keys = {key for arm in arms for key in arm.study.scientific}
    axis = keys.pop() if len(keys) == 1 else ""
    return axis, tuple(
        Compared(label, arm.study.scientific.get(axis), arm.table)
        for label, arm in zip(labels, arms, strict=True)
    )


def _cut(study: Study, table: TrialTable, keys: Sequence[str]) -> Iterator[Compared]:
    """The slices along all of ``keys``, the last one changing fastest."""
    key, *others = keys
    for part in slices(table, key):
        label = f"{key} {part.label}"
        if not others:
            yield Compared(label, _middle(study, key, part), part.table)
            continue
        for inner in _cut(study, part.table, others):
            yield Compared(f"{label}, {inner.label}", None, inner.table)


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
