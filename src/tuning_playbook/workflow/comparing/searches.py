"""Arms that hold tuned trials instead of repeats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tuning_playbook.analysis.comparison.searches import SearchComparisons, compare_searches
from tuning_playbook.analysis.search.study_design import ended_rows, study_design
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.decide.comparisons.comparison_answer import positions_of_pairs
from tuning_playbook.decide.comparisons.comparison_doubts import Learning
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy, foreign_table
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.study import Objective
from tuning_playbook.vocabulary import (
    Family,
    hyperparameter_family,
    is_coefficient,
    names_a_setting,
    plain_name,
)
from tuning_playbook.workflow.comparing.arms import ArmRuns, Arms
from tuning_playbook.workflow.comparing.labels import arm_values
from tuning_playbook.workflow.comparing.roles import Roles
from tuning_playbook.workflow.comparing.target import STUDY, columns_of

_FEWEST_TURNS = 2
# Share of an arm's trials; so many less good ones may be missing without a change of its best.
_FEW_STOPPED = 0.1
_UNEQUAL_BY_CHANCE = 0.003


def searched_columns(
    study: ForeignStudy, arms: Arms, roles: Roles, told: Sequence[str]
) -> tuple[str, ...]:
    """Hyperparameters that differ between the runs of one arm; none where runs are repeats.

    Where the seeds tell the runs of each arm apart, a column that is no known hyperparameter and
    repeats no value, or has other values in other arms, is taken for something that was recorded.

    Args:
        study: all runs.
        arms: of them.
        roles: the columns of arms and seeds, which do not count.
        told: what the user calls hyperparameters; the study's own where empty.
    """
    columns = columns_of(study)
    missing = [name for name in told if name not in columns]
    if missing:
        raise InvalidInput(f"{study.name} has no column {missing[0]!r} for --params")
    names = told or [name for name in study.parameters if _may_be_searched(name, columns[name])]
    seeds = columns.get(roles.seed, ())
    seeded = bool(roles.seed) and all(
        len({seeds[r] for r in arm.rows.tolist()}) == len(arm.rows) for arm in arms.arms
    )
    found = []
    for name in names:
        cells = columns[name]
        own = [[_same(cells[r]) for r in arm.rows.tolist()] for arm in arms.arms]
        if name in (*roles.arm, roles.seed) or all(len(set(part)) == 1 for part in own):
            continue
        if told or not (seeded and _was_recorded(name, own)):
            found.append(name)
    return tuple(found)


def _was_recorded(name: str, cells: Sequence[Sequence[Any]]) -> bool:
    """Whether a column without a known name has numbers that are not the same ones in all arms."""
    if names_a_setting(name) or is_coefficient(name):
        return False
    numbers = all(is_number(cell) for part in cells for cell in part)
    return numbers and len({frozenset(part) for part in cells}) > 1


def searches_of(
    study: ForeignStudy,
    table: TrialTable,
    arms: Arms,
    varied: Sequence[str],
    baseline: int | None,
) -> SearchComparisons:
    """The arms compared by their bests at equal budgets; repeats of a configuration are averaged.

    Args:
        study: all runs.
        table: of the metric.
        arms: of its runs.
        varied: the hyperparameters that differ within arms.
        baseline: its position; ``None`` for all pairs.
    """
    columns = columns_of(study)
    points = [_points(arm, columns, varied) for arm in arms.arms]
    shared = set.intersection(*(set(own) for own in points))
    paired = len(shared) > 0.8 * max(len(own) for own in points)
    labels = [arm.repeats.label for arm in arms.arms]
    tables = [
        table_from_columns(
            label,
            ids=[" ".join(map(str, key)) for key in own],
            values={},
            metric_values=list(own.values()),
            status=["complete" if np.isfinite(v) else "infeasible" for v in own.values()],
            objective=table.objective,
        )
        for label, own in zip(labels, points, strict=True)
    ]
    places = positions_of_pairs(len(labels), baseline)
    return compare_searches(tables, labels=labels, pairs=places, paired=paired)


def sign_of_learning(
    study: ForeignStudy, arms: Arms, roles: Roles, objective: Objective
) -> Learning:
    """What shows that one search chose all trials, the arms among them, by their results.

    Several files or studies are searches of their own, and so are arms that stand one below the
    other: in one search they take turns. Where many of its trials were stopped early, those left
    were chosen by their results, against those of the other arms. Arms that take turns with very
    unequal numbers of trials (chi-square, one random search in 300) got them by their first
    results, of which pruned trials show nothing afterwards.

    Args:
        study: all runs, those left out of the comparison too.
        arms: of them.
        roles: the columns of arms.
        objective: what decides.
    """
    if STUDY in roles.arm:
        return ""
    keys = [key for key in arm_values(columns_of(study), roles.arm) if key in arms.keys]
    turns = 1 + sum(a != b for a, b in pairwise(keys))
    if turns <= len(arms.keys):
        return ""
    if any(arm.stopped > _FEW_STOPPED * (arm.stopped + len(arm.rows)) for arm in arms.arms):
        return "stopped"
    table = foreign_table(study, objective=objective)
    often = turns >= _FEWEST_TURNS * len(arms.keys)
    if often and study_design(table, ended_rows(table)) == "adaptive":
        return "results"
    return "numbers" if _chance_of_counts(list(Counter(keys).values())) < _UNEQUAL_BY_CHANCE else ""


def _chance_of_counts(counts: Sequence[int]) -> float:
    """Chance of counts at least as unequal where all have the same: Pearson's chi square."""
    from scipy.special import chdtrc  # imported here: scipy is slow to import

    expected = sum(counts) / len(counts)
    statistic = sum((count - expected) ** 2 for count in counts) / expected
    return float(chdtrc(len(counts) - 1, statistic))


def _points(
    arm: ArmRuns, columns: dict[str, Sequence[Any]], varied: Sequence[str]
) -> dict[tuple[Any, ...], float]:
    """Configuration -> mean of its runs; NaN where half of them or more have failed."""
    found: dict[tuple[Any, ...], list[float]] = {}
    for row, value in zip(arm.rows.tolist(), arm.repeats.values.tolist(), strict=True):
        found.setdefault(tuple(_same(columns[name][row]) for name in varied), []).append(value)
    means = {}
    for key, values in found.items():
        trained = [v for v in values if np.isfinite(v)]
        means[key] = float(np.mean(trained)) if 2 * len(trained) > len(values) else float("nan")
    return means


def _may_be_searched(name: str, cells: Sequence[Any]) -> bool:
    if hyperparameter_family(name) is Family.SEED:
        return False
    filled = [_same(cell) for cell in cells if cell is not None]
    return (
        names_a_setting(name)
        or 2 * len(set(filled)) <= len(filled)
        or plain_name(name) in ("alpha", "beta", "lambda")
    )


def _same(cell: Any) -> Any:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(f"{cell:.9g}")
    return str(cell)
