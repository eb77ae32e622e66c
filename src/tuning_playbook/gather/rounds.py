"""A round with everything that its answer, decisions and launches go by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tuning_playbook.gather.arms import arms_of_round
from tuning_playbook.gather.reruns import stored_reruns
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.arm import Arm
from tuning_playbook.records.entered_decisions import entered_launches
from tuning_playbook.records.overrides import (
    overrides_of_round,
    set_aside_checks,
    skipped_reruns,
)
from tuning_playbook.records.programs import SamePrograms
from tuning_playbook.records.round_facts import RoundFacts
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.study import Provenance, Study


def round_record(known: Snapshot, round_name: str) -> RoundRecord:
    """What is known of a round.

    Args:
        known: of the project.
        round_name: of the round.

    Raises:
        InvalidInput: when the store holds no study of that round.
    """
    arms = arms_of_round(known, round_name)
    skipped = skipped_reruns(known.logbook, round_name)
    return RoundRecord(
        name=round_name,
        project=known.project,
        facts=known.facts.get(round_name, RoundFacts()),
        arms=arms,
        reruns=stored_reruns(known),
        code=known.code if known.rerun_studies else "",
        same_programs=known.same_programs,
        exact=known.exact_configs,
        searched=frozenset(k for s in known.searches for k in (*s.space.keys, *s.scientific)),
        set_aside=set_aside_checks(known.logbook, round_name),
        overrides=overrides_of_round(known.logbook, round_name),
        reruns_skipped=None if skipped is None else skipped.message,
        answered=known.answers.get(round_name),
        decisions=known.decisions,
        launches=entered_launches(known.logbook, round_name),
    )


def repeated_searches(known: Snapshot, arms: Sequence[Arm]) -> dict[str, tuple[Arm, ...]]:
    """Study of each arm -> other ended searches of its kind, with other seeds.

    Of the same kind are ended searches of as many trials in the same space, with the same program,
    protocol and fixed values.

    Args:
        known: of the project.
        arms: of one round.
    """
    return {arm.study.name: _repeated(known, arm) for arm in arms}


def _repeated(known: Snapshot, arm: Arm) -> tuple[Arm, ...]:
    if arm.taken_over:
        return ()
    same = known.same_programs
    kind = _kind(arm.study, same)
    rounds = dict.fromkeys(
        s.round or s.name
        for s in known.searches
        if s.seed != arm.study.seed and _kind(s, same) == kind
    )
    return tuple(
        other
        for other in _arms(known, rounds)
        if _kind(other.study, same) == kind and all(t.status.is_finished for t in other.trials)
    )


def _arms(known: Snapshot, rounds: Iterable[str]) -> Sequence[Arm]:
    return [arm for name in rounds for arm in arms_of_round(known, name, facts={})]


def _kind(study: Study, same: SamePrograms) -> Study:
    """A study without what may differ between searches that repeat one another."""
    code = same.first(study.provenance.code)
    return replace(
        study, name="repeated", round="", question="", seed=0, provenance=Provenance(code=code)
    )
