"""JSON objects, and folders of them, that hold results below names of models, tasks and seeds."""

import json

import pytest
from tests.importers.layouts import only, write

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.tables.studies import read_table
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge

MODELS = {"cnn": 0.80, "mamba": 0.85, "vit": 0.90}
TASKS = ("donors", "acceptors")


def of_tasks(base, *, told=True):
    return {
        task: {"acc": base + 0.01 * at, "mcc": 2 * base - 1, **({"task": task} if told else {})}
        for at, task in enumerate(TASKS)
    }


def of_seeds(base, seeds=("42", "123", "456")):
    return {seed: {"acc": base + 0.01 * at} for at, seed in enumerate(seeds)}


def as_file(folder, document):
    return write(folder / "all_results.json", json.dumps(document))


def roles(study):
    return {one.name: one.role for one in study.columns}


def test_models_above_tasks_that_their_results_name_are_two_columns(tmp_path):
    study = read_table(as_file(tmp_path, {m: of_tasks(base) for m, base in MODELS.items()}))
    assert len(study.ids) == 6
    assert study.parameters["configuration"][:2] == ["cnn", "cnn"]
    assert "configuration (cnn, mamba, ...) and task (donors, acceptors)" in str(study.notes)


@pytest.mark.parametrize("seeds", [("42", "123", "456"), ("seed_7", "seed_11")])
def test_seeds_below_models_are_repeats(tmp_path, seeds):
    study = read_table(as_file(tmp_path, {m: of_seeds(b, seeds) for m, b in MODELS.items()}))
    assert len(study.ids) == 3 * len(seeds)
    assert roles(study)["seed"] is Role.SEED


@pytest.mark.parametrize("numbers", [("16", "64"), ("0", "1", "2")])
def test_numbers_that_may_be_a_setting_or_layers_are_no_seeds(tmp_path, numbers):
    study = read_table(as_file(tmp_path, {m: of_seeds(b, numbers) for m, b in MODELS.items()}))
    assert "seed" not in roles(study)


def test_results_per_seed_beside_settings_are_a_row_each(tmp_path):
    document = {
        model: {"method": model, "depth": 2, "acc_mean": base, "per_seed": of_seeds(base)}
        for model, base in MODELS.items()
    }
    study = read_table(as_file(tmp_path, document))
    assert len(study.ids) == 9
    assert roles(study)["seed"] is Role.SEED
    assert "acc_mean" not in roles(study)


def test_parts_of_the_data_below_models_stay_columns(tmp_path):
    parts = {"train": {"acc": 0.9}, "val": {"acc": 0.8}}
    study = read_table(as_file(tmp_path, {"cnn": parts, "vit": parts}))
    assert len(study.ids) == 2


def test_a_folder_with_a_file_of_tasks_for_each_model_is_one_table_per_task(tmp_path):
    for model, base in MODELS.items():
        write(tmp_path / f"{model}_results.json", json.dumps(of_tasks(base)))
    found = studies_to_judge(str(tmp_path), Told())
    assert [study.name for study in found] == list(TASKS)
    assert found[0].parameters["configuration"] == [f"{model}_results" for model in MODELS]


def test_a_folder_with_a_file_of_seeds_for_each_model_has_repeats(tmp_path):
    for model, base in MODELS.items():
        write(tmp_path / f"{model}.json", json.dumps(of_seeds(base)))
    study = only(tmp_path)
    assert (len(study.ids), roles(study)["seed"]) == (9, Role.SEED)


def test_seeds_beside_a_configuration_and_a_summary_are_no_run_of_wandb(tmp_path):
    seeds = {f"seed_{seed}": {"best_val_auroc": 0.5 + seed / 1000} for seed in (42, 123, 456)}
    whole = {"n_seeds": 3, "results": seeds, "summary": {"mean_auroc": 0.7}, "config": {"lr": 0.1}}
    study = only(as_file(tmp_path, {"validation_of_seeds": whole}))
    assert study.results["best_val_auroc"] == pytest.approx([0.542, 0.623, 0.956])
    assert roles(study)["seed"] is Role.SEED


def test_one_number_per_seed_is_the_result_without_its_mean(tmp_path):
    document = {
        name: {"mean": base, "std": 0.01, "per_seed": {"42": base, "123": base + 0.01}}
        for name, base in MODELS.items()
    }
    study = read_table(as_file(tmp_path, document))
    assert len(study.results["result"]) == 6
    assert not {"mean", "std"} & set(roles(study))


def test_a_document_without_rows_is_told_by_what_it_holds(tmp_path):
    document = {"seeds": [0, 1], "auc": {"full": "0.7, 0.8", "no_sync": "0.6, 0.5"}}
    with pytest.raises(InvalidInput, match=r"seeds \(a list of 2\).*auc \(an object of full"):
        only(as_file(tmp_path, document))


def test_runs_listed_by_seed_below_each_model_are_read_whatever_their_metrics_are_called(tmp_path):
    document = {
        model: {
            "name": model, "layers": layers, "tasks": ["mnist", "fashion"],
            "runs": [
                {"seed": seed, "minutes": 3.5, "history": {"loss": [2.0, 1.0 + seed / 100]},
                 "mnist_final": 90.5 + layers + seed / 10}
                for seed in (1, 2, 3)
            ],
            "n_params": layers * 1000,
        }
        for model, layers in (("A", 1), ("B", 2))
    }  # fmt: skip
    study = read_table(as_file(tmp_path, document))
    assert (len(study.ids), roles(study)["seed"]) == (6, Role.SEED)
    assert study.parameters["layers"] == [1, 1, 1, 2, 2, 2]
    assert "mnist_final" in roles(study)
    assert "history/loss" in study.curves or "loss" in study.curves


def test_runs_listed_below_each_seed_are_a_row_each(tmp_path):
    document = [
        {
            "seed": seed, "base_acc": 0.5 + seed / 1000, "host": {"gpu": "a"},
            "pruned": [{"rate": rate, "acc": 0.9 - rate / 200} for rate in (30, 50, 70)],
        }
        for seed in (42, 43, 44)
    ]  # fmt: skip
    study = read_table(as_file(tmp_path, document))
    assert len(study.ids) == 9
    assert study.parameters["rate"] == [30, 50, 70] * 3
    assert roles(study)["seed"] is Role.SEED


def test_points_of_curves_below_each_seed_stay_curves(tmp_path):
    for points in (
        [{"epoch": at, "val_loss": 1 / at} for at in (1, 2, 3)],
        [{"lr": 0.1 / at, "val_loss": 1 / at} for at in (1, 2, 3)],
    ):
        document = [{"seed": s, "width": 8 * s, "points": points} for s in (1, 2, 3)]
        assert len(read_table(as_file(tmp_path, document)).ids) == 3
