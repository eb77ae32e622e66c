"""How a trial ended, judged from what it wrote and how its process exited."""

from __future__ import annotations

import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tuning_playbook.run.base import TEMPORARY_FAILURE, Exit
from tuning_playbook.trial import Outcome, Reason, Status

# Sent by people, schedulers and kernels that need the machine: not the configuration's doing.
_FROM_OUTSIDE = frozenset(
    {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1}
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a trial wrote about itself, over all of its attempts.

    Args:
        evaluations: number of evaluation rows.
        metrics: all metrics ever logged or evaluated.
        objective_values: number of values of the objective's metric.
        finite_objective_values: how many of them are finite.
        diverged, not_a_number, exception: the event of that name in the present attempt, if any.
        last_output: last line that the process printed.
    """

    evaluations: int = 0
    metrics: frozenset[str] = frozenset()
    objective_values: int = 0
    finite_objective_values: int = 0
    diverged: Mapping[str, Any] | None = None
    not_a_number: Mapping[str, Any] | None = None
    exception: Mapping[str, Any] | None = None
    last_output: str = ""


def judge(
    evidence: Evidence, exit_: Exit, *, metric: str, is_command: bool = False
) -> Outcome | None:
    """The outcome of a trial, or ``None`` where the machine is at fault and it must run again.

    Args:
        evidence: what it wrote.
        exit_: how its process ended.
        metric: the objective's.
        is_command: whether the target is a command, which is given no trial to call.
    """
    told = _told(evidence)
    if told is not None:
        return told
    if exit_.signal is not None:
        if exit_.signal in _FROM_OUTSIDE:
            return None
        name = signal.Signals(exit_.signal).name
        return Outcome(Status.FAILED, Reason.SIGNAL, f"the process ended with {name}")
    if exit_.code == TEMPORARY_FAILURE:
        return None
    if exit_.code != 0:
        detail = f"exit code {exit_.code}"
        if evidence.last_output:
            detail += f": {evidence.last_output}"
        return Outcome(Status.FAILED, Reason.EXIT_CODE, detail)
    return _returned(evidence, metric, is_command)


def _told(evidence: Evidence) -> Outcome | None:
    """What the trial itself said went wrong."""
    if evidence.diverged is not None:
        d = evidence.diverged
        detail = f"{d.get('metric')} was {d.get('value')} at step {d.get('step')}"
        return Outcome(Status.INFEASIBLE, Reason.NON_FINITE, detail)
    if evidence.not_a_number is not None:
        n = evidence.not_a_number
        detail = f"{n.get('metric')} at step {n.get('step')} was {n.get('value')!r}, not a number"
        return Outcome(Status.FAILED, Reason.NOT_A_NUMBER, detail)
    if evidence.exception is not None:
        e = evidence.exception
        detail = f"{e.get('type')}: {e.get('message')}"
        if e.get("where"):
            detail += f" ({e['where']})"
        if e.get("out_of_memory"):
            return Outcome(Status.INFEASIBLE, Reason.OUT_OF_MEMORY, detail)
        return Outcome(Status.FAILED, Reason.EXCEPTION, detail)
    return None


def _returned(evidence: Evidence, metric: str, is_command: bool) -> Outcome:
    if evidence.objective_values == 0:
        if evidence.evaluations == 0:
            logged = ", ".join(sorted(evidence.metrics))
            detail = (
                f"training ended without an evaluation; {_ways_to_evaluate(metric, is_command)}"
            )
            detail += f"; it logged only {logged}" * bool(logged)
            return Outcome(Status.FAILED, Reason.NO_EVALUATION, detail)
        near = get_close_matches(metric, sorted(evidence.metrics), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        found = ", ".join(sorted(evidence.metrics))
        detail = f"no value of {metric!r} was evaluated, only of {found}{hint}"
        return Outcome(Status.FAILED, Reason.MISSING_METRIC, detail)
    if evidence.finite_objective_values == 0:
        detail = f"{metric} was not finite at any evaluation"
        return Outcome(Status.INFEASIBLE, Reason.NON_FINITE, detail)
    return Outcome(Status.COMPLETE)


def _ways_to_evaluate(metric: str, is_command: bool) -> str:
    if not is_command:
        return f"call trial.evaluate(step, {metric}=...) where trial.evaluation_due(step)"
    line = json.dumps({"step": 100, "evaluation": True, metric: 0.12})
    return (
        f"a Python script calls tuning_playbook.current_trial().evaluate(step, {metric}=...), and "
        f"any program appends lines such as {line} to the file that the environment variable "
        "TUNING_PLAYBOOK_LINES names"
    )
