"""``playbook import``, from its user's side."""

import csv
import json
import shutil
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import PROJECT

from tuning_playbook.cli.main import main
from tuning_playbook.design.arms import studies_of
from tuning_playbook.errors import InvalidInput, StudyConflict
from tuning_playbook.gather.opening import open_project, open_round, project_store
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.search import planned_trials
from tuning_playbook.store import open_store
from tuning_playbook.words import without_password
from tuning_playbook.workflow.checking.checking import check_target
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.importing.importing import import_study
from tuning_playbook.workflow.running.reporting import write_round_report

RAY = Path(__file__).parents[1] / "importers" / "data" / "ray_tune"


def write_table(folder, rows=40, *, name="sweep", ids=str, **more):
    """A table of trials and one of curves, as a user's script would write them."""
    rng = np.random.default_rng(1)
    trials, curves = folder / f"{name}.csv", folder / f"{name}-curves.csv"
    folder.mkdir(exist_ok=True)
    with trials.open("w", newline="") as a, curves.open("w", newline="") as b:
        table = csv.writer(a)
        long = csv.writer(b)
        table.writerow(["trial", "learning_rate", "momentum", "status", *more])
        long.writerow(["trial", "step", "error"])
        for i in range(rows):
            rate, momentum = 10 ** rng.uniform(-3, 1), 1 - 10 ** rng.uniform(-2, -0.3)
            status = "failed" if i == 3 else "complete"
            table.writerow([ids(i), rate, momentum, status, *(v(i) for v in more.values())])
            for step in range(5, 25, 5) if i != 3 else ():
                lost = rate > 5 and step > 10
                value = "nan" if lost else abs(np.log10(rate) + 1) / 4 + 1 / step
                long.writerow([ids(i), step, value])
    return trials, curves


def stored(folder, round_name):
    store = open_store("sqlite:///.playbook/store.db", folder=folder, must_exist=True)
    try:
        study = next(s for s in store.studies() if s.name == round_name)
        return study, store.trials(round_name), store.curves(round_name), store.events(round_name)
    finally:
        store.close()


def verdicts(checked):
    (study,) = checked.studies
    return [(f.check, f.verdict.value, f.summary) for f in study.findings]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "playbook.toml").write_text(PROJECT)
    return tmp_path / "project"


