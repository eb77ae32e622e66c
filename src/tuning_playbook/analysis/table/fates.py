"""What happened to each trial, in one word: the one place where that is said.

The record of a trial says how its run ended; `feasibility` judges whether it trained. A trial that
ran to its end may still be infeasible, and one that was stopped never is. Every message, table and
page that counts trials takes its words from here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.feasibility import (
    CAUSED_BY_CONFIGURATION,
    FEASIBLE,
    Feasibility,
    feasibility,
)
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.trial import Reason, Status

COMPLETE = "complete"
INFEASIBLE = "infeasible"  # as run: the run itself said that it cannot be trained
JUDGED = "judged infeasible"  # its record does not say so, its measurements do
STOPPED = "stopped"  # pruned or stopped early: censored
BY_HAND = "stopped by hand"
BY_MACHINE = "failed by machine"
BY_PROGRAM = "failed by program"
WAITING = "waiting"
RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Account:
    """How many trials each thing happened to.

    Args:
        fates: word -> number of trials, those without any left out.
        as_run: kind of failure -> number, of the trials that are infeasible as run.
        judged: kind of failure -> number, of those that are only judged so.
    """

    fates: dict[str, int]
    as_run: dict[str, int]
    judged: dict[str, int]

    @property
    def infeasible(self) -> int:
        """All infeasible trials, as run or judged."""
        return self.fates.get(INFEASIBLE, 0) + self.fates.get(JUDGED, 0)


def fates(table: TrialTable, judged: Feasibility | None = None) -> NDArray[np.str_]:
    """What happened to each trial.

    Args:
        table: the study.
        judged: its feasibility, where it is known already.

    Returns:
        Shape (n,), words of this module.
    """
    kinds = (judged or feasibility(table)).kind
    rows = zip(kinds.tolist(), table.status.tolist(), table.reason.tolist(), strict=True)
    return np.array([_fate(*row) for row in rows], dtype="<U20")


def fate_words(table: TrialTable, judged: Feasibility | None = None) -> list[str]:
    """The same for tables and labels: with the kind of failure where the trial is infeasible."""
    judged = judged or feasibility(table)
    pairs = zip(fates(table, judged).tolist(), judged.kind.tolist(), strict=True)
    return [f"{fate}: {kind}" if fate in (INFEASIBLE, JUDGED) else fate for fate, kind in pairs]


def account(table: TrialTable, *, rows: int | None = None) -> Account:
    """Count what happened to the trials of a study.

    Args:
        table: the study; its measurements are judged as a whole.
        rows: count only the first so many, which are the study's own.
    """
    judged = feasibility(table)
    found = fates(table, judged)[:rows]
    kinds = judged.kind[:rows]
    counts = Counter(found.tolist())
    return Account(
        {fate: counts[fate] for fate in _ORDER if counts[fate]},
        _counted(kinds[found == INFEASIBLE]),
        _counted(kinds[found == JUDGED]),
    )


def joined(accounts: list[Account]) -> Account:
    """The account of several studies together."""
    fates_ = sum((Counter(a.fates) for a in accounts), Counter[str]())
    as_run = sum((Counter(a.as_run) for a in accounts), Counter[str]())
    judged = sum((Counter(a.judged) for a in accounts), Counter[str]())
    return Account(
        {fate: fates_[fate] for fate in _ORDER if fates_[fate]},
        dict(as_run.most_common()),
        dict(judged.most_common()),
    )


_ORDER = (
    COMPLETE,
    INFEASIBLE,
    JUDGED,
    STOPPED,
    BY_HAND,
    BY_PROGRAM,
    BY_MACHINE,
    RUNNING,
    WAITING,
)


def _fate(kind: str, status: str, reason: str) -> str:
    if kind in CAUSED_BY_CONFIGURATION:
        return INFEASIBLE if status == Status.INFEASIBLE.value else JUDGED
    if status == Status.CANCELLED.value:
        return BY_HAND if reason == Reason.CANCELLED.value else STOPPED
    if status == Status.WAITING.value:
        return WAITING
    if status == Status.RUNNING.value:
        return RUNNING
    if reason == Reason.LOST.value:
        return BY_MACHINE
    return COMPLETE if kind == FEASIBLE else BY_PROGRAM


def _counted(kinds: NDArray[np.str_]) -> dict[str, int]:
    return dict(Counter(kinds.tolist()).most_common())
