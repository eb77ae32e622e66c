"""What the next step depends on. Facts without verbs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from tuning_playbook.decide.next_step.crashed_reruns import CrashedReruns
from tuning_playbook.decide.next_step.mending import AdviceStep
from tuning_playbook.decide.next_step.overtime import NO_OVERTIME, Overtime
from tuning_playbook.decisions import Decision
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.space import Domain
from tuning_playbook.study import Project, Round


@dataclass(frozen=True, slots=True)
class RoundState:
    """How far a round is.

    Args:
        name: of the round.
        written: its file; ``None`` where it cannot be read any more.
        planned: trials of all its studies; 0 before it runs.
        finished: of them, how many have ended.
        answered: what came out; ``None`` before all trials have ended.
        reruns: of its best configuration and of the baseline, the fewer of the two, with the
            program as it is now.
        reruns_left: of those that were asked for, how many have not ended.
        reruns_planned: how many were asked for of the one of which more were.
        crashed_reruns: reruns that failed by the training program, by the command that runs them.
        decision: the newest, where it is about the best configuration.
        reruns_skipped: whether its user decided to make none.
        launched: whether the best configuration was launched.
        failures: trials that failed, one text for each way to fail, with where to read more.
        mended: whether running these again may help: the machine failed them, or the training
            program has changed since.
        mixed: whether ended trials ran another version of the training program than there is now,
            so that more trials would not be comparable.
        redesigned: whether more trials of it would be refused, since its file or the project's says
            another design now: the baseline may have changed.
        imported: whether something else has run it; ``written`` is then the same search as a round
            of this project.
        counting: trials that completed or were infeasible, with which more would be pooled.
        overtime: of its trials that took longer than ``timeout_seconds`` allows.
        crashing: whether all that is left belongs to arms whose trials have all failed alike.
        running: trials that are marked as running.
    """

    name: str
    written: Round | None = None
    planned: int = 0
    finished: int = 0
    answered: AnsweredRound | None = None
    reruns: int = 0
    reruns_left: int = 0
    reruns_planned: int = 0
    crashed_reruns: tuple[CrashedReruns, ...] = ()
    decision: Decision | None = None
    reruns_skipped: bool = False
    launched: bool = False
    failures: tuple[str, ...] = ()
    mended: bool = False
    mixed: bool = False
    redesigned: bool = False
    imported: bool = False
    counting: int = 0
    overtime: Overtime = NO_OVERTIME
    crashing: bool = False
    running: int = 0


@dataclass(frozen=True, slots=True)
class FailedTry:
    """A short run of the training program that failed, with nothing that went well since.

    Args:
        detail: why.
        changed: whether the program or the project's file has changed since.
    """

    detail: str
    changed: bool


@dataclass(frozen=True, slots=True)
class ProjectState:
    """What the next step depends on.

    Args:
        project: as declared, with its baseline.
        current: the round that ran last; ``None`` before the first.
        waiting: rounds that have a file and never ran.
        refused: rounds with trials to run that `playbook run` would not start as things are -> why.
        begun: earlier rounds with trials left -> how many.
        begun_mixed: those of them whose ended trials ran another version of the training program.
        unsettled: earlier rounds whose answer is void and that no round has asked again.
        undecided: earlier rounds that may wait for a decision: rerun, or better than the newest,
            and not left to a round that follows.
        open_questions: earlier rounds without a winner, which reruns of their arms may name.
        followed: rounds whose trials count in another one, run or written.
        asked: keys that earlier rounds have compared, or that waiting ones will.
        names: of all rounds, run or not.
        exploration_over: whether the final round was declared open.
        final_done: whether a round that exploits has been answered.
        test_was_looked_at: whether a look at the test set is on record.
        crashed_baseline: reruns of the baseline that failed by the training program.
        unproven: imported round whose best trial the baseline is, where nothing of it has been
            rerun; empty otherwise.
        moving: pairs of hyperparameters: the best value of the second moves with the first, by
            an earlier round.
        searched: key -> ranges in which rounds that explored searched it, the newest first; without
            those of void rounds.
        program_there: whether the training program can be started.
        untried: whether it has never run here, not even briefly.
        failed_try: its last short run, where that failed and nothing has gone well since.
        pending: earlier round -> its advice that no command follows and no later round has
            answered.
    """

    project: Project
    current: RoundState | None = None
    waiting: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    begun: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    begun_mixed: frozenset[str] = frozenset()
    unsettled: tuple[RoundState, ...] = ()
    undecided: tuple[RoundState, ...] = ()
    open_questions: tuple[RoundState, ...] = ()
    followed: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    exploration_over: bool = False
    final_done: bool = False
    test_was_looked_at: bool = False
    crashed_baseline: CrashedReruns | None = None
    unproven: str = ""
    moving: frozenset[tuple[str, str]] = frozenset()
    searched: Mapping[str, Sequence[Domain]] = field(default_factory=lambda: MappingProxyType({}))
    program_there: bool = True
    untried: bool = False
    failed_try: FailedTry | None = None
    pending: Mapping[str, Sequence[AdviceStep]] = field(
        default_factory=lambda: MappingProxyType({})
    )
