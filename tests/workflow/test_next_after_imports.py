"""What `next` asks after a study of another tool that is no search."""

import csv

import numpy as np
import pytest

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.checking.targets import refuse_near_misses
from tuning_playbook.workflow.comparing.comparing import Question, compare_runs
from tuning_playbook.workflow.deciding.deciding import decide_round
from tuning_playbook.workflow.deciding.rerunning import rerun_round
from tuning_playbook.workflow.importing.importing import import_study
from tuning_playbook.workflow.overview.history import project_history
from tuning_playbook.workflow.overview.next_step import apply_step, what_next
from tuning_playbook.workflow.rounds.planning import plan
from tuning_playbook.workflow.running.reporting import write_round_report
from tuning_playbook.workflow.running.running import run_round

ASKED = 'question = "?"\nkind = "improve"\nnuisance = ["learning_rate"]\ntrials = 3\n'
MEANS = {"base": 0.91, "no_aug": 0.88, "mixup": 0.925, "cutmix": 0.92}
OWN = """\
[metric]
name = "accuracy"
direction = "maximize"
[training]
target = "train.py:train"
max_train_steps = 10
evaluation_interval = 5
[hyperparameters]
variant = { choice = ["base", "no_aug", "mixup", "cutmix"], default = "base" }
learning_rate = { log = [1e-3, 1.0], default = 0.1 }
"""


@pytest.fixture
def imported(tmp_path):
    """A function from columns to the folder of the project that they are imported into."""

    def run(columns, *, project=""):
        table, folder = tmp_path / "study.csv", tmp_path / "project"
        with table.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        if project:
            folder.mkdir()
            (folder / "playbook.toml").write_text(project)
        import_study(str(table), into=folder, told=Told(metric="accuracy", direction="maximize"))
        return folder

    return run


def ablation(**more):
    """Four variants with four seeds each; the luckiest single trial is not of the best variant."""
    rows = [(v, s, m + 0.002 * (s - 1.5)) for v, m in MEANS.items() for s in range(4)]
    accuracy = [a for *_, a in rows]
    accuracy[-1] = 0.935  # of cutmix, whose mean stays below that of mixup
    fixed = {name: [value] * len(rows) for name, value in more.items()}
    return {"variant": [v for v, *_ in rows], **fixed, "seed": [s for _, s, _ in rows],
            "accuracy": accuracy}  # fmt: skip


def titles(folder):
    return [step.title for step in what_next(folder).steps]


def test_an_ablation_is_compared_and_no_search_over_its_variants_is_proposed(imported):
    folder = imported(ablation(learning_rate=0.1, dropout=0.1))
    compare, declare, *_ = what_next(folder).steps
    assert compare.title == "Compare the variants of study"
    assert "playbook compare study --arm variant" in compare.reason
    assert "variant = mixup" in compare.reason  # the best mean and not the luckiest trial
    assert declare.title == "Declare ranges for learning_rate and dropout in playbook.toml"
    told = compare_runs(["study"], Question(arm=("variant",), baseline="base"), project=folder)
    assert told.verdicts["base", "no_aug"] == "worse"


def test_an_ablation_of_one_study_names_the_option_that_splits_it(imported):
    folder = imported(ablation())
    with pytest.raises(InvalidInput, match="--arm NAME"):
        compare_runs(["study"], project=folder)


def test_what_to_declare_can_be_written_into_the_project_file(imported):
    folder = imported(ablation(learning_rate=0.1))
    file = folder / "playbook.toml"
    line = what_next(folder).steps[1].reason.partition("start with: ")[2]
    file.write_text(file.read_text().replace("learning_rate = { fixed = 0.1 }", line))
    asked = next(s.round.name for s in what_next(folder).steps if s.round is not None)
    round_ = read_round(apply_step(folder, asked), read_project(folder))
    assert (set(round_.nuisance), round_.scientific) == ({"learning_rate"}, {})
    assert plan(folder, round_.name).trials == round_.trials


