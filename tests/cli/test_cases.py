"""Tables as people publish them, each with what must be said of it."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from tuning_playbook.cli.main import main

CASES = Path(__file__).parents[1] / "importers" / "cases"
SEARCH = "search-space-boundary"


@pytest.fixture
def check(monkeypatch, capsys):
    """Exit code, output and errors of ``playbook check`` on a file of a case."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(file, *options):
        capsys.readouterr()
        arguments = ["playbook", "check", str(CASES / file), *options]
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as stopped:
            main()
        output = capsys.readouterr()
        return stopped.value.code, output.out, output.err

    return run


@pytest.fixture
def document(check):
    """The JSON document of a case."""
    return lambda *arguments: json.loads(check(*arguments, "--json")[1])


def columns(found, role):
    return [c["column"] for c in found["columns"] if c["role"] == role]


def searched(found):
    return sorted(found["ranges"])


def verdict(found, check):
    return next(f["verdict"] for f in found["findings"] if f["check"] == check)


def test_quality_metrics_beside_a_grid_are_results(document):
    found = document("01-several-quality-metrics/translation_grid.csv", "--metric", "BLEU")
    assert searched(found) == ["d_model", "n_blocks", "n_heads"]
    assert set(columns(found, "result")) == {
        "BLEU", "METEOR", "CHRF", "CER", "WER", "BLEU+METEOR", "CER+WER"
    }  # fmt: skip
    assert "METEOR" not in json.dumps(found["findings"])


def test_several_metrics_are_asked_for_by_name(check):
    code, _, error = check("01-several-quality-metrics/translation_grid.csv")
    assert code == 2
    assert "Its metrics: BLEU, METEOR, CHRF, CER, WER" in error


def test_statistics_over_folds_are_no_hyperparameters_and_no_candidates(document):
    found = document("02-statistics-over-folds/cv_sweep.csv")
    assert (found["metric"], found["direction"]) == ("mean_spearman", "maximize")
    assert searched(found) == ["alpha", "features", "selector"]
    assert columns(found, "statistic") == ["std_spearman", "min_spearman", "max_spearman"]
    assert found["kind"] == "a grid of 80 configurations"


@pytest.mark.parametrize("name", ["nested", "lr0", "log", "part"])
def test_a_learning_rate_is_one_under_longer_names(document, name):
    found = document(f"05-learning-rate-under-longer-names/{name}.csv")
    rate = next(c for c in found["columns"] if c["reason"].startswith("learning rate"))
    assert rate["certain"]
    assert rate["role"] == "hyperparameter"
    stability = next(f for f in found["findings"] if f["check"] == "edge-of-stability")
    assert "no searched hyperparameter has the name of a learning rate" not in stability["summary"]
    assert stability["verdict"] in ("pass", "warn", "unknown")


def test_a_column_computed_from_the_metric_is_no_hyperparameter(document):
    found = document("08-column-computed-from-the-metric/compression.csv")
    assert found["metric"] == "val_accuracy"
    assert searched(found) == ["activation_bits", "prune_ratio", "weight_bits"]
    assert columns(found, "computed") == ["accuracy_drop", "compression_ratio"]
    assert columns(found, "time and cost") == ["model_size_mb", "runtime_seconds"]


def test_running_numbers_and_epochs_reached_are_no_hyperparameters(document):
    found = document("10-running-number-and-epochs-run/grid_sorted.csv")
    assert searched(found) == ["activation", "dropout", "hidden_dims", "lr"]
    assert columns(found, "identifier") == ["order"]
    assert columns(found, "progress") == ["epochs_ran"]


@pytest.mark.parametrize("name", ["metrics", "training"])
def test_the_log_of_one_run_is_judged_by_its_curves(document, name):
    found = document(f"13-log-of-one-run/{name}.csv", "--metric", "val_loss")
    assert found["trials"] == 1
    assert found["kind"].startswith("the log of one run")
    assert found["ranges"] == {}
    assert verdict(found, "overfitting") == "fail"
    for check in (SEARCH, "sampling-density", "infeasible-fraction", "importance"):
        assert verdict(found, check) == "unknown"
    assert "test_loss" not in columns(found, "result")


def test_a_name_is_accepted_as_it_stands_in_the_header(document):
    file = "14-name-copied-from-the-header/runs.csv"
    found = document(file, "--metric", "metrics/mAP50(B)", "--direction", "maximize")
    assert found["metric"] == "metrics/mAP50(B)"
    assert found["trials"] == 16
    assert document(file, "--metric", "mAP50(B)")["direction"] == "maximize"


