import csv
import gzip
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.importers.layouts import read_tables, write_csv

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import foreign_table
from tuning_playbook.importers.files import arrow_tables, csv_tables
from tuning_playbook.importers.metrics.metric_choice import metric_choice
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.roles.told_columns import ToldColumns, as_told, with_roles
from tuning_playbook.importers.splitting import split_study
from tuning_playbook.importers.tables.studies import read_table
from tuning_playbook.importers.tables.table_files import read_columns
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.study import Objective

DATA = Path(__file__).parents[4] / "shared" / "data"

ROWS = [
    {"trial": f"t{i}", "lr": 10.0**-i, "width": 2**i, "optimizer": "adam" if i % 2 else "sgd",
     "val_loss": 1.0 / i, "runtime": 3.5 * i, "status": "finished"}
    for i in range(1, 7)
]  # fmt: skip


def write_jsonl(path: Path, rows) -> Path:
    opener = gzip.open if path.name.endswith(".gz") else open
    with opener(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def write_parquet(path: Path, rows) -> Path:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    buffer = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(rows), buffer)
    content = buffer.getvalue().to_pybytes()
    path.write_bytes(gzip.compress(content) if path.name.endswith(".gz") else content)
    return path


def plain(columns):
    return {name: list(cells) for name, cells in columns.items()}


WRITERS = {"csv": write_csv, "csv.gz": write_csv, "jsonl": write_jsonl, "jsonl.gz": write_jsonl,
           "parquet": write_parquet, "parquet.gz": write_parquet}  # fmt: skip


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_gives_the_same_study(tmp_path, ending):
    found = read_table(WRITERS[ending](tmp_path / f"sweep.{ending}", ROWS))
    assert found.name == "sweep"
    assert found.ids == tuple(row["trial"] for row in ROWS)
    assert plain(found.parameters) == {
        k: [r[k] for r in ROWS] for k in ("lr", "width", "optimizer")
    }
    assert plain(found.results) == {"val_loss": [r["val_loss"] for r in ROWS]}
    assert set(found.status) == {"complete"}
    assert list(found.metadata["runtime"]) == [r["runtime"] for r in ROWS]


@pytest.mark.parametrize("ending", WRITERS)
def test_curves_of_every_format_join_by_trial(tmp_path, ending):
    trials = write_csv(tmp_path / "trials.csv", ROWS)
    points = [{"trial": r["trial"], "global_step": s, "val_acc": 0.1 * s} for r in ROWS[::-1]
              for s in (1, 2, 3)]  # fmt: skip
    found = read_table(trials, curves=WRITERS[ending](tmp_path / f"curves.{ending}", points))
    table = foreign_table(found, objective=Objective("val_acc", "maximize"))
    for row in range(len(ROWS)):
        curve = table.curves["val_acc"].of(row)
        assert curve.steps.tolist() == [1, 2, 3]
        assert curve.values.tolist() == pytest.approx([0.1, 0.2, 0.3])


cells = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.integers(-(10**9), 10**9),
)
words = st.text(st.characters(codec="utf-8", categories=("L",)), min_size=1, max_size=8).filter(
    lambda w: w.lower() not in ("nan", "inf", "infinity", "na", "null", "none", "true", "false")
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(st.tuples(cells, st.booleans(), words), min_size=1, max_size=30))
def test_csv_and_json_lines_agree_on_any_values(tmp_path, rows):
    records = [{"id": f"r{i}", "x": x, "flag_x": f, "word": w} for i, (x, f, w) in enumerate(rows)]
    a = read_table(write_csv(tmp_path / "a.csv", records))
    b = read_table(write_jsonl(tmp_path / "b.jsonl", records))
    both = [{**plain(s.parameters), **plain(s.metadata), **plain(s.results)} for s in (a, b)]
    assert both[0] == both[1]
    assert a.columns == b.columns
    assert both[0]["x"] == [r["x"] for r in records]
    assert both[0]["word"] == [r["word"] for r in records]


def test_words_of_other_tools_are_understood(tmp_path):
    words = ["COMPLETED", "TrialState.PRUNED", "crashed", "FAIL", "killed", "running", "PENDING",
             "diverged", "OOM"]  # fmt: skip
    rows = [{"id": i, "lr": i, "loss": 0.1, "state": w} for i, w in enumerate(words)]
    found = read_tables(tmp_path, rows)
    assert found.status == ("complete", "cancelled", "failed", "failed", "cancelled", "running",
                            "waiting", "infeasible", "infeasible")  # fmt: skip
    assert found.reason[-2:] == ("non-finite", "out-of-memory")


def test_a_state_of_america_is_no_status(tmp_path):
    rows = [
        {"id": i, "lr": 0.1 * i, "loss": 0.1, "state": w}
        for i, w in enumerate(["ohio", "utah"] * 2)
    ]
    found = read_tables(tmp_path, rows)
    assert set(found.status) == {"complete"}
    assert list(found.parameters["state"]) == ["ohio", "utah"] * 2


def test_reasons_are_read_beside_the_status(tmp_path):
    texts = ["", "CUDA out of memory. Tried to allocate", "loss is NaN at step 7", "KeyError: 'x'",
             "information missing"]  # fmt: skip
    rows = [{"id": i, "lr": i, "loss": "", "status": "failed" if t else "done", "reason": t}
            for i, t in enumerate(texts)]  # fmt: skip
    found = read_tables(tmp_path, rows)
    assert found.reason == ("", "out-of-memory", "non-finite", "exception", "exception")


def test_a_flag_marks_trials_as_failed_whatever_they_measured(tmp_path):
    rows = [{"id": i, "lr": i, "loss": 0.1, "nan_train_loss": i == 2} for i in range(4)]
    found = read_table(write_jsonl(tmp_path / "t.jsonl", rows))
    assert found.status == ("complete", "complete", "infeasible", "complete")
    assert found.reason[2] == "non-finite"
    assert "nan_train_loss" not in found.parameters


