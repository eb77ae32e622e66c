"""Repeats that stand beside each other, ``acc_seed0``, ``acc_seed1``, ..., and their mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from tuning_playbook.importers.taken_as import QUALITY, Role, TakenAs
from tuning_playbook.vocabulary import plain_name, without_number


def means_of_repeats(
    taken: Sequence[TakenAs], columns: Mapping[str, Sequence[Any]]
) -> tuple[list[TakenAs], dict[str, list[float | None]]]:
    """The roles with one result for each group of repeats, and the values of these results.

    A repeat that diverged makes the mean NaN; a trial that lacks a repeat has the mean of the
    others.

    Args:
        taken: roles of all columns.
        columns: name -> cells.
    """
    groups: dict[tuple[str, Role], list[TakenAs]] = defaultdict(list)
    for one in taken:
        bare = without_number(one.name)
        if one.role in QUALITY and bare != plain_name(one.name).strip("_"):
            groups[bare, one.role].append(one)
    names = {plain_name(one.name).strip("_") for one in taken}
    means: dict[str, list[float | None]] = {}
    roles = {one.column: one for one in taken}
    for (bare, role), own in groups.items():
        if len(own) < 2 or bare in names or bare in means:
            continue
        means[bare] = [
            _mean(cells) for cells in zip(*(columns[o.column] for o in own), strict=True)
        ]
        reason = f"mean of {len(own)} columns, {own[0].column} to {own[-1].column}"
        roles[bare] = TakenAs(bare, bare, role, reason)
        single = f"one repetition of {bare}"
        roles.update((o.column, replace(o, role=Role.STATISTIC, reason=single)) for o in own)
    return list(roles.values()), means


def _mean(cells: Sequence[Any]) -> float | None:
    there = [float(cell) for cell in cells if cell is not None]
    return fmean(there) if there else None
