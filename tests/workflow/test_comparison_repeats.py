"""Repeats that a table has in columns, or only as means with their spread."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pandas
import pytest
from rich.console import Console
from scipy import stats

import tuning_playbook
from tuning_playbook.errors import InvalidInput
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.comparing.comparing import compare_runs
from tuning_playbook.workflow.comparing.completion import Question

MEANS = {"full": (94.1, 0.2), "+ mixup": (95.0, 0.1), "+ sam": (94.2, 0.3)}


@pytest.fixture
def table(tmp_path):
    def write(rows):
        path = tmp_path / "runs.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return str(path)

    return write


def document(target, question=None, told=None):
    return compare_runs([target], question, told).as_document()


def in_cells(count=None, name="val_acc"):
    beside = {} if count is None else {"n_seeds": count}
    return [{"method": m, name: f"{mean} ± {s}"} | beside for m, (mean, s) in MEANS.items()]


def in_columns(spread="val_acc_std", count=None):
    beside = {} if count is None else {"seeds": count}
    return [{"method": m, "val_acc": mean, spread: s} | beside for m, (mean, s) in MEANS.items()]


@pytest.mark.parametrize(
    ("rows", "repeats"),
    [
        (in_cells(), 5),
        (in_cells(count=5), None),
        (in_cells(name="val acc (mean ± std)"), 5),
        (in_columns(), 5),
        (in_columns(count=5), None),
        (in_columns(spread="std", count=5), None),
    ],
)
def test_means_with_their_spread_are_compared_as_their_runs_would_be(table, rows, repeats):
    found = document(table(rows), Question(repeats=repeats))
    assert [arm["repeats"] for arm in found["arms"]] == [5, 5, 5]
    for pair in found["comparisons"]:
        expected = stats.ttest_ind_from_stats(
            *MEANS[pair["candidate"]], 5, *MEANS[pair["baseline"]], 5, equal_var=False
        )
        assert pair["p_value"] == pytest.approx(expected.pvalue, rel=1e-6)
        assert pair["paired"] is False
    assert [p["verdict"] for p in found["comparisons"]] == ["better", "cannot-tell"]


def test_runs_and_their_mean_and_deviation_give_one_answer(table):
    rng = np.random.default_rng(2)
    runs = {name: rng.normal(mean, 1, 6) for name, mean in (("A", 10.0), ("B", 12.0), ("C", 9.0))}
    listed = document(table([{"recipe": n, "val_acc": v} for n, own in runs.items() for v in own]))
    means = [{"recipe": n, "val_acc": float(np.mean(v)), "val_acc_std": float(np.std(v, ddof=1))}
             for n, v in runs.items()]  # fmt: skip
    short = document(table(means), Question(repeats=6))
    for a, b in zip(listed["comparisons"], short["comparisons"], strict=True):
        for key in ("p_value", "adjusted_p_value", "difference", "chance_for_a_new_seed"):
            assert a[key] == pytest.approx(b[key])
        assert (a["verdict"], a["repeats"]) == (b["verdict"], b["repeats"])
    assert listed["best"]["arm"] == short["best"]["arm"]


def test_a_standard_error_is_over_the_number_of_runs(table):
    rows = [{"method": m, "val_acc": mean, "val_acc_sem": s, "runs": 4}
            for m, (mean, s) in MEANS.items()]  # fmt: skip
    found = document(table(rows))["comparisons"][0]
    expected = stats.ttest_ind_from_stats(95.0, 0.2, 4, 94.1, 0.4, 4, equal_var=False)
    assert found["p_value"] == pytest.approx(expected.pvalue, rel=1e-6)


@pytest.mark.parametrize(
    ("counts", "runs"),
    [
        ([5, 5, 5], [5, 5, 5]),
        ([5, 4, 5], [5, 4, 5]),
        ([16, 32, 64], None),  # a setting that was searched
        ([4, 8, 8], None),
        ([1000, 1000, 1000], None),  # samples
        ([5, 2.5, 5], None),
    ],
)
def test_a_column_called_n_is_a_number_of_runs_only_where_it_looks_like_one(table, counts, runs):
    rows = [row | {"n": count} for row, count in zip(in_columns(), counts, strict=True)]
    found = document(table(rows), Question(arm=("method",)))
    assert [arm["repeats"] for arm in found["arms"]] == (runs or [None] * 3)
    said = any(
        "n may be a setting, so it is not taken as the number of runs" in note
        for note in found["notes"]
    )
    assert said is (runs is None)
    assert document(table(rows), Question(arm=("method",), repeats=7))["arms"][0]["repeats"] == 7


def test_repeats_that_are_folds_are_called_so(table):
    rng = np.random.default_rng(0)
    rows = [{"model": m, "fold": f, "acc": 0.8 + rng.normal(0, 0.02)} for m in "AB"
            for f in range(5)]  # fmt: skip
    text = io.StringIO()
    compared = compare_runs([table(rows)])
    Console(file=text, width=400).print(compared.renderable())
    said = text.getvalue()
    assert "model: 5 and 5 folds" in said
    assert "Paired t-test over 5 folds." in said
    assert "On a new fold, B is better than A" in said
    assert "Runs of one fold are paired" in said
    assert "a cross-validation that is repeated" in said
    assert " seeds" not in said


def test_without_the_number_of_runs_it_is_asked_for_and_what_would_do_is_said(table):
    compared = compare_runs([table(in_cells())])
    found = compared.as_document()
    assert {p["verdict"] for p in found["comparisons"]} == {"cannot-tell"}
    first, second = (next(d for d in p["doubts"] if d["doubt"] == "unknown-repeats")["words"]
                     for p in found["comparisons"])  # fmt: skip
    assert "--repeats N" in first
    assert "single run" not in json.dumps(found)
    tests = len(found["comparisons"])
    for words, (mean, spread) in ((first, MEANS["+ mixup"]), (second, MEANS["+ sam"])):
        fewest = int(words.partition("Over ")[2].split()[0])
        for runs, told in ((fewest, True), (fewest - 1, False)):
            p = stats.ttest_ind_from_stats(mean, spread, runs, 94.1, 0.2, runs, False).pvalue
            assert bool(p * tests < 0.05) is told


def test_a_number_of_runs_is_refused_where_the_runs_are_listed(table):
    rows = [{"recipe": r, "val_acc": s / 9} for r in "AB" for s in range(3)]
    with pytest.raises(InvalidInput, match="each row counts as a run"):
        document(table(rows), Question(repeats=5))
    with pytest.raises(InvalidInput, match="2 runs or more"):
        document(table(in_cells()), Question(repeats=1))


def long_and_wide(header, *, mean=False, metric="val_acc"):
    rng = np.random.default_rng(5)
    seed_effect = rng.normal(0, 1, 5)
    long = pandas.DataFrame(
        [{"variant": v, "seed": s, metric: round(m + seed_effect[s] + rng.normal(0, 0.2), 3)}
         for v, m in (("full", 82.0), ("w/o aug", 79.5), ("w/o EMA", 81.9)) for s in range(5)]
    )  # fmt: skip
    wide = long.pivot_table(index="variant", columns="seed", values=metric, sort=False)
    wide.columns = [header.format(s) for s in wide.columns]
    if mean:
        own = wide.copy()
        wide["mean"], wide["std"] = own.mean(axis=1), own.std(axis=1)
    return long, wide.reset_index()


@pytest.mark.parametrize("mean", [False, True])
@pytest.mark.parametrize("header", ["val_acc_seed{}", "val_acc_fold_{}", "seed {}", "{}"])
def test_seeds_in_columns_are_runs_paired_by_seed(header, mean):
    long, wide = long_and_wide(header, mean=mean)
    below = tuning_playbook.compare(long, metric="val_acc").as_document()
    beside = tuning_playbook.compare(wide, direction="maximize").as_document()
    for a, b in zip(below["comparisons"], beside["comparisons"], strict=True):
        assert (a["candidate"], a["repeats"], a["paired"]) == (b["candidate"], [5, 5], True)
        assert a["p_value"] == pytest.approx(b["p_value"])
        assert a["verdict"] == b["verdict"]


def test_a_repeat_that_diverged_counts_against_its_arm(table):
    _, wide = long_and_wide("val_acc_seed{}")
    rows = wide.to_dict("records")
    rows[1]["val_acc_seed3"] = "diverged"
    found = document(table(rows))["comparisons"][0]
    assert (found["candidate"], found["repeats"], found["infeasible"]) == (
        "w/o aug",
        [5, 5],
        [0, 1],
    )
    rows[1]["val_acc_seed3"] = ""
    found = document(table(rows))["comparisons"][0]
    assert (found["repeats"], found["infeasible"]) == ([5, 4], [0, 0])


def test_columns_that_count_epochs_are_no_seeds(table):
    rows = [{"variant": v} | {str(e): 1 - 0.9**e + i / 50 for e in range(1, 8)}
            for i, v in enumerate(("a", "b", "c"))]  # fmt: skip
    with pytest.raises(InvalidInput, match="does not say which metric decides"):
        document(table(rows))


def test_seeds_in_columns_of_several_metrics(table):
    rng = np.random.default_rng(1)
    rows = [{"recipe": r} | {f"{m}_seed{s}": round(float(rng.normal(i, 0.1)), 4)
             for m in ("val_acc", "val_loss") for s in range(4)}
            for i, r in enumerate("AB")]  # fmt: skip
    with pytest.raises(InvalidInput, match="has several metrics: val_acc, val_loss"):
        document(table(rows))
    found = document(table(rows), told=Told(metric="val_loss"))["comparisons"][0]
    expected = stats.ttest_rel(*([r[f"val_loss_seed{s}"] for s in range(4)] for r in rows[::-1]))
    assert found["p_value"] == pytest.approx(expected.pvalue, rel=1e-6)
    assert found["verdict"] == "worse"


@pytest.mark.parametrize("name", ["val_acc_ci95", "val_acc_ci"])
def test_half_an_interval_is_as_many_standard_errors(table, name):
    rows = [{"method": m, "val_acc": mean, name: 1.96 * s, "runs": 4}
            for m, (mean, s) in MEANS.items()]  # fmt: skip
    found = document(table(rows))
    expected = stats.ttest_ind_from_stats(95.0, 0.2, 4, 94.1, 0.4, 4, equal_var=False)
    assert found["comparisons"][0]["p_value"] == pytest.approx(expected.pvalue, rel=1e-6)
    assert any("half the width of a 95 % interval" in note for note in found["notes"])


def test_the_page_says_what_stands_for_runs_that_are_not_listed(table, tmp_path):
    rows = [{"method": m, "val_acc": mean, "val_acc_std": s, "runs": 4}
            for m, (mean, s) in MEANS.items()]  # fmt: skip
    page = tmp_path / "compared.html"
    compare_runs([table(rows)]).write_html(page)
    assert "Each bar is a mean, with one standard deviation" in page.read_text()
    assert "Each dot is a run" not in page.read_text()


@pytest.mark.parametrize(
    ("column", "seconds"), [("runtime_s", 7200.0), ("train minutes", 120.0), ("Wall time (h)", 2.0)]
)
def test_what_more_repeats_cost_is_told_whatever_the_unit_of_their_times(table, column, seconds):
    rows = [{"recipe": r, "val_loss": v, column: seconds}
            for r, own in (("a", (2.00, 2.02, 1.99)), ("b", (1.98, 1.99, 2.00)))
            for v in own]  # fmt: skip
    assert document(table(rows))["seconds_per_run"] == pytest.approx(7200.0)


@pytest.mark.parametrize("seeds", [(1, 2), (1, 2, 3)])
@pytest.mark.parametrize("shared", [True, False])
def test_differences_that_are_equal_to_rounding_of_sums_prove_nothing(table, seeds, shared):
    values = {"a": 0.5, "b": 0.7}
    rows = [
        {"model": m, "seed": s if shared else f"{m}{s}", "acc": v + s / 10 * shared}
        for m, v in values.items()
        for s in seeds
    ]
    found = document(table(rows), Question(arm=("model",)))["comparisons"][0]
    assert (found["verdict"], str(found["p_value"])) == ("cannot-tell", "nan")
    assert found["difference"] == pytest.approx(0.2)


def test_the_only_arm_with_baseline_in_its_name_is_the_baseline(table):
    models = ("dp_noise", "dp_noise", "mlp_baseline", "mlp_baseline")
    rows = [{"model": m, "acc": 0.5 + i / 10} for i, m in enumerate(models)]
    (found,) = document(table(rows), Question(arm=("model",)))["comparisons"]
    assert (found["baseline"], found["candidate"]) == ("mlp_baseline", "dp_noise")


def test_repeats_of_one_setting_have_nothing_to_be_compared_with(table):
    rows = [{"model": "compact", "seed": s, "acc": 0.8 + s / 100} for s in range(3)]
    with pytest.raises(InvalidInput, match="all are of one setting, so there is nothing to"):
        document(table(rows))