def test_trials_of_either_table_are_kept(tmp_path):
    trials = write_csv(tmp_path / "t.csv", ROWS[:3])
    points = [{"trial": t, "step": 1, "loss": 1.0} for t in ("t2", "stray")]
    found = read_table(trials, curves=write_csv(tmp_path / "c.csv", points))
    assert found.ids == ("t1", "t2", "t3", "stray")
    assert found.parameters["lr"][3] is None
    assert any("stray" in note for note in found.notes)
    table = foreign_table(found, objective=Objective("loss", "minimize"))
    assert np.isnan(table.loss).tolist() == [True, False, True, False]


def test_numbers_as_ids_join_with_a_spreadsheets_floats(tmp_path):
    trials = write_csv(tmp_path / "t.csv", [{"trial": "1", "lr": 0.1}, {"trial": "2", "lr": 0.2}])
    points = [{"trial": "1.0", "step": 1, "loss": 1.0}, {"trial": "2.0", "step": 1, "loss": 2.0}]
    found = read_table(trials, curves=write_csv(tmp_path / "c.csv", points))
    assert found.ids == ("1", "2")
    assert found.curves["loss"][0].tolist() == [0, 1]


def test_ids_keep_their_zeros(tmp_path):
    found = read_table(
        write_csv(tmp_path / "t.csv", [{"id": "007", "lr": 1}, {"id": "7", "lr": 2}])
    )
    assert found.ids == ("007", "7")


def test_the_id_is_the_column_that_both_tables_have(tmp_path):
    trials = [{"trial": i % 2, "trial_id": i, "lr": i} for i in range(4)]
    points = [{"trial": i % 2, "trial_id": i, "step": 1, "loss": i} for i in range(4)]
    found = read_table(
        write_csv(tmp_path / "t.csv", trials), curves=write_csv(tmp_path / "c.csv", points)
    )
    assert found.ids == ("0", "1", "2", "3")
    assert found.curves["loss"][0].tolist() == [0, 1, 2, 3]


def test_rows_without_a_name_are_numbered(tmp_path):
    found = read_table(
        write_csv(tmp_path / "t.csv", [{"lr": 0.1, "loss": 1}, {"lr": 0.2, "loss": 2}])
    )
    assert found.ids == ("0", "1")
    counted = [{"iteration": i, "lr": 0.1 * i, "loss": 1} for i in range(1, 5)]
    found = read_table(write_csv(tmp_path / "u.csv", counted))
    assert found.ids == ("1", "2", "3", "4")
    assert "iteration" not in found.parameters


@pytest.mark.parametrize("first", [0, 1])
def test_curves_may_go_by_row_or_by_a_counter(tmp_path, first):
    trials = [{"iteration": i + 1, "lr": 0.1 * i} for i in range(4)]
    points = [{"trial": i + first, "step": 1, "loss": float(i)} for i in range(4)]
    found = read_tables(tmp_path, trials, points)
    assert found.ids == tuple(str(i + first) for i in range(4))
    assert list(found.parameters) == ["lr"]
    assert found.curves["loss"][0].tolist() == [0, 1, 2, 3]


def test_runs_of_one_name_are_told_apart(tmp_path):
    rows = [{"name": n, "lr": i, "loss": 1} for i, n in enumerate(["a", "b", "a"])]
    found = read_tables(tmp_path, rows)
    assert len(set(found.ids)) == 3
    assert found.ids[:2] == ("a", "b")
    assert any("numbered" in note for note in found.notes)


def test_repeated_ids_are_refused_by_name(tmp_path):
    rows = [{"trial": t, "lr": i} for i, t in enumerate(["a", "b", "a", "b", "c"])]
    with pytest.raises(InvalidInput, match=r"'trial' names 2 trials more than once: a, b\."):
        read_tables(tmp_path, rows)


def test_one_table_may_hold_trials_and_curves(tmp_path):
    rows = [{"id": t, "lr": lr, "epoch": e, "loss": 1.0 / (e + 1)}
            for t, lr in (("a", 0.1), ("b", 0.2)) for e in range(4)]  # fmt: skip
    found = read_tables(tmp_path, rows)
    assert found.ids == ("a", "b")
    assert plain(found.parameters) == {"lr": [0.1, 0.2]}
    assert found.curves["loss"][1].tolist() == [0, 1, 2, 3] * 2


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_large_tables_are_read_as_small_ones_are(tmp_path, monkeypatch, ending):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    special = ["nan", "inf", "-inf", "", "1e-7", "3", "-0.0"]
    points = [{"trial": f"{i % 5:02d}", "step": i, "loss": special[i % 7], "accuracy": 0.1 * i}
              for i in range(50)]  # fmt: skip
    path = write_csv(tmp_path / f"c.{ending}", points)
    plain = read_columns(path, [], as_text=("trial",))
    used = []
    monkeypatch.setattr(csv_tables, "LARGE_BYTES", 0)
    original = arrow_tables.from_arrow
    counting = lambda *a, **k: used.append(1) or original(*a, **k)  # noqa: E731
    monkeypatch.setattr(arrow_tables, "from_arrow", counting)
    fast = read_columns(path, [], as_text=("trial",))
    assert used
    assert list(fast) == list(plain)
    for name in plain:
        assert fast[name].missing.tolist() == plain[name].missing.tolist()
        np.testing.assert_array_equal(fast[name].values, plain[name].values)


