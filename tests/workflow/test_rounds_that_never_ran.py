"""What is typed about a round that has no trials is answered with a command that works."""

import pytest
from tests.workflow.conftest import PROJECT

TRAIN = "def train(trial):\n    trial.evaluate(4, error=0.5)\n"
ROUND = 'question = "?"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = 3\n'


@pytest.mark.parametrize("command", ["status", "report", "check", "decide", "logs"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("written", "Type: playbook run written"),
        ("faulty", "Type: playbook next"),
        ("later", "Type: playbook next"),
        ("imported", "there is no round 'imported'"),
        ("firs", "did you mean 'first'?"),
    ],
)
def test_a_command_that_is_proposed_works(written_project, command, name, said):
    project = written_project(
        PROJECT,
        TRAIN,
        first=ROUND,
        written=ROUND,
        faulty=ROUND.replace("question", "qestion"),
        later=f'{ROUND}follows = "written"\n',
    )
    assert project.type("run", "first", "--no-report", "--no-try")[0] == 0
    told = project.refused(command, name, *["0"] * (command == "logs"))
    assert said in told
    assert f"playbook run {name}" not in told or name == "written"


def test_before_the_first_round_one_that_can_run_is_proposed(written_project):
    project = written_project(
        PROJECT,
        TRAIN,
        a=f'{ROUND}follows = "b"\n',
        b=ROUND.replace("question", "qestion"),
        c=ROUND,
    )
    assert project.refused("status").endswith("Type: playbook run c")
