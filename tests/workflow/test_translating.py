"""Ranges of foreign studies as playbook.toml declares them."""

import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.space import Float
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.importing.importing import import_study
from tuning_playbook.workflow.importing.translating import rounded_outward
from tuning_playbook.workflow.overview.history import project_history
from tuning_playbook.workflow.overview.next_step import what_next

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

CONDITIONAL = """\
[hyperparameters]
[hyperparameters.optimizer]
choice = ["sgd", "adam"]
[hyperparameters.optimizer.when.sgd]
sgd_lr = { log = [1e-3, 1.0] }
[hyperparameters.optimizer.when.adam]
adam_lr = { log = [1e-4, 1.0] }
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


@pytest.fixture
def conditional(tmp_path):
    """Folder of a project with an imported search over two optimizers, each with its own rate."""
    rates = [0.7314159265 / 3**i for i in range(6)]
    rows = [f"adam,,{0.001 * 2.5**i},{0.1 + 0.01 * (i - 2) ** 2}\n" for i in range(6)]
    rows += [f"sgd,{rate},,{0.3 + 0.01 * (i - 3) ** 2}\n" for i, rate in enumerate(rates)]
    (tmp_path / "sweep.csv").write_text("optimizer,sgd_lr,adam_lr,val_loss\n" + "".join(rows))
    (tmp_path / "space.toml").write_text(CONDITIONAL)
    told = Told(space=tmp_path / "space.toml")
    import_study(str(tmp_path / "sweep.csv"), into=tmp_path / "project", told=told)
    return tmp_path / "project"


def test_a_setting_of_another_choice_defaults_to_its_best_trial_in_few_digits(conditional):
    declared = {h.name: h.default for h in read_project(conditional).hyperparameters}
    assert declared == {"optimizer": "adam", "adam_lr": 0.00625, "sgd_lr": 0.02709}


def test_an_imported_choice_of_the_optimizer_is_asked_about_with_both_rates_tuned(conditional):
    rounds = [step.round for step in what_next(conditional).steps if step.round is not None]
    (asked,) = [r for r in rounds if "optimizer" in r.scientific]
    assert {"optimizer.sgd.sgd_lr", "optimizer.adam.adam_lr"} <= {*asked.nuisance}
    assert not [key for r in rounds for key in r.scientific if key.endswith("_lr")]


CHOICES = """\
[metric]
name = "loss"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 1
evaluation_interval = 1
[hyperparameters]
lr = { log = [1e-4, 1.0], default = 0.1 }
beta1 = { choice = [0.8, 0.9, 0.95], default = 0.9 }
"""


def test_numbers_that_the_project_declares_as_choices_are_imported_as_choices(written_project):
    project = written_project(CHOICES, TRAIN)
    rows = "".join(f"{0.001 * i},{(0.9, 0.8)[i % 2]},{0.1 * i}\n" for i in range(1, 10))
    (project.folder / "t.csv").write_text(f"lr,beta1,loss\n{rows}")
    target = ["import", str(project.folder / "t.csv"), "--into", str(project.folder)]
    assert CliRunner().invoke(playbook, target).exit_code == 0
    assert project.type("next")[0] == 0
    assert project.json("status", "t")[0] == 0