def test_the_best_variant_is_the_base_of_a_round_about_its_hyperparameters(imported):
    folder = imported(ablation(), project=OWN)
    asked = next(s.round for s in what_next(folder).steps if s.round is not None)
    assert asked.fixed == {"variant": "mixup"}  # the project's baseline is another one
    assert set(asked.nuisance) == {"learning_rate"}
    assert asked.mode == "explore"
    apply_step(folder, asked.name)
    assert plan(folder, asked.name).trials == asked.trials
    assert not any(t.startswith("Search the good region") for t in titles(folder))


def test_a_metric_that_never_moves_is_looked_at_and_no_round_is_proposed(imported):
    rng = np.random.default_rng(0)
    columns = {"learning_rate": 10 ** rng.uniform(-4, 0, 20), "momentum": rng.uniform(0.5, 1, 20)}
    (step,) = what_next(imported({**columns, "accuracy": [0.1] * 20})).steps
    assert (step.round, step.command) == (None, "")
    assert step.title == "Find out why accuracy never moves"
    assert "0.1 in every one of the 20 trials" in step.reason


def test_few_trials_that_agree_may_be_those_of_a_coarse_metric(imported):
    folder = imported({"learning_rate": [0.1, 0.2, 0.3, 0.4], "accuracy": [0.5] * 4})
    assert "Find out why accuracy never moves" not in titles(folder)


@pytest.mark.parametrize(
    ("columns", "first"),
    [
        ({"epochs": range(5, 45, 2)}, "Fix epochs, and tune the hyperparameters"),
        ({"learning_rate": [0.1] * 20, "seed": range(20)},
         "Declare ranges for learning_rate in playbook.toml"),
    ],
)  # fmt: skip
def test_lengths_and_seeds_are_no_search_to_go_on_with(imported, columns, first):
    accuracy = np.random.default_rng(0).normal(0.9, 0.01, 20)
    steps = what_next(imported({**columns, "accuracy": accuracy})).steps
    assert steps[0].title.startswith(first)
    assert any(step.title.startswith("Declare") for step in steps)
    assert not any(step.round for step in steps)


def test_a_search_over_a_range_goes_on_as_before(imported):
    rng = np.random.default_rng(0)
    rates = 10 ** rng.uniform(-4, 0, 30)
    folder = imported({"learning_rate": rates, "accuracy": 0.9 - 0.1 * (np.log10(rates) + 2) ** 2})
    assert any(step.round is not None for step in what_next(folder).steps)


def test_a_range_that_grows_at_one_end_leaves_the_useless_one(imported):
    rng = np.random.default_rng(0)
    rates = 10 ** rng.uniform(-4, -1, 30)
    accuracy = 0.7 + 0.1 * np.log10(rates / 1e-4) / 3 + rng.normal(0, 0.002, 30)
    folder = imported({"learning_rate": rates, "accuracy": accuracy})
    round_ = next(s.round for s in what_next(folder).steps if s.round is not None)
    found = round_.nuisance["learning_rate"]
    assert found.high > 0.3
    assert 1e-3 < found.low < rates[np.argsort(accuracy)[-10:]].min()
    assert "no good trial lies near its low end" in round_.reasons["learning_rate"]
    # no round can run before there is a program
    assert what_next(folder).steps[0].title.startswith("Set [training] target")
    assert "max_train_steps" in what_next(folder).steps[0].how
    apply_step(folder, round_.name)
    (warning,) = plan(folder, round_.name).warnings
    assert "will not count in it, since they were imported" in warning


TRAIN = """\
def train(trial):
    for step in trial.steps(trial.restore({})):
        if trial.evaluation_due(step):
            trial.evaluate(step, accuracy=0.9 + (trial.seed % 100) / 1e5)
"""


def _search():
    rates = 10 ** np.random.default_rng(0).uniform(-4, 0, 20)
    return {"learning_rate": rates, "accuracy": 0.9 - 0.1 * (np.log10(rates) + 2) ** 2}


def _proving(folder):
    return [s for s in what_next(folder).steps if "imported baseline" in s.title]


