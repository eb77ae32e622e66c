"""The arms of a round with everything that is known of them, trials of followed rounds included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tuning_playbook.analysis.building import study_table
from tuning_playbook.analysis.fates import Account, account, joined
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.design.follow_up import (
    counting_trials,
    followed_study,
    reasons_against_pooling,
)
from tuning_playbook.store import Event, Store
from tuning_playbook.study import Objective, Study
from tuning_playbook.trial import Curves, Status, Trial
from tuning_playbook.workflow.imported_rounds import import_facts
from tuning_playbook.workflow.opening import stored_studies
from tuning_playbook.workflow.programs import SamePrograms
from tuning_playbook.workflow.round_facts import RoundFacts
from tuning_playbook.workflow.sharing import SHARED


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One study of a round, as it is analysed.

    Args:
        study: which.
        trials: its own and then those of followed rounds, renumbered; rows of ``table``.
        table: of them; trials of followed rounds are called ``ROUND/INDEX``.
        taken_over: how many come from followed rounds.
        notes: why trials of a followed round were left out.
        events: what was recorded of it, oldest first.
    """

    study: Study
    trials: tuple[Trial, ...]
    table: TrialTable
    taken_over: int
    notes: tuple[str, ...]
    events: tuple[Event, ...] = ()


def arms_of_round(
    store: Store,
    round_name: str,
    *,
    facts: Mapping[str, RoundFacts],
    chance_level: float | None,
    examples: int | None = None,
    objective: Objective | None = None,
) -> tuple[Arm, ...]:
    """The arms of a round that has been run, finished or not.

    Args:
        store: where they are.
        round_name: of the round.
        facts: of all rounds, for those that it follows.
        chance_level: objective of a model that has learnt nothing.
        examples: size of the set that the objective is a share of.
        objective: to judge by instead of the round's own.

    Raises:
        InvalidInput: when the store holds no study of that round.
    """
    chain = followed_rounds(round_name, facts)
    same = SamePrograms(store)
    earlier = [(name, found) for name in chain if (found := _studies(store, name, same))]
    return tuple(
        _arm(
            store, _by_first_program(store, study, same), earlier, chance_level, examples, objective
        )
        for study in stored_studies(store, round_name)
    )


def account_of_arms(arms: Sequence[Arm]) -> Account:
    """What happened to a round's own trials; those that it takes over are counted elsewhere."""
    return joined([account(arm.table, rows=len(arm.trials) - arm.taken_over) for arm in arms])


def arm_label(study: Study) -> str:
    """What an arm is called: its scientific values."""
    if not study.scientific:
        return study.name
    short = {key: key.rsplit(".", 1)[-1] for key in study.scientific}
    return ", ".join(f"{short[key]} = {value}" for key, value in study.scientific.items())


def followed_rounds(name: str, facts: Mapping[str, RoundFacts]) -> list[str]:
    """Names of the rounds before it, nearest first; a circle ends where it closes."""
    chain: list[str] = []
    seen = {name}
    while (known := facts.get(name)) is not None and known.follows and known.follows not in seen:
        name = known.follows
        chain.append(name)
        seen.add(name)
    return chain


def _studies(store: Store, round_name: str, same: SamePrograms) -> tuple[Study, ...]:
    return tuple(
        _by_first_program(store, s, same) for s in store.studies() if s.round == round_name
    )


def _by_first_program(store: Store, study: Study, same: SamePrograms) -> Study:
    """A study under the earliest program that trains like that of its trials.

    Trials that came out may all have run another program than the one it was created with, where
    that one had only crashed.
    """
    ran = {
        same.first(trial.program)
        for trial in store.trials(study.name)
        if trial.program and trial.status in (Status.COMPLETE, Status.INFEASIBLE)
    }
    code = ran.pop() if len(ran) == 1 else same.first(study.provenance.code)
    return replace(study, provenance=replace(study.provenance, code=code))


def _arm(
    store: Store,
    study: Study,
    earlier: Sequence[tuple[str, Sequence[Study]]],
    chance_level: float | None,
    examples: int | None,
    objective: Objective | None,
) -> Arm:
    trials = list(store.trials(study.name))
    curves: dict[int, Curves] = dict(store.curves(study.name))
    events = store.events(study.name)
    imported = import_facts(events)
    names = {} if imported is None else imported.names
    ids = [names.get(t.index, str(t.index)) for t in trials]
    own = len(trials)
    notes = [event.message for event in events if event.kind == SHARED]
    for name, studies in earlier:
        old = followed_study(study, studies)
        if old is None:
            continue
        against = reasons_against_pooling(study, old)
        if against:
            notes.append(f"Trials of {name} do not count here: {'; '.join(against)}.")
            continue
        old_curves = store.curves(old.name)
        for trial in counting_trials(study, store.trials(old.name)):
            index = len(trials)
            trials.append(replace(trial, index=index))
            ids.append(f"{name}/{trial.index}")
            curves[index] = old_curves.get(trial.index, {})
    judged = study if objective is None else replace(study, objective=objective)
    table = study_table(
        judged, trials, curves, ids=ids, chance_level=chance_level, evaluation_examples=examples
    )
    if imported is not None:
        table = replace(
            table,
            max_train_steps=imported.max_train_steps,
            inferred_ranges=imported.inferred_ranges,
        )
    return Arm(study, tuple(trials), table, len(trials) - own, tuple(notes), events)
