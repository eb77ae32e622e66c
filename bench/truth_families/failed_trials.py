"""Trials that failed, and trials that only look as if they had, planted into healthy studies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from truth_families.mini_batches import (
    LENGTHS_BY_STEP,
    all_slow_by_step,
    blown_up_by_step,
    fell_back_by_step,
    slow_by_step,
)
from truth_families.planted_curves import Draft, drawn, table_of
from truth_families.real_trends import FloatArray, Workload
from truth_families.sections import Bar, Setting, Share, table
from tuning_playbook.analysis.table.feasibility import CHANCE, feasibility
from tuning_playbook.trial import Status

Rows = np.ndarray
Change = Callable[[Draft, Rows], None]


def _curves(draft: Draft) -> list[FloatArray]:
    return [c for c in (draft.objective, draft.training) if c is not None]


def _from(draft: Draft, rows: Rows) -> FloatArray:
    """Where each of the trials breaks: shape (k, length), from then on true."""
    return draft.t[None, :] >= draft.rng.uniform(0.1, 0.6, size=(len(rows), 1))


def not_finite(draft: Draft, rows: Rows) -> None:
    """All values are NaN from somewhere on."""
    broken = _from(draft, rows)
    for curve in _curves(draft):
        curve[rows] = np.where(broken, np.nan, curve[rows])


def blown_up(draft: Draft, rows: Rows) -> None:
    """The training loss jumps to 1.5 to 50 times its fall, the objective to its beginning."""
    broken = _from(draft, rows)
    assert draft.training is not None
    height = np.exp(draft.rng.uniform(np.log(1.5), np.log(50), size=(len(rows), 1)))
    lowest = draft.training[rows].min(axis=1, keepdims=True)
    up = lowest + height * draft.training_fall[rows]
    draft.training[rows] = np.where(broken, up, draft.training[rows])
    draft.objective[rows] = np.where(broken, draft.objective[rows, :1], draft.objective[rows])


def fell_back(draft: Draft, rows: Rows) -> None:
    """Everything returns to where it began, and stays."""
    broken = _from(draft, rows)
    for curve in _curves(draft):
        curve[rows] = np.where(broken, curve[rows, :1], curve[rows])


def never_learnt(draft: Draft, rows: Rows) -> None:
    """Everything stays where the trials of the study began: at the worst first values."""
    for curve in _curves(draft):
        curve[rows] = np.quantile(curve[:, 0], 0.95)


def slow(draft: Draft, rows: Rows) -> None:
    """Everything improves all the time, by 4 to 15 % of what is possible."""
    share = draft.rng.uniform(0.04, 0.15, size=(len(rows), 1))
    for curve in _curves(draft):
        fall = np.median(curve[:, 0] - curve.min(axis=1))
        curve[rows] = np.median(curve[:, 0]) - share * fall * draft.t[None, :]
    # What is small moves little from step to step.
    draft.noise[rows] *= 0.1
    if draft.training_noise is not None:
        draft.training_noise[rows] *= 0.1


def stopped(draft: Draft, rows: Rows) -> None:
    """A pruner ends them after their first evaluations."""
    draft.ends = np.ones(len(draft.rates))
    draft.ends[rows] = draft.rng.uniform(0.0, 0.3, size=len(rows))
    draft.status = [Status.COMPLETE.value] * len(draft.rates)
    for row in rows:
        draft.status[row] = Status.CANCELLED.value


@dataclass(frozen=True)
class Case:
    """What is planted, and whether those trials failed.

    Some of the planted may be ``flat``: these may be told to have learnt nothing, but not to have
    diverged.
    """

    name: str
    change: Change | None
    failed: bool
    lengths: tuple[int, ...] = (12, 20, 40, 100)
    flat: bool = False


CASES = (
    Case("nothing", None, failed=False),
    Case("three evaluations each", None, failed=False, lengths=(3,)),
    Case("slow learning", slow, failed=False),
    Case("stopped by a pruner", stopped, failed=False),
    Case("ends not finite", not_finite, failed=True),
    Case("blows up", blown_up, failed=True),
    Case("falls back to its beginning", fell_back, failed=True),
    Case("never learns", never_learnt, failed=True),
    Case("slow learning, losses of mini-batches", slow_by_step, failed=False,
         lengths=LENGTHS_BY_STEP, flat=True),
    Case("all learn slowly, losses of mini-batches", all_slow_by_step, failed=False,
         lengths=LENGTHS_BY_STEP, flat=True),
    Case("blows up, losses of mini-batches", blown_up_by_step, failed=True,
         lengths=LENGTHS_BY_STEP),
    Case("falls back, losses of mini-batches", fell_back_by_step, failed=True,
         lengths=LENGTHS_BY_STEP),
)  # fmt: skip


def measured(pool: Sequence[Workload], setting: Setting) -> tuple[str, tuple[Bar, ...]]:
    """Shares of trials that are called infeasible."""
    fit = [w for w in pool if w.training]
    rows, false, found = [], [0, 0], [0, 0]
    for case in CASES:
        others, planted = _one(fit, case, setting)
        rows.append([case.name, "yes" if case.failed else "no", planted, others])
        for share in (others,) if case.failed else (others, planted):
            false = [false[0] + share.count, false[1] + share.total]
        if case.failed:
            found = [found[0] + planted.count, found[1] + planted.total]
    bars = (
        Bar("trials called infeasible that are not", Share(*false), at_most=0.01),
        Bar("planted divergences found", Share(*found), at_least=0.95),
    )
    head = ["planted into a quarter of the trials", "failed", "of these infeasible",
            "of the others"]  # fmt: skip
    return table(head, rows), bars


def _one(pool: Sequence[Workload], case: Case, setting: Setting) -> tuple[Share, Share]:
    counts = np.zeros(4, dtype=int)
    for number in range(max(40, setting.studies // 6)):
        rng = np.random.default_rng([setting.seed, 3, CASES.index(case), number])
        length = int(rng.choice(case.lengths))
        draft = drawn(pool[number % len(pool)], rng, length=length)
        count = len(draft.rates)
        chosen = np.zeros(count, dtype=bool)
        if case.change is not None:
            chosen[rng.choice(count, size=count // 4, replace=False)] = True
            case.change(draft, np.flatnonzero(chosen))
        judged = feasibility(table_of(draft))
        infeasible = judged.infeasible
        if case.flat:
            infeasible = infeasible & ~(chosen & (judged.kind == CHANCE))
        counts += [infeasible[~chosen].sum(), (~chosen).sum(), infeasible[chosen].sum(),
                   chosen.sum()]  # fmt: skip
    return Share(int(counts[0]), int(counts[1])), Share(int(counts[2]), int(counts[3]))
