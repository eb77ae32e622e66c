"""What a message of ``playbook compare`` says to type gives an answer when it is typed."""

from __future__ import annotations

import csv
import json
import shlex
import sys

import numpy as np
import pytest

from tuning_playbook import check
from tuning_playbook.cli.main import main
from tuning_playbook.errors import InvalidInput
from tuning_playbook.workflow.comparing.comparing import compare_runs

RNG = np.random.default_rng(3)


def grid(metrics=("val_loss",), *, repeats=1, extra=None, levels=(3, 2)):
    rows = []
    for a in range(levels[0]):
        for b in range(levels[1]):
            for _ in range(repeats):
                row = {"lr": 10.0**-a, "dropout": b / 10} | (extra or {})
                rows.append(row | {m: round(float(RNG.normal(a - b, 0.1)), 5) for m in metrics})
    return rows


def arms(names, metrics, *, repeats=4, **more):
    return [
        more
        | {"recipe": name}
        | {m: float(RNG.normal(0, 1)) for m in metrics}
        for name in names for _ in range(repeats)
    ]  # fmt: skip


def search(count=24, metrics=("val_loss",), **levels):
    return [
        {"lr": 10 ** RNG.uniform(-4, -1)}
        | {name: own[i % len(own)] for name, own in levels.items()}
        | {m: float(RNG.uniform()) for m in metrics}
        for i in range(count)
    ]


def gapped(rows, every):
    return [row | {"val_loss": "diverged"} if i % every == 0 else row for i, row in enumerate(rows)]


SHAPES = {
    "two factors": grid(),
    "two factors, repeated": grid(repeats=3),
    "two factors, two metrics": grid(("val_loss", "val_acc")),
    "metric without direction": arms("AB", ("quality_x", "val_acc", "val_loss")),
    "test metrics only": arms("AB", ("test_acc", "test_loss")),
    "two names of arms": arms("AB", ("val_loss",), method="x")
    + arms("AC", ("val_loss",), method="y"),
    "names with blanks and commas": [
        {"my, arm": a, "other arm": b, "val acc (%)": float(RNG.normal()), "val loss": 0.1 * i}
        for i, (a, b) in enumerate([("x y", "p,q"), ("x y", "r"), ("z", "p,q"), ("z", "r")] * 3)
    ],
    "several tasks": [
        {"env": e, "algo": a, "seed": s, "episode_return": float(RNG.normal(10 * len(e), 1))}
        for e in ("Ant", "Hopper") for a in ("PPO", "SAC") for s in range(4)
    ],
    "search of two choices": search(
        optimizer=["adam", "sgd"], layers=[1, 1, 2, 2, 3], metrics=("val_loss", "val_acc")
    ),
    "constant beside choices": search(optimizer=["adam", "sgd"], norm=["bn", "ln", "ln"], seed=[1]),
    "one arm failed": gapped(grid(repeats=2), 2),
    "statistics beside": [
        row | {"val_loss_std": 0.1, "val_acc": 0.5 + i / 100, "val_acc_std": 0.2}
        for i, row in enumerate(grid())
    ],
    "training and validation": grid(("train_loss", "val_loss", "val_acc", "test_acc"), repeats=2),
    "progress, times and states": [
        row | {"epoch": 9 if i % 5 else 3, "Runtime": 100 + i % 2, "State": "finished",
               "host": f"n{i % 3}", "val_acc": 0.5 + i / 99}
        for i, row in enumerate(grid(repeats=2))
    ],
}  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, rows, name="my runs.csv"):
    with (folder / name).open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return name


def exit_code(monkeypatch, words):
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code or 0


def proposed(message):
    """The command in a message, without what else could be typed."""
    _, found, command = message.partition("Type: ")
    assert found, message
    return shlex.split(command.partition(", or ")[0])


@pytest.mark.parametrize("shape", SHAPES)
def test_the_command_that_is_proposed_gives_an_answer(folder, monkeypatch, capsys, shape):
    target = write(folder, SHAPES[shape])
    with pytest.raises(InvalidInput) as refused:
        compare_runs([target])
    words = proposed(str(refused.value))
    assert "  " not in str(refused.value)
    assert exit_code(monkeypatch, words) == 0, capsys.readouterr().err