def test_an_imported_best_is_a_candidate_until_this_project_has_run_it(imported):
    folder = imported(_search())
    assert "no\n# proven baseline" in (folder / "playbook.toml").read_text()
    (step,) = _proving(folder)
    assert (step.command, "playbook rerun --baseline" in step.reason) == (
        "",
        True,
    )  # no program yet
    (folder / "train.py").write_text(TRAIN)
    (step,) = _proving(folder)
    assert step.command == "playbook rerun --baseline"
    done = rerun_round(folder, None, candidate=False, times=2)
    assert [len(r.values) for r in done.reruns] == [2]
    assert _proving(folder) == []


def test_an_imported_best_setting_of_many_digits_is_a_candidate_too(imported):
    rates = [10 ** (-4 + 0.12 * i) / 3 for i in range(25)]  # more than a list of values
    means = [0.7 + 0.2 * (i == 9) for i in range(25)]
    folder = imported({
        "learning_rate": [r for r in rates for _ in range(4)],
        "seed": [s for _ in rates for s in range(4)],
        # the luckiest single trial, of the first rate, is not of the best setting
        "accuracy": [m + 0.001 * s + 0.25 * (s == 3 and i == 0)
                     for i, m in enumerate(means) for s in range(4)],
    })  # fmt: skip
    (h,) = [h for h in read_project(folder).hyperparameters if h.key == "learning_rate"]
    assert h.default == float(f"{rates[9]:.4g}") != rates[9]
    assert len(_proving(folder)) == 1


def test_a_baseline_of_ones_own_is_not_called_imported(imported):
    assert _proving(imported(ablation(), project=OWN)) == []


def test_a_decision_on_an_import_is_refused_before_it_has_been_rerun(imported):
    folder = imported(ablation(), project=OWN)
    (folder / "train.py").write_text(TRAIN)
    with pytest.raises(InvalidInput, match="playbook rerun study"):
        decide_round(folder, "study")


def test_what_an_import_does_not_tell_of_its_measurement_is_not_made_up(imported):
    random = np.random.default_rng(0)
    rates = 10 ** random.uniform(-3, 0, 12)
    scores = 0.9 - 0.05 * np.log10(rates / 0.05) ** 2
    folder = imported({"learning_rate": rates.tolist(), "accuracy": scores.tolist()})
    history = project_history(folder)
    ((_, words),) = history.evaluations
    assert words.endswith("of unknown length; how it was evaluated there is not known")
    assert "step" not in words
    assert "code" not in words
    assert [r.steps for r in history.rounds] == [0]
    page = write_round_report(folder, "study").read_text()
    assert "how it was evaluated there is not known" in page
    assert "that of the other tool" in page  # the search: no storage says which sampler drew
    assert "evaluated every" not in page


def test_a_round_that_has_no_program_to_run_is_not_proposed_to_be_run(imported):
    folder = imported(_search())
    apply_step(folder, next(s.round.name for s in what_next(folder).steps if s.round is not None))
    step = next(s for s in what_next(folder).steps if s.title.startswith("Set target"))
    assert not any(s.command.startswith("playbook run ") for s in what_next(folder).steps)
    assert "train.py, which target names now, does not exist" in step.reason
    assert "after that: playbook run " in step.how


def test_a_proposed_round_is_written_by_its_name_or_its_number(imported):
    folder = imported(_search())
    names = [s.round.name for s in what_next(folder).steps if s.round is not None]
    with pytest.raises(
        InvalidInput, match=f"no step proposes a round 'sgd'; proposed are {names[0]}"
    ):
        apply_step(folder, "sgd")
    assert apply_step(folder, names[0]).stem == names[0]


