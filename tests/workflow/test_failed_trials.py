"""What a user does about trials that failed: read what they printed, mend, run them again."""

import shlex

import pytest

from tuning_playbook.workflow.trying.last_try import Tried

PROJECT = """
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 4
evaluation_interval = 2
[resources]
workers = 2
[hyperparameters]
learning_rate = { log = [1e-3, 1.0], default = 0.1, kind = "optimizer" }
optimizer = { choice = ["sgd", "adam"], default = "sgd", kind = "optimizer" }
"""

ROUND = """
question = "Which optimizer?"
kind = "compare"
scientific = { optimizer = ["sgd", "adam"] }
nuisance = ["learning_rate"]
trials = 4
"""

# Trials 1 and 3 of adam fail until their author mends the program.
TRAIN = """
import pathlib

def train(trial):
    print("attempt of", trial.config["optimizer"], trial.index)
    pathlib.Path(f"starts-{trial.study.replace('/', '-')}-{trial.index}.txt").open("a").write("x")
    start = trial.restore(state := {"step": 0})
    if trial.config["optimizer"] == "adam" and trial.index % 2 and BROKEN:
        raise KeyError(f"beta{trial.index}")
    for step in trial.steps(start):
        state["step"] = step
        trial.log(step, train_loss=1 / step)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=trial.config["learning_rate"] / step)
            trial.checkpoint(step, state)
"""

BROKEN, MENDED = (TRAIN.replace("BROKEN", word) for word in ("True", "False"))