def test_results_of_several_tasks_are_compared_task_by_task(folder, monkeypatch, capsys):
    target = write(folder, SHAPES["several tasks"])
    words = ["playbook", "compare", target, "--arm", "algo"]
    assert exit_code(monkeypatch, words) == 2
    message = capsys.readouterr().err
    assert "results of different tasks are not mixed" in message
    assert exit_code(monkeypatch, [*proposed(message.replace("\n", " ")), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["study"], found["comparisons"][0]["repeats"]) == ("Ant", [4, 4])
    assert exit_code(monkeypatch, [*words[:-1], "algo,env"]) == 0


BENCHMARK = [
    {"dataset": data, "model": model, "seed": seed, "best_epoch": 7 + seed,
     "val_auc": auc + seed / 99}
    for data, auc in (("wiki", 0.95), ("eut", 0.7))
    for model, seeds in (("gcn", 3), ("gat", 3 if data == "wiki" else 0))
    for seed in range(seeds)
]  # fmt: skip


def test_results_on_several_data_sets_are_never_averaged(folder, monkeypatch, capsys):
    target = write(folder, BENCHMARK)
    words = ["playbook", "compare", target, "--metric", "val_auc", "--arm", "model"]
    assert exit_code(monkeypatch, words) == 2
    message = capsys.readouterr().err
    assert "differ in dataset" in message
    assert exit_code(monkeypatch, [*proposed(message.replace("\n", " ")), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["comparisons"][0]["repeats"] == [3, 3]


def test_what_one_arm_has_measured_of_each_seed_makes_no_search_of_it(folder, monkeypatch, capsys):
    rows = [
        {"model": m, "seed": s, "shared_thresh": 0.3 + s // 2 / 50 if m == "full" else None,
         "val_auc": 0.8 + i / 50 + s / 99}
        for i, m in enumerate(("full", "no_vae", "no_graph")) for s in range(5)
    ]  # fmt: skip
    target = write(folder, rows)
    words = ["playbook", "compare", target, "--metric", "val_auc", "--arm", "model", "--json"]
    assert exit_code(monkeypatch, words) == 0
    assert json.loads(capsys.readouterr().out)["comparisons"][0]["repeats"] == [5, 5]


def test_a_study_by_task_is_named_as_check_names_it(folder, monkeypatch, capsys):
    target = write(folder, BENCHMARK)
    words = ["playbook", "compare", target, "--metric", "val_auc", "--arm", "model"]
    assert exit_code(monkeypatch, [*words, "--study", "wiki", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["study"] == "wiki"
    assert exit_code(monkeypatch, [*words, "--study", "wikk"]) == 2
    assert "did you mean 'wiki'" in capsys.readouterr().err


@pytest.mark.parametrize("shape", SHAPES)
def test_what_was_typed_already_is_kept(folder, monkeypatch, capsys, shape):
    target = write(folder, SHAPES[shape])
    with pytest.raises(InvalidInput) as refused:
        compare_runs([target])
    words = proposed(str(refused.value))
    assert exit_code(monkeypatch, ["playbook", "compare", target, "--json"]) == 2
    assert words[:3] == ["playbook", "compare", target]
    assert words[:3] + words[3:] == proposed(capsys.readouterr().err.replace("\n", " "))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"lr": 10**-x, "momentum": 1 - x / 9, "val_loss": x} for x in np.arange(1, 4, 0.05)],
         r"own lr and momentum"),
        ([{"lr": 10**-x, "val_loss": 1.0} for x in np.arange(1, 4, 0.1)], "own lr"),
        ([{"epoch": e, "train_loss": 1 / (e + 1), "val_loss": 1 / (e + 2), "val_acc": e / 50}
          for e in range(40)], "has a single run"),
    ],
)  # fmt: skip
def test_where_there_are_no_arms_no_column_is_proposed(folder, rows, words):
    with pytest.raises(InvalidInput, match=words) as refused:
        compare_runs([write(folder, rows)])
    assert "--arm" not in str(refused.value)


def test_a_list_of_variants_with_a_run_each_is_answered(folder):
    rows = [{"variant": name, "val_acc": 80.0 + i} for i, name in enumerate(("full", "w/o x", "y"))]
    compared = compare_runs([write(folder, rows)])
    assert set(compared.verdicts.values()) == {"cannot-tell"}


@pytest.mark.parametrize(
    "beside",
    [
        {"val_acc": ["80.1 ± 0.2", "81.0 ± 0.3", "79.0 ± 0.1", "82.2 ± 0.2"]},
        {"val_acc": [0.80, 0.81, 0.79, 0.82], "val_acc_std": [0.1, 0.2, 0.1, 0.3]},
        {"val_acc": [0.80, 0.81, 0.79, 0.82], "grad_norm": [1.0, 2.0, 1.5, 1.2]},
        {"val_acc": [0.80, 0.81, 0.79, 0.82], "test_acc": [0.7, 0.8, 0.6, 0.9]},
        {"val_acc": [0.80, 0.81, 0.79, 0.82], "train_loss": [0.7, 0.8, 0.6, 0.9]},
        {"val_acc": [0.80, 0.81, 0.79, 0.82], "val_loss": [0.1, 0.1, 0.1, 0.1]},
    ],
)
def test_the_same_metric_decides_as_for_check(folder, beside):
    columns = {"recipe": ["A", "A", "B", "B"]} | beside
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    target = write(folder, rows)
    compared = compare_runs([target]).view.objective.metric
    assert compared == check(target).as_document()["metric"] == "val_acc"
