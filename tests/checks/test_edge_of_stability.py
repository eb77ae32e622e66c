"""What the check of the edge of stability counts."""

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.edge_of_stability import EdgeOfStability
from tuning_playbook.findings import Verdict
from tuning_playbook.study import Objective


def ten_trials(**endings):
    """Ten trials whose error is lowest at a rate of 0.1; how some of them ended, by number."""
    rates = np.geomspace(1e-3, 1.0, 10)
    reasons = [endings.get(f"t{i}", "") for i in range(10)]
    return table_from_columns(
        "s",
        ids=[f"t{i}" for i in range(10)],
        values={"lr": rates.tolist()},
        objective=Objective("val_error", "minimize"),
        metric_values=[np.nan if r else 0.1 * (1 + np.log10(x)) ** 2
                       for x, r in zip(rates, reasons, strict=True)],
        status=["failed" if r else "complete" for r in reasons],
        reason=reasons,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("endings", "said"),
    [
        ({"t2": "exception"}, "9 of 10 trials with lr show"),
        ({"t2": "timeout", "t7": "lost"}, "8 of 10 trials with lr show"),
    ],
)
def test_trials_that_tell_nothing_of_stability_are_said_to_be_left_out(endings, said):
    (finding,) = EdgeOfStability().run(ten_trials(**endings))
    assert finding.verdict is Verdict.UNKNOWN
    assert said in finding.summary
    assert "10 are needed" in finding.summary


def test_ten_trials_that_end_are_enough():
    (finding,) = EdgeOfStability().run(ten_trials())
    assert finding.verdict is Verdict.PASS
