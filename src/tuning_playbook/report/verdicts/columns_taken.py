"""The roles of a study's columns as a document and for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.search.study_design import ended_rows, study_design
from tuning_playbook.analysis.search.study_shape import varied_hyperparameters
from tuning_playbook.analysis.table.repeats import configuration_count, grouped_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.never_tuned import is_training_length
from tuning_playbook.report.verdicts.columns import ColumnsView
from tuning_playbook.space import Categorical
from tuning_playbook.words import counted, listed

# What a reader asks first stands first; what is empty is not worth a line.
_ORDER = tuple(role for role in Role if role is not Role.EMPTY)
_FEWEST_CELLS = 9  # fewer runs of other lengths fill a grid by chance
_REPEATED = 1.5  # from here on trials per configuration are repeats, and not chance
_PLURAL = {
    Role.HYPERPARAMETER: "hyperparameters",
    Role.CONSTANT: "constant settings",
    Role.RESULT: "results",
    Role.HELD_OUT: "held-out results",
    Role.STATISTIC: "statistics",
    Role.SEED: "seeds or repeats",
}


def columns_document(columns: Sequence[TakenAs]) -> list[dict[str, Any]]:
    """For ``--json``: one object for each column, in the order of the table."""
    return [
        {
            "column": one.column,
            "role": one.role.value,
            "reason": one.reason,
            "certain": one.certain,
        }
        for one in columns
    ]


def columns_view(columns: Sequence[TakenAs], kind: str) -> ColumnsView:
    """For a terminal."""
    roles = []
    for role in _ORDER:
        names = tuple(one.column for one in columns if one.role is role)
        if names:
            several = len(names) > 1
            roles.append((_PLURAL.get(role, role.value) if several else role.value, names))
    doubts = tuple((o.column, o.role.value, o.reason) for o in columns if not o.certain)
    return ColumnsView(kind, tuple(roles), doubts)


def kind_of_study(table: TrialTable) -> str:
    """What kind of study the trials make, in words; empty where too few have ended."""
    if len(table) == 1:
        return "one run"
    ended = ended_rows(table)
    if not len(ended):
        return ""
    design = study_design(table, ended)
    numbers = np.bincount(grouped_configurations(table, ended)[1]).tolist()
    count = len(numbers)
    if count == 1:
        return f"{counted(len(ended), 'trial')} with the same settings, as far as is recorded"
    of = counted(count, "configuration")
    repeats = str(min(numbers)) if min(numbers) == max(numbers) else _from_to(numbers)
    each = f", {repeats} trials each" if len(ended) >= _REPEATED * count else ""
    varied = varied_hyperparameters(table)
    lengths = [h.name for h in varied if is_training_length(h)]
    if lengths and len(lengths) == len(varied):
        return f"{counted(len(ended), 'run')} that differ in their length of training alone"
    if lengths:
        each += f", trained for different lengths ({listed(lengths)})"
    naming = [
        h.name
        for h in varied
        if isinstance(h.domain, Categorical)
        and len(varied) > 1
        and len(set(table.values[h.key])) == count
    ]
    if naming and design != "variants":
        return f"a list of {of}{each}, named by {naming[0]}"
    return {
        "grid": f"a {'list' if lengths and count < _FEWEST_CELLS else 'grid'} of {of}{each}",
        "variants": _variants(table, ended, f"{of}{each}"),
        "adaptive": f"an adaptive search: {of}, later ones chosen by earlier results",
        "chosen": f"a list of {counted(count, 'chosen configuration')}{each}",
        "independent": f"a search of {of}{each}",
    }[design]


def _variants(table: TrialTable, ended: NDArray[np.int64], of: str) -> str:
    """Choices beside each other; a grid where every combination of several was tried."""
    levels = [len(np.unique(table.units[key][ended])) for key in table.space.keys]
    crossed = [number for number in levels if number > 1]
    full = len(crossed) > 1 and math.prod(crossed) == configuration_count(table, ended)
    what = "grid" if full else "comparison"
    return f"a {what} of {of}; playbook compare tells which of them differ"


def _from_to(numbers: Sequence[int]) -> str:
    return f"{min(numbers):,} to {max(numbers):,}"
