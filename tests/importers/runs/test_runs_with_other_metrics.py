"""Runs of one study that logged their result under several names, as programs change."""

import pytest
from tests.importers.layouts import only, write

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput


def study_of_two_names(folder, counts):
    """So many runs for each name of the metric."""
    number = 0
    for name, count in counts.items():
        for _ in range(count):
            rows = [f"epoch,step,{name}"]
            rows += [f"{i},{3 * i},{3 / (i + 1) + 0.1 * number:.4f}" for i in range(12)]
            write(folder / f"version_{number}" / "metrics.csv", "\n".join(rows) + "\n")
            write(folder / f"version_{number}" / "hparams.yaml", f"lr: {0.001 * 2**number}\n")
            number += 1
    return folder


@pytest.mark.parametrize(("metric", "runs"), [("Valid MSE", 3), ("val_loss", 7)])
def test_runs_that_logged_another_metric_have_not_failed(tmp_path, metric, runs):
    folder = study_of_two_names(tmp_path / "runs", {"Valid MSE": 3, "val_loss": 7})
    said = str(check(folder, metric=metric))
    assert f" {runs} trials; minimize {metric}" in said
    assert "failed" not in said


def test_the_metric_of_most_runs_is_offered_first(tmp_path):
    folder = study_of_two_names(tmp_path / "runs", {"Valid MSE": 3, "val_loss": 7})
    assert len(only(folder).ids) == 10
    with pytest.raises(InvalidInput, match="metric='val_loss'"):
        check(folder)
