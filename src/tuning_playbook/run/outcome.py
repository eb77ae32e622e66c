"""How a trial ended, judged from what it wrote and how its process exited."""

from __future__ import annotations

import json
import signal
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from tuning_playbook.run.base import TEMPORARY_FAILURE, Exit
from tuning_playbook.run.failures import Fault, fault_of
from tuning_playbook.study import Failures
from tuning_playbook.trial import Outcome, Reason, Status

# Sent by people, schedulers and kernels that need the machine: not the configuration's doing.
_FROM_OUTSIDE = frozenset(
    {signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1}
)

_KILLED_CHILD = 128 + signal.SIGKILL  # how a shell passes it on


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a trial wrote about itself, over all of its attempts.

    Args:
        evaluations: number of evaluation rows.
        metrics: all metrics ever logged or evaluated.
        objective_values: number of values of the objective's metric.
        finite_objective_values: how many of them are finite.
        diverged, not_a_number, exception: the event of that name in the present attempt, if any.
        last_error: the error that the process printed, or else its last line.
        memory_kill: whether the kernel killed any process for want of memory in the meantime.
    """

    evaluations: int = 0
    metrics: frozenset[str] = frozenset()
    objective_values: int = 0
    finite_objective_values: int = 0
    diverged: Mapping[str, Any] | None = None
    not_a_number: Mapping[str, Any] | None = None
    exception: Mapping[str, Any] | None = None
    last_error: str = ""
    memory_kill: bool = False


def judge(
    evidence: Evidence,
    exit_: Exit,
    *,
    metric: str,
    is_command: bool = False,
    failures: Failures = Failures(),  # noqa: B008
) -> Outcome | None:
    """The outcome of a trial, or ``None`` where the machine is at fault and it must run again.

    Args:
        evidence: what it wrote.
        exit_: how its process ended.
        metric: the objective's.
        is_command: whether the target is a command, which is given no trial to call.
        failures: what the project says of its program's errors.
    """
    told = _told(evidence)
    if told is not None:
        return told
    if exit_.code == 0 and evidence.exception is None:
        return _returned(evidence, metric, is_command)
    if evidence.exception is None and exit_.signal in _FROM_OUTSIDE:
        return _killed_for_memory(evidence)
    return _failed(evidence, exit_, failures)


def fault_in_words(evidence: Evidence, exit_: Exit) -> str:
    """What went wrong where the machine was at fault: the program's own error, or the signal."""
    if evidence.exception is None and exit_.signal in _FROM_OUTSIDE:
        return f"killed from outside ({signal.Signals(exit_.signal).name})"
    return _error(evidence, exit_)[1]


def _told(evidence: Evidence) -> Outcome | None:
    """What the trial itself said of its metrics."""
    if evidence.diverged is not None:
        d = evidence.diverged
        detail = f"{d.get('metric')} was {d.get('value')} at step {d.get('step')}"
        return Outcome(Status.INFEASIBLE, Reason.NON_FINITE, detail)
    if evidence.not_a_number is not None:
        n = evidence.not_a_number
        detail = f"{n.get('metric')} at step {n.get('step')} was {n.get('value')!r}, not a number"
        return Outcome(Status.FAILED, Reason.NOT_A_NUMBER, detail)
    return None


def _killed_for_memory(evidence: Evidence) -> Outcome | None:
    if not evidence.memory_kill:
        return None
    detail = (
        "the kernel killed it because the machine ran out of memory; if several trials at the same "
        "time need more than the machine has, lower workers under [resources] in playbook.toml"
    )
    return Outcome(Status.INFEASIBLE, Reason.OUT_OF_MEMORY, detail)


def _failed(evidence: Evidence, exit_: Exit, failures: Failures) -> Outcome | None:
    """What an error says, by its words or its exit code."""
    error, detail, reason = _error(evidence, exit_)
    fault = fault_of(error, exit_.code, failures)
    if fault is Fault.DIVERGED:
        return Outcome(Status.INFEASIBLE, Reason.DIVERGED, detail)
    if fault is Fault.OUT_OF_MEMORY:
        return Outcome(Status.INFEASIBLE, Reason.OUT_OF_MEMORY, detail)
    if fault is Fault.MACHINE or exit_.code == TEMPORARY_FAILURE:
        return None
    # A shell or a data loader whose child was killed, and not the trial itself.
    if exit_.code == _KILLED_CHILD or "is killed by signal: Killed" in error:
        return _killed_for_memory(evidence) or Outcome(Status.FAILED, reason, detail)
    return Outcome(Status.FAILED, reason, detail)


def _error(evidence: Evidence, exit_: Exit) -> tuple[str, str, Reason]:
    """The error in the words to judge it by, in those for a person, and how it ended the trial."""
    e = evidence.exception
    if e is not None:
        detail = f"{e.get('type')}: {e.get('message')}"
        kinds = " ".join(e.get("kinds", ())) + " OutOfMemoryError" * bool(e.get("out_of_memory"))
        place = f" ({e['where']})" if e.get("where") else ""
        return f"{kinds} {detail}", detail + place, Reason.EXCEPTION
    error = evidence.last_error
    if exit_.signal is not None:
        detail, reason = (
            f"the process ended with {signal.Signals(exit_.signal).name}",
            Reason.SIGNAL,
        )
    else:
        detail, reason = f"exit code {exit_.code}", Reason.EXIT_CODE
    return error, f"{detail}: {error}" if error else detail, reason


def _returned(evidence: Evidence, metric: str, is_command: bool) -> Outcome:
    if evidence.objective_values == 0:
        if evidence.evaluations == 0:
            logged = ", ".join(sorted(evidence.metrics))
            detail = (
                f"training ended without an evaluation; {_ways_to_evaluate(metric, is_command)}"
            )
            detail += f"; it logged only {logged}" * bool(logged)
            return Outcome(Status.FAILED, Reason.NO_EVALUATION, detail)
        detail = f"{metric!r} was never evaluated, {only(evidence.metrics, metric)}"
        return Outcome(Status.FAILED, Reason.MISSING_METRIC, detail)
    if evidence.finite_objective_values == 0:
        detail = f"{metric} was NaN or infinite at every evaluation"
        return Outcome(Status.INFEASIBLE, Reason.NON_FINITE, detail)
    return Outcome(Status.COMPLETE)


def only(logged: Collection[str], wanted: str) -> str:
    """What a program logged instead of a metric, with the name that is meant if one is near."""
    if not logged:
        return "and nothing else was logged"
    return f"only {', '.join(sorted(logged))}{nearest_of(logged, wanted)}"


def nearest_of(logged: Collection[str], wanted: str) -> str:
    """The logged name that was meant, as the end of a sentence; empty if none is near."""
    near = get_close_matches(wanted, sorted(logged), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _ways_to_evaluate(metric: str, is_command: bool) -> str:
    if not is_command:
        return f"call trial.evaluate(step, {metric}=...) where trial.evaluation_due(step)"
    line = json.dumps({"step": 100, "evaluation": True, metric: 0.12})
    return (
        f"a Python script calls tuning_playbook.current_trial().evaluate(step, {metric}=...), and "
        f"any program appends lines such as {line} to the file that the environment variable "
        "TUNING_PLAYBOOK_LINES names"
    )
