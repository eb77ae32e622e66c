"""A decision, what it rests on, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuning_playbook.answers.reruns import Reruns
from tuning_playbook.decide.candidates import Candidate
from tuning_playbook.decide.launches.apparent_chance import declare_chance
from tuning_playbook.decide.launches.example_luck import Examples
from tuning_playbook.decide.launches.more_reruns import only_examples_settle
from tuning_playbook.decide.launches.rerun_failures import failures_of, highest_failure_rate
from tuning_playbook.decisions import Choice, Decision
from tuning_playbook.report.phrases.changes import changes_document, changes_text
from tuning_playbook.report.phrases.reruns import reruns_document, reruns_text
from tuning_playbook.study import Objective


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


def decided_document(decided: DecisionResult) -> dict[str, Any]:
    """For ``--json``."""
    d = decided.decision
    return {
        "schema": 1,
        "round": d.round,
        "choice": d.choice.value,
        "metric": decided.objective.metric,
        "direction": decided.objective.direction.value,
        "chosen_by": decided.chosen_by,
        "gain": d.gain,
        "lower": d.lower,
        "upper": d.upper,
        "confidence": d.confidence,
        "complexity_cost": d.complexity_cost,
        "trial_deviation": d.trial_deviation,
        "reruns_needed": d.reruns_needed,
        "reruns_asked": d.reruns_asked,
        "look": d.look,
        "false_launch_at_most": decided.spent,
        "examples": {
            "count": decided.examples.count,
            "chose_among": decided.examples.chose_among,
            "deviation": d.example_deviation,
            "optimism": d.optimism,
        },
        "failures": _failures(decided),
        "reasons": list(d.reasons),
        "reservations": list(decided.reservations),
        "selected": {
            "study": decided.selected.study,
            "trial": decided.selected.trial,
            "value": decided.selected.value,
        },
        "reruns": [reruns_document(r) for r in decided.reruns],
        "changes": changes_document(d.incumbent, d.candidate),
        "next": _next_command(decided),
    }


def _failures(decided: DecisionResult) -> dict[str, Any]:
    """Of both sides; the rate is the largest that the reruns do not exclude at 95 %."""
    d = decided.decision
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


def decided_text(decided: DecisionResult) -> str:
    """For a person."""
    d = decided.decision
    lines = [f"{d.round}: {d.choice.value}", *(f"  {reason}" for reason in d.reasons)]
    if decided.is_confirmed:
        lines.append(
            f"  Decided on {decided.objective.metric}, from examples that chose nothing; the "
            f"candidate was chosen by {decided.chosen_by}."
        )
    lines += ["", *(f"  {reruns_text(r, decided.objective)}" for r in decided.reruns)]
    changes = changes_text(d.incumbent, d.candidate)
    lines += ["", "changes:", *(f"  {line}" for line in changes)] if changes else []
    if decided.reservations:
        lines += ["", "bear in mind:", *(f"  {line}" for line in decided.reservations)]
    if d.apparent_chance is not None:
        how = declare_chance(d.apparent_chance, decided.chosen_by)
        return "\n".join([*lines, "", how, f"next: playbook decide {d.round}"])
    command = _next_command(decided)
    after = command or "the baseline stays; playbook next proposes what to try"
    if command and only_examples_settle(d):
        after = "keep the baseline, or evaluate on more examples; only if you expect a larger "
        after += f"gain than the one measured: {command}"
    return "\n".join([*lines, "", f"next: {after}"])


def _next_command(decided: DecisionResult) -> str:
    """What to type next; empty where the incumbent stays."""
    d = decided.decision
    if d.choice is Choice.ADOPT:
        return f"playbook launch {d.round}"
    if decided.is_settled or not d.reruns_asked:
        return ""
    failed = max(len(r.values) - len(r.finite) for r in decided.reruns)
    return f"playbook rerun {d.round} --times {d.reruns_asked + failed}"
