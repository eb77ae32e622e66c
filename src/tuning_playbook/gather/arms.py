"""The arms of a round with everything that is known of them, trials of followed rounds included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tuning_playbook.analysis.table.building import study_table
from tuning_playbook.design.follow_up import (
    counting_trials,
    followed_studies,
    point_of,
)
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.arm import Arm
from tuning_playbook.records.imports import SHARED, import_facts
from tuning_playbook.records.round_facts import RoundFacts, followed_rounds
from tuning_playbook.study import Objective, Study
from tuning_playbook.trial import Curves, Status


def arms_of_round(
    known: Snapshot,
    round_name: str,
    *,
    facts: Mapping[str, RoundFacts] | None = None,
    objective: Objective | None = None,
    chance_level: float | None = None,
) -> tuple[Arm, ...]:
    """The arms of a round that has been run, finished or not.

    Args:
        known: of the project.
        round_name: of the round.
        facts: of the rounds that it may follow; all by default.
        objective: to judge by instead of the round's own.
        chance_level: objective of a model that has learnt nothing, instead of the project's, which
            is that of the round's own objective.

    Raises:
        InvalidInput: when the store holds no study of that round.
    """
    if chance_level is None and objective is None:
        chance_level = known.project.chance_level
    chain = followed_rounds(round_name, known.facts if facts is None else facts)
    earlier = studies_of_rounds(known, chain)
    return tuple(
        _arm(known, by_first_program(known, study), earlier, objective, chance_level)
        for study in known.round_studies(round_name)
    )


def studies_of_rounds(
    known: Snapshot, names: Iterable[str]
) -> tuple[tuple[str, tuple[Study, ...]], ...]:
    """Name and studies of each round that has some, under the program that their trials ran."""
    found = {n: [by_first_program(known, s) for s in known.studies if s.round == n] for n in names}
    return tuple((name, tuple(studies)) for name, studies in found.items() if studies)


def by_first_program(known: Snapshot, study: Study) -> Study:
    """A study under the earliest program that trains like that of its trials.

    Trials that came out may all have run another program than the one it was created with, where
    that one had only crashed.
    """
    same = known.same_programs
    ran = {
        same.first(trial.program)
        for trial in known.trials(study.name)
        if trial.program and trial.status in (Status.COMPLETE, Status.INFEASIBLE)
    }
    code = ran.pop() if len(ran) == 1 else same.first(study.provenance.code)
    return replace(study, provenance=replace(study.provenance, code=code))


def _arm(
    known: Snapshot,
    study: Study,
    earlier: Sequence[tuple[str, Sequence[Study]]],
    objective: Objective | None,
    chance_level: float | None,
) -> Arm:
    trials = list(known.trials(study.name))
    curves: dict[int, Curves] = dict(known.curves(study.name))
    events = known.events(study.name)
    imported = import_facts(events)
    names = {} if imported is None else imported.names
    ids = [names.get(t.index, str(t.index)) for t in trials]
    own = len(trials)
    notes = [event.message for event in events if event.kind == SHARED]
    for name, old, against in followed_studies(study, earlier):
        if against:
            notes.append(f"Trials of {name} do not count here: {'; '.join(against)}.")
            continue
        old_curves = known.curves(old.name)
        beside = set(map(point_of, trials))
        for trial in counting_trials(study, known.trials(old.name), beside=beside):
            index = len(trials)
            trials.append(replace(trial, index=index))
            ids.append(f"{name}/{trial.index}")
            curves[index] = old_curves.get(trial.index, {})
    judged = study if objective is None else replace(study, objective=objective)
    table = study_table(
        judged,
        trials,
        curves,
        ids=ids,
        chance_level=chance_level,
        evaluation_examples=known.project.evaluation_examples,
    )
    if imported is not None:
        table = replace(
            table,
            max_train_steps=imported.max_train_steps,
            inferred_ranges=imported.inferred_ranges,
        )
    return Arm(study, tuple(trials), table, len(trials) - own, tuple(notes), events)
