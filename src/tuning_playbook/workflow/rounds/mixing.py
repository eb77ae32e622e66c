"""Trials of different training programs are never pooled in silence."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.programs import POOLED, SamePrograms
from tuning_playbook.records.round_facts import rounds_that_count
from tuning_playbook.store import Store
from tuning_playbook.study import Study
from tuning_playbook.trial import Event, Status, Trial
from tuning_playbook.words import copied_round, counted
from tuning_playbook.workflow.rounds.programs import what_changed
from tuning_playbook.workflow.rounds.retrying import set_aside


def refuse_mixing(
    known: Snapshot,
    studies: Sequence[Study],
    *,
    program: str,
    retried: Sequence[Trial] = (),
    command: str,
) -> None:
    """Refuse to run more trials of a round whose trials ran another program.

    Args:
        known: of the project.
        studies: that are to be run, with the wished number of trials; in the store or not yet.
        program: digest of the present one.
        retried: trials that are run again, so that their earlier program does not matter.
        command: to go on with, to which ``--same-program`` can be added.

    Raises:
        InvalidInput: with what has changed.
    """
    others = mixed_trials(known, studies, program=program, retried=retried)
    if not others:
        return
    earlier = {trial.program for trial in others}
    name = studies[0].round or studies[0].name
    raise InvalidInput(
        f"{counted(len(others), 'trial')} of round {name!r} ran another version of the training "
        f"program: {what_changed(known, sorted(earlier))}. Trials of different programs are not "
        f"comparable. Undo the change; or, if it cannot change any result, say why: "
        f'{command} --same-program "..."; or run the round again under a new name: '
        f"{copied_round(name)}"
    )


def ran_another_program(known: Snapshot, studies: Sequence[Study], *, program: str) -> bool:
    """Whether ended trials of a round ran a program that does not train like the present one."""
    same = known.same_programs
    return any(_differs(trial, program, same) for trial in _stored(known, studies))


def restart_begun(store: Store, known: Snapshot, studies: Sequence[Study], *, program: str) -> None:
    """Let trials that another program has begun, and not ended, start from their beginning."""
    same = known.same_programs
    for trial in _stored(known, studies):
        begun = trial.status is Status.WAITING and trial.attempts and trial.program
        if begun and same.first(trial.program) != same.first(program):
            set_aside(known.folder, trial)
            message = "the training program has changed since it was begun"
            store.note(trial.study, Event(time.time(), "begun-anew", message, trial.index))


def mixed_trials(
    known: Snapshot, studies: Sequence[Study], *, program: str, retried: Sequence[Trial]
) -> list[Trial]:
    """Ended trials of other programs that those to be run would be pooled with."""
    stored = _stored(known, studies)
    again = {(trial.study, trial.index) for trial in retried}
    new = sum(study.trials for study in studies) - len(stored)
    if not retried and new <= 0 and all(trial.status.is_finished for trial in stored):
        return []
    same = known.same_programs
    return [
        trial
        for trial in stored
        if (trial.study, trial.index) not in again and _differs(trial, program, same)
    ]


def programs_of_followed(known: Snapshot, follows: str, *, program: str) -> frozenset[str]:
    """Versions that keep trials of followed rounds from counting with those of the present one.

    Args:
        known: of the project.
        follows: the round that is followed; empty for none.
        program: digest of the present version.
    """
    same = known.same_programs
    return frozenset(
        trial.program
        for name in rounds_that_count(follows, known.facts)
        if not known.is_imported(name)
        for study in known.studies_of(name)
        for trial in known.trials(study.name)
        if _differs(trial, program, same)
    )


def _differs(trial: Trial, program: str, same: SamePrograms) -> bool:
    if trial.status not in POOLED or not trial.program:
        return False
    return same.first(trial.program) != same.first(program)


def _stored(known: Snapshot, studies: Sequence[Study]) -> list[Trial]:
    there = {study.name for study in known.studies}
    return [t for study in studies if study.name in there for t in known.trials(study.name)]
