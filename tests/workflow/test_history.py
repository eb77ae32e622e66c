import csv
import io
import json
from contextlib import nullcontext
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from tuning_playbook.cli.main import playbook
from tuning_playbook.decisions import Choice, Decision, Launch, LogbookEntry
from tuning_playbook.design.arms import studies_of
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.records.logbook import decision_entry, launch_entry
from tuning_playbook.search import planned_trials
from tuning_playbook.store import locked
from tuning_playbook.trial import Status
from tuning_playbook.workflow.deciding.looking import close_exploration, look_at_test
from tuning_playbook.workflow.overview.history import project_history

OLD = {"learning_rate": 0.1, "momentum": 0.9, "optimizer": "sgd"}
NEW = {**OLD, "learning_rate": 0.3}
HIGH = {"hyperparameter": "learning_rate", "edge": "high", "range": [1e-3, 1.0]}
TIGHT = {
    "check": "search-space-boundary",
    "verdict": "fail",
    "summary": "tight",
    "advice": [{"action": "expand", **HIGH, "reason": "better at the high end"}],
}


def round_entry(name, at, **changes):
    data = {"kind": "understand", "mode": "explore", "follows": "", "complexity_cost": 0.0,
            "reasons": {}, **changes}  # fmt: skip
    return LogbookEntry(at, "round", name, "", data)


def answer_entry(name, at, *, trials, soundness="sound", findings=(), best="1"):
    study = {"name": name, "trials": trials, "taken_over": 0, "best_trial": best}
    data = {"schema": 1, "soundness": soundness, "reasons": ["too few trials"], "mode": "explore",
            "follows": "", "studies": [study], "findings": {name: list(findings)}}  # fmt: skip
    return LogbookEntry(at, "answer", name, f"the answer of {name}", data)


def a_decision(name, choice=Choice.ADOPT):
    return Decision(name, choice, NEW, OLD, (0.1, 0.12), (0.2, 0.21), 0.095, 0.08, 0.11, 0.8, 0.01,
                    0.01, 0, ("it gains 0.095",))  # fmt: skip


@pytest.fixture
def story(made):
    """Two exploring rounds, reruns and a launch, then one that exploits."""
    made.round("wide", low=1e-3, high=1e-1, trials=4, at=1000.0)
    made.enter(round_entry("wide", 1001.0))
    made.enter(answer_entry("wide", 1500.0, trials=4, soundness="weak", findings=[TIGHT]))
    made.round("wider", low=1e-3, high=1.0, trials=6, at=2000.0)
    made.enter(round_entry("wider", 2001.0, follows="wide"))
    made.enter(answer_entry("wider", 2500.0, trials=6))
    made.round("again", trials=3, at=2600.0, purpose="rerun", config=OLD)
    made.enter(decision_entry(a_decision("wider"), at=2700.0))
    made.enter(launch_entry(Launch("wider", 2800.0, OLD, NEW, Choice.ADOPT, "it gains 0.095")))
    made.round("final", low=1e-2, high=1.0, trials=5, at=3000.0)
    reasons = {"learning_rate": "the launch moved it up"}
    made.enter(round_entry("final", 3001.0, mode="exploit", reasons=reasons))
    return made


def test_rounds_stand_in_order_with_what_came_of_them(story):
    rounds = project_history(story.folder).rounds
    assert [r.name for r in rounds] == ["wide", "wider", "final"]
    assert [r.mode for r in rounds] == ["explore", "explore", "exploit"]
    assert [(r.trials, r.reruns, r.steps) for r in rounds] == [
        (4, 0, 400), (6, 3, 900), (5, 0, 500),
    ]  # fmt: skip
    assert [r.seconds for r in rounds] == pytest.approx([40.0, 90.0, 50.0])
    assert [r.soundness for r in rounds] == ["weak", "sound", ""]
    assert rounds[0].reasons == ("too few trials",)
    assert rounds[1].follows == "wide"
    assert rounds[1].answer == "the answer of wider"
    assert (rounds[1].decision, rounds[1].decision_reason) == ("adopt", "it gains 0.095")


