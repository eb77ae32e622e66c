import json
import math
import re

import pytest
from click.testing import CliRunner
from tests.workflow.conftest import PROJECT

from tuning_playbook.checks.importance import HyperparameterImportance
from tuning_playbook.checks.search_space_boundary import SearchSpaceBoundary
from tuning_playbook.cli.main import playbook
from tuning_playbook.edges.thresholds import EdgeLimits
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import FunctionTarget, Objective, Study, TrainingProtocol
from tuning_playbook.trial import Status, Tally
from tuning_playbook.workflow.rounds.planning import plan, plan_with_budget, seconds_per_step
from tuning_playbook.workflow.running.running import run_round


def a_study(name, *, steps=100):
    return Study(
        name,
        SearchSpace((Hyperparameter("x", Float(0.0, 1.0), 0.5),)),
        4,
        Objective("error", "minimize"),
        TrainingProtocol(FunctionTarget("t.py", "t"), steps, 10),
    )


def a_tally(complete, seconds):
    counts = {Status.COMPLETE: complete, Status.FAILED: 3}
    return Tally(counts, {Status.COMPLETE: seconds, Status.FAILED: 999.0}, math.nan, math.nan)


def test_the_pace_is_the_median_of_the_studies_means():
    studies = [a_study("a"), a_study("b", steps=200), a_study("slept")]
    tallies = {"a": a_tally(4, 40.0), "b": a_tally(2, 120.0), "slept": a_tally(1, 9e4)}
    assert seconds_per_step(studies, tallies) == 120.0 / (2 * 200)


def test_a_rounds_own_trials_set_its_pace_once_there_are_some():
    studies = [a_study("a"), a_study("b")]
    tallies = {"a": a_tally(4, 40.0), "b": a_tally(4, 80.0)}
    assert seconds_per_step(studies, tallies, preferred={"b"}) == 0.2
    assert seconds_per_step(studies, {"a": tallies["a"]}, preferred={"b"}) == 0.1


def test_without_a_complete_trial_the_pace_is_unknown():
    failed = Tally({Status.FAILED: 3}, {Status.FAILED: 9.0}, math.nan, math.nan)
    assert seconds_per_step([a_study("a")], {"a": failed}) is None
    assert seconds_per_step([a_study("a")], {}) is None


def test_hours_become_trials_by_the_measured_pace_and_the_workers(made):
    made.round("first")  # 10 seconds a trial
    _, budget = plan_with_budget(made.folder, "first", hours=0.1)
    assert budget.budget == 36
    file = made.folder / "playbook.toml"
    file.write_text(file.read_text() + "[resources]\nworkers = 3\n")
    _, budget = plan_with_budget(made.folder, "first", hours=0.1)
    assert budget.budget == 108
    with pytest.raises(InvalidInput, match="none fits in"):
        plan_with_budget(made.folder, "first", hours=0.001)


def test_hours_before_the_first_trial_are_refused_with_the_way_out(made):
    (made.folder / "rounds" / "new.toml").write_text(
        'question = "q"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = 4\n'
    )
    with pytest.raises(InvalidInput, match="--budget TRIALS"):
        plan_with_budget(made.folder, "new", hours=1)


def test_a_grid_over_many_hyperparameters_is_warned_of(made):
    file = made.folder / "playbook.toml"
    file.write_text(file.read_text() + "dropout = { linear = [0.0, 0.5], default = 0.1 }\n")
    text = (
        'question = "q"\nkind = "understand"\ntrials = 27\nalgorithm = "ALGORITHM"\n'
        'nuisance = ["learning_rate", "momentum", "dropout"]\n'
    )
    round_file = made.folder / "rounds" / "grid.toml"
    round_file.write_text(text.replace("ALGORITHM", "grid"))
    assert any("a grid over 3 hyperparameters" in w for w in plan(made.folder, "grid").warnings)
    round_file.write_text(text.replace("ALGORITHM", "random"))
    assert not any("grid" in w for w in plan(made.folder, "grid").warnings)


def test_the_plan_command_prints_the_ways_to_spend_a_budget(made):
    made.round("first")
    run, place = CliRunner().invoke, ["first", "--project", str(made.folder)]
    shown = run(playbook, ["plan", *place, "--budget", "2"]).output
    assert "A budget of 2 trials" in shown
    assert "gives up:" in shown
    document = json.loads(run(playbook, ["plan", *place, "--hours", "0.1", "--json"]).output)
    assert (document["schema"], document["budget"]["budget"]) == (1, 36)
    both = run(playbook, ["plan", *place, "--hours", "1", "--budget", "2"])
    assert both.exit_code == 2


