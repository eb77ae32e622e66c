"""Whether a round's best configuration takes the baseline's place."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tuning_playbook.answers.contenders import Contenders, contenders_of
from tuning_playbook.answers.decision_evidence import (
    deciding_objective,
    earlier_looks,
    known_examples,
    require_confirmed,
    reruns_of_contenders,
)
from tuning_playbook.answers.readiness import require_open, require_reruns
from tuning_playbook.answers.reruns import Reruns, rerun_groups
from tuning_playbook.answers.reservations import evidence_reservations, reservations
from tuning_playbook.decide.apparent_chance import decided_either_way, declare_chance
from tuning_playbook.decide.candidates import Candidate, changed_values
from tuning_playbook.decide.example_luck import Examples
from tuning_playbook.decide.launching import decide_launch
from tuning_playbook.decide.more_reruns import only_examples_settle
from tuning_playbook.decide.rerun_failures import failures_of, highest_failure_rate
from tuning_playbook.decide.reruns import pooled_deviation
from tuning_playbook.decisions import Choice, Decision
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
from tuning_playbook.report.overrides import override_text
from tuning_playbook.space import Config, Value
from tuning_playbook.store import Store
from tuning_playbook.study import Objective
from tuning_playbook.words import short
from tuning_playbook.workflow.looking import enter_look


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """A decision and what it rests on.

    Args:
        decision: what was decided.
        objective: what decides: the project's, or its metric on the examples that confirm.
        selected: the trial that brought the candidate up.
        reruns: of the candidate and of the baseline.
        reservations: what a reader of the decision should know beside its reasons.
        examples: what is known of the examples that decide.
        chosen_by: metric that chose the candidate.
        spent: chance that one of the project's decisions, this one included, is a false launch, at
            most.
    """

    decision: Decision
    objective: Objective
    selected: Candidate
    reruns: tuple[Reruns, ...]
    reservations: tuple[str, ...]
    examples: Examples
    chosen_by: str
    spent: float

    @property
    def is_confirmed(self) -> bool:
        """Whether the deciding examples chose nothing."""
        return self.objective.metric != self.chosen_by

    @property
    def is_settled(self) -> bool:
        """Whether there is an answer: adopt or keep."""
        return self.decision.choice is not Choice.INCONCLUSIVE

    @property
    def next_command(self) -> str:
        """What to type next; empty where the incumbent stays."""
        if self.decision.choice is Choice.ADOPT:
            return f"playbook launch {self.decision.round}"
        if self.is_settled or not self.decision.reruns_asked:
            return ""
        failed = max(len(r.values) - len(r.finite) for r in self.reruns)
        times = self.decision.reruns_asked + failed
        return f"playbook rerun {self.decision.round} --times {times}"

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        d = self.decision
        return {
            "schema": 1,
            "round": d.round,
            "choice": d.choice.value,
            "metric": self.objective.metric,
            "direction": self.objective.direction.value,
            "chosen_by": self.chosen_by,
            "gain": d.gain,
            "lower": d.lower,
            "upper": d.upper,
            "confidence": d.confidence,
            "complexity_cost": d.complexity_cost,
            "trial_deviation": d.trial_deviation,
            "reruns_needed": d.reruns_needed,
            "reruns_asked": d.reruns_asked,
            "look": d.look,
            "false_launch_at_most": self.spent,
            "examples": {
                "count": self.examples.count,
                "chose_among": self.examples.chose_among,
                "deviation": d.example_deviation,
                "optimism": d.optimism,
            },
            "failures": self._failures(),
            "reasons": list(d.reasons),
            "reservations": list(self.reservations),
            "selected": {
                "study": self.selected.study,
                "trial": self.selected.trial,
                "value": self.selected.value,
            },
            "reruns": [r.as_document() for r in self.reruns],
            "changes": [
                {"key": key, "before": before, "after": after}
                for key, before, after in changed_values(d.incumbent, d.candidate)
            ],
            "next": self.next_command,
        }

    def _failures(self) -> dict[str, Any]:
        """Of both sides; the rate is the largest that the reruns do not exclude at 95 %."""
        d = self.decision
        found = failures_of(d.candidate_values, d.incumbent_values)
        sides = {
            "candidate": (found.candidate, found.candidate_runs),
            "baseline": (found.incumbent, found.incumbent_runs),
        }
        return {
            role: {
                "failed": len(failed),
                "reruns": runs,
                "rate_at_most": highest_failure_rate(len(failed), runs),
            }
            for role, (failed, runs) in sides.items()
        }

    def text(self) -> str:
        """For a person."""
        d = self.decision
        lines = [f"{d.round}: {d.choice.value}", *(f"  {reason}" for reason in d.reasons)]
        if self.is_confirmed:
            lines.append(
                f"  Decided on {self.objective.metric}, from examples that chose nothing; the "
                f"candidate was chosen by {self.chosen_by}."
            )
        lines += ["", *(f"  {r.text(self.objective)}" for r in self.reruns)]
        changes = changes_text(d.incumbent, d.candidate)
        lines += ["", "changes:", *(f"  {line}" for line in changes)] if changes else []
        if self.reservations:
            lines += ["", "bear in mind:", *(f"  {line}" for line in self.reservations)]
        if d.apparent_chance is not None:
            how = declare_chance(d.apparent_chance, self.chosen_by)
            return "\n".join([*lines, "", how, f"next: playbook decide {d.round}"])
        after = self.next_command or "the baseline stays; playbook next proposes what to try"
        if self.next_command and only_examples_settle(d):
            after = "keep the baseline, or evaluate on more examples; only if you expect a larger "
            after += f"gain than the one measured: {self.next_command}"
        return "\n".join([*lines, "", f"next: {after}"])


def changes_text(before: Config, after: Config) -> list[str]:
    """One line for each hyperparameter that differs."""
    return [f"{key}: {_value(a)} -> {_value(b)}" for key, a, b in changed_values(before, after)]


def decide(
    folder: Path,
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
    return found


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
        record.decisions, contenders, reruns, metric=objective.metric, code=record.code
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


def _value(value: Value | None) -> str:
    return "absent" if value is None else short(value, 6)