@pytest.mark.parametrize("name", ["sweep_comma", "sweep_percent"])
def test_numbers_from_a_spreadsheet_are_read(document, name):
    found = document(f"17-numbers-from-a-spreadsheet/{name}.csv", "--metric", "val_acc")
    assert searched(found) == ["batch_size", "lr"]
    assert found["trials"] == 24
    assert not any("no measurement" in note for note in found["notes"])


def test_a_percentage_alone_decides_and_two_metrics_are_asked_for(document, check):
    assert document("17-numbers-from-a-spreadsheet/sweep_percent.csv")["metric"] == "val_acc"
    code, _, error = check("17-numbers-from-a-spreadsheet/sweep_comma.csv")
    assert code == 2
    assert "Its metrics: val_acc, val_loss. Type: playbook check" in error


@pytest.mark.parametrize("name", ["fold", "repeat", "replicate", "trial"])
def test_what_counts_repetitions_is_no_hyperparameter_whatever_its_name(document, check, name):
    file = f"23-repeats-and-folds/{name}.csv"
    found = document(file)
    assert searched(found) == ["dropout", "lr"]
    assert columns(found, "seed") == [name]
    assert found["kind"].endswith("8 configurations, 5 trials each")
    out = " ".join(check(file)[1].split())
    assert "best mean 0.90044 of 5 repeats (lr 0.003, dropout 0.3)" in out
    reference = document("23-repeats-and-folds/fold.csv")["findings"]
    assert [f["verdict"] for f in found["findings"]] == [f["verdict"] for f in reference]


def test_held_out_results_never_decide_by_themselves(document, check):
    file = "28-percent-cells-and-test-columns/sweep.csv"
    found = document(file)
    assert (found["metric"], found["direction"]) == ("Val. Acc. (%)", "maximize")
    assert columns(found, "held-out result") == ["Test err %"]
    assert columns(found, "bookkeeping") == ["GPU"]
    assert columns(found, "time and cost") == ["Wall time (h)"]
    assert columns(found, "hyperparameter") == [
        "LR (log10)", "Weight Decay", "Drop-out [%]", "hidden units"
    ]  # fmt: skip
    assert "best 95.3 (trial 1)" in " ".join(check(file)[1].split())
    tested = document(file, "--metric", "Test err %")
    assert any("measured on test data" in note for note in tested["notes"])


def test_runs_stopped_by_hand_did_train(document, check, tmp_path):
    pytest.importorskip("google.protobuf", reason="protobuf is not installed")
    shutil.copytree(CASES / "07-stopped-by-hand", tmp_path / "case")
    found = document(tmp_path / "case" / "wandb", "--metric", "val/loss")
    assert columns(found, "hyperparameter") == ["learning_rate"]
    assert {"out_dir", "device", "compile"} <= set(columns(found, "bookkeeping"))
    assert not any(f["verdict"] == "fail" for f in found["findings"])
    assert any("Stopped by hand" in note for note in found["notes"])
    summary = next(f for f in found["findings"] if f["check"] == "infeasible-fraction")["summary"]
    assert "2 that did train were stopped before the end" in summary


@pytest.mark.parametrize("target", ["search", "search/oracle.json"])
def test_a_folder_of_keras_tuner_is_read(document, target):
    found = document(f"04-keras-tuner-folder/{target}")
    assert (found["metric"], found["direction"], found["trials"]) == (
        "val_accuracy",
        "maximize",
        12,
    )
    assert found["ranges"] == {
        "filters": "{ integer = [16, 128] }",
        "dropout": "{ linear = [0.0, 0.5] }",
        "learning_rate": "{ log = [0.0001, 0.1] }",
    }
    assert found["inferred_ranges"] is False


def test_curves_downloaded_from_tensorboard_are_runs(document):
    found = document("11-tensorboard-downloads/downloads")
    assert (found["trials"], found["metric"]) == (5, "val/loss")
    assert searched(found) == ["lr"]


def summary(found, check):
    return next(f["summary"] for f in found["findings"] if f["check"] == check)


def test_a_pruned_trial_is_never_the_best(document, check):
    file = "16-pruned-trial-named-best/trials.csv"
    _, output, _ = check(file, "--direction", "minimize")
    assert "11 stopped before the end" in output
    assert "best 0.35662 (trial 3)" in " ".join(output.split())
    found = document(file, "--direction", "minimize")
    assert any("value of a stopped trial is from an earlier step" in n for n in found["notes"])