@pytest.fixture
def project(tmp_path, typed_project):
    (tmp_path / "rounds").mkdir()
    (tmp_path / "playbook.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text(BROKEN)
    (tmp_path / "rounds" / "first.toml").write_text(ROUND)
    return typed_project(tmp_path)


def test_what_a_trial_printed_is_shown_and_every_message_says_where_it_is(project):
    _, ran, _ = project.type("run", "first", "--no-report")
    output = ".playbook/trials/first/optimizer=adam/00001/attempt-1.output"
    for said in (ran, project.type("status", "first")[1]):
        assert (
            "2 trials of first/optimizer=adam failed in the same way, trials 1, 3: KeyError" in said
        )
        assert f"playbook logs first optimizer=adam/1 ({output})" in said
    _, shown, _ = project.type("logs", "first", "optimizer=adam/1")
    assert "attempt of adam 1" in shown
    assert "--- trial 1 of first/optimizer=adam: failed (exception): KeyError: 'beta1'" in shown
    _, document = project.json("logs", "first", "first/optimizer=adam#1")
    assert document["outputs"] == [{"attempt": 1, "path": str(project.folder / output)}]
    _, ran = project.json("run", "first", "--no-report")
    assert [f["output"] for f in ran["failures"]] == [output]


@pytest.mark.parametrize(
    ("trial", "words"),
    [
        ("1", "name one of: optimizer=sgd/1, optimizer=adam/1"),
        ("optimizer=adam/9", "its trials are 0 to 3"),
        ("optimizer=adm/1", "there are: optimizer=sgd, optimizer=adam"),
        ("best", "optimizer=sgd/0"),
    ],
)
def test_a_trial_that_is_not_there_is_refused_with_those_that_are(project, trial, words):
    project.type("run", "first", "--no-report")
    assert words in project.refused("logs", "first", trial)


@pytest.mark.parametrize("trial", ["adam/1", "adam#1", "optimizer=adam/1"])
def test_an_arm_may_be_called_by_its_value_alone(project, trial):
    project.type("run", "first", "--no-report")
    assert "attempt of adam 1" in project.type("logs", "first", trial)[1]


def test_a_value_that_several_arms_share_names_none_of_them(project):
    project.edit(
        "playbook.toml",
        "[hyperparameters]",
        """[hyperparameters]
clip = { choice = [1, 2], default = 1, kind = "optimizer" }""",
    )
    project.edit("rounds/first.toml", '"adam"] }', '"adam"], clip = [1, 2] }')
    (project.folder / "train.py").write_text(MENDED)
    project.type("run", "first", "--no-report")
    said = project.refused("logs", "first", "adam/1")
    assert "2 arms have the value 'adam': optimizer=adam,clip=1, optimizer=adam,clip=2" in said
    assert (
        "--- trial 1 of first/optimizer=adam,clip=2" in project.type("logs", "first", "adam,2/1")[1]
    )


def starts(project, arm):
    """How often each trial of an arm was started."""
    names = [f"starts-first-optimizer={arm}-{index}.txt" for index in range(4)]
    return [len((project.folder / name).read_text()) for name in names]


def trials_of(project, arm):
    store = project.store()
    try:
        return store.trials(f"first/optimizer={arm}")
    finally:
        store.close()


def test_failed_trials_run_again_with_the_same_configuration_seed_and_number(project):
    project.type("run", "first", "--no-report")
    before = trials_of(project, "adam")
    (project.folder / "train.py").write_text(MENDED)
    code, document = project.json(
        "run", "first", "--retry", "failed", "--same-program", "it only crashes less", "--no-report"
    )
    assert (code, document["counts"]) == (0, {"complete": 8})
    assert (starts(project, "sgd"), starts(project, "adam")) == ([1] * 4, [1, 2, 1, 2])
    after = trials_of(project, "adam")
    assert [(t.index, t.config, t.seed) for t in after] == [
        (t.index, t.config, t.seed) for t in before
    ]
    store = project.store()
    events = [e for e in store.events("first/optimizer=adam") if e.kind == "to-be-run-again"]
    store.close()
    assert [(e.trial, e.data["reason"], e.data["attempt"]) for e in events] == [
        (1, "exception", 1), (3, "exception", 1),
    ]  # fmt: skip
    _, shown, _ = project.type("logs", "first", "optimizer=adam/1")
    assert shown.index("attempt-1.output") < shown.index("attempt-2.output")
    assert shown.index("KeyError: 'beta1'") < shown.index("--- attempt 2")


def test_nothing_is_retried_that_was_not_named(project):
    project.type("run", "first", "--no-report")
    assert "no infeasible trials" in project.refused("run", "first", "--retry", "infeasible")
    project.type("run", "first", "--no-report")
    assert starts(project, "adam") == [1] * 4


def test_trials_of_another_program_are_not_pooled_in_silence(project):
    project.type("run", "first", "--no-report")
    (project.folder / "train.py").write_text(MENDED)
    project.type("run", "first", "--no-report")  # nothing is left to run, so nothing is pooled
    for more in (["--retry", "failed"], ["--trials", "5"]):
        said = project.refused("run", "first", *more)
        assert "6 trials of round 'first' ran another version of the training program" in said
        assert "train.py has changed" in said
        assert '--same-program "..."' in said
    assert len(trials_of(project, "sgd")) == 4
    assert starts(project, "adam") == [1] * 4
    project.type("run", "first", "--trials", "5", "--same-program", "a comment", "--no-report")
    (entry,) = project.logbook("same-program")
    assert (entry.round, entry.message) == ("first", "a comment")
    programs = [t.program for t in trials_of(project, "sgd")]
    assert len(set(programs[:4])) == 1
    assert programs[4] == entry.data["present"] != programs[0]
    project.type("run", "first", "--trials", "6", "--no-report")  # said once is enough


def test_a_program_that_never_trained_a_trial_may_be_mended_without_a_word(project):
    (project.folder / "train.py").write_text(BROKEN.replace(".index % 2", ".index >= 0").replace(
        'trial.config["optimizer"] == "adam"', "True"))  # fmt: skip
    project.type("run", "first", "--no-report", "--no-try")
    (project.folder / "train.py").write_text(MENDED)
    _, document = project.json("run", "first", "--retry", "failed", "--no-report")
    assert document["counts"] == {"complete": 8}


def test_the_wording_of_a_round_may_change_and_its_ranges_may_not(project):
    project.type("run", "first", "--no-report")
    project.edit("rounds/first.toml", "Which optimizer?", "Which optimizer is better?")
    project.type("run", "first", "--no-report")
    _, found = project.json("status", "first")
    assert found["studies"][0]["question"] == "Which optimizer is better?"
    project.edit("playbook.toml", "[1e-3, 1.0]", "[1e-2, 1.0]")
    said = project.refused("run", "first")
    assert "learning_rate was [0.001, 1] (log), is now [0.01, 1] (log)" in said
    assert "cp -n rounds/first.toml rounds/first-2.toml" in said
    assert project.refused("plan", "first") == said


def test_a_plan_counts_no_failed_trial_as_done_and_says_how_to_run_it_again(project):
    project.type("run", "first", "--no-report")
    _, planned = project.json("plan", "first")
    assert (planned["trials"], planned["finished"], planned["failed"]) == (8, 6, 2)
    assert planned["steps"] == 0
    _, said, _ = project.type("plan", "first")
    assert "8 trials, 6 done already, 2 failed" in said
    assert "playbook run first --retry failed" in said


def test_every_command_proposed_for_after_mending_is_one_that_works_after_mending(project):
    project.type("run", "first", "--no-report")
    steps = project.json("next")[1]["steps"]
    (step,) = [s for s in steps if s["title"].startswith("Fix what made trials")]
    assert "6 trials of the round have ended with the present program" in step["reason"]
    command = 'playbook run first --retry failed --same-program "why"'
    assert command in step["reason"]
    (project.folder / "train.py").write_text(MENDED)
    _, document = project.json(*shlex.split(command)[1:], "--no-report")
    assert document["counts"] == {"complete": 8}


def test_where_no_trial_has_trained_a_mended_program_needs_no_reason(project):
    (project.folder / "train.py").write_text(BROKEN.replace(".index % 2", ".index >= 0").replace(
        'trial.config["optimizer"] == "adam"', "True"))  # fmt: skip
    _, said, _ = project.type("run", "first", "--no-report", "--no-try")
    assert "to continue after a correction: playbook run first --retry failed" in said
    assert "--same-program" not in said
    assert "--same-program" not in project.type("next")[1]


def test_next_says_what_failed_and_how_to_run_it_again(project):
    project.type("run", "first", "--no-report")
    _, document = project.json("next")
    (step,) = [s for s in document["steps"] if s["title"].startswith("Fix what made trials")]
    assert "After that: playbook run first --retry failed" in step["reason"]
    assert "KeyError: 'beta1'" in step["reason"]
    assert "playbook logs first optimizer=adam/1 (.playbook/trials/" in step["reason"]


def test_reruns_of_a_program_that_was_declared_the_same_go_on_counting(project):
    (project.folder / "train.py").write_text(MENDED)
    project.type("rerun", "--baseline", "--times", "2")
    (project.folder / "train.py").write_text(MENDED + "# a comment\n")
    _, document = project.json("rerun", "--baseline", "--times", "3", "--same-program", "a comment")
    (found,) = document["reruns"]
    assert (document["asked"], len(found["values"])) == (1, 3)
    assert project.json("rerun", "--baseline", "--times", "3")[1]["asked"] == 0


def test_reruns_count_again_once_an_edit_was_undone_and_declared_to_change_nothing(project):
    (project.folder / "train.py").write_text(MENDED)
    project.type("rerun", "--baseline", "--times", "2")
    (project.folder / "train.py").write_text(BROKEN)
    project.type("run", "first", "--no-report")
    (project.folder / "train.py").write_text(MENDED)
    project.type("run", "first", "--retry", "failed", "--same-program", "undone", "--no-report")
    assert "outdated" not in project.type("status")[1]
    assert project.json("rerun", "--baseline", "--times", "2")[1]["asked"] == 0


def test_a_program_that_always_crashes_is_stopped_after_the_first_trials(project):
    (project.folder / "train.py").write_text(BROKEN.replace(".index % 2", ".index >= 0"))
    project.edit("rounds/first.toml", "trials = 4", "trials = 12")
    code, said, _ = project.type("run", "first", "--no-report")
    assert code == 1
    assert "the first 3 trials of first/optimizer=adam failed in the same way" in said
    assert "KeyError: 'beta0'" in said
    assert "optimizer=adam/00000/attempt-1.output" in said
    assert 'playbook run first --retry failed --same-program "why"' in said
    assert "12 trials of the round have ended with the present program" in said
    ended = [t.status.value for t in trials_of(project, "adam")]
    assert 3 <= ended.count("failed") <= 4  # two workers
    assert ended.count("waiting") >= 8
    assert {t.status.value for t in trials_of(project, "sgd")} == {"complete"}
    first, *others = project.json("next")[1]["steps"]
    assert first["command"] == ""  # the same program would fail alike
    assert "KeyError: 'beta0'" in first["reason"]
    assert not any(step["title"].startswith("Continue") for step in others)
    (project.folder / "train.py").write_text(MENDED)
    _, document = project.json(
        "run", "first", "--retry", "failed", "--same-program", "sgd is as before", "--no-report"
    )
    assert document["counts"] == {"complete": 24}


def test_trials_that_fail_are_counted_as_failed_and_located_in_their_range(project):
    raised = 'if trial.config["learning_rate"] > 0.1:\n        raise KeyError("warmup")'
    (project.folder / "train.py").write_text(
        BROKEN.replace("    print(", f"    {raised}\n    print(").replace("BROKEN", "False")
    )
    project.edit("rounds/first.toml", "trials = 4", "trials = 10")
    _, said, _ = project.type("run", "first", "--no-report")
    for words in (said, project.type("status", "first")[1], project.type("next")[1]):
        assert "every trial with learning_rate = " in " ".join(words.split())
    failed = [t for t in trials_of(project, "sgd") if t.status.value == "failed"]
    assert f"10 trials, {len(failed)} failed; minimize error" in project.type("check", "first")[1]


def test_a_program_that_only_crashed_is_no_way_of_measuring(project):
    (project.folder / "train.py").write_text(BROKEN.replace(".index % 2", ".index >= 0"))
    project.edit("rounds/first.toml", 'scientific = { optimizer = ["sgd", "adam"] }', "")
    project.edit("rounds/first.toml", "nuisance", 'fixed = { optimizer = "adam" }\nnuisance')
    project.type("run", "first", "--no-report", "--no-try")
    (project.folder / "train.py").write_text(MENDED)
    project.type("run", "first", "--retry", "failed", "--no-report")
    (project.folder / "rounds/second.toml").write_text(ROUND + "seed = 1\n")
    project.type("run", "second", "--no-report")
    _, found = project.json("history")
    assert [round_["evaluation"] for round_ in found["rounds"]] == ["A", "A"]


def test_trials_that_fail_in_different_ways_do_not_stop_a_round(project):
    text = BROKEN.replace("beta{trial.index}", "{'abcd'[trial.index]}")
    (project.folder / "train.py").write_text(text.replace(".index % 2", ".index >= 0"))
    _, document = project.json("run", "first", "--no-report")
    assert document["counts"] == {"complete": 4, "failed": 4}
    assert document["crashing"] == []


def test_the_first_run_of_a_project_tries_its_program_first(project):
    (project.folder / "train.py").write_text(BROKEN.replace("import pathlib", "import pathlib, jx"))
    assert "No module named 'jx'" in project.refused("run", "first")
    (project.folder / "train.py").write_text("def train(trial):\n    raise KeyError('data')\n")
    said = project.refused("run", "first", "--json")
    assert "KeyError: 'data' (train.py, line 2)" in said
    assert "playbook try repeats only the short run" in said
    assert not (project.folder / ".playbook" / "store.db").exists()  # nothing has run
    (project.folder / "train.py").write_text(MENDED)
    project.json("run", "first", "--no-report")
    starts = (project.folder / "starts-try-0.txt").read_text()
    assert set(starts) == {"x"}
    project.type("run", "first", "--no-report")
    assert (project.folder / "starts-try-0.txt").read_text() == starts, "tried once"


def test_what_a_try_took_feeds_the_plan(project):
    assert project.json("plan", "first")[1]["seconds_per_trial"] is None
    assert "to measure one: playbook try" in project.type("plan", "first")[1]
    project.type("try")
    planned = project.json("plan", "first")[1]
    assert planned["seconds_per_trial"] > 0
    assert planned["measured_by_try"]
    said = project.type("plan", "first")[1]
    assert "time: probably less than" in said
    assert "estimated from playbook try" in said
    project.type("run", "first", "--no-report")
    assert not project.json("plan", "first")[1]["measured_by_try"]


def test_the_start_of_a_program_counts_once_in_what_a_try_tells_of_a_trial(project):
    (project.folder / "train.py").write_text(MENDED)
    _, tried = project.json("try")
    assert 0 <= tried["start_seconds"] <= tried["seconds"]
    slow = Tried("program", steps=20, seconds=12.0, start=11.0)
    assert slow.seconds_of(200) == 11.0 + 10.0


def test_a_metric_that_no_trial_has_measured_is_tried_before_it_costs_trials(project):
    (project.folder / "train.py").write_text(MENDED)
    project.type("run", "first", "--no-report")
    (project.folder / "rounds" / "second.toml").write_text(ROUND + "seed = 1\n")
    project.edit("playbook.toml", 'name = "error"', 'name = "eror"')
    said = project.refused("run", "second")
    assert "did you mean 'error'?" in said
    assert "no trial was started" in said
    project.edit("playbook.toml", 'name = "eror"', 'name = "error"')
    assert project.json("run", "second", "--no-report")[1]["counts"] == {"complete": 8}


def test_run_status_check_and_report_count_alike(project):
    fails = "1 / step if (i := trial.index) not in (1, 2) else 1.0 if i == 2 else float('nan'))"
    noisy = MENDED.replace("1 / step)", fails)
    noisy = noisy.replace("error=", "error=0.1 if trial.index == 2 else ")
    (project.folder / "train.py").write_text(noisy)
    project.edit("playbook.toml", "[metric]", "[metric]\nchance = 0.1")
    project.edit("rounds/first.toml", "trials = 4", "trials = 8")
    _, ran, _ = project.type("run", "first")
    _, document = project.json("run", "first", "--no-report")
    told = document["account"]["fates"]
    assert told["infeasible"] == 2
    assert told["judged infeasible"] >= 2
    assert f"16 trials: {told['complete']} complete, 2 infeasible as run (2 non-finite)" in ran
    of_studies = [s["account"]["fates"] for s in project.json("status", "first")[1]["studies"]]
    page = (project.folder / "reports" / "first.html").read_text()
    checked = {
        s["study"]: next(f for f in s["findings"] if f["check"] == "infeasible-fraction")
        for s in project.json("check", "first")[1]["studies"]
    }
    for fate, count in told.items():
        assert sum(f.get(fate, 0) for f in of_studies) == count
        found = [f["evidence"]["account"]["fates"].get(fate, 0) for f in checked.values()]
        assert sum(found) == count
        assert page.count(fate) >= count


def test_a_round_whose_file_is_gone_pools_no_trials_of_two_programs(project):
    project.type("run", "first", "--no-report")
    project.plan_one_more("first/optimizer=sgd")
    (project.folder / "rounds" / "first.toml").unlink()
    (project.folder / "train.py").write_text(MENDED)
    assert "train.py has changed" in project.refused("run", "first")
    code, _, _ = project.type("run", "first", "--same-program", "a comment", "--no-report")
    assert (code, len(trials_of(project, "sgd"))) == (0, 5)


def test_a_round_counts_as_trained_by_the_program_that_its_trials_ran(project):
    """And not by the one that it was created with, of which all trials crashed."""
    (project.folder / "train.py").write_text("def train(trial):\n    raise KeyError('data')\n")
    project.type("run", "first", "--no-report", "--no-try")
    (project.folder / "train.py").write_text(MENDED)
    project.type("run", "first", "--retry", "failed", "--no-report")
    project.type("rerun", "first", "--times", "3")
    _, decided = project.json("decide", "first")
    assert "program has changed" not in " ".join(decided["reservations"])
