"""Logs of detection toolboxes: JSON objects by line in files that end in ``.json``."""

import json

import pytest
from tests.importers.layouts import only, write

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def of_detectron(count=12):
    return [{"iteration": 20 * i + 19, "lr": 1e-5 * (i + 1), "total_loss": 2.0 / (i + 1),
             "time": 0.4} for i in range(count)]  # fmt: skip


def of_mmengine(epochs=12, iterations=50):
    """Rows of training count iterations, and those of evaluation count epochs, both as ``step``."""
    rows = []
    for epoch in range(1, epochs + 1):
        rows.append({"lr": 0.02, "loss": 2.0 / epoch, "epoch": epoch, "iter": epoch * iterations,
                     "step": epoch * iterations})  # fmt: skip
        rows.append({"accuracy/top1": 90 - 50 / epoch, "time": 0.1, "step": epoch})
    return rows


def of_older_mmdetection(epochs=12):
    """Iterations begin again in each epoch; a row of evaluation has the size of its data."""
    rows = [{"env_info": "Python: 3.8", "seed": 0, "exp_name": "faster_rcnn.py"}]
    for epoch in range(1, epochs + 1):
        for own in (50, 100):
            loss = 2.1 / (epoch + own / 1000)
            rows.append({"mode": "train", "epoch": epoch, "iter": own, "lr": 0.02,
                         "data_time": 0.01, "loss_cls": loss / 3, "loss": loss})  # fmt: skip
        rows.append({"mode": "val", "epoch": epoch, "iter": 5000, "lr": 0.02,
                     "bbox_mAP": 0.5 - 0.4 / epoch})  # fmt: skip
    return rows


@pytest.mark.parametrize("epochs", [1, 2, 12])
def test_iterations_that_begin_again_in_each_epoch_go_on_over_all_of_them(tmp_path, epochs):
    study = only(write(tmp_path / "20240101.log.json", lines(of_older_mmdetection(epochs))))
    assert len(study.ids) == 1
    _, steps, values = study.curves["train_loss"]
    assert list(steps) == [50 * i for i in range(1, 2 * epochs + 1)]
    _, steps, values = study.curves["val_bbox_mAP"]
    assert list(steps) == [100 * i for i in range(1, epochs + 1)]
    assert values[-1] == pytest.approx(0.5 - 0.4 / epochs)


def test_objects_by_line_are_read_whatever_the_file_is_called(tmp_path):
    study = only(write(tmp_path / "metrics.json", lines(of_detectron())))
    assert len(study.ids) == 1
    _, steps, values = study.curves["total_loss"]
    assert (steps[0], steps[-1], values[-1]) == (19, 239, pytest.approx(2 / 12))


@pytest.mark.parametrize("count", [2, 3, 5, 9])
def test_a_short_log_of_iterations_is_one_run(tmp_path, count):
    study = only(write(tmp_path / "metrics.json", lines(of_detectron(count))))
    assert (len(study.ids), len(study.curves["total_loss"][1])) == (1, count)


@pytest.mark.parametrize("count", [2, 5])
def test_what_only_a_training_tells_while_it_runs_makes_a_log(tmp_path, count):
    rows = [{"iteration": 7 * i**2 + 3, "lr": 1e-5 * (i + 1), "total_loss": 2.0 / (i + 1),
             "eta_seconds": 900 - i, "data_time": 0.01, "roi_head/num_bg_samples": 450 + i % 3}
            for i in range(count)]  # fmt: skip
    assert len(only(write(tmp_path / "metrics.json", lines(rows))).ids) == 1


def test_a_few_epochs_with_metrics_of_training_and_validation_are_one_run(tmp_path):
    text = "epoch,loss,val_loss,lr\n0,2.1,1.9,0.01\n1,1.5,1.4,0.01\n2,1.2,1.25,0.001\n"
    study = only(write(tmp_path / "history.csv", text))
    assert (len(study.ids), len(study.curves["val_loss"][1])) == (1, 3)


def test_a_few_trials_that_trained_for_different_iterations_are_trials(tmp_path):
    text = "iteration,lr,total_loss\n100,0.1,0.9\n200,0.1,0.7\n300,0.01,0.8\n"
    assert len(only(write(tmp_path / "trials.csv", text)).ids) == 3


def test_a_folder_with_such_a_log_is_the_folder_of_a_run(tmp_path):
    write(tmp_path / "output" / "metrics.json", lines(of_detectron()))
    study = only(tmp_path / "output")
    assert (study.ids, len(study.curves["total_loss"][1])) == (("output",), 12)


def test_folders_with_such_logs_are_runs_of_one_study(tmp_path):
    for name in ("lr_0.1", "lr_0.01", "lr_0.001"):
        write(tmp_path / "runs" / name / "metrics.json", lines(of_detectron()))
    study = only(tmp_path / "runs")
    assert set(study.ids) == {"lr_0.1", "lr_0.01", "lr_0.001"}


def test_evaluations_that_count_epochs_stand_at_the_step_that_training_had_reached(tmp_path):
    study = only(write(tmp_path / "scalars.json", lines(of_mmengine())))
    assert len(study.ids) == 1
    _, steps, values = study.curves["accuracy/top1"]
    assert list(steps[:3]) == [50, 100, 150]
    assert values[-1] == pytest.approx(90 - 50 / 12)


def test_evaluations_that_count_iterations_stay_where_they_are(tmp_path):
    rows = of_mmengine()
    for number, row in enumerate(rows):
        if "iter" not in row:
            row["step"] = rows[number - 1]["step"]
    _, steps, _ = only(write(tmp_path / "scalars.json", lines(rows))).curves["accuracy/top1"]
    assert list(steps[:3]) == [50, 100, 150]


def test_a_log_that_is_written_twice_is_one_run(tmp_path):
    for name in ("20230607_213107", "scalars"):
        write(tmp_path / "job" / "vis_data" / f"{name}.json", lines(of_mmengine()))
    study = only(tmp_path / "job")
    assert (len(study.ids), len(study.curves["loss"][1])) == (1, 12)


def test_a_fault_in_a_later_line_is_named(tmp_path):
    text = lines(of_detectron()).replace('{"iteration": 59', '{"iteration": ', 1)
    with pytest.raises(InvalidInput, match="line 3"):
        open_foreign(str(write(tmp_path / "log.json", text)))


def test_one_object_on_one_line_is_a_result_and_no_log(tmp_path):
    write(tmp_path / "runs" / "a" / "metrics.json", '{"epoch": 10, "val_loss": 0.3}')
    write(tmp_path / "runs" / "b" / "metrics.json", '{"epoch": 12, "val_loss": 0.2}')
    study = only(tmp_path / "runs")
    assert sorted(study.results["val_loss"]) == [0.2, 0.3]


def test_logs_of_runs_beside_as_many_tables_of_results_are_runs(tmp_path):
    for run in ("baseline", "improved_1", "improved_2"):
        rows = [f"{i},{1 / (i + 1):.4f},{i / 10:.2f}" for i in range(30)]
        write(tmp_path / f"{run}_metrics.csv", "\n".join(["Timestep,Loss,Reward_Mean", *rows]))
        write(tmp_path / f"{run}_evaluation.csv", "Run,Steps,Reward\nRun 1,9,1.6\nAverage,9,1.6\n")
    study = only(tmp_path)
    assert len(study.ids) == 3
    assert set(study.curves) == {"Loss", "Reward_Mean"}