@pytest.mark.parametrize(
    ("follows", "said"),
    [("odd", "follows itself"), ("nothing", "there is no such round; run so far: first")],
)
def test_a_round_goes_on_from_one_that_is_there(made, follows, said):
    made.round("first")
    (made.folder / "rounds" / "odd.toml").write_text(
        'question = "q"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = 4\n'
        f'follows = "{follows}"\n'
    )
    for use in (plan, run_round):
        with pytest.raises(InvalidInput, match=said):
            use(made.folder, "odd")


def test_a_round_runs_after_the_one_that_it_follows(made):
    text = 'question = "q"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = 4\n'
    (made.folder / "rounds" / "a.toml").write_text(text + 'follows = "b"\n')
    (made.folder / "rounds" / "b.toml").write_text(text + 'follows = "a"\n')
    assert plan(made.folder, "a").trials == 4  # plans may run ahead
    for name, other in ("ab", "ba"):
        with pytest.raises(InvalidInput, match=f"has not been run; type: playbook run {other}"):
            run_round(made.folder, name)


def test_a_round_of_weeks_is_told_what_to_shrink_with_one_worker_and_not_with_eight(made):
    made.round("first")  # 10 seconds for 100 steps
    text = (
        'question = "q"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = 30\nseed = 5\n'
    )
    (made.folder / "rounds" / "long.toml").write_text(text)
    file = made.folder / "playbook.toml"
    file.write_text(file.read_text().replace("max_train_steps = 100", "max_train_steps = 300000"))

    def objections():
        return [w for w in plan(made.folder, "long").warnings if "leave no time for" in w]

    (words,) = objections()
    assert "30 trials on 1 worker take about 10 days" in words  # 30 * 30,000 s
    assert "reasonable start" in words
    file.write_text(file.read_text() + '[project]\nreference = "https://example.org/paper"\n')
    assert "reasonable start" not in objections()[0]
    file.write_text(file.read_text() + "[resources]\nworkers = 8\n")
    assert not objections()


FEW = "at least 15 that train are needed"


def test_the_checks_of_ranges_and_of_importance_need_as_many_trials():
    needed = {SearchSpaceBoundary().fewest_trials, HyperparameterImportance().fewest_trials}
    assert needed == {EdgeLimits().fewest_trials}


@pytest.mark.parametrize(
    ("text", "trials", "told"),
    [
        ("", 14, "14 trials do not tell whether the ranges are wide enough; at least 15"),
        ("", 15, ""),
        ('scientific = { optimizer = "all" }\n', 9, "9 trials in an arm do not tell"),
        ('scientific = { optimizer = "all" }\njoint = true\n', 5, "Write trials = 10 in"),
        ('scientific = { optimizer = "all" }\njoint = true\n', 8, ""),
    ],
)
def test_a_round_with_fewer_trials_than_its_checks_need_is_told_so_before_it_runs(
    written_project, text, trials, told
):
    head = f'question = "?"\nkind = "understand"\nnuisance = ["learning_rate"]\n{text}'
    project = written_project(PROJECT, "", few=f"{head}trials = {trials}\n")
    warnings = [w for w in project.json("plan", "few")[1]["warnings"] if FEW in w]
    assert len(warnings) == bool(told)
    assert told in "".join(warnings)
    if told:
        more = re.search(r"Write trials = (\d+)", warnings[0])[1]
        project.edit("rounds/few.toml", f"trials = {trials}", f"trials = {more}")
        assert FEW not in str(project.json("plan", "few"))


def test_trials_that_count_by_follows_are_enough_for_the_checks(written_project):
    head = 'question = "?"\nkind = "understand"\nnuisance = ["learning_rate"]\ntrials = '
    train = "def train(trial):\n    trial.evaluate(4, error=0.5)\n"
    later = f'{head}8\nseed = 1\nfollows = "first"\n'
    project = written_project(PROJECT, train, first=f"{head}8\n", later=later)
    assert FEW in str(project.json("plan", "later"))
    project.type("run", "first", "--no-report", "--no-try")
    assert FEW not in str(project.json("plan", "later"))
