"""What the logged learning rates of a study say of trials that did not log theirs."""

import numpy as np
import pytest

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.curves.schedule import schedules
from tuning_playbook.analysis.table.metric_roles import metric_roles
from tuning_playbook.study import Objective

STEPS = np.arange(1, 21)


def _table(*shares):
    """Trials whose learning rate ends at a share of its peak; ``None`` where it was not logged."""
    logged = [(i, share) for i, share in enumerate(shares) if share is not None]
    rows = np.repeat([i for i, _ in logged], len(STEPS))
    rates = np.concatenate([np.linspace(1.0, share, len(STEPS)) for _, share in logged])
    every = np.repeat(np.arange(len(shares)), len(STEPS))
    return table_from_columns(
        "study",
        ids=[str(i) for i in range(len(shares))],
        values={"learning_rate": [0.1] * len(shares)},
        objective=Objective("error", "minimize"),
        curves={
            "error": (every, np.tile(STEPS, len(shares)), 1 / np.tile(STEPS, len(shares))),
            "lr": (rows, np.tile(STEPS, len(logged)), rates),
        },
    )


@pytest.mark.parametrize(
    ("shares", "rows", "kind"),
    [
        ((1.0, 1.0, None), [2], "constant"),  # one program: the others speak for it
        ((1.0, 1.0, None), [0, 2], "constant"),
        ((0.01, None, None), [1, 2], "decaying"),
        ((1.0, 0.01, None), [2], "unknown"),
        ((1.0, 0.01, None), [0, 2], "constant"),
        ((1.0, 0.01), [0, 1], "unknown"),
    ],
)
def test_trials_that_did_not_log_their_rate_go_by_those_that_did(shares, rows, kind):
    table = _table(*shares)
    found = schedules(table, metric_roles(table))
    assert found.among(np.array(rows)) == kind
