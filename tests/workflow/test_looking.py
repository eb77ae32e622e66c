import html
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook
from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import InvalidFile, InvalidInput, RefusedByPlaybook
from tuning_playbook.gather.opening import open_project, project_store
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.report.history.page import history_markdown
from tuning_playbook.report.results.status import status_document
from tuning_playbook.workflow.deciding.looking import (
    close_exploration,
    look_at_test,
    looks,
    release,
)
from tuning_playbook.workflow.overview.exporting import export
from tuning_playbook.workflow.overview.history import project_history
from tuning_playbook.workflow.overview.status import status
from tuning_playbook.workflow.running.reporting import write_round_report

BASELINE = {"learning_rate": 0.1, "momentum": 0.9, "optimizer": "sgd"}


def test_nothing_but_a_look_ever_sees_the_held_out_metric(made, tmp_path):
    made.round("first", trials=12)
    page = write_round_report(made.folder, "first").read_text()
    (trials, curves) = export(made.folder, None, file_format="csv", output=tmp_path / "out")
    store = project_store(open_project(made.folder))
    assert "test_error" not in page
    assert "test_error" not in Path(curves).read_text() + Path(trials).read_text()
    assert "test_error" not in json.dumps(status_document(status(made.folder, "first")))
    assert {n for c in store.curves("first").values() for n in c} == {"error"}
    assert {n for t in store.trials("first") for n in t.summaries} == {"error"}
    assert store.curves("first", metrics=["test_error"]) == {}


def test_a_look_before_the_end_of_exploration_is_refused_with_the_command(made, tmp_path):
    made.round("first", config=BASELINE)
    for attempt in (
        lambda: look_at_test(made.folder),
        lambda: export(made.folder, None, file_format="csv", output=tmp_path / "o", held_out=True),
    ):
        with pytest.raises(RefusedByPlaybook, match="playbook close-exploration --reason"):
            attempt()
    assert looks(made.folder).test == ()
    assert not (tmp_path / "o").exists()


def test_a_look_takes_the_step_that_validation_chose_and_is_counted(made):
    made.round("first", config=BASELINE)
    close_exploration(made.folder, "the space is settled")
    first = look_at_test(made.folder)
    assert first.value == pytest.approx(0.515)  # the mean of 0.50, 0.51, 0.52, 0.53
    assert first.deviation == pytest.approx(0.01290994)
    second = look_at_test(made.folder, config="first#2")
    assert (second.count, second.trials) == (2, ("first#2",))
    assert second.value == pytest.approx(0.52)
    found = looks(made.folder)
    assert [(t.value, t.trials, t.count) for t in found.test] == [
        (first.value, first.trials, 1),
        (second.value, second.trials, 2),
    ]
    assert (found.rounds, found.trials) == (1, 4)
    assert found.over.reason == "the space is settled"


def test_reruns_stand_for_the_baseline_where_there_are_any(made):
    made.round("search", config=BASELINE, trials=1)
    made.round("again", config=BASELINE, trials=3, purpose="rerun")
    close_exploration(made.folder, "settled")
    assert look_at_test(made.folder).trials == ("again#0", "again#1", "again#2")


def test_an_export_of_held_out_data_counts_as_a_look(made, tmp_path):
    made.round("first")
    close_exploration(made.folder, "settled")
    files = export(made.folder, None, file_format="csv", output=tmp_path / "o", held_out=True)
    assert "test_error" in files[1].read_text()
    assert [look.config for look in looks(made.folder).test] == ["every trial"]


@pytest.mark.parametrize(
    ("config", "words"),
    [("frist#0", "STUDY#INDEX"), ("first#99", "no trial 99"), ("baseline", "playbook rerun")],
)
def test_a_configuration_that_is_not_there_is_refused_and_not_counted(made, config, words):
    made.round("first", config={"learning_rate": 0.7})
    close_exploration(made.folder, "settled")
    with pytest.raises(InvalidInput, match=words):
        look_at_test(made.folder, config=config)
    assert looks(made.folder).test == ()


def test_exploration_ends_once_and_with_a_reason(made):
    made.round("first")
    with pytest.raises(InvalidInput, match="--reason"):
        close_exploration(made.folder, "  ")
    close_exploration(made.folder, "settled")
    with pytest.raises(InvalidInput, match="settled"):
        close_exploration(made.folder, "again")


def test_what_the_last_answer_left_open_is_told_when_exploration_ends(made):
    made.round("first")
    finding = {"check": "search-space-boundary", "verdict": "fail", "summary": "learning_rate"}
    data = {"soundness": "weak", "findings": {"first": [finding, finding | {"verdict": "pass"}]}}
    made.enter(LogbookEntry(2e9, "answer", "first", "an answer", data))
    over = close_exploration(made.folder, "no time left")
    assert over.still_open == ("first: its comparison is weak", "first: learning_rate")


def test_without_a_declared_metric_the_line_to_write_is_named(made):
    made.round("first")
    file = made.folder / "playbook.toml"
    file.write_text(file.read_text().replace('test = "test_error"\n', ""))
    close_exploration(made.folder, "settled")
    with pytest.raises(InvalidInput, match="test = "):
        look_at_test(made.folder)


