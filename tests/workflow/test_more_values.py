"""Further values are compared fairly with those that earlier rounds have tried."""

import pytest
from tests.workflow.conftest import PROJECT

TRAIN = """
import math
def train(trial):
    rate = abs(math.log10(trial.config["learning_rate"]) + 2)
    trial.evaluate(4, error=1 / trial.config["width"] + 0.1 * rate)
"""
WIDTH = "width = { ordered = [1, 2, 4, 8, 16], default = 2 }\n"
ROUND = """
question = "?"
kind = "understand"
scientific = { width = [2, 4] }
nuisance = ["learning_rate"]
trials = 8
"""


def trials_of_arms(project, name):
    answers = project.json("status", name)[1]["studies"]
    return {study["study"]: study["trials"] for study in answers}


@pytest.mark.parametrize("more", [(), ("--trials", "10")])
@pytest.mark.parametrize("follows", ["", 'follows = "first"\nseed = 1\n'])
def test_further_values_are_tuned_with_as_many_trials_as_the_others(written_project, follows, more):
    project = written_project(f"{PROJECT}{WIDTH}", TRAIN, first=ROUND, second=ROUND + follows)
    for name in ("first", "second"):
        assert project.type("run", name, "--no-try", "--no-report", *more)[0] == 0
    code, _, told = project.type("next", "--apply", "second-2")
    assert code == 0, told
    titles = [step["title"] for step in project.json("next")[1]["steps"]]
    assert not [t for t in titles if "beyond 4" in t]  # its round is written
    code, output, told = project.type("run", "second-2", "--no-report")
    assert code == 0, told
    assert "Unfair" not in output
    assert "(unfair)" not in output
    assert len({*trials_of_arms(project, "second-2").values()}) == 1
