"""Rounds in a row, each from what the step before proposed; the truth is planted."""

import json
import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook
from tuning_playbook.errors import PlaybookError
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.search import planned_trials
from tuning_playbook.store import open_store

PROJECT = """\
[metric]
name = "error"
direction = "minimize"
chance = 1.0
[training]
target = "train.py:train"
max_train_steps = 3
evaluation_interval = 1
[resources]
workers = 2
[hyperparameters]
weight_decay = { log = [1e-6, 1e-2], default = 1e-5, kind = "regularization" }
schedule = { choice = ["constant", "cosine"], default = "constant", kind = "schedule" }
[hyperparameters.optimizer]
choice = ["sgd", "adam"]
default = "sgd"
kind = "optimizer"
[hyperparameters.optimizer.when.sgd]
learning_rate = { log = [1e-2, 100.0], default = 0.3, kind = "optimizer" }
[hyperparameters.optimizer.when.adam]
learning_rate = { log = [ADAM], default = 1e-3, kind = "optimizer" }
"""
# Adam (best near 0.01) is better by 0.1; the schedule makes no difference; reruns differ by 0.004.
TRAIN = """\
import math, random

def train(trial):
    config = trial.config
    adam = config["optimizer"] == "adam"
    far = math.log10(config["learning_rate"] / (0.01 if adam else 1.0))
    error = (0.2 if adam else 0.3) + 0.1 * far**2 + random.Random(trial.seed).gauss(0, 0.004)
    for step in trial.steps(trial.restore(state := {"step": 0})):
        state["step"] = step
        trial.log(step, train_loss=error / step)
        trial.evaluate(step, error=min(1.0, error + 0.3 / step - 0.1))
"""


class Story:
    """A project folder and what its user types."""

    def __init__(self, folder, adam="1e-4, 1.0"):
        self.folder = folder
        (folder / "playbook.toml").write_text(PROJECT.replace("ADAM", adam))
        (folder / "train.py").write_text(TRAIN)

    def type(self, *arguments, code=0):
        done = CliRunner().invoke(playbook, [*arguments, "--project", str(self.folder)])
        refused = isinstance(done.exception, PlaybookError)  # main() prints it and exits with 2
        assert (2 if refused else done.exit_code) == code, done.output
        return str(done.exception) if refused else done.output

    def next(self):
        return json.loads(self.type("next", "--json"))["steps"]

    def follow(self, wanted):
        """Apply the first proposal whose round's name begins like that; the round's name."""
        for number, step in enumerate(self.next(), 1):
            if step["round"] and step["round"].startswith(wanted):
                self.type("next", "--apply", str(number))
                return step["round"]
        raise AssertionError(f"no proposal {wanted} among {self.next()}")

    def run(self, name):
        return json.loads(self.type("run", name, "--json", "--no-report"))["answer"]

    def commands(self):
        return [step["command"] for step in self.next()]


@pytest.fixture
def story(tmp_path):
    return Story(tmp_path)


def test_from_the_first_question_to_the_next_one_after_a_launch(story):
    assert story.follow("optimizer") == "optimizer"
    found = story.run("optimizer")
    assert found["winners"] == ["optimizer = adam"]
    assert found["soundness"] in ("sound", "weak")
    assert "playbook rerun optimizer" in story.commands()
    story.type("rerun", "optimizer")
    assert "playbook rerun optimizer" not in story.commands()
    assert "adopt" in story.type("decide", "optimizer")
    assert story.commands()[0] == "playbook launch optimizer"
    story.type("launch", "optimizer")
    assert read_project(story.folder).baseline["optimizer"] == "adam"
    assert story.follow("weight-decay") == "weight-decay"
    second = read_round(story.folder / "rounds/weight-decay.toml", read_project(story.folder))
    assert list(second.nuisance) == ["optimizer.adam.learning_rate", "weight_decay"]
    assert second.presence == ("weight_decay",)
    assert second.reasons["optimizer"] == "the question of another round"


def test_the_best_of_each_arm_can_be_compared_with_fresh_seeds(story):
    story.follow("optimizer")
    story.run("optimizer")
    said = story.type("rerun", "optimizer", "--arms", "--times", "4")
    assert "With fresh seeds optimizer = adam reaches error = 0." in said
    ahead = re.search(r"ahead of optimizer = sgd by (0[.]\d+)", said)
    assert float(ahead[1]) == pytest.approx(0.1, abs=0.01)
    assert "with 98 % confidence" in said
    again = story.type("rerun", "optimizer", "--arms", "--times", "4")
    assert "for more: playbook rerun optimizer --arms --times 8" in again
    story.type("report", "optimizer")
    assert "With fresh seeds optimizer = adam" in (
        story.folder / "reports/optimizer.html"
    ).read_text(encoding="utf-8")
    assert "cannot be combined" in story.type("rerun", "optimizer", "--arms", "--baseline", code=2)


def test_a_null_change_is_not_adopted(story):
    assert story.follow("schedule") == "schedule"
    found = story.run("schedule")
    assert set(found["winners"]) == {"schedule = constant", "schedule = cosine"}


