"""Studies whose curves are drawn with known truth."""

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective


@pytest.fixture
def curve_study():
    """A function that turns a shape of a curve into a study of ten trials.

    A shape takes the share of the run, from 0 to 1, and gives values from about 1 down to 0. Trial
    i lies ``0.02 i`` higher than the first one, so trial 0 is the best.
    """

    def build(validation, training=None, *, trials=10, points=100, size=0.002, direction="minimize",
              metric="val_error", seed=0, rates=None, schedule="constant", **extra):  # fmt: skip
        rng = np.random.default_rng(seed)
        share = np.linspace(0, 1, points)
        rows = np.repeat(np.arange(trials), points)
        steps = np.tile(np.arange(points) * 10, trials)

        def column(shape, sign=1):
            curves = [shape(share) + 0.02 * i + size * rng.normal(size=points)
                      for i in range(trials)]  # fmt: skip
            return rows, steps, sign * np.concatenate(curves)

        long = {metric: column(validation, 1 if direction == "minimize" else -1)}
        if training is not None:
            long["train_loss"] = column(training)
        if rates is None:
            rates = np.geomspace(0.01, 0.1, trials)
        if schedule is not None:
            factor = np.ones(points) if schedule == "constant" else 1 - 0.99 * share
            long["learning_rate"] = (rows, steps, np.outer(rates, factor).ravel())
        space = SearchSpace((Hyperparameter("lr", Float(1e-4, 10.0, "log"), 0.1),))
        return table_from_columns(
            "study", ids=[f"t{i}" for i in range(trials)], values={"lr": list(rates)}, space=space,
            objective=Objective(metric, direction), curves=long, **extra,
        )  # fmt: skip

    return build
