import signal

import pytest

from tuning_playbook.run.base import Exit
from tuning_playbook.run.outcome import Evidence, judge
from tuning_playbook.study import Failures
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


ERRORS = {
    "OverflowError: math range error": (Status.INFEASIBLE, Reason.DIVERGED),
    "OverflowError: (34, 'Numerical result out of range')": (Status.INFEASIBLE, Reason.DIVERGED),
    "OverflowError: Python int too large to convert to C long": (Status.FAILED, Reason.EXIT_CODE),
    "FloatingPointError: Minimum loss scale reached": (Status.INFEASIBLE, Reason.DIVERGED),
    "MemoryError": (Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 1. TiB for an array":
        (Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB":
        (Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    "RuntimeError: CUDA error: out of memory": (Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    "RuntimeError: [enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't "
    "allocate memory: you tried to allocate 4000000000000 bytes. Error code 12":
        (Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied": (Status.FAILED, Reason.EXIT_CODE),
}  # fmt: skip


@pytest.mark.parametrize("error", ERRORS)
def test_the_error_of_a_command_tells_a_bad_configuration_from_a_mistake(error):
    outcome = judge(Evidence(last_error=error), Exit(1), metric="error")
    assert (outcome.status, outcome.reason) == ERRORS[error]
    assert outcome.detail == f"exit code 1: {error}"


@pytest.mark.parametrize("error", ERRORS)
def test_the_exception_of_a_function_is_judged_alike(error):
    kind, _, message = error.partition(": ")
    evidence = Evidence(exception={"type": kind, "message": message, "kinds": [kind, "Exception"]})
    status, reason = ERRORS[error]
    outcome = judge(evidence, Exit(1), metric="error")
    assert outcome.status is status
    assert outcome.reason is (Reason.EXCEPTION if reason is Reason.EXIT_CODE else reason)


def test_a_subclass_counts_as_what_it_is_derived_from():
    kinds = ["LossScaleError", "FloatingPointError", "ArithmeticError"]
    evidence = Evidence(exception={"type": kinds[0], "message": "", "kinds": kinds})
    assert judge(evidence, Exit(1), metric="error").reason is Reason.DIVERGED


DECLARED = Failures(diverged=("loss is NaN", 3), out_of_memory=("no room",), machine=(42, "NCCL"))


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        ("RuntimeError: Loss is nan, stopping", 1, Reason.DIVERGED),
        ("anything", 3, Reason.DIVERGED),
        ("No room left on the accelerator", 1, Reason.OUT_OF_MEMORY),
        ("RuntimeError: NCCL error", 1, None),
        ("anything", 42, None),
        ("anything", 4, Reason.EXIT_CODE),
        ("OSError: [Errno 28] No space left on device", 1, None),
    ],
)
def test_a_project_declares_what_its_errors_mean(error, code, reason):
    outcome = judge(Evidence(last_error=error), Exit(code), metric="error", failures=DECLARED)
    assert (None if outcome is None else outcome.reason) is reason


@pytest.mark.parametrize("exit_", [Exit(None, signal.SIGKILL), Exit(137)])
def test_a_kill_for_want_of_memory_is_the_configurations_doing(exit_):
    outcome = judge(Evidence(memory_kill=True), exit_, metric="error")
    assert (outcome.status, outcome.reason) == (Status.INFEASIBLE, Reason.OUT_OF_MEMORY)
    assert "memory" in outcome.detail


def test_a_data_loader_that_was_killed_for_memory_is_out_of_memory():
    error = "RuntimeError: DataLoader worker (pid 7) is killed by signal: Killed."
    evidence = Evidence(last_error=error, memory_kill=True)
    assert judge(evidence, Exit(1), metric="error").reason is Reason.OUT_OF_MEMORY
    evidence = Evidence(last_error=error)
    assert judge(evidence, Exit(1), metric="error").reason is Reason.EXIT_CODE


def test_memory_that_ran_out_elsewhere_excuses_no_mistake():
    evidence = Evidence(last_error="ValueError: no luck", memory_kill=True)
    assert judge(evidence, Exit(1), metric="error").reason is Reason.EXIT_CODE