@pytest.fixture
def undeclared(made):
    """A project that declared a held-out metric, ran, and then lost the line that says so."""
    made.round("first", trials=12)
    status(made.folder, "first")  # any command sees the line
    file = made.folder / "playbook.toml"
    file.write_text(file.read_text().replace('test = "test_error"\n', ""))
    return made


def test_a_metric_whose_line_was_removed_stays_hidden_from_everything(undeclared, tmp_path):
    folder = undeclared.folder
    place = ["--project", str(folder)]
    run = CliRunner().invoke
    page = write_round_report(folder, "first").read_text().partition("<h2>Overrides</h2>")
    files = export(folder, None, file_format="csv", output=tmp_path / "out")
    assert "test_error" not in page[0]
    assert "test_error" not in "".join(file.read_text() for file in files)
    for words in (
        ["check", "first", "-v"],
        ["compare", "first"],
        ["check", "first", "--json"],
        ["decide", "first"],
        ["status", "first", "--json"],
        ["try"],
    ):
        assert "test_error" not in run(playbook, [*words, *place]).output, words
    refused = run(playbook, ["check", "first", "--metric", "test_error", *place])
    assert "test_error is held out, so no check" in str(refused.exception)
    for option in (["look", "--test"], ["export", "--test"]):
        with pytest.raises(InvalidInput, match=r"put it back under \[metric\]"):
            run(playbook, [*option, *place], catch_exceptions=False, standalone_mode=False)
    assert "stays hidden though its line was removed" in run(playbook, ["look", *place]).output


def test_the_removal_is_on_record_and_looks_go_on_counting(undeclared):
    folder, line = undeclared.folder, 'test = "test_error"\n'
    close_exploration(folder, "settled")
    removal = 'The line test = "test_error" was removed from playbook.toml'
    history = project_history(folder)
    assert [o.what.partition(";")[0] for o in history.overrides] == [removal]
    assert removal in history_markdown(history)
    page = write_round_report(folder, "first").read_text()
    assert html.escape(removal, quote=True).replace("&quot;", "&#34;") in page
    file = folder / "playbook.toml"
    declared = file.read_text().replace("[training]", f"{line}[training]")
    for count in (1, 2):
        file.write_text(declared)
        assert look_at_test(folder, config="first#0").count == count
        file.write_text(declared.replace(line, ""))
        assert len(looks(folder).test) == count
    assert len(project_history(folder).overrides) == 3  # each removal is an event of its own


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "error"', 'name = "test_error"'),
        ("[training]", 'confirm = "test_error"\n[training]'),
    ],
)
def test_a_metric_that_was_held_out_gets_no_other_role(undeclared, old, new):
    file = undeclared.folder / "playbook.toml"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(InvalidInput, match="playbook look --release test_error --reason"):
        status(undeclared.folder, "first")


def test_a_release_needs_a_reason_and_counts_as_a_look_at_everything(undeclared, tmp_path):
    folder = undeclared.folder
    with pytest.raises(InvalidInput, match="--reason"):
        release(folder, "test_error", " ")
    with pytest.raises(InvalidInput, match="held out: test_error"):
        release(folder, "error", "why not")
    look = release(folder, "test_error", "it is the validation set under a wrong name")
    assert (look.config, look.count) == ("every trial", 1)
    files = export(folder, None, file_format="csv", output=tmp_path / "out")
    assert "test_error" in files[1].read_text()
    assert project_history(folder).overrides[-1].reason.startswith("it is the validation set")
    file = folder / "playbook.toml"
    file.write_text(file.read_text().replace("[training]", 'test = "test_error"\n[training]'))
    export(folder, None, file_format="csv", output=tmp_path / "again")
    assert "test_error" not in (tmp_path / "again/curves.csv").read_text()


def test_a_metric_that_is_still_declared_is_not_released(made):
    made.round("first")
    with pytest.raises(InvalidInput, match="remove that line"):
        release(made.folder, "test_error", "for fun")


def test_the_metric_that_confirms_stays_hidden_too(made, tmp_path):
    made.round("first")
    file = made.folder / "playbook.toml"
    written = file.read_text()
    file.write_text(written.replace('test = "test_error"', 'confirm = "test_error"'))
    status(made.folder, "first")
    file.write_text(written.replace('test = "test_error"\n', ""))
    files = export(made.folder, None, file_format="csv", output=tmp_path / "out")
    assert "test_error" not in files[1].read_text()


def test_the_metric_that_decides_cannot_be_held_out(made):
    file = made.folder / "playbook.toml"
    file.write_text(file.read_text().replace('"test_error"', '"error"'))
    with pytest.raises(InvalidFile, match="is the metric that decides"):
        read_project(made.folder)


def test_the_commands_say_what_happened(made):
    made.round("first", config=BASELINE)
    run = CliRunner().invoke
    place = ["--project", str(made.folder)]
    assert "locked" in run(playbook, ["look", *place]).output
    closed = run(playbook, ["close-exploration", "--reason", "settled", *place])
    assert "still open: no round has been answered yet" in closed.output
    looked = run(playbook, ["look", "--test", *place]).output
    assert "test_error 0.515 ± 0.013, mean of 4 trials (baseline)" in looked
    assert "first look" in looked
    document = json.loads(run(playbook, ["look", "--json", *place]).output)
    assert document["schema"] == 1
    assert document["test"][0]["value"] == pytest.approx(0.515)
