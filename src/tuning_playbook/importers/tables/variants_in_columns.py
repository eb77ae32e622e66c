"""Tables with a row for each seed and columns of results for each variant."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.importers.tables.methods_in_columns import columns_by_metric
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.vocabulary import is_difference, is_repetition, words_of
from tuning_playbook.words import listed

_VARIANT = "configuration"
_COMPARING = frozenset({"minus", "vs", "versus", "diff", "delta", "gain"})
_OF_ARMS = frozenset(
    {
        "baseline",
        "base",
        "control",
        "default",
        "vanilla",
        "original",
        "plain",
        "ours",
        "proposed",
        "standard",
        "reference",
        "random",
    }
)
_FEWEST_SEEDS, _MOST_SHOWN = 2, 6


def below_each_other_by_variant(
    given: Mapping[str, Column],
) -> tuple[dict[str, Column], str] | None:
    """The table with a row for each variant and seed, and a sentence on it; ``None`` for others.

    ``seed, base_acc, new_acc, base_loss, new_loss``: one column numbers the seeds, once each, and
    every variant has a column of every metric. One of them is called as the arm that others are
    compared with, since ``mnist_acc`` and ``cora_acc`` are of tasks. Others are left out and named.

    Args:
        given: the columns.
    """
    seeds = [name for name in given if is_repetition(name)]
    if len(seeds) != 1 or _VARIANT in given:
        return None
    (seed,) = seeds
    count = len(given[seed].values)
    numbers = [*map(repr, given[seed].values.tolist())]
    if count < _FEWEST_SEEDS or len({*numbers}) < count:
        return None
    rest = [
        TakenAs(name, name, Role.RESULT, "")
        for name, column in given.items()
        if name != seed and column.values.dtype == np.float64 and not _is_difference(name)
    ]
    by_metric = columns_by_metric(rest)
    if not by_metric or "" in by_metric:
        return None
    variants = list(next(iter(by_metric.values())))
    if not any(_OF_ARMS & {*words_of(variant)} for variant in variants):
        return None
    own = np.array([v for v in variants for _ in range(count)], dtype=object)
    found = {
        _VARIANT: Column(own, np.zeros(len(own), dtype=bool)),
        seed: _joined([given[seed]] * len(variants)),
        **{m: _joined([given[c[v]] for v in variants]) for m, c in by_metric.items()},
    }
    used = {column for columns in by_metric.values() for column in columns.values()} | {seed}
    left = [name for name in given if name not in used][:_MOST_SHOWN]
    more = f"; not read: {listed(left)}" if left else ""
    note = f"Each of {listed(variants)} has columns of its own; they are read as rows{more}."
    return found, note


def _is_difference(name: str) -> bool:
    return is_difference(name) or bool(_COMPARING & {*words_of(name)})


def _joined(columns: list[Column]) -> Column:
    return Column(
        np.concatenate([column.values for column in columns]),
        np.concatenate([column.missing for column in columns]),
    )
