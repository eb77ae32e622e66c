"""Reruns that failed for a reason outside of the program are run again when asked."""

import pytest
from tests.workflow.test_reruns_at_chance import PROJECT, ROUND

TRAIN = """\
import math, pathlib, random

def train(trial):
    pathlib.Path("data").read_text()
    rate = abs(math.log10(trial.config["learning_rate"]))
    best = 0.95 - 0.03 * rate + random.Random(trial.seed).gauss(0, 0.004)
    for step in trial.steps(0):
        if trial.evaluation_due(step):
            trial.evaluate(step, accuracy=best - 0.5 / step)
"""


def test_failed_reruns_are_retried_with_the_seeds_that_they_had(written_project):
    project = written_project(PROJECT, TRAIN, first=ROUND)
    data = project.folder / "data"
    data.write_text("")
    project.type("run", "first", "--no-report", "--no-try")
    data.rename(project.folder / "elsewhere")
    code, said, _ = project.type("rerun", "first", "--times", "3")
    assert code == 1
    assert "playbook rerun first --retry failed" in said
    (project.folder / "elsewhere").rename(data)
    failed = {t.index: t.seed for s in project.store().studies() if s.purpose == "rerun"
              for t in project.store().trials(s.name)}  # fmt: skip
    _, ran = project.json("rerun", "first", "--times", "3", "--retry", "failed")
    assert [len(r["values"]) for r in ran["reruns"]] == [3, 3]
    assert all(value == value for r in ran["reruns"] for value in r["values"])
    again = {t.index: t.seed for s in project.store().studies() if s.purpose == "rerun"
             for t in project.store().trials(s.name)}  # fmt: skip
    assert again == failed
    _, ran = project.json("rerun", "first", "--times", "3", "--retry", "failed")
    assert ran["asked"] == 0


@pytest.mark.parametrize("times", ["3", "5"])
def test_next_says_to_mend_reruns_that_all_fail_alike(written_project, times):
    project = written_project(PROJECT, TRAIN, first=ROUND)
    data = project.folder / "data"
    data.write_text("")
    project.type("run", "first", "--no-report", "--no-try")
    data.rename(project.folder / "elsewhere")
    project.type("rerun", "first", "--times", times)
    step = project.json("next")[1]["steps"][0]
    assert step["title"] == "Fix what made the reruns of round first fail"
    assert "No such file or directory" in step["reason"]
    assert "playbook rerun first --retry failed" in step["how"]
    (project.folder / "elsewhere").rename(data)
    project.type("rerun", "first", "--times", times, "--retry", "failed")
    titles = [step["title"] for step in project.json("next")[1]["steps"]]
    assert not any(title.startswith("Fix what made the reruns") for title in titles)


def test_reruns_that_failed_are_run_again_before_a_decision(written_project):
    # The first rerun of each side fails while the data are away, and the others train.
    train = TRAIN.replace(
        '    pathlib.Path("data").read_text()\n',
        '    if pathlib.Path("away").exists() and trial.index == 0:\n'
        '        raise OSError("data are away")\n',
    )
    project = written_project(PROJECT, train, first=ROUND)
    project.type("run", "first", "--no-report", "--no-try")
    (project.folder / "away").write_text("")
    _, said, _ = project.type("rerun", "first", "--times", "4")
    assert "4 reruns, 1 failed by program" in said
    assert "playbook rerun first --retry failed --times 4" in said
    assert "playbook decide first" not in said
    step = project.json("next")[1]["steps"][0]
    assert step["title"] == "Fix what made the reruns of round first fail"
    assert "data are away" in step["reason"]
    (project.folder / "away").unlink()
    project.type("rerun", "first", "--times", "4", "--retry", "failed")
    step = project.json("next")[1]["steps"][0]
    assert (step["command"], "failed" in step["reason"]) == ("playbook decide first", False)
