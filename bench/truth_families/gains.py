"""Searches of small perceptrons, at their usual learning rates and at far too small ones.

Where nothing trains, the initialization decides which trial is best, and the results show no edge.
With the first part of the curves cut off, the first evaluations come late: no range is too low.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

import real_curves
import small_trainings
from truth_families.sections import Bar, Section, Setting, Share, table
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable
from tuning_playbook.checks.learning_progress import LearningProgress
from tuning_playbook.checks.search_space_boundary import SearchSpaceBoundary
from tuning_playbook.findings import Verdict

_TOO_LOW = (1e-3, 1e-4, 1e-5)
_CUT = (0.3, 0.6)


def measure(setting: Setting) -> Section:
    """How often the high end of the learning rate is asked about, and why."""
    count = max(setting.studies // 20, 3)
    usual = list(_searches(setting, count, 1.0))
    real = list(real_curves.studies(setting.data))
    families = {
        "usual learning rates": usual,
        **{f"usual, without the first {share:.0%} of each curve": [_late(t, share) for t in usual]
           for share in _CUT},
        "real studies": real,
        **{f"learning rates times {factor:g}": list(_searches(setting, count, factor))
           for factor in _TOO_LOW},
    }  # fmt: skip
    rows: list[list[object]] = []
    bars = []
    for name, studies in families.items():
        by_gains, told = (Share(sum(found), len(studies))
                          for found in zip(*map(_told, studies), strict=True))  # fmt: skip
        rows.append([name, by_gains, told])
        bars.append(
            Bar(f"gains: {name}, told", told, at_least=0.9)
            if name.startswith("learning")
            else Bar(f"gains: {name}, told by gains", by_gains, at_most=0.01)
        )
    head = ["searches", "told by gains", "told by gains, results or unmoved metrics"]
    return Section(
        "Are learning rates too low where nothing trains?", table(head, rows), tuple(bars)
    )


def _searches(setting: Setting, count: int, factor: float) -> Iterator[TrialTable]:
    available = small_trainings.data_sets(setting.data)
    for number in range(count):
        rng = np.random.default_rng([setting.seed, number])
        yield small_trainings.study(available[number % 3], rng, rate_factor=factor)


def _told(trials: TrialTable) -> tuple[bool, bool]:
    """Whether the high end of the learning rate is called too low by gains, and by anything.

    A metric that no training moves, such as the accuracy of a model that stays as it was
    initialized, is told by `learning-progress`.
    """
    (found,) = SearchSpaceBoundary().run(trials)
    by_gains = "too low? The typical" in found.summary
    tight = any(
        edge["edge"] == "high" and edge["verdict"] == "tight" and "rate" in edge["hyperparameter"]
        for edge in found.evidence["edges"]
    )
    (progress,) = LearningProgress().run(trials)
    unmoved = progress.verdict in (Verdict.FAIL, Verdict.WARN)
    return by_gains, by_gains or tight or unmoved


def _late(trials: TrialTable, share: float) -> TrialTable:
    """The study as if logging had begun after ``share`` of the training."""
    return replace(trials, curves={name: _cut(c, share) for name, c in trials.curves.items()})


def _cut(column: CurveColumn, share: float) -> CurveColumn:
    lengths = np.diff(column.offsets)
    dropped = (share * lengths).astype(int)
    position = np.arange(len(column.values)) - np.repeat(column.offsets[:-1], lengths)
    kept = position >= np.repeat(dropped, lengths)
    offsets = np.concatenate([[0], np.cumsum(lengths - dropped)])
    return CurveColumn(offsets, column.steps[kept], column.values[kept])
