import signal

import pytest

from tuning_playbook.run.base import Exit
from tuning_playbook.run.outcome import Evidence, judge
from tuning_playbook.trial import Reason, Status

EVALUATED = Evidence(
    evaluations=2, metrics=frozenset({"error"}), objective_values=2, finite_objective_values=2
)
DIVERGED = Evidence(diverged={"metric": "train_loss", "value": "nan", "step": 4})
ENDED = Exit(0)

CASES = [
    (EVALUATED, ENDED, Status.COMPLETE, Reason.NONE),
    (DIVERGED, ENDED, Status.INFEASIBLE, Reason.NON_FINITE),
    (Evidence(not_a_number={"metric": "a", "value": "b"}), Exit(1), Status.FAILED,
     Reason.NOT_A_NUMBER),
    (Evidence(exception={"type": "ValueError", "message": "m"}), Exit(1), Status.FAILED,
     Reason.EXCEPTION),
    (Evidence(exception={"type": "MemoryError", "message": "", "out_of_memory": True}), Exit(1),
     Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    (EVALUATED, Exit(3), Status.FAILED, Reason.EXIT_CODE),
    (EVALUATED, Exit(None, signal.SIGSEGV), Status.FAILED, Reason.SIGNAL),
    (EVALUATED, Exit(None, signal.SIGABRT), Status.FAILED, Reason.SIGNAL),
    (Evidence(), ENDED, Status.FAILED, Reason.NO_EVALUATION),
    (Evidence(evaluations=1, metrics=frozenset({"eror"})), ENDED, Status.FAILED,
     Reason.MISSING_METRIC),
    (Evidence(evaluations=1, metrics=frozenset({"error"}), objective_values=1), ENDED,
     Status.INFEASIBLE, Reason.NON_FINITE),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "exit_", "status", "reason"), CASES)
def test_every_ending_has_its_own_reason(evidence, exit_, status, reason):
    outcome = judge(evidence, exit_, metric="error")
    assert (outcome.status, outcome.reason) == (status, reason)
    assert status is Status.COMPLETE or outcome.detail


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_from_outside_means_run_again(number):
    assert judge(EVALUATED, Exit(None, number), metric="error") is None


def test_a_temporary_failure_of_the_machine_means_run_again():
    assert judge(EVALUATED, Exit(75), metric="error") is None


def test_a_divergence_before_a_kill_is_still_a_divergence():
    assert judge(DIVERGED, Exit(None, signal.SIGKILL), metric="error").status is Status.INFEASIBLE


def test_a_missing_metric_names_the_nearest_one():
    evidence = Evidence(evaluations=1, metrics=frozenset({"eror", "loss"}))
    assert "did you mean 'eror'?" in judge(evidence, ENDED, metric="error").detail


def test_a_command_that_logged_nothing_is_told_how_a_command_logs():
    told = judge(Evidence(), ENDED, metric="error", is_command=True).detail
    assert "current_trial().evaluate(step, error=...)" in told
    assert '{"step": 100, "evaluation": true, "error": 0.12}' in told
    assert "TUNING_PLAYBOOK_LINES" in told
    assert " trial.evaluate" not in told


def test_a_function_that_logged_only_training_metrics_is_told_so():
    told = judge(Evidence(metrics=frozenset({"loss"})), ENDED, metric="error").detail
    assert "call trial.evaluate(step, error=...)" in told
    assert "it logged only loss" in told
