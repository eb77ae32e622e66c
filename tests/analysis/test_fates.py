"""One word for what happened to a trial, and the same count wherever trials are counted."""

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.fates import account, fates, joined
from tuning_playbook.report.phrases.accounts import account_text
from tuning_playbook.study import Objective
from tuning_playbook.trial import Reason, Status

ENDS = {
    "complete": (Status.COMPLETE, Reason.NONE, 0.5),
    "infeasible": (Status.INFEASIBLE, Reason.NON_FINITE, np.nan),
    "judged infeasible": (Status.COMPLETE, Reason.NONE, 0.9),  # at the declared chance level
    "stopped": (Status.CANCELLED, Reason.NONE, 0.9),
    "stopped by hand": (Status.CANCELLED, Reason.CANCELLED, 0.9),
    "failed by program": (Status.FAILED, Reason.EXCEPTION, np.nan),
    "failed by machine": (Status.FAILED, Reason.LOST, np.nan),
    "running": (Status.RUNNING, Reason.NONE, np.nan),
    "waiting": (Status.WAITING, Reason.NONE, np.nan),
}


def table(names):
    best = [0.1 + i / 50 for i in range(6)]  # so that chance is far away
    ends = [(Status.COMPLETE, Reason.NONE, v) for v in best] + [ENDS[name] for name in names]
    return table_from_columns(
        "study",
        ids=[str(i) for i in range(len(ends))],
        values={"lr": np.linspace(0.1, 1.0, len(ends))},
        metric_values=[e[2] for e in ends],
        objective=Objective("error", "minimize"),
        status=[e[0].value for e in ends],
        reason=[e[1].value for e in ends],
        chance_level=0.9,
    )


@pytest.mark.parametrize("name", ENDS)
def test_each_end_has_its_word(name):
    assert fates(table([name]))[-1] == name


def test_the_parts_add_up_and_say_who_judged():
    found = account(table(list(ENDS)))
    assert sum(found.fates.values()) == 6 + len(ENDS)
    assert found.infeasible == 2
    assert account_text(found) == (
        "15 trials: 7 complete, 1 infeasible as run (1 non-finite), 1 more judged infeasible "
        "(1 chance-level), 1 stopped, 1 stopped by hand, 1 failed by program, 1 failed by machine, "
        "1 running, 1 waiting"
    )
    both = joined([found, account(table(["infeasible"]))])
    assert both.fates["infeasible"] == 2
    assert both.as_run == {"non-finite": 2}
