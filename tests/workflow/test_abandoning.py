"""A round that is given up stays on record and is asked for no more."""

import sqlite3
from pathlib import Path

import pytest
from tests.workflow.test_failed_trials import BROKEN, PROJECT, ROUND


@pytest.fixture
def project(tmp_path, typed_project):
    (tmp_path / "rounds").mkdir()
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text(BROKEN)
    (tmp_path / "rounds" / "first.toml").write_text(ROUND)
    typed = typed_project(tmp_path)
    typed.type("run", "first", "--no-report")
    return typed


def steps(project):
    return [s["title"] + (s["command"] or "") for s in project.json("next")[1]["steps"]]


def test_an_abandoned_round_is_asked_for_no_more_and_its_reason_is_shown(project):
    assert any("first" in step for step in steps(project))
    code, said, _ = project.type("abandon", "first", "--reason", "the labels were shuffled")
    assert code == 0
    assert "to take it up again: playbook run first" in said
    assert not any("first" in step for step in steps(project))
    assert any("optimizer" in step for step in steps(project)), "its question is open again"
    assert "abandoned: the labels were shuffled" in project.type("status")[1]
    (found,) = project.json("history")[1]["rounds"]
    assert (found["name"], found["abandoned"]) == ("first", "the labels were shuffled")
    assert "abandoned: the labels were shuffled" in project.type("history")[1]
    assert "was abandoned before" in project.refused("abandon", "first", "--reason", "again")


def test_running_an_abandoned_round_takes_it_up_again(project):
    project.type("abandon", "first", "--reason", "no")
    project.type("run", "first", "--no-report")
    assert any("first" in step for step in steps(project))
    assert project.json("status")[1]["studies"][0]["abandoned"] == ""


def test_a_round_that_was_only_written_can_be_abandoned(project):
    Path(project.folder / "rounds" / "second.toml").write_text(ROUND)
    assert "playbook run second" in " ".join(steps(project))
    project.type("abandon", "second", "--reason", "a copy")
    assert "playbook run second" not in " ".join(steps(project))


def test_abandoning_needs_a_round_and_a_reason(project):
    assert '--reason "..."' in project.refused("abandon", "first")
    assert "there are: first" in project.refused("abandon", "fisrt", "--reason", "x")


def test_a_round_whose_study_has_no_trial_is_asked_for_and_can_be_abandoned(made, typed_project):
    made.round("first", trials=2)
    with sqlite3.connect(made.folder / ".playbook" / "store.db") as connection:
        connection.executescript("DELETE FROM chunk; DELETE FROM trial;")
    project = typed_project(made.folder)
    assert steps(project)
    assert project.type("abandon", "first", "--reason", "never begun")[0] == 0