def test_a_fault_in_a_large_table_is_told_as_in_a_small_one(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_tables, "LARGE_BYTES", 0)
    (tmp_path / "t.csv").write_text("trial,lr\na,1\nb\n")
    with pytest.raises(InvalidInput, match="line 3: 1 cell where"):
        read_table(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text("trial,lr,opt\n007,1,sgd\n7,2,adam\n")
    found = read_table(tmp_path / "t.csv")
    assert found.ids == ("007", "7")
    assert list(found.parameters["opt"]) == ["sgd", "adam"]


CURVES_INSIDE = {
    "objects": {"learning_curve": [{"epoch": 0, "acc": 0.1}, {"epoch": 5, "acc": 0.2}]},
    "pairs": {"curves": {"acc": [[0, 0.1], [5, 0.2]]}},
    "lists with steps": {"history": {"epoch": [0, 5], "acc": [0.1, 0.2]}},
}


@pytest.mark.parametrize("form", CURVES_INSIDE)
def test_curves_inside_objects_are_found(tmp_path, form):
    rows = [{"id": i, "config": {"lr": 0.1 * i, "layers": [64, 64]}, **CURVES_INSIDE[form]}
            for i in range(3)]  # fmt: skip
    found = read_table(write_jsonl(tmp_path / "t.jsonl", rows))
    assert list(found.curves) == ["acc"]
    trials, steps, values = (np.asarray(part).tolist() for part in found.curves["acc"])
    assert trials == [0, 0, 1, 1, 2, 2]
    assert steps == [0, 5] * 3
    assert values == [0.1, 0.2] * 3
    assert plain(found.parameters)["layers"] == ["[64, 64]"] * 3


def test_a_list_without_steps_counts_its_evaluations(tmp_path):
    rows = [{"id": i, "lr": i, "val_loss": [3.0, 2.0, 1.0]} for i in range(2)]
    found = read_table(write_jsonl(tmp_path / "t.jsonl", rows))
    assert np.asarray(found.curves["val_loss"][1]).tolist() == [1, 2, 3] * 2
    assert list(found.parameters) == ["lr"]


def test_nested_configurations_say_what_they_are(tmp_path):
    rows = [{"run_id": i, "config": {"lr": 0.1, "model": {"width": 8}}, "summary": {"loss": i},
             "git": "abc"} for i in range(3)]  # fmt: skip
    found = read_table(write_jsonl(tmp_path / "t.jsonl", rows))
    assert list(found.parameters) == ["lr", "model/width"]
    assert list(found.results) == ["loss"]
    assert list(found.metadata) == ["git"]


def test_text_that_holds_an_object_is_read_as_one(tmp_path):
    rows = [{"name": f"r{i}", "config": str({"lr": 0.1 * i, "bias": True}),
             "summary": json.dumps({"val_loss": 0.5})} for i in range(3)]  # fmt: skip
    found = read_tables(tmp_path, rows)
    assert list(found.parameters) == ["lr", "bias"]
    assert list(found.results) == ["val_loss"]


def test_optunas_own_table_is_understood(tmp_path):
    optuna = pytest.importorskip("optuna", reason="optuna is not installed")
    pytest.importorskip("pandas", reason="pandas is not installed")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    study.optimize(lambda t: (t.suggest_float("x", -5, 5) - 2) ** 2, n_trials=12)
    study.trials_dataframe().to_csv(tmp_path / "trials.csv")
    found = read_table(tmp_path / "trials.csv")
    assert found.ids == tuple(str(t.number) for t in study.trials)
    assert plain(found.parameters) == {"x": pytest.approx([t.params["x"] for t in study.trials])}
    assert found.results["value"] == pytest.approx([t.value for t in study.trials])


def test_what_is_known_after_training_is_no_hyperparameter(tmp_path):
    rows = [{"id": i, "lr": 0.1 * i, "final_lr": 0.01 * i, "val_batch_size": 8 * i * i,
             "epochs": 10 * i, "best_epoch": i, "final_val_loss": 1 / i, "test_accuracy": 0.1 * i,
             "train_time_s": 2.5 * i, "num_params": 100 * i, "seed": i, "hostname": f"n{i}"}
            for i in range(1, 6)]  # fmt: skip
    found = read_tables(tmp_path, rows)
    assert list(found.parameters) == ["lr", "final_lr", "val_batch_size", "epochs"]
    assert {"final_val_loss", "test_accuracy", "best_epoch"} <= set(found.results)
    assert {"train_time_s", "num_params", "seed", "hostname"} <= set(found.metadata)


def test_names_with_two_meanings_are_told_by_their_values(tmp_path):
    rows = [{"id": i, "precision": (16, 32)[i % 2], "max_grad_norm": 0.5 * i, "error": 1 / i}
            for i in range(1, 6)]  # fmt: skip
    found = read_tables(tmp_path, rows)
    assert list(found.parameters) == ["precision", "max_grad_norm"]
    assert list(found.results) == ["error"]
    texts = [{"id": i, "lr": i, "precision": 0.9 / i, "error": "OOM"} for i in range(1, 6)]
    found = read_tables(tmp_path, texts)
    assert list(found.results) == ["precision"]
    assert "error" in found.metadata
    words = [{"id": i, "loss": ("huber", "mse")[i % 2], "val_loss": 0.1 * i} for i in range(6)]
    assert list(read_tables(tmp_path, words).parameters) == ["loss"]


def test_what_is_missing_exactly_where_results_are_is_a_result(tmp_path):
    rows = [{"id": i, "lr": 0.1 * i, "wiggle": "" if i > 4 else i / 7,
             "loss": "" if i > 4 else 1 / i} for i in range(1, 8)]  # fmt: skip
    found = read_tables(tmp_path, rows)
    assert list(found.parameters) == ["lr"]
    wiggle = next(one for one in found.columns if one.column == "wiggle")
    assert wiggle.role is Role.RESULT
    assert "missing exactly" in wiggle.reason


def test_the_user_has_the_last_word_on_roles(tmp_path):
    found = read_tables(tmp_path, ROWS)
    told = as_told(found, ToldColumns(parameters=("lr", "val_loss")))
    asked = with_roles(told, metric="width")
    table = foreign_table(asked, objective=Objective("width", "minimize"),
                          parameters=["lr", "val_loss"])  # fmt: skip
    assert table.space.keys == ("lr", "val_loss")
    assert table.loss.tolist() == [r["width"] for r in ROWS]


def test_a_copy_of_a_hyperparameter_is_left_out(tmp_path):
    rows = [{"id": i, "lr": 0.1 * i, "learning_rate": 0.1 * i, "loss": 1.0} for i in range(1, 5)]
    found = read_tables(tmp_path, rows)
    assert list(found.parameters) == ["lr"]


def test_text_among_numbers_names_column_trial_and_value(tmp_path):
    rows = [dict(r) for r in ROWS]
    rows[3]["lr"] = "0,001"
    found = read_tables(tmp_path, rows)
    with pytest.raises(InvalidInput, match=r"'lr' holds numbers, but trial t4 has '0,001'"):
        with_roles(found, metric="val_loss")
    rows[3] = {**ROWS[3], "val_loss": "bad"}
    found = read_table(write_csv(tmp_path / "u.csv", rows))
    with pytest.raises(InvalidInput, match=r"'val_loss' must be a number, but trial t4 has 'bad'"):
        with_roles(found, metric="val_loss")
    points = [{"trial": "t1", "step": s, "loss": "oops" if s == 7 else s} for s in range(20)]
    with pytest.raises(InvalidInput, match=r"'loss' holds numbers, but trial 't1' has 'oops'"):
        read_table(
            write_csv(tmp_path / "t.csv", ROWS), curves=write_csv(tmp_path / "c.csv", points)
        )


def test_words_and_numbers_may_share_a_column_of_choices(tmp_path):
    choices = ["auto", 0.1, "auto", 0.2, "scale"]
    rows = [{"id": i, "gamma": g, "loss": 1.0} for i, g in enumerate(choices)]
    found = with_roles(read_tables(tmp_path, rows), metric="loss")
    assert list(found.parameters["gamma"]) == choices


def test_an_empty_cell_was_not_logged_and_an_empty_row_is_not_a_number(tmp_path):
    trials = write_csv(tmp_path / "t.csv", [{"trial": "a", "lr": 0.1}, {"trial": "b", "lr": 0.2}])
    points = [
        {"trial": "a", "step": 1, "train_loss": 2.0},
        {"trial": "a", "step": 2, "train_loss": 1.0, "val_loss": 1.5},
        {"trial": "b", "step": 1, "train_loss": 2.0},
        {"trial": "b", "step": 2},
    ]
    found = read_table(trials, curves=write_csv(tmp_path / "c.csv", points))
    trials_of, steps, values = found.curves["train_loss"]
    assert trials_of.tolist() == [0, 0, 1, 1]
    assert steps.tolist() == [1, 2, 1, 2]
    assert values[:3].tolist() == [2.0, 1.0, 2.0]
    assert math.isnan(values[3])
    assert found.curves["val_loss"][0].tolist() == [0]


def runs_with_gaps(gap):
    """Ten trials of ten rows; ``gap(trial, step, name)`` says which cells are empty."""
    return [
        {"trial": f"t{t}", "step": s, **{name: 1.0 for name in ("loss", "accuracy")
                                         if not gap(t, s, name)}}
        for t in range(10) for s in range(1, 11)
    ]  # fmt: skip


def nan_steps(tmp_path, points, metric="loss"):
    trials = [{"trial": f"t{t}", "lr": 0.1 * t} for t in range(10)]
    rows, steps, values = read_tables(tmp_path, trials, points).curves[metric]
    return [(r, s) for r, s, v in zip(rows.tolist(), steps.tolist(), values, strict=True) if v != v]


def test_a_trial_that_goes_on_without_its_loss_has_diverged(tmp_path):
    points = runs_with_gaps(lambda t, s, name: name == "loss" and ((t == 3 and s > 7) or t == 5))
    expected = [(3, 8), (3, 9), (3, 10), *((5, s) for s in range(1, 11))]
    assert nan_steps(tmp_path, points) == expected
    assert nan_steps(tmp_path, points[::-1]) == expected[::-1]
    assert nan_steps(tmp_path, points, "accuracy") == []


GAPS = {
    "evaluated now and then": lambda t, s, name: name == "loss" and s % 5,
    "and stopped in between": lambda t, s, name: name == "loss" and (s % 5 or (t > 6 and s > 4)),
    "not in the last row": lambda t, s, name: name == "loss" and s == 10,
    "in the middle only": lambda t, s, name: name == "loss" and t == 3 and s == 4,
}


@pytest.mark.parametrize("gap", GAPS)
def test_a_metric_that_is_logged_now_and_then_is_no_nan(tmp_path, gap):
    assert nan_steps(tmp_path, runs_with_gaps(GAPS[gap])) == []


def test_a_setting_that_is_nan_or_empty_throughout_a_run_is_one_of_the_run(tmp_path):
    nan = float("nan")
    steps = [{"step": s, "val_loss": 1 / (s + 1), "clip": nan, "note": None, "lr": 0.1,
              "mu": nan if s > 4 else 0.9} for s in range(9)]  # fmt: skip
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, steps)))
    log = read_table(path)
    assert len(log.ids) == 1
    assert set(log.curves) == {"val_loss", "mu"}
    path.write_text("\n".join(json.dumps({"trial": t, **s}) for t in "ab" for s in steps))
    trials = read_table(path)
    assert trials.ids == ("a", "b")
    assert set(trials.curves) == {"val_loss", "mu"}


