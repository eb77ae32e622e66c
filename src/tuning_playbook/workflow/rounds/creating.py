"""The studies of a round that is about to run, in the store with all their trials."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from tuning_playbook.gather.opening import OpenProject, opened_store
from tuning_playbook.gather.snapshot import Snapshot, round_names
from tuning_playbook.provenance import provenance_of
from tuning_playbook.store import Store
from tuning_playbook.study import Round, Study
from tuning_playbook.trial import Event, Seconds, Trial
from tuning_playbook.workflow.rounds.abandoning import take_up
from tuning_playbook.workflow.rounds.followed import refuse_unknown_followed
from tuning_playbook.workflow.rounds.mixing import (
    mixed_trials,
    programs_of_followed,
    refuse_mixing,
    restart_begun,
)
from tuning_playbook.workflow.rounds.programs import declare_same, remember_program
from tuning_playbook.workflow.rounds.remembering import remember_round
from tuning_playbook.workflow.rounds.retrying import Retried, reopen, trials_to_retry
from tuning_playbook.workflow.rounds.sharing import (
    shared_event,
    taken_over,
    trained_before,
    yet_to_begin,
)
from tuning_playbook.workflow.rounds.whole_rounds import smaller_grids, studies_to_run
from tuning_playbook.workflow.rounds.withdrawing import studies_to_withdraw, withdraw


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was asked to do, with which program, and where it tells of what it did."""

    command: str
    program: str
    retry: frozenset[Retried]
    same_program: str
    tell: Callable[[str], None] = lambda _: None


def create_studies(
    opened: OpenProject, round_: Round, store: Store, *, asked: Asked
) -> tuple[Study, ...]:
    """The round's studies, in the store with all their trials.

    Raises:
        InvalidInput: where the round follows one that is not there, or trials of different
            versions of the program would be pooled.
        StudyConflict: where the round has been run with another design.
    """
    known = Snapshot(opened, store)
    refuse_unknown_followed(opened, round_, round_names(known.studies))
    target, program = opened.project.training.target, asked.program
    provenance = provenance_of(opened.folder, command=asked.command, target=target)
    studies = studies_to_run(opened.project, round_, provenance=provenance)
    for words in smaller_grids(round_, studies):
        asked.tell(words)
    withdrawn = studies_to_withdraw(known, round_.name, studies)
    allowed = _allowed(known, studies, round_.name, asked, withdrawn=withdrawn)
    earlier = _same_programs(known, allowed, round_.name, round_.follows, asked)
    if earlier:
        declare_same(store, round_.name, earlier, program, asked.same_program)
    withdraw(store, known, withdrawn, tell=asked.tell)
    now = time.time()
    _create(opened, store, studies, now, program=program)
    for study in studies:
        data = {
            "commit": provenance.commit,
            "changed": bool(provenance.patch),
            "program": program,
        }
        store.note(study.name, Event(now, "run-started", asked.command, data=data))
    remember_round(store, round_)
    _begin(opened, store, studies, round_.name, allowed.retried, program)
    return studies


def stored_as_they_are(
    opened: OpenProject, round_name: str, store: Store, *, asked: Asked
) -> tuple[Study, ...]:
    """The studies of a round that was begun and whose file is gone.

    Raises:
        InvalidInput: where trials of different versions of the program would be pooled.
    """
    known = Snapshot(opened, store)
    studies = known.round_studies(round_name)
    allowed = _allowed(known, studies, round_name, asked)
    facts = known.facts.get(round_name)
    earlier = _same_programs(known, allowed, round_name, facts.follows if facts else "", asked)
    if earlier:
        declare_same(store, round_name, earlier, asked.program, asked.same_program)
    _begin(opened, store, studies, round_name, allowed.retried, asked.program)
    return studies


def _begin(
    opened: OpenProject,
    store: Store,
    studies: Sequence[Study],
    round_name: str,
    retried: Sequence[Trial],
    program: str,
) -> None:
    """Take a round up again, and let begin anew what has to."""
    known = Snapshot(opened, store)
    take_up(store, known, round_name)
    remember_program(opened, store, program)
    restart_begun(store, known, studies, program=program)
    reopen(store, opened.folder, retried, program=program)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """Trials to run again, and earlier programs that are declared to train like the present one."""

    retried: tuple[Trial, ...]
    earlier: frozenset[str] = frozenset()


def _allowed(
    known: Snapshot,
    studies: Sequence[Study],
    round_name: str,
    asked: Asked,
    *,
    withdrawn: Collection[str] = (),
) -> _Allowed:
    """What may run; refuses to pool trials of two versions of the program."""
    there = {study.name for study in known.studies} - set(withdrawn)
    again = [s for s in studies if s.name in there]
    retried = trials_to_retry(known, again, asked.retry, required=not withdrawn)
    if asked.same_program:
        mixed = mixed_trials(known, studies, program=asked.program, retried=retried)
        return _Allowed(retried, frozenset(trial.program for trial in mixed))
    kinds = [f"--retry {kind}" for kind in sorted(asked.retry)]
    refuse_mixing(
        known,
        studies,
        program=asked.program,
        retried=retried,
        command=" ".join([f"playbook run {round_name}", *kinds]),
    )
    return _Allowed(retried)


def _same_programs(
    known: Snapshot, allowed: _Allowed, round_name: str, follows: str, asked: Asked
) -> frozenset[str]:
    """Versions to be declared to train like the present one; tells what does not count."""
    followed = programs_of_followed(known, follows, program=asked.program)
    if not asked.same_program:
        if followed:
            asked.tell(
                f"trials of {follows} do not count in {round_name}, as the training program has "
                "changed since they ran. Where the change cannot alter a result: playbook run "
                f'{round_name} --same-program "why"'
            )
        return frozenset()
    earlier = allowed.earlier | followed
    if not earlier:
        asked.tell(
            f"--same-program was not needed: no trial that counts in {round_name} ran another "
            "version of the training program"
        )
    return earlier


def _create(
    opened: OpenProject,
    store: Store,
    studies: Sequence[Study],
    now: Seconds,
    *,
    program: str,
) -> None:
    """Studies with their trials, those that earlier rounds have run among them."""
    with opened_store(opened, must_exist=False, held_out=True, confirming=True) as whole:
        known = Snapshot(opened, whole)
        planned = {s.name: yet_to_begin(known, s, now) for s in studies}
        trained = (
            trained_before(known, studies[0], program=program) if any(planned.values()) else {}
        )
        for study in studies:
            shared = taken_over(known, study, planned[study.name], trained)
            if shared is None:
                store.create(study, planned[study.name])
                continue
            ended = {trial.index for trial in shared.trials}
            rest = [trial for trial in planned[study.name] if trial.index not in ended]
            store.create(study, (*shared.trials, *rest), curves=shared.curves)
            store.note(study.name, shared_event(shared))
