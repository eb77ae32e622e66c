"""Learning rate range tests, which are one run and no search."""

import numpy as np
import pandas
import pytest

import tuning_playbook
from tuning_playbook import PlaybookError


def range_test(rates=None, metric="loss", **more):
    rates = np.geomspace(1e-7, 1, 100) if rates is None else rates
    exponent = np.log10(rates)
    loss = 2.3 - 1.5 / (1 + np.exp(-2 * (exponent + 3)))
    loss = loss + 8 * np.maximum(0, exponent + 0.7) ** 2
    return pandas.DataFrame({"lr": rates, metric: loss, **more})


def rounded(digits):
    return [float(f"{rate:.{digits}g}") for rate in np.geomspace(1e-7, 1, 100)]


@pytest.mark.parametrize(
    "frame",
    [
        range_test(),
        range_test(np.array(rounded(3))),
        range_test(np.linspace(1e-4, 1, 200)),
        range_test(metric="train_loss", iteration=range(100)),
        range_test(step=range(100)),
        range_test(step=range(100), momentum=0.9),
    ],
)
def test_a_range_test_is_called_one(frame):
    with pytest.raises(PlaybookError) as refused:
        tuning_playbook.check(frame)
    message = str(refused.value)
    assert "is a learning rate range test of one run: lr rises step by step from" in message
    assert "The checklist does not apply" in message
    metric = next(name for name in frame if "loss" in name)
    assert f"The lowest {metric} is at lr = {frame.lr[frame[metric].idxmin()]:.4g}." in message


def test_rows_that_the_user_calls_runs_are_a_search():
    checked = tuning_playbook.check(range_test(), params="lr")
    assert len(checked.studies[0].table) == 100


@pytest.mark.parametrize(
    "frame",
    [
        range_test(metric="val_loss"),  # a sweep that was evaluated
        range_test(accuracy=np.linspace(0.1, 0.9, 100)),
        range_test().sample(frac=1, random_state=0),
        range_test(np.geomspace(1e-5, 1, 20)),  # few enough for a grid
        range_test(np.sort(10 ** np.random.default_rng(0).uniform(-5, 0, 60))),  # sorted search
        range_test(name=[f"run-{i}" for i in range(100)]),
    ],
)
def test_sweeps_of_runs_are_not_called_range_tests(frame):
    checked = tuning_playbook.check(frame, metric=frame.columns[1])
    assert len(checked.studies[0].table) == len(frame)


def test_the_log_of_a_warmup_is_no_range_test():
    frame = range_test(np.linspace(1e-6, 1e-3, 100), step=range(100))
    assert len(tuning_playbook.check(frame).studies[0].table) == 1