@pytest.mark.parametrize("orient", ["list", "columns"])
def test_json_by_columns_is_a_table(tmp_path, orient):
    lists = {"lr": [0.1, 0.3, 1.0], "val_loss": [2.0, 1.0, 3.0]}
    keyed = {name: {str(i): c for i, c in enumerate(cells)} for name, cells in lists.items()}
    (tmp_path / "t.json").write_text(json.dumps(lists if orient == "list" else keyed))
    found = read_table(tmp_path / "t.json")
    assert list(found.results["val_loss"]) == lists["val_loss"]
    assert list(found.parameters["lr"]) == lists["lr"]


def test_the_history_of_keras_is_the_log_of_one_run(tmp_path):
    history = {"loss": [2.0, 1.5, 1.2, 1.0, 0.9], "val_loss": [2.1, 1.7, 1.5, 1.4, 1.5]}
    (tmp_path / "history.json").write_text(json.dumps(history))
    found = read_table(tmp_path / "history.json")
    assert len(found.ids) == 1
    _, steps, values = found.curves["val_loss"]
    assert list(steps) == [0, 1, 2, 3, 4]
    assert list(values) == history["val_loss"]


def test_metrics_in_rows_become_curves(tmp_path):
    points = [{"run_id": r, "step": s, "key": k, "value": s + len(k)}
              for r in "ab" for s in (1, 2) for k in ("loss", "acc")]  # fmt: skip
    trials = [{"run_id": r, "lr": i} for i, r in enumerate("ab")]
    found = read_table(
        write_csv(tmp_path / "t.csv", trials), curves=write_csv(tmp_path / "c.csv", points)
    )
    assert set(found.curves) == {"loss", "acc"}
    assert found.curves["acc"][2].tolist() == [4.0, 5.0] * 2