def test_a_regularizer_that_helps_is_adopted_at_its_best_strength(story):
    file = story.folder / "playbook.toml"
    dropout = "dropout = { linear = [0.0, 0.8], default = 0.0, natural = [0.0, 1.0] }\n"
    decay = file.read_text().partition("weight_decay")[0] + dropout
    file.write_text(decay + "learning_rate = { log = [1e-2, 100.0], default = 0.3 }\n")
    program = TRAIN.replace('config["optimizer"] == "adam"', "False")
    program = program.replace("0.1 * far**2", '0.1 * far**2 + (config["dropout"] - 0.4)**2')
    (story.folder / "train.py").write_text(program)
    story.follow("dropout")
    found = story.run("dropout")
    assert found["winners"] == ["dropout = on"]
    story.type("rerun", "dropout")
    assert "adopt" in story.type("decide", "dropout")
    story.type("launch", "dropout")
    assert read_project(story.folder).baseline["dropout"] == pytest.approx(0.4, abs=0.15)


SIZES = """\
question = "How wide?"
kind = "compare"
scientific = { width = [16, 256] }
trials = 24
nuisance = ["learning_rate"DECAY]
"""


@pytest.mark.parametrize(
    ("best", "moves"), [('(-3 if config["width"] == 16 else -5)', True), ("(-4)", False)]
)
def test_a_nuisance_that_interacts_with_the_question_is_not_to_be_fixed(story, best, moves):
    file = story.folder / "playbook.toml"
    file.write_text(
        file.read_text().partition("weight_decay")[0]
        + "weight_decay = { log = [1e-6, 1e-2], default = 1e-4 }\n"
        + "width = { ordered = [16, 256], default = 16 }\n"
        + "learning_rate = { log = [1e-2, 100.0], default = 0.3 }\n"
    )
    far = f'math.log10(config["weight_decay"]) - {best}'
    program = TRAIN.replace('config["optimizer"] == "adam"', "False")
    program = program.replace("0.1 * far**2", f"0.02 * far**2 + 0.03 * ({far})**2")
    (story.folder / "train.py").write_text(program)
    rounds = story.folder / "rounds"
    rounds.mkdir()
    (rounds / "sizes.toml").write_text(SIZES.replace("DECAY", ', "weight_decay"'))
    story.run("sizes")
    (rounds / "again.toml").write_text(SIZES.replace("DECAY", ""))
    warnings = json.loads(story.type("plan", "again", "--json"))["warnings"]
    assert any("in round sizes its best value depended on width" in w for w in warnings) == moves
    assert "in round sizes" not in story.type("plan", "sizes")


def test_an_arm_with_its_optimum_outside_its_range_is_mended_before_it_is_decided(tmp_path):
    story = Story(tmp_path, adam="1e-6, 3e-4")
    story.follow("optimizer")
    found = story.run("optimizer")
    assert found["soundness"] == "void"
    assert found["leader"] == "optimizer = sgd"
    assert story.follow("optimizer-2") == "optimizer-2"
    wider = read_round(tmp_path / "rounds/optimizer-2.toml", read_project(tmp_path))
    assert wider.nuisance["optimizer.adam.learning_rate"].high == pytest.approx(5e-3)
    assert wider.follows == "optimizer"
    found = story.run("optimizer-2")
    assert "40 trials each" in found["sentence"]  # all earlier ones lie inside the wider range
    assert found["soundness"] == "weak"  # 0.005 is still below the optimum, and nobody is beaten
    assert story.follow("optimizer-3") == "optimizer-3"
    found = story.run("optimizer-3")
    assert found["soundness"] != "void"
    assert found["winners"] == ["optimizer = adam"]


def test_what_cannot_be_applied_says_what_to_do_instead(story):
    story.follow("optimizer")
    output = story.type("next", "--apply", "1", code=2)
    assert "playbook run optimizer" in output
    assert "there is no step 99" in story.type("next", "--apply", "99", code=2)


def test_a_file_that_is_there_already_is_left_as_it_is(story):
    (story.folder / "rounds").mkdir()
    mine = 'question = "?"\nkind = "improve"\nnuisance = ["learning_rate"]\n'
    (story.folder / "rounds/optimizer.toml").write_text(mine)
    assert story.follow("optimizer") == "optimizer-2"
    assert (story.folder / "rounds/optimizer.toml").read_text() == mine


def test_a_store_that_does_not_answer_is_no_new_project(story):
    file = story.folder / "playbook.toml"
    store = '[store]\nurl = "postgresql://somebody:secret@127.0.0.1:1/nothing"\n'
    file.write_text(file.read_text().replace("[resources]", f"{store}[resources]"))
    for command in (["next"], ["plan", "optimizer"]):
        (story.folder / "rounds").mkdir(exist_ok=True)
        (story.folder / "rounds/optimizer.toml").write_text(
            'question = "?"\nkind = "compare"\nscientific = { optimizer = "all" }\n'
            'nuisance = ["learning_rate"]\n'
        )
        refusal = story.type(*command, code=2)
        assert "cannot be used" in refusal
        assert "secret" not in refusal


def test_a_report_before_the_end_says_so(story):
    name = story.follow("schedule")
    story.run(name)
    store = open_store("sqlite:///.playbook/store.db", folder=story.folder)
    study = store.studies()[0]
    more = planned_trials(study, start=study.trials, count=3, created_at=0.0)
    store.create(replace(study, trials=study.trials + 3), more)
    store.close()
    story.type("report", name)
    page = (story.folder / f"reports/{name}.html").read_text()
    assert "This round has not ended: 3 of 43 trials are left" in page