@pytest.mark.parametrize("level", [0.92, 0.5])  # above and far below that of the import
def test_an_import_that_the_present_baseline_has_beaten_is_not_decided_about(
    imported, typed_project, level
):
    project = typed_project(imported(_search()))
    (project.folder / "train.py").write_text(
        TRAIN.replace("0.9 +", f"{level} + trial.config['learning_rate'] / 20 +")
    )
    (project.folder / "rounds").mkdir(exist_ok=True)
    (project.folder / "rounds/mine.toml").write_text(
        'question = "Are large rates better?"\nkind = "understand"\ntrials = 8\n'
        "nuisance = { learning_rate = { log = [0.3, 1.0] } }\n"
    )
    project.type("run", "mine", "--no-report", "--no-try")
    project.type("rerun", "mine")
    assert project.json("decide", "mine")[1]["choice"] == "adopt"
    assert project.type("launch", "mine")[0] == 0
    commands = [step["command"] for step in project.json("next")[1]["steps"]]
    assert "playbook decide study" not in commands


def test_an_imported_baseline_whose_reruns_fail_by_the_program_is_not_taken_for_proven(
    imported, typed_project
):
    project = typed_project(imported(_search()))
    train = project.folder / "train.py"
    train.write_text(TRAIN.replace("):\n", "):\n    import nothing_there\n", 1))
    project.type("rerun", "--baseline")
    step = _proving_step(project)
    assert step["title"] == "Fix what made the reruns of the baseline fail"
    assert "No module named 'nothing_there'" in step["reason"]
    assert "corrected: playbook rerun --baseline, after that" in step["how"]
    train.write_text(TRAIN)
    assert _proving_step(project)["command"] == "playbook rerun --baseline"
    project.type("rerun", "--baseline")
    assert _proving_step(project) is None


def _proving_step(project):
    steps = project.json("next")[1]["steps"]
    return next((s for s in steps if "--baseline" in f"{s['command']} {s['how']}"), None)


@pytest.mark.parametrize("verb", [plan, run_round])
def test_a_round_that_was_imported_is_said_to_have_no_file(imported, verb):
    folder = imported(ablation(), project=OWN)
    with pytest.raises(InvalidInput) as refused:
        verb(folder, "study")
    assert "round 'study' was imported, so it has no file in rounds" in str(refused.value)
    assert "playbook report study" in str(refused.value)


def test_a_round_whose_file_was_deleted_is_not_said_to_be_unknown(written_project):
    project = written_project(OWN, "def train(trial):\n    trial.log(10, accuracy=0.5)\n", a=ASKED)
    project.type("run", "a", "--no-report", "--no-try")
    (project.folder / "rounds/a.toml").unlink()
    code, _, said = project.type("plan", "a")
    assert code == 2
    assert "its file rounds/a.toml is gone" in said


def test_an_imported_round_is_among_those_that_a_misspelt_one_may_mean(imported, monkeypatch):
    monkeypatch.chdir(imported(ablation(), project=OWN))
    with pytest.raises(InvalidInput, match="Did you mean 'study'"):
        refuse_near_misses("studdy")


def test_an_import_without_a_training_length_says_that_it_is_to_be_set(imported):
    folder = imported(_search())
    assert "not told by the imported study" in (folder / "playbook.toml").read_text()


@pytest.mark.parametrize("tuned", [["lr", "dropout"], ["lr"], []])
def test_a_proposal_after_an_import_holds_nothing_that_its_plan_warns_of(imported, tuned):
    rng = np.random.default_rng(0)
    lr, dropout = 10 ** rng.uniform(-4, -1, 40), rng.uniform(0.0, 0.5, 40)
    width, layers = rng.choice([64, 128, 256], 40), rng.integers(1, 5, 40)
    accuracy = 0.9 - 0.05 * (np.log10(lr) + 1) ** 2 - 0.1 * dropout + width / 5000 + layers / 100
    columns = {"lr": lr, "dropout": dropout}
    columns = {name: columns[name] for name in tuned}
    folder = imported({**columns, "width": width, "num_layers": layers, "accuracy": accuracy})
    proposed = [step.round.name for step in what_next(folder).steps if step.round is not None]
    assert proposed or not tuned
    for name in proposed:
        apply_step(folder, name)
        planned = plan(folder, name)
        told = [w for w in planned.warnings if "as a nuisance" in w or "few" in w]
        assert not told, (name, told)
        (folder / f"rounds/{name}.toml").unlink()
