"""Whether a round's best configuration takes the baseline's place."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.decide.candidates import Candidate, changed_values
from tuning_playbook.decide.example_luck import Examples
from tuning_playbook.decide.launching import decide_launch
from tuning_playbook.decide.more_reruns import only_examples_settle
from tuning_playbook.decide.rerun_failures import failures_of, highest_failure_rate
from tuning_playbook.decisions import Choice, Decision
from tuning_playbook.errors import InvalidInput
from tuning_playbook.report.looks import Look
from tuning_playbook.report.overrides import override_text
from tuning_playbook.space import Config, Value
from tuning_playbook.store import Store
from tuning_playbook.store.logbook import (
    DECISION,
    LAUNCH,
    LOOK,
    decision_entry,
    newest_entry,
)
from tuning_playbook.study import Objective, Provenance
from tuning_playbook.words import short
from tuning_playbook.workflow.contenders import Contenders, contenders_of
from tuning_playbook.workflow.decision_values import (
    deciding_objective,
    earlier_looks,
    known_examples,
    on_confirm,
    past_deviation,
)
from tuning_playbook.workflow.looking import enter_look, looks_at
from tuning_playbook.workflow.opening import OpenProject, open_project, project_store
from tuning_playbook.workflow.overrides import overrides_of_round, skipped_reruns
from tuning_playbook.workflow.reruns import Reruns, present_code, reruns_of
from tuning_playbook.workflow.reservations import evidence_reservations, reservations


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
    store = project_store(opened, must_exist=True, confirming=True)
    try:
        contenders = contenders_of(opened, store, round_name.removesuffix(".toml"))
        _require_open(store, contenders)
        provenance = present_code(opened, store)
        reruns, own = _reruns(opened, store, contenders, provenance), contenders.round
        skipped = skipped_reruns(store.logbook(), own)
        _require_reruns(own, reruns, "" if skipped is None else skipped.message)
        if opened.project.confirm_metric:
            reruns = on_confirm(store, opened.project, reruns)
        objective = deciding_objective(opened.project)
        past = past_deviation(store, opened.project, without=tuple(r.study.name for r in reruns))
        looks = earlier_looks(
            store, contenders, reruns, metric=objective.metric, code=provenance.code
        )
        examples = known_examples(opened, store, contenders, reruns)
        usual = contenders.facts.complexity_cost
        cost = usual if complexity_cost is None else complexity_cost
        decision = decide_launch(
            reruns[0].values,
            reruns[-1].values,
            direction=objective.direction,
            round=contenders.round,
            candidate=contenders.candidate.config,
            incumbent=contenders.incumbent,
            complexity_cost=cost,
            past_deviation=past,
            confidence=confidence,
            earlier_looks=looks.reruns,
            examples=examples,
        )
        result = DecisionResult(
            decision,
            objective,
            contenders.candidate,
            reruns,
            (
                *evidence_reservations(opened.project, decision, examples, looks),
                *reservations(opened, store, contenders, provenance, cost=cost),
                *(f"{override_text(o)}." for o in overrides_of_round(store.logbook(), own)),
            ),
            examples,
            opened.project.objective.metric,
            looks.spent + 1 - decision.confidence,
        )
        _enter(store, result, provenance)
    finally:
        store.close()
    return result


def _require_open(store: Store, contenders: Contenders) -> None:
    name = contenders.round
    if contenders.unfinished:
        raise InvalidInput(
            f"round {name!r} has {contenders.unfinished} trials left, and a decision waits for all "
            f"of them; finish it first: playbook run {name}"
        )
    launched = newest_entry(store, LAUNCH, name)
    if contenders.candidate.config == contenders.incumbent and launched is not None:
        day = time.strftime("%Y-%m-%d", time.localtime(launched.at))
        raise InvalidInput(
            f"round {name!r} was launched on {day}: its best configuration is the baseline, and "
            "nothing is left to decide"
        )


def _reruns(
    opened: OpenProject, store: Store, contenders: Contenders, provenance: Provenance
) -> tuple[Reruns, ...]:
    """Of the candidate and the baseline; once where both are one configuration."""
    configs = {"candidate": contenders.candidate.config, "baseline": contenders.incumbent}
    if configs["candidate"] == configs["baseline"]:
        del configs["candidate"]
    return tuple(
        reruns_of(store, opened.project, config, role=role, provenance=provenance)
        for role, config in configs.items()
    )


def _require_reruns(round_name: str, reruns: Sequence[Reruns], skipped: str) -> None:
    if len(reruns) < 2:
        return
    lacking = [r for r in reruns if not r.values]
    waiting = sum(r.planned - len(r.values) for r in reruns)
    if not lacking and not waiting:
        return
    if lacking and skipped:
        raise InvalidInput(
            f"the reruns of round {round_name!r} were skipped ({skipped}), and nothing can be "
            f"decided without them; to make them after all: playbook rerun {round_name}; to launch "
            f"it without evidence: playbook launch {round_name} --reason '...'"
        )
    command = f"playbook rerun {round_name}"
    if not lacking:
        most = max(r.planned for r in reruns)
        raise InvalidInput(
            f"{waiting} rerun{' has' if waiting == 1 else 's have'} not ended, and leaving out the "
            f"slow ones would be unfair; finish them first: {command} --times {most}"
        )
    mixed = any(r.elsewhere[0] for r in lacking) and len(lacking) < len(reruns)
    sentences = list(dict.fromkeys(map(_lack, lacking)))
    if all(not any(r.elsewhere) and not r.planned for r in reruns):
        neither = "neither the candidate nor the baseline was rerun, and the trial that was chosen"
        sentences = [f"{neither} for its result is no evidence"]
    if mixed:
        sentences.append("reruns of two versions of the program cannot be mixed")
    if len(lacking) == 1 and lacking[0].role == "baseline":
        command += " --baseline"
    raise InvalidInput(f"{'; '.join(sentences)}. Type: {command}")


def _lack(reruns: Reruns) -> str:
    code, protocol = reruns.elsewhere
    role = f"the {reruns.role}"
    if code:
        return (
            f"{role} has {code} reruns with another version of the training program, and none with "
            f"the present one ({reruns.study.provenance.code[:8]})"
        )
    if protocol:
        return (
            f"{role} has {protocol} reruns that were trained or evaluated differently, and none as "
            "playbook.toml says now"
        )
    if reruns.planned:
        return f"no rerun of {role} has ended"
    return f"{role} was never rerun"


def _enter(store: Store, result: DecisionResult, provenance: Provenance) -> None:
    """Add the decision to the logbook, unless it stands there as the newest of its round."""
    entry = decision_entry(
        result.decision,
        at=time.time(),
        evidence={
            "metric": result.objective.metric,
            "direction": result.objective.direction.value,
            "code": provenance.code,
            "selected": {
                "study": result.selected.study,
                "trial": result.selected.trial,
                "value": result.selected.value,
            },
            "reruns": [r.study.name for r in result.reruns],
            "reservations": list(result.reservations),
        },
    )
    newest = newest_entry(store, DECISION, result.decision.round)
    if newest is not None and repr(dict(newest.data)) == repr(dict(entry.data)):
        return
    store.enter(entry)
    if result.is_confirmed:
        _enter_look(store, result, at=entry.at)


def _enter_look(store: Store, result: DecisionResult, *, at: float) -> None:
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
            count=len(looks_at(store.logbook(kind=LOOK), "confirm")) + 1,
        ),
    )


def _value(value: Value | None) -> str:
    return "absent" if value is None else short(value, 6)
