"""Ranges of foreign studies as playbook.toml declares them."""

import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook
from tuning_playbook.space import Float
from tuning_playbook.workflow.importing.translating import rounded_outward
from tuning_playbook.workflow.overview.history import project_history

ROUND = """\
question = "Which learning rate?"
kind = "understand"
nuisance = ["lr"]
trials = 4
"""
TRAIN = """\
def train(trial):
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, val_loss=trial.config["lr"])
"""


@pytest.mark.parametrize(
    ("low", "high"), [(5e-324, 1.0), (3e-310, 2e-309), (0.0123, 0.987), (1e-5, 1.7e308)]
)
def test_a_rounded_range_holds_every_value_of_the_one_before(low, high):
    found = rounded_outward(Float(low, high, "linear"))
    assert found.low <= low < high <= found.high


def test_a_range_that_an_import_rounded_is_not_wider_in_the_next_round(tmp_path):
    rows = "".join(f"{0.000123 * 2**i},{0.5 + abs(i - 4)}\n" for i in range(9))
    (tmp_path / "sweep.csv").write_text(f"lr,val_loss\n{rows}")
    target = ["import", str(tmp_path / "sweep.csv"), "--into", str(tmp_path / "project")]
    assert CliRunner().invoke(playbook, target).exit_code == 0
    (tmp_path / "project" / "rounds").mkdir(exist_ok=True)
    (tmp_path / "project" / "rounds" / "again.toml").write_text(ROUND)
    (tmp_path / "project" / "train.py").write_text(TRAIN)
    where = ["--project", str(tmp_path / "project")]
    ran = CliRunner().invoke(playbook, ["run", "again", "--no-report", "--no-try", *where])
    assert ran.exit_code == 0, ran.output
    changes = {s.round: s.change for s in project_history(tmp_path / "project").ranges}
    assert changes["again"] == "unchanged"
