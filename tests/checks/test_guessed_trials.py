"""Tables of which nobody knows whether their rows are trials."""

from dataclasses import replace

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.findings import Verdict
from tuning_playbook.study import Objective

_ALARMS = (Verdict.FAIL, Verdict.WARN)


def _mostly_failed(guessed):
    """Forty rows, most of them without a value: failed trials, or another group of metrics."""
    rng = np.random.default_rng(0)
    failed = np.arange(40) % 4 > 0
    table = table_from_columns(
        "rows", ids=[str(row) for row in range(40)],
        values={"zeta": rng.uniform(1, 2, 40).tolist(), "psi": rng.uniform(1, 2, 40).tolist()},
        objective=Objective("loss", "minimize"),
        metric_values=np.where(failed, np.nan, rng.uniform(1, 2, 40)),
        status=["infeasible" if f else "complete" for f in failed],
    )  # fmt: skip
    return replace(table, guessed=guessed)


def _alarms(guessed):
    return {f.check for f in run_checks(_mostly_failed(guessed)) if f.verdict in _ALARMS}


@pytest.mark.parametrize("guessed", [(), ("zeta",)])
def test_failures_are_an_alarm_where_a_column_is_surely_a_hyperparameter(guessed):
    assert "infeasible-fraction" in _alarms(guessed)


def test_nothing_is_an_alarm_where_that_is_a_guess_of_every_column():
    assert _alarms(("zeta", "psi")) == set()
    findings = run_checks(_mostly_failed(("zeta", "psi")))
    (found,) = [f for f in findings if f.check == "infeasible-fraction"]
    assert "it is a guess that the rows are trials" in found.summary
    assert "--params" in found.summary


def test_importance_names_the_guesses_among_what_it_names():
    rng = np.random.default_rng(1)
    zeta, lr = rng.uniform(1, 2, 60), rng.uniform(1, 2, 60)
    table = table_from_columns(
        "rows", ids=[str(row) for row in range(60)],
        values={"zeta": zeta.tolist(), "lr": lr.tolist()},
        objective=Objective("loss", "minimize"), metric_values=zeta + 0.01 * lr,
    )  # fmt: skip
    guess = "Whether zeta can be set before training is a guess."
    for guessed, said in (((), False), (("zeta",), True), (("lr",), False)):
        findings = run_checks(replace(table, guessed=guessed), select=["importance"])
        assert (guess in findings[0].summary) is said