@pytest.fixture
def playbook(capsys, monkeypatch):
    """The command, in this process: its exit code and what it printed."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["playbook", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_a_study_becomes_a_round_that_every_command_knows(tmp_path, playbook, monkeypatch):
    trials, curves = write_table(tmp_path)
    folder = tmp_path / "new"
    options = ["--curves", str(curves), "--metric", "error", "--direction", "minimize", "--json"]
    code, out, err = playbook("import", str(trials), "--into", str(folder), *options)
    assert code == 0, err
    document = json.loads(out)
    assert document["round"] == "sweep"
    assert document["added"] == {"complete": 39, "failed": 1}
    assert document["project_file"].endswith("playbook.toml")
    direct, out, _ = playbook("check", str(trials), *options)
    wanted = json.loads(out)["findings"]
    monkeypatch.chdir(folder)
    code, out, _ = playbook("status", "--json")
    assert [s["counts"] for s in json.loads(out)["studies"]] == [{"complete": 39, "failed": 1}]
    imported, out, err = playbook("check", "sweep", "--json")
    assert imported == direct, err
    got = json.loads(out)["findings"]
    assert [(f["check"], f["verdict"], f["summary"]) for f in got] == [
        (f["check"], f["verdict"], f["summary"]) for f in wanted
    ]
    assert playbook("report", "sweep")[0] == 0
    assert "Imported: sweep" in (folder / "reports" / "sweep.html").read_text()
    code, out, _ = playbook("next")
    assert code == 0
    assert "playbook run sweep" not in out  # there is nothing to run
    assert playbook("export", "sweep", "-o", "out")[0] == 0
    rows = list(csv.DictReader((folder / "out" / "trials.csv").read_text().splitlines()))
    before = list(csv.DictReader(trials.read_text().splitlines()))
    assert [float(r["learning_rate"]) for r in rows] == [float(r["learning_rate"]) for r in before]


def test_an_import_runs_nothing_that_the_settings_of_its_folder_name(tmp_path):
    trials, curves = write_table(tmp_path)
    folder = tmp_path / "new"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path / 'mark'}\n")
    program.chmod(0o755)
    for arguments in (
        ["init", "-q", str(folder)],
        ["-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one",
         "--allow-empty"],
        ["-C", str(folder), "config", "core.fsmonitor", str(program)],
    ):  # fmt: skip
        subprocess.run(["git", *arguments], check=True)
    told = Told(metric="error", direction="minimize", curves=curves)
    import_study(str(trials), into=folder, told=told)
    assert stored(folder, "sweep")[0].provenance.commit == ""
    assert not (tmp_path / "mark").exists()


def test_curves_and_endings_are_stored_as_they_were(tmp_path):
    trials, curves = write_table(tmp_path)
    told = Told(metric="error", direction="minimize", curves=curves)
    import_study(str(trials), into=tmp_path / "new", told=told)
    study, kept, found, _ = stored(tmp_path / "new", "sweep")
    rows = list(csv.DictReader(curves.read_text().splitlines()))
    for trial in kept:
        own = [r for r in rows if r["trial"] == str(trial.index)]
        if not own:
            assert trial.index == 3
            assert trial.status.value == "failed"
            continue
        curve = found[trial.index]["error"]
        assert curve.steps.tolist() == [int(r["step"]) for r in own]
        np.testing.assert_array_equal(curve.values, [float(r["error"]) for r in own])
        assert trial.summaries["error"].count == len(own)
    assert (study.algorithm, study.purpose, study.round) == ("list", "search", "sweep")
    assert (study.training.max_train_steps, study.training.evaluation_interval) == (20, 5)


def test_an_optuna_study_keeps_its_ranges_and_numbers(tmp_path):
    optuna = pytest.importorskip("optuna", reason="optuna is not installed")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    from optuna.storages.journal import JournalFileBackend

    path = f"{tmp_path}/journal.log"
    study = optuna.create_study(
        study_name="my study",
        storage=optuna.storages.JournalStorage(JournalFileBackend(path)),
        direction="maximize",
        sampler=optuna.samplers.RandomSampler(seed=0),
    )

    def objective(trial):
        rate = trial.suggest_float("optimizer/lr", 1e-5, 1.0, log=True)
        if trial.suggest_categorical("optimizer", ["sgd", "adam"]) == "adam":
            trial.suggest_float("beta1", 0.5, 0.99)
        trial.suggest_categorical("batch_size", [16, 32, 64])
        if trial.number == 4:
            raise ValueError
        return 1 / (1 + abs(np.log10(rate) + 2))

    study.optimize(objective, n_trials=30, catch=(ValueError,))
    study.ask()
    done = import_study(path, into=tmp_path / "new")
    assert done.round == "my-study"
    assert done.unfinished == 1
    declared = {h.key: h for h in read_project(tmp_path / "new").hyperparameters}
    assert list(declared) == ["optimizer_lr", "batch_size", "optimizer", "optimizer.adam.beta1"]
    best = study.best_trial
    assert declared["optimizer_lr"].default == pytest.approx(best.params["optimizer/lr"], rel=1e-3)
    assert (declared["optimizer_lr"].domain.low, declared["optimizer_lr"].domain.high) == (1e-5, 1)
    assert declared["batch_size"].kind == "batch_size"
    _, kept, _, _ = stored(tmp_path / "new", "my-study")
    for trial in kept:
        theirs = study.trials[trial.index]
        plain = {k.rsplit(".", 1)[-1].replace("optimizer_lr", "optimizer/lr"): v
                 for k, v in trial.config.items()}  # fmt: skip
        assert plain == theirs.params
        if trial.index != 4:
            assert trial.summaries["value"].last == theirs.value
    assert kept[4].status.value == "failed"
    direct = check_target(path)
    again = check_target("my-study", project=tmp_path / "new")
    assert verdicts(again) == verdicts(direct)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(objective, n_trials=5)
    more = import_study(path, into=tmp_path / "new")
    assert (sum(more.added.values()), more.known) == (5, 30)


def test_trials_of_different_lengths_are_judged_as_before_the_import(tmp_path):
    told = Told(metric="loss", direction="minimize", parameters=("lr",))
    for path in (RAY / "asha", cut := tmp_path / "cut"):
        if path is cut:
            shutil.copytree(RAY / "asha", cut)
            shutil.rmtree(cut / "trial_00003")  # one trial is the longest now
        into = tmp_path / f"project-{path.name}"
        import_study(str(path), into=into, told=told)
        (direct,) = check_target(str(path), told=told).studies
        (imported,) = check_target(path.name, project=into).studies
        assert imported.table.max_train_steps == direct.table.max_train_steps
        assert imported.table.ids.tolist() == direct.table.ids.tolist()
        assert imported.findings == direct.findings


def test_a_ray_experiment_keeps_its_names_beside_the_numbers(tmp_path):
    told = Told(metric="loss", direction="minimize", parameters=("lr",))
    import_study(str(RAY / "asha"), into=tmp_path / "new", told=told)
    _, kept, found, _ = stored(tmp_path / "new", "asha")
    assert [t.index for t in kept] == list(range(6))
    assert kept[2].detail == "imported trial 545b1_00002"
    assert kept[2].reason.value == "out-of-memory"
    assert found[0]["acc"].steps.tolist() == list(range(1, 9))
    page = write_round_report(tmp_path / "new", "asha").read_text()
    assert "545b1_00002" in page
    ids = check_target("asha", project=tmp_path / "new").studies[0].table.ids
    assert ids[2] == "545b1_00002"


def test_importing_again_adds_what_has_ended_since(tmp_path):
    trials, curves = write_table(tmp_path, rows=20)
    told = Told(metric="error", direction="minimize", curves=curves)
    import_study(str(trials), into=tmp_path / "new", told=told)
    before = stored(tmp_path / "new", "sweep")
    again = import_study(str(trials), into=tmp_path / "new", told=told)
    assert (sum(again.added.values()), again.known) == (0, 20)
    assert stored(tmp_path / "new", "sweep")[1] == before[1]
    write_table(tmp_path, rows=26)
    more = import_study(str(trials), into=tmp_path / "new", told=told)
    assert (sum(more.added.values()), more.known) == (6, 20)
    study, kept, _, _ = stored(tmp_path / "new", "sweep")
    assert study.trials == len(kept) == 26
    assert study.space == before[0].space


def test_trials_with_names_keep_their_places_when_the_order_changes(tmp_path):
    trials, curves = write_table(tmp_path, rows=12, ids=lambda i: f"run-{i}")
    told = Told(metric="error", direction="minimize", curves=curves)
    import_study(str(trials), into=tmp_path / "new", told=told)
    before = stored(tmp_path / "new", "sweep")[1]
    head, *lines = trials.read_text().splitlines()
    trials.write_text("\n".join([head, *reversed(lines)]) + "\n")
    again = import_study(str(trials), into=tmp_path / "new", told=told)
    assert (sum(again.added.values()), again.known) == (0, 12)
    assert stored(tmp_path / "new", "sweep")[1] == before
    assert before[7].detail == "imported trial run-7"


def test_another_study_under_the_same_name_is_refused(tmp_path):
    trials, curves = write_table(tmp_path, rows=12)
    told = Told(metric="error", direction="minimize", curves=curves)
    import_study(str(trials), into=tmp_path / "new", told=told)
    text = trials.read_text().splitlines()
    cells = text[5].split(",")
    text[5] = ",".join([cells[0], "0.5", *cells[2:]])
    trials.write_text("\n".join(text) + "\n")
    with pytest.raises(InvalidInput, match="trial 4 now has another configuration"):
        import_study(str(trials), into=tmp_path / "new", told=told)
    dropped = Told(metric="error", direction="minimize", curves=curves, parameters=("momentum",))
    with pytest.raises((StudyConflict, InvalidInput), match="learning_rate"):
        import_study(str(trials), into=tmp_path / "new", told=dropped)


def test_a_project_that_is_there_lends_its_names(project, tmp_path):
    trials, curves = write_table(tmp_path)
    before = (project / "playbook.toml").read_text()
    told = Told(curves=curves)
    done = import_study(str(trials), into=project, round_name="old", told=told)
    assert done.project_file is None
    assert (project / "playbook.toml").read_text() == before
    study, kept, _, _ = stored(project, "old")
    assert study.objective.metric == "error"
    assert set(study.space.keys) == {"learning_rate", "momentum"}
    assert study.space["learning_rate"].kind == "optimizer"
    assert len(kept) == 40


def test_what_the_project_does_not_declare_is_listed_ready_to_paste(project, tmp_path):
    trials, curves = write_table(
        tmp_path, width=lambda i: 2 ** (5 + i % 3), dropout=lambda i: i / 99
    )
    with pytest.raises(InvalidInput, match="does not declare what the study varies") as refused:
        import_study(str(trials), into=project, told=Told(curves=curves))
    lines = [line for line in str(refused.value).splitlines() if " = {" in line]
    assert {line.split(" = ")[0] for line in lines} == {"width", "dropout"}
    assert not (project / ".playbook").exists()
    file = project / "playbook.toml"
    file.write_text(file.read_text() + "\n".join(lines) + "\n")
    assert import_study(str(trials), into=project, told=Told(curves=curves)).added["complete"] == 39


def digits(value):
    return len(repr(value).partition("e")[0].replace(".", "").strip("0"))


def best_row(trials, curves):
    """The row of the table whose curve goes lowest."""
    error = {}
    for row in csv.DictReader(curves.read_text().splitlines()):
        error.setdefault(row["trial"], []).append(float(row["error"]))
    best = min(error, key=lambda trial: np.nanmin(error[trial]))
    return next(r for r in csv.DictReader(trials.read_text().splitlines()) if r["trial"] == best)


def test_lines_to_paste_are_rounded_and_name_the_best_setting_and_the_kind(project, tmp_path):
    rates = np.random.default_rng(2).uniform(1e-5, 1e-2, 40)
    trials, curves = write_table(tmp_path, weight_decay=lambda i: rates[i], lr=lambda i: rates[-i])
    with pytest.raises(InvalidInput, match="does not declare") as refused:
        import_study(str(trials), into=project, told=Told(curves=curves))
    lines = [line for line in str(refused.value).splitlines() if " = {" in line]
    found = tomllib.loads("\n".join(lines))
    best = best_row(trials, curves)
    assert found.keys() == {"weight_decay", "lr"}
    for name, declared in found.items():
        assert declared["default"] == pytest.approx(float(best[name]), rel=1e-2)
        assert digits(declared["default"]) <= 4
        ends = declared.get("log") or declared["linear"]
        assert max(map(digits, ends)) <= 2
    text = (project / "playbook.toml").read_text()
    (project / "playbook.toml").write_text(text + "\n".join(lines) + "\n")
    kinds = {h.name: h.kind for h in read_project(project).hyperparameters}
    assert (kinds["weight_decay"], kinds["lr"]) == ("regularization", "optimizer")


def test_the_project_file_of_an_import_has_defaults_in_as_many_digits_as_matter(tmp_path):
    trials, curves = write_table(tmp_path)
    told = Told(metric="error", direction="minimize", curves=curves)
    import_study(str(trials), into=tmp_path / "new", told=told)
    best = best_row(trials, curves)
    for h in read_project(tmp_path / "new").hyperparameters:
        assert h.default == pytest.approx(float(best[h.name]), rel=1e-2)
        assert digits(h.default) <= 4 or h.name == "momentum"  # near 1 it has more


def test_one_name_in_two_branches_goes_to_the_branch_of_the_trial(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    table = """
[hyperparameters.optimizer]
choice = ["sgd", "adam"]
default = "sgd"
[hyperparameters.optimizer.when.sgd]
learning_rate = { log = [1e-3, 10.0], default = 0.1 }
[hyperparameters.optimizer.when.adam]
learning_rate = { log = [1e-5, 0.1], default = 1e-3 }
"""
    head = PROJECT.partition("[hyperparameters]")[0]
    (folder / "playbook.toml").write_text(head + table)
    rows = [f"{i},{('sgd', 'adam')[i % 2]},{10.0 ** -(i % 7)},{i / 10}" for i in range(14)]
    trials = tmp_path / "t.csv"
    trials.write_text("\n".join(["trial,optimizer,learning_rate,error", *rows]) + "\n")
    import_study(str(trials), into=folder)
    study, kept, _, _ = stored(folder, "t")
    assert study.space.keys == ("optimizer", "optimizer.sgd.learning_rate",
                                "optimizer.adam.learning_rate")  # fmt: skip
    for trial in kept:
        name = trial.config["optimizer"]
        assert trial.config[f"optimizer.{name}.learning_rate"] == 10.0 ** -(trial.index % 7)
        assert len(trial.config) == 2


def test_the_metric_of_the_study_is_matched_with_the_projects(project, tmp_path):
    rows = [f"{i},{10.0 ** -(i % 3)},{i / 10},{1 - i / 10}" for i in range(9)]
    trials = tmp_path / "t.csv"
    trials.write_text("\n".join(["trial,learning_rate,val_error,accuracy", *rows]) + "\n")
    with pytest.raises(
        InvalidInput, match=r"decides by 'error', which 't' does not have.*--metric"
    ):
        import_study(str(trials), into=project)
    told = Told(metric="accuracy", direction="maximize")
    with pytest.raises(InvalidInput, match="Import it into a project of its own"):
        import_study(str(trials), into=project, told=told)
    done = import_study(str(trials), into=project, told=Told(metric="val_error"))
    assert "val_error is stored as error" in done.notes
    _, kept, _, _ = stored(project, "t")
    assert [t.summaries["error"].last for t in kept] == [i / 10 for i in range(9)]


def test_a_study_without_curves_has_no_best_step(tmp_path, playbook):
    rows = [f"{i},{10.0 ** -(i / 9)},{abs(i - 9) / 10}" for i in range(20)]
    trials = tmp_path / "t.csv"
    trials.write_text("\n".join(["trial,learning_rate,error", *rows]) + "\n")
    told = Told(metric="error")
    import_study(str(trials), into=tmp_path / "new", told=told)
    checked = check_target("t", project=tmp_path / "new")
    assert checked.studies[0].table.best_step.tolist() == [-1] * 20
    assert verdicts(checked) == verdicts(check_target(str(trials), told=told))
    code, out, _ = playbook("status", "t", "--project", str(tmp_path / "new"))
    assert code == 0
    assert "at step" not in out


def test_hostile_names_are_shown_as_text(tmp_path):
    evil = "<script>alert(1)</script>"
    rows = [f"{evil}{i},{10.0 ** -(i % 5)},{i / 10},{evil}" for i in range(10)]
    trials = tmp_path / "t.csv"
    trials.write_text("\n".join(["trial,learning_rate,error,host", *rows]) + "\n")
    import_study(str(trials), into=tmp_path / "new", told=Told(metric="error"))
    page = write_round_report(tmp_path / "new", "t").read_text()
    assert evil not in page


def test_a_project_file_is_valid_whatever_was_imported(tmp_path):
    rows = [f'{i},{10.0 ** -(i % 5)},{"true" if i % 2 else "false"},"a ""quoted"" \\ value",64,{i}'
            for i in range(10)]  # fmt: skip
    trials = tmp_path / "t.csv"
    trials.write_text("\n".join(["trial,opt/lr,use bias,note,batch_size,error", *rows]) + "\n")
    import_study(str(trials), into=tmp_path / "new", told=Told(metric="error"))
    declared = read_project(tmp_path / "new").hyperparameters
    assert {"opt_lr", "use_bias", "batch_size"} <= {h.key for h in declared}
    tomllib.loads((tmp_path / "new" / "playbook.toml").read_text())


FAULTS = {
    "missing": (["missing.csv"], "there is no file or folder missing.csv"),
    "no direction": (["t.csv", "--metric", "speed"], "--direction"),
    "unknown metric": (["t.csv", "--metric", "eror", "--direction", "min"], "did you mean 'error'"),
    "bad round": (
        ["t.csv", "--metric", "error", "--round", "a/b"],
        "cannot be the name of a round",
    ),
    "into a file": (["t.csv", "--metric", "error", "--into", "t.csv"], "is a file"),
    "unknown study": ([str(RAY), "--study", "ashe"], "did you mean 'asha'"),
    "several studies": ([str(RAY)], "add --study NAME"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_input_is_one_message_and_leaves_nothing(tmp_path, fault, playbook, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{i},{10.0 ** -(i % 5)},{i / 10},{i}" for i in range(10)]
    (tmp_path / "t.csv").write_text("\n".join(["trial,lr,error,speed", *rows]) + "\n")
    arguments, words = FAULTS[fault]
    into = [] if "--into" in arguments else ["--into", "new"]
    code, _, err = playbook("import", *arguments, *into)
    assert code == 2
    assert words in err
    assert not (tmp_path / "new").exists()


def test_names_that_are_taken_are_refused(project, tmp_path):
    trials, curves = write_table(tmp_path)
    (project / "rounds").mkdir()
    (project / "rounds" / "sweep.toml").write_text("")
    with pytest.raises(InvalidInput, match="--round sweep-imported"):
        import_study(str(trials), into=project, told=Told(curves=curves))
    (project / "deeper").mkdir()
    with pytest.raises(InvalidInput, match="lies inside the project"):
        import_study(str(trials), into=project / "deeper", told=Told(curves=curves))


def test_a_round_that_was_run_is_no_place_for_an_import(project, tmp_path):
    opened = open_project(project)
    (project / "rounds").mkdir()
    file = project / "rounds" / "first.toml"
    file.write_text('question = "?"\nkind = "improve"\nnuisance = ["momentum"]\ntrials = 2\n')
    store = project_store(opened)
    (study,) = studies_of(opened.project, open_round(opened, "first"))
    store.create(study, planned_trials(study, start=0, count=2, created_at=0.0))
    store.close()
    file.unlink()
    trials, curves = write_table(tmp_path)
    with pytest.raises(InvalidInput, match="'first' was run by this project"):
        import_study(str(trials), into=project, round_name="first", told=Told(curves=curves))


def test_a_study_of_which_nothing_has_ended_is_refused(tmp_path):
    rows = [f"{i},{10.0 ** -(i % 5)},running,0.5" for i in range(6)]
    trials = tmp_path / "t.csv"
    trials.write_text("\n".join(["trial,lr,status,error", *rows]) + "\n")
    with pytest.raises(InvalidInput, match="none of the 6 trials"):
        import_study(str(trials), into=tmp_path / "new", told=Told(metric="error"))


def test_a_password_in_a_url_is_not_kept():
    typed = "playbook import postgresql://me:s3cret/@host:5432/db --into ."
    assert "s3cret" not in without_password(typed)
    assert "me:***@host:5432/db --into ." in without_password(typed)
    assert without_password("a.csv --into b") == "a.csv --into b"


def test_an_ablation_is_answered_by_means_and_not_by_its_luckiest_seed(tmp_path):
    means = {"relu": 0.50, "gelu": 0.45, "silu": 0.46}
    lucky = {("silu", 3): 0.40}  # and its other seeds make up for it
    rows = [
        (name, seed, lucky.get((name, seed), mean + (0.02 if name == "silu" else 0.001 * seed)))
        for name, mean in means.items()
        for seed in range(4)
    ]
    table = tmp_path / "ablation.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([("activation", "seed", "val_loss"), *rows])
    import_study(str(table), into=tmp_path / "project", round_name="ablation")
    store = open_store("sqlite:///.playbook/store.db", folder=tmp_path / "project", must_exist=True)
    (answer,) = store.logbook(kind="answer")
    store.close()
    assert answer.message.startswith(
        "Of 3 settings with 12 runs, activation = gelu has the best mean val_loss = 0.4515"
    )
    assert "playbook compare ablation --arm activation" in answer.message
