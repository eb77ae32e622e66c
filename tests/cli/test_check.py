"""``playbook check`` as its user types it."""

import csv
import json
import math
import random
import shutil
import sys
from pathlib import Path

import click
import pytest

from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.cli.check import command
from tuning_playbook.cli.main import main

IDS = [check.id for check in all_checks()]


@pytest.fixture
def check(monkeypatch, capsys, tmp_path):
    """Exit code, output and errors of ``playbook check ...`` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments):
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["playbook", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        output = capsys.readouterr()
        return stopped.value.code, output.out, output.err

    return run


def sweep(count=40, *, edge=-2.0, seed=0):
    """A random search whose best learning rate is ``10 ** edge``."""
    draw = random.Random(seed)
    rows = []
    for i in range(count):
        lr, decay = 10 ** draw.uniform(-4, 0), 10 ** draw.uniform(-6, -2)
        loss = 0.2 + 0.1 * (math.log10(lr) - edge) ** 2 + draw.gauss(0, 0.005)
        rows.append({"trial": f"t{i}", "lr": lr, "decay": decay, "val_loss": loss})
    return rows


def points(rows, *, length=20, rising=False):
    found = []
    for row in rows:
        for step in range(1, length + 1):
            fall = math.exp(-4 * step / length)
            value = row["val_loss"] + (1 - fall if rising else fall)
            found.append({"trial": row["trial"], "step": step, "val_loss": value})
    return found


def write(path, rows):
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def findings(output):
    document = json.loads(output)
    assert document["schema"] == 1
    return {f["check"]: f for f in document["findings"]}


def test_every_option_is_described():
    page = (Path(__file__).parents[2] / "docs" / "check.md").read_text()
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or f"`{parameter.opts[0]}" in page


def test_conditional_ranges_may_be_declared(check, tmp_path):
    (tmp_path / "space.toml").write_text(
        '[optimizer]\nchoice = ["sgd", "adam"]\n[optimizer.when.sgd]\nlr = { log = [1e-4, 1.0] }\n'
        "[optimizer.when.adam]\nlr = { log = [1e-5, 1.0] }\n"
    )
    rows = [{**r, "optimizer": ("sgd", "adam")[i % 2]} for i, r in enumerate(sweep())]
    rows += [{**rows[-1], "trial": "low", "lr": 2e-5}]
    code, out, err = check(write(tmp_path / "t.csv", rows), "--space", "space.toml", "--json")
    assert code in (0, 1), err
    assert not any("outside" in note for note in json.loads(out)["notes"])
    assert list(json.loads(out)["ranges"]) == ["optimizer", "optimizer.sgd.lr", "optimizer.adam.lr"]


def test_the_document_has_the_promised_form(check, tmp_path):
    code, out, _ = check(write(tmp_path / "sweep.csv", sweep()), "--json")
    assert code == 0
    document = json.loads(out)
    assert document["study"] == "sweep"
    assert [f["check"] for f in document["findings"]] != []
    for finding in document["findings"]:
        assert set(finding) == {"check", "verdict", "summary", "evidence", "advice", "source",
                                "confidence"}  # fmt: skip
        assert finding["check"] in IDS
        assert finding["verdict"] in ("pass", "warn", "fail", "unknown", "note")
        assert "thresholds" in finding["evidence"]


def test_a_best_region_at_the_edge_fails_with_a_wider_range(check, tmp_path):
    code, out, _ = check(write(tmp_path / "sweep.csv", sweep(60, edge=1.0)), "--json")
    assert code == 1
    finding = findings(out)["search-space-boundary"]
    assert finding["verdict"] == "fail"
    advice = finding["advice"][0]
    assert (advice["action"], advice["hyperparameter"], advice["edge"]) == ("expand", "lr", "high")
    assert advice["range"][1] > 1.0


def test_failed_checks_come_first_in_the_terminal_and_unknown_ones_are_folded(check, tmp_path):
    code, out, _ = check(write(tmp_path / "sweep.csv", sweep(60, edge=1.0)))
    assert code == 1
    lines = [line.split()[0] for line in out.splitlines() if line[:1].strip()]
    assert [word for word in lines if word not in ("study", "taken", "not")][:2] == [
        "sweep",
        "FAIL",
    ]
    assert "→ search lr from" in out
    assert out.count("cannot tell") == 1
    assert "none were given" in out


@pytest.mark.parametrize("columns", ["40", "60", "200"])
def test_no_line_is_wider_than_the_terminal(check, tmp_path, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    rows = sweep(60, edge=1.0)
    write(tmp_path / "c.csv", points(rows))
    _, out, _ = check(write(tmp_path / "t.csv", rows), "--curves", "c.csv", "-v")
    assert max(map(len, out.splitlines())) <= int(columns)


def test_verbose_prints_numbers_and_thresholds_of_every_verdict(check, tmp_path):
    path = write(tmp_path / "t.csv", sweep())
    _, short, _ = check(path)
    _, long, _ = check(path, "-v")
    assert "p value" not in short
    assert "p value" in long
    assert long.count("thresholds:") == len(IDS)


def test_curves_are_read_beside_the_trials(check, tmp_path):
    rows = sweep()
    write(tmp_path / "c.csv", points(rows))
    code, out, _ = check(write(tmp_path / "t.csv", rows), "--curves", "c.csv", "--json")
    assert code == 0
    assert findings(out)["direction-sanity"]["verdict"] == "pass"


def test_the_wrong_direction_is_said_before_anything_else(check, tmp_path):
    rows = sweep()
    write(tmp_path / "c.csv", points(rows))
    path = write(tmp_path / "t.csv", rows)
    code, out, _ = check(
        path, "--curves", "c.csv", "--metric", "val_loss", "--direction", "maximize"
    )
    assert code == 1
    assert "100 % of the trials end worse than their first evaluation" in " ".join(out.split())
    assert out.count("FAIL") == 1
    assert "WARN" not in out
    assert "--direction minimize" in out


def test_the_direction_is_guessed_from_names_that_leave_no_doubt(check, tmp_path):
    rows = [{**r, "top_1_accuracy": 1 - r["val_loss"], "wiggle": 0.5} for r in sweep()]
    path = write(tmp_path / "t.csv", rows)
    _, out, _ = check(path, "--metric", "top_1_accuracy", "--json")
    document = json.loads(out)
    assert document["direction"] == "maximize"
    assert any("top_1_accuracy is to be maximized" in note for note in document["notes"])
    code, _, err = check(path, "--metric", "wiggle")
    assert code == 2
    assert "--direction minimize or --direction maximize" in err


def test_declared_ranges_are_used_and_nothing_else_is_searched(check, tmp_path):
    (tmp_path / "space.toml").write_text("lr = { log = [1e-4, 1.0] }\n")
    path = write(tmp_path / "t.csv", sweep())
    document = json.loads(check(path, "--space", "space.toml", "--json")[1])
    assert document["ranges"] == {"lr": "{ log = [0.0001, 1.0] }"}
    assert document["inferred_ranges"] is False
    (tmp_path / "space.toml").write_text("[hyperparameters]\nlr = { log = [1e-3, 1.0] }\n")
    document = json.loads(check(path, "--space", "space.toml", "--json")[1])
    assert any("outside the declared range of lr" in note for note in document["notes"])
    assert not any("--params" in note for note in document["notes"])


def test_values_that_are_not_declared_are_told(check, tmp_path):
    (tmp_path / "space.toml").write_text(
        "lr = { log = [1e-4, 1.0] }\nwidth = { ordered = [8, 16] }\n"
    )
    path = write(
        tmp_path / "t.csv", [{**r, "width": 8 * 2 ** (i % 3)} for i, r in enumerate(sweep())]
    )
    document = json.loads(check(path, "--space", "space.toml", "--json")[1])
    assert "width took values that are not declared: 32." in document["notes"]


def test_params_select_ignore_and_by(check, tmp_path):
    rows = [{**r, "depth": i % 3} for i, r in enumerate(sweep())]
    path = write(tmp_path / "t.csv", rows)
    document = json.loads(check(path, "--params", "lr, depth", "--select", IDS[1], "--json")[1])
    assert list(document["ranges"]) == ["lr", "depth"]
    assert [f["check"] for f in document["findings"]] == [IDS[1]]
    path = write(tmp_path / "t.csv", [{**r, "task": "ab"[i % 2]} for i, r in enumerate(rows)])
    document = json.loads(check(path, "--by", "task", "--ignore", IDS[1], "--json")[1])
    assert [s["study"] for s in document["studies"]] == ["a", "b"]
    assert [s["trials"] for s in document["studies"]] == [20, 20]
    assert all(len(s["findings"]) >= len(IDS) - 1 for s in document["studies"])
    assert json.loads(check(path, "--by", "task", "--study", "b", "--json")[1])["study"] == "b"


@pytest.mark.parametrize("column", ["dataset", "task_name", "env"])
def test_results_on_different_tasks_are_no_repeats_of_a_setting(check, tmp_path, column):
    rows = [
        {"lr": lr, "width": width, column: task, "val_acc": base + 0.01 * math.log10(lr)}
        for lr in (0.1, 0.01, 0.001)
        for width in (16, 32)
        for task, base in (("cora", 0.9), ("pubmed", 0.7))
    ]
    path = write(tmp_path / "t.csv", rows)
    document = json.loads(check(path, "--json")[1])
    assert [(s["study"], s["trials"]) for s in document["studies"]] == [("cora", 6), ("pubmed", 6)]
    assert column in check(path)[1]
    own = json.loads(check(path, "--study", "pubmed", "--json")[1])
    assert (own["study"], own["trials"]) == ("pubmed", 6)
    told = json.loads(check(path, "--params", f"lr,width,{column}", "--json")[1])
    assert set(told["ranges"]) == {"lr", "width", column}


def test_one_trial_of_each_task_makes_no_studies(check, tmp_path):
    rows = [{"dataset": f"d{i}", "lr": 0.1 * (i + 1), "val_acc": 0.5 + 0.1 * i} for i in range(4)]
    assert json.loads(check(write(tmp_path / "t.csv", rows), "--json")[1])["trials"] == 4


def test_a_study_that_cannot_be_used_does_not_hide_the_others(check, tmp_path):
    rows = [{**r, "task": "a", "accuracy": 0.5} for r in sweep(12)]
    more = [{"trial": f"u{i}", "lr": 0.1 * i, "task": "b"} for i in range(1, 5)]
    write(tmp_path / "c.csv", points(rows[:6]))
    code, out, _ = check(write(tmp_path / "t.csv", rows + more), "--by", "task", "--params", "lr",
                         "--metric", "val_loss", "--json")  # fmt: skip
    assert code in (0, 1)
    assert [s["study"] for s in json.loads(out)["studies"]] == ["a", "b"]


def with_change(change):
    return [change(i, dict(row)) for i, row in enumerate(sweep())]


BAD = {
    "no such metric": (sweep(), ["--metric", "val_lss"], "did you mean 'val_loss'"),
    "no such parameter": (sweep(), ["--params", "lrr"], "did you mean 'lr'"),
    "no such check": (sweep(), ["--select", "overfiting"], "did you mean 'overfitting'"),
    "no such direction": (sweep(), ["--direction", "up"], "write 'maximize'"),
    "no such column": (sweep(), ["--by", "taks"], "has no column 'taks'"),
    "no such study": (sweep(), ["--study", "x"], "has no study 'x'"),
    "repeated ids": (with_change(lambda i, r: {**r, "trial": f"t{i % 38}"}), [],
                     "names 2 trials more than once: t0, t1"),
    "text among numbers": (with_change(lambda i, r: {**r, "lr": "0,1"} if i == 5 else r), [],
                           "'lr' holds numbers, but trial t5 has '0,1'"),
    "several metrics": (with_change(lambda i, r: {**r, "accuracy": 1 / (i + 1)}), [],
                        "Its metrics: val_loss, accuracy"),
    "curves of other trials": (with_change(lambda i, r: {**r, "trial": f"x{i}"}),
                               ["--curves", "c.csv"], "the same column must name the trials"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BAD)
def test_unusable_input_is_one_message_and_exit_code_2(check, tmp_path, fault):
    rows, options, words = BAD[fault]
    write(tmp_path / "c.csv", points(sweep()))
    code, out, err = check(write(tmp_path / "t.csv", rows), *options)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


SPACES = {
    "log through zero": ("lr = { log = [0.0, 1.0] }", "line 1, lr.log: a log scale cannot reach 0"),
    "no such column": ("rate = { log = [1e-4, 1.0] }", "'rate'"),
    "value below a log scale": ("signed = { log = [1e-4, 1.0] }", "cannot hold"),
    "nothing varies": ("lr = { fixed = 0.1 }", "declares no range"),
    "no TOML": ("lr = [", "1 mistake"),
}


@pytest.mark.parametrize("fault", SPACES)
def test_faults_of_a_declared_space_are_told(check, tmp_path, fault):
    text, words = SPACES[fault]
    (tmp_path / "space.toml").write_text(text)
    rows = with_change(lambda i, r: {**r, "signed": -0.1 * i})
    code, _, err = check(write(tmp_path / "t.csv", rows), "--space", "space.toml")
    assert code == 2
    assert words in err


@pytest.mark.parametrize("level", ["nan", "inf"])
def test_a_chance_level_is_a_number(check, tmp_path, level):
    write(tmp_path / "t.csv", sweep(10))
    code, _, error = check("t.csv", "--chance-level", level)
    assert code == 2
    assert "chance level is a finite number" in error


def test_one_trial_tells_nothing(check, tmp_path):
    code, out, _ = check(write(tmp_path / "t.csv", sweep(1)), "--json")
    assert code == 0
    assert {f["verdict"] for f in json.loads(out)["findings"]} == {"unknown"}


def test_no_feasible_trial_fails(check, tmp_path):
    rows = [{**r, "val_loss": "", "status": "crashed"} for r in sweep()]
    code, out, _ = check(write(tmp_path / "t.csv", rows), "--metric", "val_loss")
    assert code == 1
    assert "None of the 40 finished trials trained (40 crash)" in out


def test_a_constant_hyperparameter_is_not_judged(check, tmp_path):
    rows = [{**r, "dropout": 0.1} for r in sweep()]
    document = json.loads(check(write(tmp_path / "t.csv", rows), "--json")[1])
    assert list(document["ranges"]) == ["lr", "decay"]


def test_a_running_study_is_judged_by_what_has_ended(check, tmp_path):
    rows = [{**r, "state": "running" if i >= 30 else "finished"} for i, r in enumerate(sweep())]
    code, out, _ = check(write(tmp_path / "t.csv", rows), "--json")
    assert code == 0
    evidence = findings(out)["infeasible-fraction"]["evidence"]
    assert (evidence["finished_trials"], evidence["infeasible_trials"]) == (30, 0)
    assert "10 unfinished" in check(tmp_path / "t.csv")[1]


def test_runs_of_one_name_are_judged_each(check, tmp_path):
    rows = [{"name": f"run{i % 7}", **{k: r[k] for k in ("lr", "val_loss")}}
            for i, r in enumerate(sweep())]  # fmt: skip
    document = json.loads(check(write(tmp_path / "t.csv", rows), "--json")[1])
    assert document["trials"] == 40


def test_hostile_names_are_shown_and_not_obeyed(check, tmp_path):
    rows = [{**r, "trial": f"\x1b[31m{i}", "lr\x1b[2J": r.pop("lr"), "o": "[red]x[/red]" if i % 2
             else "=cmd()"} for i, r in enumerate(sweep(60, edge=1.0))]  # fmt: skip
    code, out, _ = check(write(tmp_path / "t.csv", rows), "-v")
    assert code == 1
    assert "\x1b" not in out
    assert "[red]x[/red]" in out
    code, _, err = check(tmp_path / "t.csv", "--metric", "nowhere")
    assert code == 2
    assert "\x1b" not in err
    code, _, err = check(tmp_path / "t.csv", "--by", "nowhere")
    assert "lr?[2J" in err


OTHER_FILES = {
    "corrupt.db": (b"SQLite format 3\0" + b"x" * 5000, "corrupt.db is no readable database"),
    "half.parquet": (b"PAR1 and no more", "not a Parquet file"),
    "study.pkl": (b"cos\nsystem\n", "could run code"),
    "weights.bin": (b"123", "not a file of a known kind"),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_files_that_are_no_study_are_refused_with_what_is_known(check, tmp_path, name):
    content, words = OTHER_FILES[name]
    (tmp_path / name).write_bytes(content)
    code, _, err = check(name)
    assert code == 2
    assert words in err


@pytest.mark.parametrize("target", ["nowhere.csv", "optuna:///nowhere.db", "mlflow:nowhere"])
def test_what_is_not_there_is_named(check, target):
    code, _, err = check(target)
    assert code == 2
    assert "nowhere" in err


def test_an_optuna_user_needs_one_argument(check, tmp_path):
    optuna = pytest.importorskip("optuna", reason="optuna is not installed")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        storage=f"sqlite:///{tmp_path}/study.db",
        study_name="search",
        sampler=optuna.samplers.TPESampler(seed=1),
    )
    study.optimize(lambda t: (t.suggest_float("x", 0, 4) - 5) ** 2, n_trials=40)
    for target in ("study.db", "optuna:///study.db", f"sqlite:///{tmp_path}/study.db"):
        code, out, _ = check(target, "--json")
        assert code == 0
        (advice,) = findings(out)["search-space-boundary"]["advice"]
        assert (advice["action"], advice["hyperparameter"]) == ("try-level", "x")
        assert advice["values"] == [pytest.approx(5.5, abs=0.5)]  # 30 to 50 % of the range
        assert json.loads(out)["ranges"] == {"x": "{ linear = [0.0, 4.0] }"}


@pytest.mark.filterwarnings("ignore")  # MLflow's own
def test_an_mlflow_user_needs_the_metric_too(check, tmp_path):
    pytest.importorskip("mlflow", reason="mlflow is not installed")
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")
    experiment = client.create_experiment("search")
    for row in sweep(12):
        run = client.create_run(experiment).info.run_id
        client.log_param(run, "lr", row["lr"])
        for step in (1, 2):
            client.log_metric(run, "val_loss", row["val_loss"] / step, step=step)
        client.set_terminated(run)
    code, out, _ = check(f"mlflow:sqlite:///{tmp_path}/mlflow.db", "--metric", "val_loss", "--json")
    assert code in (0, 1)
    document = json.loads(out)
    assert (document["study"], document["trials"]) == ("search", 12)


def test_a_round_is_checked_by_its_name(check, finished_project, monkeypatch):
    monkeypatch.chdir(finished_project)
    code, out, _ = check("first", "--json")
    assert code in (0, 1)
    document = json.loads(out)
    assert len(document["studies"]) == 2
    for study in document["studies"]:
        assert study["metric"] == "error"
        assert study["inferred_ranges"] is False
        assert {f["check"] for f in study["findings"]} == set(IDS)
    assert check("rounds/first.toml", "--json")[1] == out
    monkeypatch.chdir(finished_project.parent)
    assert check("first", "--project", finished_project, "--json")[1] == out


def test_a_misspelt_round_is_corrected(check, finished_project, monkeypatch):
    monkeypatch.chdir(finished_project)
    code, _, err = check("frist")
    assert code == 2
    assert "Did you mean 'first'" in err
    code, _, err = check(finished_project)
    assert code == 2
    assert "is a project; name one of its rounds" in err
    code, _, err = check("first", "--params", "x")
    assert code == 2
    assert "only --metric, --direction and --chance-level" in err


def test_a_round_that_was_not_run_says_how(check, project, monkeypatch):
    monkeypatch.chdir(project)
    code, _, err = check("first")
    assert code == 2
    assert "playbook run" in err


def test_what_playbook_exports_is_read_again(check, finished_project, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    shutil.copytree(finished_project, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["playbook", "export", "-o", "out"])
    with pytest.raises(SystemExit):
        main()
    (folder / "space.toml").write_text(
        "learning_rate = { log = [1e-3, 10.0] }\nmomentum = { reverse_log = [0.5, 0.99] }\n"
    )
    own = json.loads(check("first", "--json")[1])
    code, out, err = check("out/trials.csv", "--curves", "out/curves.csv", "--metric", "error",
                           "--space", "space.toml", "--json")  # fmt: skip
    assert code in (0, 1), err
    again = json.loads(out)
    assert [s["trials"] for s in again["studies"]] == [s["trials"] for s in own["studies"]]
    for mine, theirs in zip(own["studies"], again["studies"], strict=True):
        assert {f["check"]: f["verdict"] for f in mine["findings"]} == {
            f["check"]: f["verdict"] for f in theirs["findings"]
        }