@pytest.mark.parametrize("file", ["sweep_nan.csv", "sweep_inf.csv", "sweep.jsonl"])
def test_results_that_are_not_finite_are_divergences(document, file):
    found = document(f"19-nan-and-inf-as-results/{file}")
    feasible = next(f for f in found["findings"] if f["check"] == "infeasible-fraction")
    assert feasible["evidence"]["kinds"] == {"non-finite": 16}
    assert verdict(found, "edge-of-stability") == "warn"
    assert "training fails above about lr = 0.084" in summary(found, "edge-of-stability")
    assert "without a measurement" not in json.dumps(found)


def test_the_edge_of_a_batch_size_is_no_reason_for_a_wider_range(document):
    found = document("20-best-at-the-smallest-batch-size/trials.csv")
    advice = [a for f in found["findings"] for a in f["advice"]]
    assert not any("batch_size" in json.dumps(a) for a in advice)
    assert "batch_size was varied, but is not to be chosen by validation performance" in summary(
        found, SEARCH
    )
    assert "Both ends of learning_rate are wide enough" in summary(found, SEARCH)


def test_failures_at_large_learning_rates_are_no_proof_of_stability(document):
    found = document("22-failed-at-large-learning-rates/study.db")
    assert verdict(found, "edge-of-stability") == "unknown"
    assert "10 trials failed, all at lr of 0.12 or more" in summary(found, "edge-of-stability")
    assert "too large to train" not in json.dumps(found)


def test_a_learning_rate_is_judged_by_factors_below_two_decades_too(check, document, tmp_path):
    file = "25-learning-rate-by-factors/trials.csv"
    code, _, _ = check(file, "--direction", "maximize")
    found = document(file, "--direction", "maximize")
    assert code == 0
    assert "log" in found["ranges"]["learning_rate"]
    assert "both ends of learning_rate" in summary(found, SEARCH)
    space = tmp_path / "space.toml"
    space.write_text("learning_rate = { log = [1e-4, 7e-3] }\n")
    told = document(file, "--direction", "maximize", "--space", str(space))
    assert verdict(told, SEARCH) in ("pass", "note")


def test_slow_learning_is_not_divergence(document):
    case = "26-slow-is-not-diverged"
    curves = ("--curves", str(CASES / case / "curves.csv"), "--metric", "val_acc")
    found = document(f"{case}/trials.csv", *curves, "--select", "infeasible-fraction")
    assert summary(found, "infeasible-fraction") == "All 20 finished trials are feasible."


def test_a_pruned_trial_is_censored_and_not_infeasible(document):
    found = document("27-pruned-is-not-chance-level/study.db")
    evidence = next(f for f in found["findings"] if f["check"] == "infeasible-fraction")["evidence"]
    # One of the 50 pruned trials had reported NaN.
    assert evidence["account"]["fates"] == {
        "complete": 9, "infeasible": 1, "stopped": 49, "failed by program": 1
    }  # fmt: skip
    assert evidence["kinds"] == {"non-finite": 1, "crash": 1}
    assert not any(f["advice"] for f in found["findings"])
    density = summary(found, "sampling-density")
    assert "49 of 60 trials were stopped before the end" in density
    assert "no random sample" in density


def test_a_spread_without_its_metric_decides_nothing(check, tmp_path):
    rows = [
        f"{i},{5 - i * 0.1:.3f},{0.1 + i * 0.01:.3f},{0.001 * 1.5**i:.5f},COMPLETE"
        for i in range(12)
    ]
    table = tmp_path / "trials.csv"
    header = "number,value,user_attrs_std_rmse,params_lr,state"
    table.write_text("\n".join([header, *rows]) + "\n")
    code, _, error = check(table)
    assert code == 2
    assert f"Type: playbook check {table} --metric value --direction minimize" in error
    assert "user_attrs_std_rmse" not in error


def test_where_only_test_metrics_are_there_it_is_said_how_to_go_on(check, tmp_path):
    table = tmp_path / "tuning.csv"
    table.write_text(
        "lr,test_accuracy\n" + "".join(f"{0.1 / 2**i},{0.5 + i / 50}\n" for i in range(9))
    )
    code, _, error = check(table)
    assert code == 2
    assert "--metric test_accuracy; what is chosen by it has no unseen data left" in error
    assert check(table, "--metric", "test_accuracy")[0] in (0, 1)
