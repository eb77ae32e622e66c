"""Tables of methods and tasks: compared over the tasks, and never in silence."""

from __future__ import annotations

import json
import shlex
import sys

import pytest

from tuning_playbook import check, compare
from tuning_playbook.cli.main import main
from tuning_playbook.errors import InvalidInput

BASE = {"boole": 61.2, "causal": 70.5, "dyck": 55.1, "geometry": 48.9, "hyperbaton": 66.6,
        "navigate": 59.3, "objects": 62.0, "snarks": 71.4}  # fmt: skip
GAINS = {"plain": (0,) * 8, "chain": (4.1, 3.2, 5.5, 2.1, 3.9, 4.4, 2.8, 3.1),
         "vote": (0.3, -0.2, 0.4, -0.5, 0.1, 0.2, -0.3, 0.05)}  # fmt: skip
SCORES = {
    method: {
        task: round(value + gain, 2)
        for (task, value), gain in zip(BASE.items(), gains, strict=True)
    }
    for method, gains in GAINS.items()
}


def wide(path, *, head="Method", suffix="", more=None):
    names = [f"{task}{suffix}" for task in BASE]
    extra = list(more or {})
    lines = [",".join([head, *names, *extra])]
    for method, own in SCORES.items():
        cells = [*own.values(), *(more[name][method] for name in extra)]
        lines.append(",".join(map(str, [method, *cells])))
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def long(path, *, repeats=1, names=("method", "dataset", "accuracy")):
    lines = [",".join([*names, *["seed"] * (repeats > 1)])]
    for method, own in SCORES.items():
        for task, value in own.items():
            for seed in range(repeats):
                cells = [method, task, round(value + 0.01 * seed, 3)]
                lines.append(",".join(map(str, [*cells, *[seed] * (repeats > 1)])))
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def verdicts(compared):
    return {candidate: verdict for (_, candidate), verdict in compared.verdicts.items()}


EXPECTED = {"chain": "better", "vote": "cannot-tell"}


def test_a_row_for_each_method_and_task_is_compared_over_the_tasks(tmp_path):
    compared = compare(long(tmp_path / "scores.csv"))
    document = compared.as_document()
    assert verdicts(compared) == EXPECTED
    assert (document["kind"], document["tasks"], document["seed"]) == ("tasks", "dataset", None)
    first = document["comparisons"][0]
    assert first["wins"]["won"] == 8
    assert first["difference"] == pytest.approx(sum(GAINS["chain"]) / 8)
    assert "no seed" in document["caution"]
    assert any("--tasks otherwise" in note for note in document["notes"])


def exit_code(monkeypatch, command):
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit) as stopped:
        main()
    return stopped.value.code or 0


@pytest.mark.parametrize("suffix", ["", " acc"])
@pytest.mark.parametrize("call", [check, compare])
def test_a_column_for_each_task_is_recognized_and_the_command_works(
    tmp_path, monkeypatch, capsys, call, suffix
):
    path = wide(tmp_path / "paper.csv", suffix=suffix)
    with pytest.raises(InvalidInput) as refused:
        call(path)
    message = str(refused.value)
    assert "3 methods (Method)" in message
    assert "8 tasks" in message
    monkeypatch.chdir(tmp_path)
    message = _typed(monkeypatch, capsys, f"playbook {call.__name__} paper.csv")
    command = message[message.index("playbook compare") :].partition(", or ")[0].strip()
    assert exit_code(monkeypatch, f"{command} --json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {p["candidate"]: p["verdict"] for p in found["comparisons"]} == EXPECTED
    assert found["metric"] == ("acc" if suffix else "result")


def _typed(monkeypatch, capsys, command):
    assert exit_code(monkeypatch, command) == 2
    return capsys.readouterr().err.replace("\n", " ")


def test_a_mean_over_the_tasks_is_no_task(tmp_path):
    means = {method: round(sum(own.values()) / 8, 4) for method, own in SCORES.items()}
    path = wide(tmp_path / "paper.csv", more={"Average": means})
    with pytest.raises(InvalidInput) as refused:
        compare(path)
    assert "on each of 8 tasks" in str(refused.value)
    tasks = list(BASE)
    assert verdicts(compare(path, tasks=tasks, metric="accuracy")) == EXPECTED


def test_different_metrics_side_by_side_are_no_tasks(tmp_path):
    path = tmp_path / "metrics.csv"
    path.write_text("model,accuracy,f1,auc\na,0.91,0.85,0.97\nb,0.92,0.81,0.96\n")
    with pytest.raises(InvalidInput) as refused:
        check(str(path))
    assert "--tasks" not in str(refused.value)


def test_a_search_is_no_table_of_methods_and_tasks(tmp_path):
    path = tmp_path / "search.csv"
    path.write_text(
        "name,lr,alpha,beta,gamma\n"
        + "".join(f"r{i},{10**-i},0.{i + 1}1,0.{i + 2}2,0.{i + 3}3\n" for i in range(6))
    )
    for call in (check, compare):
        with pytest.raises(InvalidInput) as refused:
            call(str(path))
        assert "--tasks" not in str(refused.value)


def test_runs_repeated_on_each_task_are_asked_about_and_then_averaged(tmp_path):
    path = long(tmp_path / "runs.csv", repeats=3)
    with pytest.raises(InvalidInput, match="--tasks dataset compares over all"):
        compare(path, arm="method")
    compared = compare(path, arm="method", tasks="dataset")
    assert verdicts(compared) == EXPECTED
    assert any("mean of its runs there, up to 3" in n for n in compared.as_document()["notes"])


def test_check_says_of_one_result_for_each_method_and_task_what_compares_them(tmp_path):
    checked = check(long(tmp_path / "scores.csv"))
    kinds = {study["kind"] for study in checked.as_document()["studies"]}
    (kind,) = kinds
    assert kind.startswith("one result of each method on one dataset")
    assert kind.endswith("playbook compare compares them over all 8, with --tasks dataset")


def test_text_among_the_results_of_a_task_is_told(tmp_path):
    path = wide(tmp_path / "paper.csv")
    with pytest.raises(InvalidInput, match="Method is to hold the results on a task"):
        compare(path, tasks=("Method", "boole"), arm="Method", direction="maximize")


def test_the_answer_is_written_for_people_too(tmp_path, capsys, monkeypatch):
    path = long(tmp_path / "scores.csv")
    assert exit_code(monkeypatch, f"playbook compare {path} -o {tmp_path / 'a.html'}") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "chain is better on 8 of 8 tasks and worse on 0 (sign test, p = 0.0078)" in told
    assert "mean accuracy" in told
    assert exit_code(monkeypatch, f"playbook compare {path} --all-pairs") == 0
    assert "A task is no seed" in (tmp_path / "a.html").read_text()
