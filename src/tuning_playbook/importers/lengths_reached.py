"""Lengths of training that nobody set: each run has ended where its own patience did."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tuning_playbook.importers.column_values import ColumnValues, combined
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import names_tasks

_FEWEST_SETTINGS = 3
_MOSTLY = 0.5


def lengths_reached(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Lengths that differ between the seeds of one setting, as early stopping makes them.

    A length that was set is the same for all seeds, or each of several for every seed.

    Args:
        found: column -> its role so far.
        values: of all columns.
    """
    lengths = [c for c, one in found.items()
               if one.role is Role.TRAINING_LENGTH and "declared" not in one.reason]  # fmt: skip
    seeds = [values[c].codes for c, one in found.items() if one.role is Role.SEED]
    reached = {}
    for column in lengths:
        settings = [
            values[c].codes for c, one in found.items()
            if c != column and (one.role in SEARCHED or names_tasks(one.name))
        ]  # fmt: skip
        if any(_differ(values[column], settings, seed) for seed in seeds):
            reason = "differs between the seeds of one setting"
            reached[column] = TakenAs(column, found[column].name, Role.PROGRESS, reason)
    return reached


def _differ(
    length: ColumnValues, settings: list[np.typing.NDArray[np.int64]], seed: object
) -> bool:
    there = length.codes >= 0
    alone = np.zeros(len(there), dtype=np.int64)
    group = combined([*settings, alone])[there]
    run = combined([*settings, alone, np.asarray(seed)])[there]
    own = length.codes[there]
    pairs = np.unique(np.stack([run, own]), axis=1)
    if len(pairs[0]) > len(np.unique(run)):
        return False  # a run of one setting and seed for each of several lengths
    lengths: dict[int, set[int]] = {}
    runs: dict[int, set[int]] = {}
    for g, r, n in zip(group.tolist(), run.tolist(), own.tolist(), strict=True):
        lengths.setdefault(g, set()).add(n)
        runs.setdefault(g, set()).add(r)
    repeated = [g for g, several in runs.items() if len(several) > 1]
    differing = sum(len(lengths[g]) > 1 for g in repeated)
    return len(repeated) >= _FEWEST_SETTINGS and differing >= _MOSTLY * len(repeated)
