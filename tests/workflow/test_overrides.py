"""Advice that was overruled stays on record, with its reason, wherever an answer is read."""

import html
import re
import shutil

import pytest
from tests.workflow.test_decisions import BETTER, PROJECT, TRAIN

from tuning_playbook.errors import InvalidInput
from tuning_playbook.sources import SOURCES
from tuning_playbook.workflow.checking.checking import check_target

CHECK = "search-space-boundary"
WHY = "the range is what the hardware allows"


@pytest.fixture(scope="module")
def ran(tmp_path_factory, typed_project):
    """A project whose round has run, without reruns; not to be changed."""
    folder = tmp_path_factory.mktemp("overrides") / "project"
    (folder / "rounds").mkdir(parents=True)
    (folder / "playbook.toml").write_text(PROJECT)
    (folder / "train.py").write_text(TRAIN)
    (folder / "rounds/better.toml").write_text(BETTER)
    project = typed_project(folder)
    assert project.type("run", "better")[0] == 0
    return project


@pytest.fixture
def project(ran, tmp_path, typed_project):
    shutil.copytree(ran.folder, tmp_path / "project")
    return typed_project(tmp_path / "project")


def checks_of(project, *arguments):
    document = project.json("check", "better", *arguments)[1]
    return {f["check"] for study in document["studies"] for f in study["findings"]}


def page_of(project):
    assert project.type("report", "better")[0] == 0
    return html.unescape((project.folder / "reports/better.html").read_text())


def test_a_check_of_a_round_is_left_out_with_a_reason_only(project):
    message = project.refused("check", "better", "--ignore", CHECK)
    assert f"say why {CHECK} is not to count" in message
    assert project.logbook("set-aside") == ()
    assert CHECK in checks_of(project)


def test_a_check_that_was_set_aside_stays_so_and_every_answer_says_it(project):
    assert CHECK not in checks_of(project, "--ignore", CHECK, "--reason", WHY)
    assert CHECK not in checks_of(project)
    _, output, _ = project.type("check", "better")
    assert f"{CHECK} was set aside by hand: {WHY}" in " ".join(output.split())
    answer = project.logbook("answer")[-1].data
    assert f"the check {CHECK} was set aside by hand: {WHY}" in answer["caveats"]
    assert CHECK not in {f["check"] for found in answer["findings"].values() for f in found}
    assert "Check " + CHECK + " was set aside" in page_of(project)
    history = project.json("history")[1]["overrides"]
    assert [(o["round"], o["reason"]) for o in history] == [("better", WHY)]
    assert CHECK in checks_of(project, "--select", CHECK)  # to read it is not to count it


def test_a_check_counts_again_when_it_is_heeded(project):
    before = project.logbook("answer")[-1].data
    project.type("check", "better", "--ignore", CHECK, "--reason", WHY)
    assert CHECK in checks_of(project, "--heed", CHECK)
    assert project.logbook("answer")[-1].data == before
    assert len(project.json("history")[1]["overrides"]) == 2  # both are events


def test_reruns_are_skipped_with_a_reason_and_nothing_asks_for_them(project):
    assert "say why" in project.refused("rerun", "better", "--skip", " ")
    assert project.type("rerun", "better", "--skip", "a run takes 3 days")[0] == 0
    commands = [step["command"] for step in project.json("next")[1]["steps"]]
    assert not [c for c in commands if "rerun" in c or "decide" in c]
    for command in ("decide", "launch"):
        message = project.refused(command, "better")
        assert "skipped" in message
        assert "a run takes 3 days" in message
        assert "playbook launch better --reason" in message
    assert "Reruns were skipped" in page_of(project)
    assert project.type("launch", "better", "--reason", "the paper says so")[0] == 0
    told = [(o["what"], o["reason"]) for o in project.json("history")[1]["overrides"]]
    assert told[0] == ("Reruns were skipped", "a run takes 3 days")
    assert told[1][0].startswith("Launched though")


def test_a_decision_tells_what_was_overruled_and_takes_a_skip_back(project):
    project.type("check", "better", "--ignore", CHECK, "--reason", WHY)
    project.type("rerun", "better", "--skip", "too costly")
    assert project.type("rerun", "better", "--times", "3")[0] == 0
    _, document = project.json("decide", "better")
    assert f"Check {CHECK} was set aside: {WHY}." in document["reservations"]
    assert "Reruns were skipped: too costly." in document["reservations"]
    assert document["choice"] == "adopt"
    assert project.type("launch", "better")[0] == 0


def test_a_study_of_another_tool_has_no_logbook_for_a_reason(tmp_path):
    table = tmp_path / "trials.csv"
    table.write_text("lr,val_loss\n" + "\n".join(f"{0.1 * i},{i}" for i in range(1, 13)))
    with pytest.raises(InvalidInput, match="logbook"):
        check_target(str(table), reason=WHY)


def test_every_objection_to_a_design_names_its_section(project):
    text = BETTER.replace("trials = 4", 'trials = 2\nalgorithm = "random"').replace(
        "optimizer =", "dropout = [0.0, 0.5], optimizer ="
    )
    (project.folder / "rounds/thin.toml").write_text(text)
    warnings = project.json("plan", "thin")[1]["warnings"]
    assert len(warnings) >= 2
    titles = {source.title for source in SOURCES.values()}
    for warning in warnings:
        assert re.search(r"\(playbook, “(.+)”\)$", warning)[1] in titles
