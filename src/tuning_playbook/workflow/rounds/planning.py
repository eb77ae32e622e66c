"""What a round would run, before it does."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tuning_playbook.design.arms import studies_of
from tuning_playbook.design.budget import BudgetPlan, plan_budget, sparse_warning
from tuning_playbook.design.entry_check import entry_objection
from tuning_playbook.design.fixed_items import fixing_damage
from tuning_playbook.design.follow_up import (
    PROGRAM_HAS_CHANGED,
    counting_trials,
    followed_studies,
    point_of,
)
from tuning_playbook.design.plan import RoundPlan, plan_round
from tuning_playbook.errors import InvalidInput, NoStoreYet
from tuning_playbook.gather.arms import studies_of_rounds
from tuning_playbook.gather.opening import OpenProject, open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot, round_names
from tuning_playbook.records.logbook import LAUNCH
from tuning_playbook.records.round_facts import rounds_that_count
from tuning_playbook.search import planned_trials
from tuning_playbook.search.grid_search import grid_warning
from tuning_playbook.sources import cited
from tuning_playbook.study import Provenance, Round, Study
from tuning_playbook.trial import Seconds, Status, Tally, ended_trials
from tuning_playbook.words import agreeing, counted, listed
from tuning_playbook.workflow.rounds.few_trials import few_trials_warning
from tuning_playbook.workflow.rounds.followed import refuse_unknown_followed
from tuning_playbook.workflow.rounds.imported_baseline import (
    baseline_reruns_by_program,
    was_rerun,
)
from tuning_playbook.workflow.rounds.mixing import refuse_mixing
from tuning_playbook.workflow.rounds.round_files import round_to_run
from tuning_playbook.workflow.rounds.sharing import trained_before, yet_to_begin
from tuning_playbook.workflow.rounds.whole_rounds import smaller_grids, studies_to_run
from tuning_playbook.workflow.rounds.withdrawing import studies_to_withdraw
from tuning_playbook.workflow.trying.last_try import last_tried


def plan(folder: Path, round_name: str) -> RoundPlan:
    """Plan of a round; time is estimated from trials of this project that have finished.

    Args:
        folder: of the project.
        round_name: of the round's file.
    """
    opened = open_project(folder)
    return _planned(opened, round_to_run(opened, round_name))


def _planned(opened: OpenProject, round_: Round) -> RoundPlan:
    try:
        with opened_store(opened) as store:
            return planned_round(opened, Snapshot(opened, store), round_)
    except NoStoreYet:
        return planned_round(opened, None, round_)


def plan_with_budget(
    folder: Path, round_name: str, *, trials: int | None = None, hours: float | None = None
) -> tuple[RoundPlan, BudgetPlan]:
    """Plan of a round, and the ways to spend a budget on it.

    Args:
        folder: of the project.
        round_name: of the round's file.
        trials: of all arms together.
        hours: instead of ``trials``: as many as the workers finish in that time.

    Raises:
        InvalidInput: for hours before any trial has told how long one takes, or too few of them.
    """
    opened = open_project(folder)
    round_ = round_to_run(opened, round_name)
    planned = _planned(opened, round_)
    if trials is None:
        trials = _trials_in(hours or 0.0, planned)
    studies = studies_of(opened.project, round_)
    return planned, plan_budget(opened.project, round_, studies, budget=trials)


def _trials_in(hours: float, planned: RoundPlan) -> int:
    if planned.seconds_per_trial is None:
        raise InvalidInput(
            "no trial has finished yet, so hours cannot be turned into trials; measure one with "
            "playbook try, then give --budget TRIALS"
        )
    trials = int(hours * 3600 / planned.seconds_per_trial) * planned.workers
    if trials < 1:
        minutes = planned.seconds_per_trial / 60
        raise InvalidInput(
            f"one trial takes {minutes:.3g} minutes, so none fits in {hours:g} hours; give a "
            "larger --hours"
        )
    return trials


def planned_round(opened: OpenProject, known: Snapshot | None, round_: Round) -> RoundPlan:
    """Plan of a round.

    Args:
        opened: the project.
        known: what has run of it; ``None`` before the first round.
        round_: to be planned.

    Raises:
        InvalidInput, StudyConflict: for a round that `playbook run` would refuse.
    """
    studies = studies_to_run(opened.project, round_)
    ran = () if known is None else round_names(known.studies)
    refuse_unknown_followed(opened, round_, ran, ahead=True)
    so_far = _SoFar() if known is None else _so_far(known, round_, studies)
    tried = last_tried(opened.folder) if so_far.seconds_per_step is None else None
    length, pace = opened.project.training.max_train_steps, so_far.seconds_per_step
    seconds = None if pace is None else pace * length
    if tried is not None:
        seconds = tried.seconds_of(length)
    planned = plan_round(
        opened.project,
        round_,
        studies,
        finished=so_far.finished,
        failed=so_far.failed,
        shared=so_far.shared,
        seconds_per_trial=seconds,
        measured_by_try=tried is not None,
        compared=so_far.compared,
    )
    grid = [grid_warning(s.space) for s in studies if s.algorithm == "grid"]
    outdated = "" if known is None else _outdated_baseline(known)
    sparse = sparse_warning(opened.project, round_, studies)
    damage = fixing_damage(round_, studies, so_far.moving)
    found = [
        *((words, "hyperparameter-roles") for words in damage),
        *((words, "quasi-random-search") for words in (*smaller_grids(round_, studies), *grid)),
        (outdated, "adoption"),
        *((words, "search-space-boundaries") for words in so_far.left_out),
        (sparse, "affordable-experiments"),
        (few_trials_warning(round_, studies, so_far.followed), "affordable-experiments"),
        (_too_long(opened, studies, planned, proven=so_far.proven), "affordable-experiments"),
        (_too_slow(opened, planned), "search-space-boundaries"),
    ]
    warnings = dict.fromkeys(cited(words, source) for words, source in found if words)
    return replace(
        planned, warnings=(*planned.warnings, *warnings), followed=sum(so_far.followed.values())
    )


def _outdated_baseline(known: Snapshot) -> str:
    """That the baseline was rerun, and only with another version of the training program."""
    earlier = baseline_reruns_by_program(known)
    if not earlier or known.code in earlier:
        return ""
    return (
        f"The training program has changed since the baseline was rerun, so "
        f"{counted(sum(earlier.values()), 'rerun')} of it no longer "
        f"{agreeing(sum(earlier.values()), 'counts', 'count')}. Where the change cannot alter a "
        'result: playbook rerun --baseline --same-program "why".'
    )


def _too_slow(opened: OpenProject, planned: RoundPlan) -> str:
    limit, seconds = opened.project.training.timeout_seconds, planned.seconds_per_trial
    if limit is None or seconds is None or planned.measured_by_try or seconds <= limit:
        return ""
    return (
        f"The trials that have ended took about {seconds:.3g} s each, and timeout_seconds under "
        f"[training] ends a trial after {limit:g} s: raise it, or most trials will be infeasible."
    )


def _too_long(
    opened: OpenProject, studies: Sequence[Study], planned: RoundPlan, *, proven: bool
) -> str:
    words = entry_objection(
        left=planned.trials - planned.finished - planned.failed - planned.shared,
        arms=len(studies),
        workers=planned.workers,
        seconds_per_trial=planned.seconds_per_trial,
        max_train_steps=opened.project.training.max_train_steps,
        tuned=max(len(study.space) for study in studies),
        proven_baseline=proven or opened.project.reference not in ("", "none"),
    )
    by_try = " The time is probably less: it is estimated from the few steps of playbook try."
    return words + by_try if words and planned.measured_by_try else words


@dataclass(frozen=True, slots=True)
class _SoFar:
    """Trials of a round that ended, failed, or were run by others, and the time of a step.

    ``compared`` are the keys that other rounds have compared, and ``moving`` by round the pairs of
    hyperparameters of which the best value of the second moves with the first. The baseline is
    ``proven`` by a launch or by reruns of it. ``followed`` trials of the rounds it follows count as
    well, by study, and ``left_out`` says why others do not.
    """

    finished: int = 0
    failed: int = 0
    shared: int = 0
    seconds_per_step: Seconds | None = None
    compared: frozenset[str] = frozenset()
    moving: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    proven: bool = False
    left_out: tuple[str, ...] = ()
    followed: Mapping[str, int] = field(default_factory=dict)


def _so_far(known: Snapshot, round_: Round, studies: Sequence[Study]) -> _SoFar:
    withdrawn = _refuse_what_run_refuses(known, round_, studies)
    names, tallies = {study.name for study in studies} - set(withdrawn), known.tallies
    counts = [tallies[name].counts for name in names & tallies.keys()]
    failed = sum(count.get(Status.FAILED, 0) for count in counts)
    ended = sum(map(ended_trials, counts))
    others = [s for s in known.studies if s.name not in names]
    launched = any(entry.kind == LAUNCH for entry in known.logbook)
    followed, left_out = _followed(known, round_, studies)
    return _SoFar(
        finished=ended - failed,
        failed=failed,
        shared=_shared(known, studies),
        seconds_per_step=seconds_per_step(known.studies, tallies, preferred=names),
        compared=frozenset(key for s in others for key in (*s.scientific, *s.joint)),
        moving={name: found.moving for name, found in known.answers.items()},
        proven=launched or was_rerun(known),
        left_out=left_out,
        followed=followed,
    )


def _followed(
    known: Snapshot, round_: Round, studies: Sequence[Study]
) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """How many trials of the rounds that this one follows count in each, and why others do not."""
    found = []
    counting = dict.fromkeys((study.name for study in studies), 0)
    chain = rounds_that_count(round_.follows, known.facts)
    imported = [name for name in chain if known.is_imported(name)]
    found += [
        f"Trials of round {name} will not count in it, since they were imported."
        for name in imported
    ]
    earlier = studies_of_rounds(known, (name for name in chain if name not in imported))
    for study in studies:
        later = replace(study, provenance=Provenance(code=known.code))
        planned = planned_trials(study, start=0, count=study.trials, created_at=0.0)
        own = set(map(point_of, planned))
        for name, old, against in followed_studies(later, earlier):
            if against:
                found.append(f"Trials of round {name} will not count in it: {listed(against)}.")
                if PROGRAM_HAS_CHANGED in against:
                    found[-1] += (
                        " Where the change cannot alter a result: playbook run "
                        f'{round_.name} --same-program "why".'
                    )
            else:
                counted_in = counting_trials(later, known.trials(old.name), beside=own)
                counting[study.name] += len(counted_in)
                own |= set(map(point_of, counted_in))
    return counting, tuple(dict.fromkeys(found))


def _shared(known: Snapshot, studies: Sequence[Study]) -> int:
    """How many trials need not be trained, since earlier rounds have trained the same."""
    ahead = [trial for study in studies for trial in yet_to_begin(known, study, now=0.0)]
    if not ahead:
        return 0
    trained = trained_before(known, studies[0], program=known.present_program)
    return sum(point_of(trial) in trained for trial in ahead)


def _refuse_what_run_refuses(
    known: Snapshot, round_: Round, studies: Sequence[Study]
) -> Collection[str]:
    """Refuse what `playbook run` would; the stored studies that it would set aside."""
    withdrawn = studies_to_withdraw(known, round_.name, studies)
    command = f"playbook run {round_.name}"
    refuse_mixing(known, studies, program=known.present_program, command=command)
    return withdrawn


def seconds_per_step(
    studies: Sequence[Study], tallies: Mapping[str, Tally], *, preferred: Collection[str] = ()
) -> Seconds | None:
    """Time that one training step of a complete trial took; ``None`` before the first.

    The median over studies of each study's mean: one study on a slower machine, or a night that a
    laptop slept through, does not set the pace.

    Args:
        studies: of the project.
        tallies: of their trials.
        preferred: names of studies that alone count once they have complete trials.
    """
    paces: dict[str, Seconds] = {}
    for study in studies:
        tally = tallies.get(study.name)
        seconds = 0.0 if tally is None else tally.seconds.get(Status.COMPLETE, 0.0)
        if tally is not None and seconds > 0:
            steps = tally.counts[Status.COMPLETE] * study.training.max_train_steps
            paces[study.name] = seconds / steps
    own = [pace for name, pace in paces.items() if name in preferred]
    found = own or list(paces.values())
    return statistics.median(found) if found else None