def test_a_launch_carries_its_difference_and_the_decisions_evidence(story):
    (launch,) = project_history(story.folder).baselines
    assert launch.changes == (("learning_rate", "0.1", "0.3"),)
    assert launch.evidence == (
        "gain 0.095, from 0.08 to 0.11 (each bound 80 % sure) over 2 and 2 reruns, "
        "against a cost of 0.01"
    )
    later = decision_entry(replace(a_decision("wider"), gain=9.0), at=9000.0)
    story.enter(later)
    assert project_history(story.folder).baselines[0].evidence.startswith("gain 0.095")


def test_reruns_of_a_candidate_belong_to_the_round_that_brought_it_up(story):
    story.round("late-rerun", trials=2, at=9000.0, purpose="rerun", config=NEW)
    rounds = {r.name: r for r in project_history(story.folder).rounds}
    assert set(rounds) == {"wide", "wider", "final"}
    assert rounds["wider"].reruns == 5
    assert rounds["final"].reruns == 0


def test_reruns_before_any_round_have_a_place_too(made):
    made.round("baseline", trials=2, at=10.0, purpose="rerun", config=OLD)
    (alone,) = project_history(made.folder).rounds
    assert (alone.name, alone.reruns, alone.trials) == ("reruns", 2, 0)
    made.round("first", at=20.0)
    (first,) = project_history(made.folder).rounds
    assert (first.name, first.reruns) == ("first", 2)


def test_ranges_are_told_with_the_reason_for_each_change(story):
    steps = {s.round: s for s in project_history(story.folder).ranges}
    assert set(steps) == {"wide", "wider", "final"}  # reruns search nothing
    assert [steps[n].change for n in ("wide", "wider", "final")] == ["first", "wider", "narrower"]
    assert steps["wider"].why == "search-space-boundary in wide: better at the high end"
    assert steps["final"].why == "the launch moved it up"


def test_the_ledger_adds_up(story):
    history = project_history(story.folder)
    assert [(s.work, s.rounds, s.trials, s.steps) for s in history.ledger] == [
        ("explore", 2, 10, 1000), ("exploit", 1, 5, 500), ("rerun", 1, 3, 300),
    ]  # fmt: skip
    assert sum(s.share for s in history.ledger) == pytest.approx(1.0)
    assert sum(s.trials for s in history.ledger) == history.looks.trials


def test_every_study_has_its_row_and_the_best_of_all_its_trials(story):
    rows = {r.name: r for r in project_history(story.folder).experiments}
    assert rows["wide"].trials == "4 (4 complete)"
    # the answer said trial 1; an answer that counted other trials is not believed
    assert (rows["wide"].best_value, rows["wide"].best_checkpoint) == ("0.11 at step 20", "1.pt")
    assert rows["final"].best_checkpoint == "0.pt"
    story.round("wide", low=1e-3, high=1e-1, trials=7, at=1000.0)
    rows = {r.name: r for r in project_history(story.folder).experiments}
    assert (rows["wide"].trials, rows["wide"].best_checkpoint) == ("7 (7 complete)", "0.pt")


def test_a_baseline_changed_by_hand_is_told(story):
    (note,) = project_history(story.folder).notes
    assert "learning_rate 0.3 -> 0.1" in note
    file = story.folder / "playbook.toml"
    file.write_text(file.read_text() + "[baseline]\nlearning_rate = 0.3\n")
    assert project_history(story.folder).notes == ()


def test_exploring_after_its_end_is_told(story):
    over = close_exploration(story.folder, "settled")
    story.round("late", seed=1, at=over.at + 60.0)
    told = [note for note in project_history(story.folder).notes if "exploration was" in note]
    assert len(told) == 1
    assert told[0].endswith("late.")


def test_looks_are_part_of_the_history(story):
    close_exploration(story.folder, "settled")
    look_at_test(story.folder)
    looks = project_history(story.folder).looks
    assert looks.over.reason == "settled"
    assert [look.trials for look in looks.test] == [("again#0", "again#1", "again#2")]