def test_fractions_of_epochs_keep_their_order(tmp_path):
    points = [{"trial": "t1", "epoch": e, "loss": e} for e in (0.25, 0.5, 0.75)]
    found = read_table(
        write_csv(tmp_path / "t.csv", ROWS), curves=write_csv(tmp_path / "c.csv", points)
    )
    assert found.curves["loss"][1].tolist() == [250, 500, 750]


@pytest.mark.parametrize("delimiter", [";", "\t", ","])
def test_delimiters_and_marks_of_spreadsheets(tmp_path, delimiter):
    path = write_csv(tmp_path / "t.csv", ROWS, delimiter=delimiter, encoding="utf-8-sig")
    assert read_table(path).ids == tuple(r["trial"] for r in ROWS)


FAULTS = {
    "empty file": (b"", "has no rows"),
    "header only": (b"trial,lr\n", "has no rows"),
    "no header": (b"1,2\n3,4\n", "has no header"),
    "two columns of one name": (b"lr,lr\n1,2\n", "more than one column named 'lr'"),
    "short row": (b"trial,lr\na,1\nb\n", "line 3: 1 cell where the header has 2"),
    "not text": (b"trial,lr\n\xff\xfe\xff,1\n", "not UTF-8"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_a_table_are_named(tmp_path, fault):
    content, words = FAULTS[fault]
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match=words):
        read_table(path)


def test_damaged_files_are_named(tmp_path):
    whole = gzip.compress(b"trial,lr\n" + b"a,1\n" * 5000)
    for name, content in (("t.csv.gz", whole[: len(whole) // 2]), ("u.csv.gz", b"nonsense"),
                          ("t.parquet", b"PAR1 and nothing else"), ("t.jsonl", b"{\n{}\n"),
                          ("l.jsonl", b"[1, 2]\n")):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InvalidInput, match=name):
            read_table(tmp_path / name)


def test_a_pickle_is_never_loaded(tmp_path):
    path = tmp_path / "study.pkl"
    path.write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR.")
    with pytest.raises(InvalidInput, match="could run code"):
        open_foreign(str(path))


def test_a_column_of_studies_takes_a_table_apart(tmp_path):
    rows = [{**r, "study": "one" if i < 4 else "two"} for i, r in enumerate(ROWS)]
    studies = open_foreign(str(write_csv(tmp_path / "t.csv", rows)))
    assert [(s.name, len(s.ids)) for s in studies] == [("one", 4), ("two", 2)]
    assert [s.name for s in open_foreign(str(tmp_path / "t.csv"), study="two")] == ["two"]
    with pytest.raises(InvalidInput, match="did you mean 'two'"):
        open_foreign(str(tmp_path / "t.csv"), study="tow")


def test_real_tables_are_read_without_a_word_about_them():
    if not DATA.is_dir():
        pytest.skip("the real studies are not beside this checkout")
    alexnet = read_table(DATA / "alexnet_imagenet_random_search" / "trials.jsonl.gz")
    assert list(alexnet.parameters) == ["epochs", "batch_size", "lr", "lr_peak_epoch", "momentum",
                                        "weight_decay", "label_smoothing"]  # fmt: skip
    assert alexnet.status.count("infeasible") == 147
    assert len(set(alexnet.curves["top_1"][0].tolist())) == 512 - 49
    deberta = read_table(DATA / "deberta_mnli_random_search" / "trials.jsonl.gz")
    assert set(deberta.curves) == {"matched", "mismatched"}
    folder = DATA / "algoperf_nadamw"
    algoperf = read_table(folder / "trials.parquet", curves=folder / "evals.parquet")
    assert "learning_rate" in algoperf.parameters
    assert "Without any measurement, but kept: 6 of 402 trials." in algoperf.notes
    assert len(split_study(algoperf, ["workload"])) == 19


def chart_of(rows):
    """A chart as W&B exports it: a column for each run and metric, with bounds of the drawing."""
    found = []
    for step in range(12):
        row = {"Step": step}
        for number in range(len(rows)):
            for metric, factor in (("val_loss", 1.0), ("train/loss", 0.5)):
                name = f"run - {number} - {metric}"
                value = "" if number == 2 and step > 8 else factor * (1 + number) / (1 + step)
                row.update({name: value, f"{name}__MIN": value, f"{name}__MAX": value})
        found.append(row)
    return found


def test_a_chart_of_wandb_brings_curves_by_the_names_of_runs(tmp_path):
    runs = [{"Name": f"run - {i}", "State": "finished", "lr": 0.1**i} for i in range(4)]
    study = read_tables(tmp_path, runs, chart_of(runs[:3]))
    assert study.ids == tuple(f"run - {i}" for i in range(4))
    assert list(study.curves) == ["val_loss", "train/loss"]
    rows, steps, values = study.curves["val_loss"]
    assert np.bincount(rows, minlength=4).tolist() == [12, 12, 9, 0]
    assert values[(rows == 1) & (steps == 3)].tolist() == [0.5]
    assert study.parameters["lr"] == [row["lr"] for row in runs]


def test_a_chart_of_wandb_is_a_study_without_hyperparameters(tmp_path):
    study = read_table(write_csv(tmp_path / "chart.csv", chart_of(range(3))))
    assert study.ids == ("run - 0", "run - 1", "run - 2")
    assert not study.parameters
    table = foreign_table(study, objective=Objective("val_loss", "minimize"))
    assert table.loss.tolist() == pytest.approx([1 / 12, 2 / 12, 3 / 9])


def test_a_chart_against_time_is_refused(tmp_path):
    rows = [{"Relative Time (Wall)": 0.5 * i, "a - loss": 1.0} for i in range(3)]
    with pytest.raises(InvalidInput, match="x axis to Step"):
        read_table(write_csv(tmp_path / "chart.csv", rows))


def test_a_chart_against_a_count_of_ones_own_is_one_against_steps(tmp_path):
    rows = [
        {"epoch_id": 10 * i, "a - _step": i, "a - gap": 1 / (1 + i), "b - _step": i, "b - gap": 0.5}
        for i in range(8)
    ]
    study = read_table(write_csv(tmp_path / "chart.csv", rows))
    assert study.ids == ("a", "b")
    assert list(study.curves) == ["gap"]
    of, steps, _ = study.curves["gap"]
    assert steps[of == 1].tolist() == [10 * i for i in range(8)]


def test_a_chart_against_a_setting_is_refused(tmp_path):
    rows = [
        {"batch_size": 2**i, **{f"r{j} - acc": 0.5 if i == j else "" for j in range(6)}}
        for i in range(6)
    ]
    with pytest.raises(InvalidInput, match="x axis to Step"):
        read_table(write_csv(tmp_path / "chart.csv", rows))


OTHER_CONTENTS = {
    "Latin-1": ("trial,lr\n1,\xe9\n".encode("latin1"), "iconv -f LATIN1 -t UTF-8"),
    "Parquet": (b"PAR1\xff\xfe", "rename it to trials.parquet"),
    "gzip": (gzip.compress(b"trial,lr"), "rename it to trials.csv.gz"),
    "Excel": (b"PK\x03\x04\xff\xfe", "export the table as CSV"),
}


@pytest.mark.parametrize(("content", "cure"), OTHER_CONTENTS.values(), ids=OTHER_CONTENTS)
def test_what_a_file_of_another_kind_holds_is_told_with_a_cure(tmp_path, content, cure):
    (tmp_path / "trials.csv").write_bytes(content)
    with pytest.raises(InvalidInput, match=re.escape(cure)):
        read_table(tmp_path / "trials.csv")


SPREADSHEETS = {
    "decimal commas": ("lr;val_acc\n0,1;0,5\n0,25;0,75\n", [0.1, 0.25], [0.5, 0.75]),
    "percent signs": ("lr,val_acc\n1e-1,50.5%\n0.25,75 %\n", [0.1, 0.25], [50.5, 75.0]),
    "quoted decimal commas": ('lr,val_acc\n0.1,"50,5"\n0.25,"75,0"\n', [0.1, 0.25], [50.5, 75]),
    "thousands": ('lr,val_acc\n"1,000","2,500.5"\n250,"1,000,000"\n', [1000, 250], [2500.5, 1e6]),
    "both": ("lr;val_acc\n1.000,5;2,5\n2,5;3\n", [1000.5, 2.5], [2.5, 3.0]),
    "thin spaces": ("lr;val_acc\n1\u202f000;0,5\n2\u202f500;0,75\n", [1000, 2500], [0.5, 0.75]),
    "units": ("lr,val_acc\n16k,3.5 s\n32k,4 s\n", [16000, 32000], [3.5, 4.0]),
    "gaps": ("lr;val_acc\n0,1;50 %\n0,25;-\n", [0.1, 0.25], [50.0, None]),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("form", SPREADSHEETS)
def test_numbers_as_spreadsheets_write_them(tmp_path, form, encoding):
    text, lr, accuracy = SPREADSHEETS[form]
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    found = read_table(path)
    assert [list(found.parameters["lr"]), list(found.results["val_acc"])] == [lr, accuracy]


def test_points_part_thousands_where_commas_are_decimal_signs(tmp_path):
    path = tmp_path / "trials.csv"
    rows = [("0,1", "12.500", "1.234", "95,3 %"), ("0,01", "900", "2.345", "90,9 %")]
    path.write_text("lr;steps;loss;acc\n" + "".join(";".join(row) + "\n" for row in rows))
    study = read_table(path)
    assert study.parameters["steps"] == [12500, 900]
    assert study.results["loss"] == [1234.0, 2345.0]
    path.write_text("lr;loss\n0.1;1.234\n0.01;2.345\n")  # no comma: these are decimal points
    assert read_table(path).results["loss"] == [1.234, 2.345]
    path.write_text("lr;loss\n0,1;0.234\n0,01;2.345\n")  # 0.234 is no number of thousands
    assert read_table(path).results["loss"] == [0.234, 2.345]


def test_excels_line_about_the_delimiter_is_no_header(tmp_path):
    path = tmp_path / "trials.csv"
    path.write_text("sep=;\r\nlr;val_acc\r\n0,1;95,3\r\n0,2;90,9\r\n")
    assert read_table(path).results["val_acc"] == [95.3, 90.9]


def test_words_with_numbers_in_them_stay_words(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("kind,size,val_loss\ntop_40,3x3,1\npca_20,5x5,2\ntop_40,3x3,3\n")
    found = read_table(path)
    assert list(found.parameters["kind"]) == ["top_40", "pca_20", "top_40"]
    assert list(found.parameters["size"]) == ["3x3", "5x5", "3x3"]


def test_a_table_without_a_metric_says_which_columns_may_be_one(tmp_path):
    rows = [{"lr": 0.1 * i, "width": 2**i, "y": 1 / i, "kind": "a"} for i in (1, 2, 3)]
    study = read_tables(tmp_path, rows)
    with pytest.raises(InvalidInput, match=r"--metric NAME .*: y$"):
        with_roles(study, metric="val_loss")
    del rows[0]["y"], rows[1]["y"], rows[2]["y"]
    with pytest.raises(InvalidInput, match=r"None of its columns is a result: lr and width"):
        with_roles(read_tables(tmp_path, rows), metric="val_loss")


def test_a_word_among_steps_is_told_with_its_row(tmp_path):
    points = [{"trial": "t1", "step": s, "val_loss": 1.0} for s in (1, 2, "x", 4)]
    with pytest.raises(InvalidInput, match=r"c\.csv: column 'step' .* row 3 has 'x'"):
        read_tables(tmp_path, ROWS, points)


def test_a_folder_with_tables_says_what_to_type(tmp_path):
    write_csv(tmp_path / "curves.csv", [{"trial": 1}])
    write_csv(tmp_path / "trials.csv", [{"trial": 1}])
    with pytest.raises(InvalidInput, match=r"tables \(trials\.csv, curves\.csv\); type: .*trials"):
        open_foreign(str(tmp_path))


def test_steps_that_are_epochs_are_told(tmp_path):
    points = [
        {"trial": row["trial"], "epoch": e, "val_loss": 1 / e} for row in ROWS for e in (1, 2)
    ]
    assert "Steps are epochs here: epoch counts them." in read_tables(tmp_path, ROWS, points).notes


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity"])
def test_a_result_that_is_not_finite_is_a_divergence_and_an_empty_one_is_none(tmp_path, cell):
    rows = [{"id": i, "lr": 0.1 * (i + 1), "val_loss": 0.5 + i} for i in range(4)]
    rows[1]["val_loss"], rows[2]["val_loss"] = cell, ""
    table = foreign_table(
        read_tables(tmp_path, rows), objective=Objective("val_loss", "minimize")
    )  # fmt: skip
    assert table.status.tolist() == ["complete", "infeasible", "complete", "complete"]
    assert table.reason.tolist() == ["", "non-finite", "", ""]


def test_gradient_norms_are_logged_and_never_decide(tmp_path):
    rows = [{"id": i, "lr": 0.1 * i, "max_grad_norm": 0.5 * (i % 3), "grad_norm": 1.3 / i,
             "val_loss": 1 / i} for i in range(1, 9)]  # fmt: skip
    found = read_tables(tmp_path, rows)
    assert list(found.parameters) == ["lr", "max_grad_norm"]
    assert metric_choice(found).metric == "val_loss"
    points = [{"id": i, "step": s, "train/grad_norm": i / s, "score_x": s / i}
              for i in range(1, 9) for s in (1, 2)]  # fmt: skip
    curves = read_tables(tmp_path, [{"id": r["id"], "lr": r["lr"]} for r in rows], points)
    norm = next(one for one in curves.columns if one.name == "train/grad_norm")
    assert norm.role is Role.LOGGED
    assert metric_choice(curves).metric == "score_x"


def test_a_log_with_gradient_norms_is_the_log_of_one_run(tmp_path):
    rows = [{"step": 10 * s, "loss": 1 / (1 + s), "grad_norm": (7 * s) % 5} for s in range(20)]
    found = read_tables(tmp_path, rows)
    assert found.kind.startswith("the log of one run")
    assert set(found.curves) == {"loss", "grad_norm"}


ENDINGS = {
    "0.5": ("complete", ""), "diverged": ("infeasible", "non-finite"),
    "OOM": ("infeasible", "out-of-memory"), "failed": ("failed", "exception"),
    "nan": ("infeasible", "non-finite"), "-": ("complete", ""),
    "timeout": ("infeasible", "timeout"), "": ("complete", ""), "n/a": ("complete", ""),
    "0.7": ("complete", ""), "CUDA out of memory": ("infeasible", "out-of-memory"),
    "Crashed (node 3)": ("failed", "exception"), "killed": ("cancelled", ""),
    "\u2014": ("complete", ""), "diverged at step 300": ("infeasible", "non-finite"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["val_loss", "y"])
@pytest.mark.parametrize("writer", ["csv", "jsonl"])
def test_a_word_in_place_of_a_result_says_how_the_trial_ended(tmp_path, writer, name):
    rows = [{"id": i, "lr": 0.1 * (i + 1), name: cell} for i, cell in enumerate(ENDINGS)]
    found = with_roles(read_table(WRITERS[writer](tmp_path / f"t.{writer}", rows)), metric=name)
    table = foreign_table(found, objective=Objective(name, "minimize"))
    ended = list(zip(table.status.tolist(), table.reason.tolist(), strict=True))
    assert dict(zip(ENDINGS, ended, strict=True)) == ENDINGS
    assert [x for x in found.results[name] if x is not None and x == x] == [0.5, 0.7]
    assert any("diverged" in note and name in note for note in found.notes)
    assert list(found.parameters) == ["lr"]


def test_words_stand_among_numbers_with_units_and_decimal_commas(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("lr;val_acc\n0,1;50,5 %\n0,25;diverged\n0,5;75 %\n1;-\n")
    found = read_table(path)
    assert list(found.results["val_acc"]) == [50.5, None, 75.0, None]
    assert found.status == ("complete", "infeasible", "complete", "complete")


def test_a_word_beside_a_measured_result_fails_no_trial(tmp_path):
    rows = [{"id": i, "lr": 0.1 * (i + 1), "val_acc": 0.1 * i, "test_acc": 0.1 * i,
             "peak_mem_gb": 3.5 * i} for i in range(1, 5)]  # fmt: skip
    rows[0]["test_acc"] = rows[1]["peak_mem_gb"] = "OOM"
    rows[2] = {"id": 3, "lr": 0.4, "val_acc": "", "test_acc": "", "peak_mem_gb": "OOM"}
    found = read_tables(tmp_path, rows)
    assert found.status == ("complete", "complete", "infeasible", "complete")
    assert found.results["test_acc"][0] is None
    roles = {one.column: one.role for one in found.columns}
    assert roles["peak_mem_gb"] is Role.TIME_AND_COST


def test_words_in_the_deviation_of_a_result_leave_it_one(tmp_path):
    rows = [{"id": i, "lr": 0.1 * i, "foo": 0.5 + i / 7, "std_foo": 0.1 + i / 9}
            for i in range(1, 9)]  # fmt: skip
    rows[2].update(foo="diverged", std_foo="diverged")
    found = read_tables(tmp_path, rows)
    roles = {one.column: one.role for one in found.columns}
    assert (roles["foo"], roles["std_foo"]) == (Role.RESULT, Role.STATISTIC)
    assert found.status[2] == "infeasible"


def test_a_status_that_says_more_than_a_word_stays(tmp_path):
    cells = [("finished", 0.5), ("finished", "diverged"), ("killed", "failed"), ("failed", "OOM")]
    rows = [{"id": i, "lr": i, "state": s, "val_loss": v} for i, (s, v) in enumerate(cells)]
    found = read_tables(tmp_path, rows)
    assert found.status == ("complete", "infeasible", "cancelled", "infeasible")
    assert found.reason == ("", "non-finite", "", "out-of-memory")


def test_words_in_settings_and_words_that_tell_no_ending_stay_words(tmp_path):
    rows = [{"id": i, "lr": 0.1 * i, "val_loss": 0.5, "aux": i / 7} for i in range(1, 25)]
    rows[2]["lr"] = "failed"
    with pytest.raises(InvalidInput, match=r"'lr' holds numbers, but trial 3 has 'failed'"):
        with_roles(read_tables(tmp_path, rows), metric="val_loss")
    rows[2].update(lr=0.3, aux="diverged", val_loss="see below")
    rows[3].update(val_loss="diverged")
    with pytest.raises(InvalidInput, match="has 'see below'"):
        with_roles(read_tables(tmp_path, rows), metric="val_loss")


WITH_DEVIATIONS = {
    "plus-minus": "85.3 ± 0.4", "no spaces": "85.3±0.4", "in ASCII": "85.3 +/- 0.4",
    "short": "85.3+-0.4", "brackets": "85.3 (0.4)", "both": "85.3 (±0.4)",
    "LaTeX": "$85.3 \\pm 0.4$", "percent": "85.3% ± 0.4%", "percent last": "85.3 ± 0.4 %",
    "decimal commas": "85,3 ± 0,4",
}  # fmt: skip


@pytest.mark.parametrize("writer", ["csv", "jsonl"])
@pytest.mark.parametrize("form", WITH_DEVIATIONS)
def test_a_mean_with_its_deviation_in_one_cell_is_two_columns(tmp_path, form, writer):
    cell = WITH_DEVIATIONS[form]
    rows = [{"id": i, "lr": 0.1 * (i + 1), "val_acc": cell, "y": cell.replace("0", "1")}
            for i in range(4)]  # fmt: skip
    rows[1]["val_acc"], rows[2]["val_acc"] = cell.replace("85", "90"), ""
    found = read_table(WRITERS[writer](tmp_path / f"t.{writer}", rows))
    assert list(found.results["val_acc"]) == [85.3, 90.3, None, 85.3]
    assert list(found.results["deviation of val_acc"]) == [0.4, 0.4, None, 0.4]
    roles = {one.column: one.role for one in found.columns}
    assert roles["val_acc"] is roles["y"] is Role.RESULT
    assert roles["deviation of val_acc"] is roles["deviation of y"] is Role.STATISTIC
    assert metric_choice(found).metric == "val_acc"


@pytest.mark.parametrize("header", ["acc ± std", "acc (mean ± std)", "acc (std)", "acc_+/-_sem"])
def test_a_header_that_names_the_deviation_too_is_that_of_the_mean(tmp_path, header):
    rows = [{"id": i, "lr": 0.1 * i, header: f"{80 + i} ± 0.{i}"} for i in range(1, 5)]
    found = read_tables(tmp_path, rows)
    assert list(found.results["acc"]) == [81, 82, 83, 84]
    assert metric_choice(found).metric == "acc"
    assert with_roles(found, metric=header).results[header] is not None


def test_deviations_beside_words_and_single_runs(tmp_path):
    cells = ["85 ± 1", "diverged", "86.5 ± 2", "-", "87", *["88 ± 1"] * 4]
    rows = [{"id": i, "lr": 0.1 * (i + 1), "train_time": "35 ± 2", "val_acc": cell}
            for i, cell in enumerate(cells)]  # fmt: skip
    rows[0]["train_time"] = "30 ± 1"
    found = read_tables(tmp_path, rows)
    assert list(found.results["val_acc"])[:6] == [85, None, 86.5, None, 87, 88]
    assert list(found.results["deviation of val_acc"])[:6] == [1, None, 2, None, None, 1]
    assert found.status[1] == "infeasible"
    roles = {one.column: one.role for one in found.columns}
    assert roles["train_time"] is Role.TIME_AND_COST
    assert roles["deviation of train_time"] is Role.STATISTIC


def test_cells_that_only_look_like_deviations_stay_as_they_are(tmp_path):
    rows = [{"id": i, "kind": k, "gain": g, "lr": "0.1 ± 0.01", "val_loss": 0.1 * i}
            for i, (k, g) in enumerate([("adam (0.9)", "85 (+2)"), ("sgd", "86 (-1)"),
                                        ("3 (2)", "87 (+1)"), ("sgd", "88 (+3)")])]  # fmt: skip
    found = read_tables(tmp_path, rows)
    others = {**found.parameters, **found.metadata}
    assert list(others["kind"]) == ["adam (0.9)", "sgd", "3 (2)", "sgd"]
    assert list(others["gain"]) == ["85 (+2)", "86 (-1)", "87 (+1)", "88 (+3)"]
    assert list(others["lr"]) == ["0.1 ± 0.01"] * 4
    assert not any("deviation" in one.column for one in found.columns)


def test_params_of_a_cross_validation_are_the_columns_beside_them(tmp_path):
    rows = [
        (c, g, f"{{'C': {c}, 'gamma': '{g}'}}", 0.5 + c / 100, rank)
        for rank, (c, g) in enumerate(((1, "scale"), (10, "scale"), (1, "auto"), (10, "auto")), 1)
    ]
    table = tmp_path / "cv_results.csv"
    with table.open("w", newline="") as file:
        header = ("param_C", "param_gamma", "params", "mean_test_score", "rank_test_score")
        csv.writer(file).writerows([header, *rows])
    (study,) = open_foreign(str(table))
    assert {name.removeprefix("param_") for name in study.parameters} == {"C", "gamma"}
    assert not any("/" in one.column for one in study.columns)


def test_one_object_of_a_run_is_refused_with_what_to_write(tmp_path):
    path = tmp_path / "run.json"
    path.write_text(json.dumps({"args": {"lr": 0.1}, "losses": [3.0, 2.0, 1.0]}))
    with pytest.raises(InvalidInput, match="one object for each step"):
        read_table(path)


@pytest.mark.parametrize("first", ["l1_n64,0.7028", "0.7028,12", "a,-1.25e-3"])
def test_a_first_line_with_a_measured_number_is_no_header(tmp_path, first):
    path = tmp_path / "scores.csv"
    path.write_text(f"{first}\nl2_n48,0.7169\nl1_n48,0.7259\n")
    with pytest.raises(InvalidInput, match="has no header: its first line is"):
        open_foreign(str(path))


def test_a_comment_below_a_table_is_no_row(tmp_path):
    path = tmp_path / "seeds.csv"
    path.write_text("model,seed,acc\na,1,0.5\na,2,0.6\n# mean 0.55\nb,1,0.7\n#,,\n")
    (study,) = open_foreign(str(path))
    assert len(study.ids) == 3
