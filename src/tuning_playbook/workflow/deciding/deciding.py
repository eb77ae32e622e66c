"""Whether a round's best configuration takes the baseline's place."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tuning_playbook.answers.contenders import Contenders, contenders_of
from tuning_playbook.answers.decision_evidence import (
    deciding_objective,
    earlier_looks,
    known_examples,
    require_confirmed,
    reruns_of_contenders,
)
from tuning_playbook.answers.readiness import require_open, require_reruns
from tuning_playbook.answers.reruns import Reruns, rerun_groups, with_measured_baseline
from tuning_playbook.answers.reservations import (
    baseline_at_chance,
    evidence_reservations,
    reservations,
)
from tuning_playbook.decide.launches.apparent_chance import decided_either_way
from tuning_playbook.decide.launches.example_luck import Examples
from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decide.launches.reruns import pooled_deviation
from tuning_playbook.gather.confirmation import confirmed_reruns, kept_predictions
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.rounds import round_record
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.logbook import (
    DECISION,
    decision_entry,
)
from tuning_playbook.records.looks import Look, looks_at
from tuning_playbook.records.reruns import StoredReruns
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.report.phrases.overrides import override_text
from tuning_playbook.report.results.decided import DecisionResult
from tuning_playbook.store import Store
from tuning_playbook.workflow.deciding.looking import enter_look
from tuning_playbook.workflow.rounds.remembering import renew_answer


def decide_round(
    folder: str | Path,
    round_name: str,
    *,
    confidence: float | None = None,
    complexity_cost: float | None = None,
) -> DecisionResult:
    """Decide on a round's best configuration by its reruns, and enter it in the logbook.

    Args:
        folder: of the project.
        round_name: of the round.
        confidence: of each bound of the gain; by default it follows from the looks so far.
        complexity_cost: gain that the change must bring, in the metric's units; the round file's by
            default.

    Raises:
        InvalidInput: where the round or its reruns are not finished, or there are none that can be
            compared; the message names the command that makes them.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    opened = open_project(Path(folder))
    with opened_store(opened, confirming=True) as store:
        known = Snapshot(opened, store)
        record = round_record(known, round_name.removesuffix(".toml"))
        contenders = contenders_of(record)
        reruns = _reruns(record, contenders, confirmed := confirmed_reruns(known, record.reruns))
        objective = deciding_objective(opened.project)
        studies = [r.study for r in reruns]
        predictions = kept_predictions(known, studies, metric=objective.metric)
        result = _decided(
            record,
            contenders,
            reruns,
            past_deviation=pooled_deviation(
                rerun_groups(confirmed, opened.project, without={s.name for s in studies})
            ),
            examples=known_examples(record, reruns, predictions),
            confidence=confidence,
            complexity_cost=complexity_cost,
        )
        _enter(store, known, result, code=record.code)
        # Reruns made for another round may have changed which arm is named here.
        renew_answer(opened, store, record.name)
    return result


def _reruns(
    record: RoundRecord, contenders: Contenders, confirmed: Sequence[StoredReruns]
) -> tuple[Reruns, ...]:
    """Of the candidate and of the baseline, with the values that decide.

    Raises:
        InvalidInput: where there is nothing to decide, or not yet.
    """
    require_open(record, contenders)
    chosen = reruns_of_contenders(record, contenders, record.reruns)
    require_reruns(record.name, chosen, skipped=record.reruns_skipped)
    found = reruns_of_contenders(record, contenders, confirmed)
    require_confirmed(record.project, chosen, found)
    return with_measured_baseline(found)


def _decided(
    record: RoundRecord,
    contenders: Contenders,
    reruns: tuple[Reruns, ...],
    *,
    past_deviation: float | None,
    examples: Examples,
    confidence: float | None,
    complexity_cost: float | None,
) -> DecisionResult:
    project, objective = record.project, deciding_objective(record.project)
    looks = earlier_looks(
        record.decisions,
        contenders,
        reruns,
        metric=objective.metric,
        code=record.code,
        same=record.same_programs,
    )
    cost = record.facts.complexity_cost if complexity_cost is None else complexity_cost
    decision = decided_either_way(
        partial(
            decide_launch,
            direction=objective.direction,
            round=record.name,
            candidate=contenders.candidate.config,
            incumbent=contenders.incumbent,
            complexity_cost=cost,
            past_deviation=past_deviation,
            confidence=confidence,
            earlier_looks=looks.reruns,
            examples=examples,
        ),
        reruns[0].side,
        reruns[-1].side,
        metric=project.objective.metric,
    )
    return DecisionResult(
        decision,
        objective,
        contenders.candidate,
        reruns,
        (
            *evidence_reservations(project, decision, examples, looks),
            *baseline_at_chance(project, reruns[-1]),
            *reservations(record, contenders, cost=cost),
            *(f"{override_text(o)}." for o in record.overrides),
        ),
        examples,
        project.objective.metric,
        looks.spent + 1 - decision.confidence,
    )


def _enter(store: Store, known: Snapshot, result: DecisionResult, *, code: str) -> None:
    """Add the decision to the logbook, unless it stands there as the newest of its round."""
    entry = decision_entry(
        result.decision,
        at=time.time(),
        evidence={
            "metric": result.objective.metric,
            "direction": result.objective.direction.value,
            "code": code,
            "selected": {
                "study": result.selected.study,
                "trial": result.selected.trial,
                "value": result.selected.value,
            },
            "reruns": [r.study.name for r in result.reruns],
            "reservations": list(result.reservations),
        },
    )
    newest = known.newest(DECISION, result.decision.round)
    if newest is not None and repr(dict(newest.data)) == repr(dict(entry.data)):
        return
    store.enter(entry)
    if result.is_confirmed:
        _enter_look(store, known, result, at=entry.at)


def _enter_look(store: Store, known: Snapshot, result: DecisionResult, *, at: float) -> None:
    """The set that confirms was looked at, by this decision."""
    enter_look(
        store,
        Look(
            at=at,
            set="confirm",
            metric=result.objective.metric,
            config=f"decision on {result.decision.round}",
            value=math.nan,
            deviation=math.nan,
            trials=tuple(f"{r.study.name} ({len(r.values)} reruns)" for r in result.reruns),
            count=len(looks_at(known.logbook, "confirm")) + 1,
        ),
    )