def test_trials_that_were_measured_otherwise_get_another_letter(story):
    assert [letter for letter, _ in project_history(story.folder).evaluations] == ["A"]
    file = story.folder / "playbook.toml"
    file.write_text(file.read_text().replace("max_train_steps = 100", "max_train_steps = 200"))
    story.round("longer", at=5000.0, seed=2)
    history = project_history(story.folder)
    assert [r.evaluation for r in history.rounds] == ["A", "A", "A", "B"]
    assert "200 steps" in history.evaluations[1][1]


def test_a_project_without_a_logbook_has_a_history_too(made):
    made.round("first")
    (round_,) = project_history(made.folder).rounds
    assert (round_.mode, round_.answer, round_.decision) == ("explore", "", "")


def test_the_best_trial_is_found_without_reading_the_others(story, monkeypatch):
    asked = []

    class Watched:
        def __init__(self, store):
            self._store = store

        def __getattr__(self, name):
            return getattr(self._store, name)

        def trials(self, study, *, indices=None):
            asked.append((study, indices))
            return self._store.trials(study, indices=indices)

    monkeypatch.setattr(
        "tuning_playbook.workflow.overview.history.opened_store",
        lambda _: nullcontext(Watched(locked(story.store, "test_error"))),
    )
    project_history(story.folder)
    assert ("wide", [1]) in asked
    assert ("wider", [1]) in asked


def test_the_command_writes_every_form(story, tmp_path):
    run, place = CliRunner().invoke, ["--project", str(story.folder)]
    document = json.loads(run(playbook, ["history", "--json", *place]).output)
    assert (document["schema"], len(document["rounds"])) == (1, 3)
    rows = list(csv.DictReader(io.StringIO(run(playbook, ["history", "--csv", *place]).output)))
    assert [r["name"] for r in rows] == ["wide", "wider", "again", "final"]
    assert "## Baselines" in run(playbook, ["history", "--markdown", *place]).output
    assert "the answer of wider" in run(playbook, ["history", *place]).output
    for ending in ("html", "svg", "md", "csv"):
        output = tmp_path / f"h.{ending}"
        assert run(playbook, ["history", "-o", str(output), *place]).exit_code == 0
        assert output.stat().st_size > 100
    ElementTree.parse(tmp_path / "h.svg")


@pytest.mark.parametrize(
    ("options", "words"),
    [(["-o", "h.pdf"], ".html"), (["--json", "--csv"], "one of"), (["--csv", "-o", "h.md"], "one")],
)
def test_forms_that_do_not_exist_or_exclude_each_other_are_refused(story, options, words):
    done = CliRunner().invoke(playbook, ["history", *options, "--project", str(story.folder)])
    assert done.exit_code == 2
    assert words in done.output


def test_waiting_trials_cost_nothing_yet(made):
    round_ = made.round("first", trials=4)
    (study,) = studies_of(read_project(made.folder), replace(round_, trials=9))
    more = planned_trials(study, start=4, count=5, created_at=1e9)
    store = made.store
    store.create(study, more)
    assert store.tallies()["first"].counts == {Status.COMPLETE: 4, Status.WAITING: 5}
    store.close()
    history = project_history(made.folder)
    assert [(s.trials, s.steps) for s in history.ledger] == [(4, 400)]
    assert history.experiments[0].trials == "9 (4 complete)"


def test_a_reason_that_is_no_text_is_written_as_one(story):
    story.enter(round_entry("final", 3002.0, mode="exploit", reasons={"learning_rate": 1e308}))
    steps = {s.round: s for s in project_history(story.folder).ranges}
    assert steps["final"].why == "1e+308"
    done = CliRunner().invoke(playbook, ["history", "--markdown", "--project", str(story.folder)])
    assert "1e+308" in done.output


def test_a_round_whose_trials_have_no_date_stands_where_it_was_entered(made):
    made.round("old", at=float("nan"))
    made.enter(round_entry("old", 500.0))
    made.round("new", at=1000.0, seed=2)
    made.enter(round_entry("new", 1001.0))
    assert [(r.name, r.at) for r in project_history(made.folder).rounds] == [
        ("old", 500.0),
        ("new", 1000.0),
    ]
