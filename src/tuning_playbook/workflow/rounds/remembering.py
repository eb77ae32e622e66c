"""Answers in the logbook: written when a round ends, read by everything that plans ahead."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tuning_playbook.analysis.comparison.moving_optimum import moving_optima, moving_pairs
from tuning_playbook.analysis.search.narrowing import narrowed_ranges
from tuning_playbook.analysis.search.study_shape import (
    row_of_best_setting,
    study_shape,
    unmoved_metric,
)
from tuning_playbook.analysis.search.useless_ends import useful_ranges
from tuning_playbook.answers.round_answer import RoundAnswer, answer_of_round
from tuning_playbook.decide.candidates import Candidate
from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.findings import Finding
from tuning_playbook.gather.opening import OpenProject
from tuning_playbook.gather.rounds import repeated_searches, round_record
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.project_files.domains import domain_to_toml
from tuning_playbook.records.arm import Arm
from tuning_playbook.records.finding_documents import finding_document
from tuning_playbook.records.logbook import ANSWER, ROUND, newest_entry
from tuning_playbook.records.round_facts import RoundFacts, facts_of
from tuning_playbook.space import Domain, Value
from tuning_playbook.store import Store
from tuning_playbook.study import Round
from tuning_playbook.trial import Status


def remember_answer(store: Store, answered: RoundAnswer) -> None:
    """Enter the answer of a finished round, unless the newest entry says the same."""
    if not answered.finished or answered.answer is None:
        return
    data = _document(answered)
    newest = newest_entry(store.logbook(kind=ANSWER), ANSWER, answered.name)
    if newest is None or newest.data != data:
        message = answered.answer.sentence
        store.enter(LogbookEntry(time.time(), ANSWER, answered.name, message, data))


def answer_now(known: Snapshot, round_name: str) -> RoundAnswer:
    """The answer of a round as things are.

    Raises:
        InvalidInput: when the store holds no study of that round.
    """
    record = round_record(known, round_name)
    return answer_of_round(record, repeated_searches(known, record.arms))


def renew_answer(opened: OpenProject, store: Store, round_name: str) -> None:
    """Answer a round again that has been answered, after something that its answer depends on."""
    known = Snapshot(opened, store)
    if round_name in known.answers:
        remember_answer(store, answer_now(known, round_name))


def _document(answered: RoundAnswer) -> dict[str, Any]:
    found, first = answered.answer, answered.arms[0].study
    assert found is not None  # noqa: S101  checked by the caller
    candidate = answered.candidate
    return {
        "schema": 1,
        "question": answered.question,
        "kind": answered.facts.kind,
        "mode": answered.facts.mode,
        "follows": answered.facts.follows,
        "soundness": found.soundness.value,
        "reasons": list(found.reasons),
        "winners": list(found.winners),
        "leader": found.leader,
        "settling": found.settling,
        "settling_command": found.settling_command,
        "insights": list(found.insights),
        "caveats": list(found.caveats),
        "metric": first.objective.metric,
        "direction": first.objective.direction.value,
        "best": None
        if candidate is None
        else {
            "study": candidate.study,
            "trial": candidate.trial,
            "value": candidate.value,
            "config": _config(answered.arms, candidate),
        },
        "unmoved": unmoved_metric([arm.table for arm in answered.arms]),
        "moving": _moving(answered),
        "studies": [_study(arm) for arm in answered.arms],
        "findings": {
            study: [_without_evidence(f) for f in findings]
            for study, findings in answered.findings.items()
        },
    }


def _moving(answered: RoundAnswer) -> list[list[str]]:
    """Pairs: what is compared, or searched too, and a nuisance whose best value moves with it."""
    if len(answered.compared) > 1 and answered.axis:
        keys = moving_optima([c.table for c in answered.compared])
        return [[answered.axis, key] for key in keys]
    if len(answered.arms) > 1:
        return []
    return [list(pair) for pair in moving_pairs(answered.arms[0].table)]


def _config(arms: Sequence[Arm], candidate: Candidate) -> dict[str, Value]:
    """Without what follows from the others."""
    derived = next((a.study.derived for a in arms if a.study.name == candidate.study), {})
    return {key: value for key, value in candidate.config.items() if key not in derived}


def _study(arm: Arm) -> dict[str, Any]:
    statuses = [t.status for t in arm.trials]
    loss = arm.table.loss
    complete = [
        r
        for r, status in enumerate(statuses)
        if status is Status.COMPLETE and math.isfinite(loss[r])
    ]
    best = min(complete, key=lambda row: float(loss[row]), default=None)
    return {
        "name": arm.study.name,
        "scientific": dict(arm.study.scientific),
        "joint": list(arm.study.joint),
        "shape": study_shape(arm.table),
        "best_setting": _best_setting(arm),
        "trials": len(statuses),
        "taken_over": arm.taken_over,
        "complete": statuses.count(Status.COMPLETE),
        "infeasible": statuses.count(Status.INFEASIBLE),
        "failed": statuses.count(Status.FAILED),
        "ranges": {h.key: _written(h.domain) for h in arm.study.space.hyperparameters},
        "good_ranges": {key: _written(d) for key, d in narrowed_ranges(arm.table).items()},
        "useful_ranges": {key: _written(d) for key, d in useful_ranges(arm.table).items()},
        "best_trial": None if best is None else str(arm.table.ids[best]),
        "best_loss": None if best is None else float(loss[best]),
    }


def _best_setting(arm: Arm) -> dict[str, Any]:
    """Searched values of the configuration with the best mean over its repeats."""
    row = row_of_best_setting(arm.table)
    if row is None:
        return {}
    return {k: v for k, v in arm.trials[row].config.items() if k in arm.study.space.keys}


def _written(domain: Domain) -> str:
    return f"{{ {domain_to_toml(domain)} }}"


def _without_evidence(finding: Finding) -> dict[str, Any]:
    """What later steps need of a finding; its evidence is computed again where it is shown."""
    return {key: v for key, v in finding_document(finding).items() if key != "evidence"}


def remember_round(store: Store, round_: Round) -> RoundFacts:
    """Enter the facts of ``round_``, unless the newest entry says the same."""
    facts = RoundFacts(
        round_.kind, round_.mode, round_.follows, round_.complexity_cost, dict(round_.reasons)
    )
    newest = newest_entry(store.logbook(kind=ROUND), ROUND, round_.name)
    if newest is None or facts_of(newest) != facts:
        store.enter(
            LogbookEntry(time.time(), ROUND, round_.name, round_.question, data=asdict(facts))
        )
    return facts
