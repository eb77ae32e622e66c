"""Metrics that say the same need no question which of them decides."""

import math

import pytest

from tuning_playbook import check
from tuning_playbook.errors import InvalidInput

ERRORS = [0.31, 0.12, 0.27, 0.44, 0.08, 0.39, 0.21]


def written(folder, header, *columns):
    path = folder / "search.csv"
    rows = [",".join(map(repr, row)) for row in zip(*columns, strict=True)]
    path.write_text("\n".join([header, *rows]))
    return path


RATES = [0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001]


def test_an_error_and_its_square_root_are_one_metric(tmp_path):
    roots = [math.sqrt(error) for error in ERRORS]
    document = check(written(tmp_path, "lr,val_mse,val_rmse", RATES, ERRORS, roots)).as_document()
    assert document["metric"] == "val_mse"
    assert "val_rmse says the same of every trial" in " ".join(document["notes"])


def test_a_score_that_falls_as_an_error_rises_is_one_with_it(tmp_path):
    scores = [1 - error for error in ERRORS]
    path = written(tmp_path, "lr,val_error,val_accuracy", RATES, ERRORS, scores)
    assert check(path).as_document()["metric"] == "val_error"


@pytest.mark.parametrize(
    "other", [ERRORS[::-1], [*ERRORS[:-1], 0.9], [math.tanh(3 * e) for e in ERRORS]]
)
def test_metrics_that_disagree_on_one_trial_are_asked_for(tmp_path, other):
    with pytest.raises(InvalidInput, match="does not say which metric decides"):
        check(written(tmp_path, "lr,val_mse,val_mae", RATES, ERRORS, other))


def test_few_trials_may_agree_by_luck(tmp_path):
    columns = [column[:4] for column in (RATES, ERRORS, [2 * e for e in ERRORS])]
    with pytest.raises(InvalidInput, match="does not say which metric decides"):
        check(written(tmp_path, "lr,val_mse,val_mae", *columns))
