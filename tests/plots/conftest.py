"""Studies of known truth for figures."""

import base64

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective

SPACE = SearchSpace(
    (
        Hyperparameter("rate", Float(1e-4, 1.0, "log"), 0.1),
        Hyperparameter("momentum", Float(0.5, 0.999, "reverse_log"), 0.9),
        Hyperparameter("dropout", Float(0.0, 0.8), 0.1, natural=(0.0, 1.0)),
    )
)


@pytest.fixture
def searched():
    """A function from the best unit coordinate of the rate to a study of three hyperparameters."""

    def build(best, *, count=60, direction="minimize", fails_above=2.0, seed=0):
        units = np.random.default_rng(seed).random((count, 3))
        loss = 0.1 + (units[:, 0] - best) ** 2 + 0.02 * (units[:, 1] - 0.5) ** 2
        failed = units[:, 0] > fails_above
        sign = 1 if direction == "minimize" else -1
        return table_from_columns(
            "s",
            ids=[f"t{i}" for i in range(count)],
            values={h.key: h.domain.from_unit(units[:, i])
                    for i, h in enumerate(SPACE.hyperparameters)},
            space=SPACE,
            objective=Objective("error", direction),
            metric_values=np.where(failed, np.nan, sign * loss),
            status=["infeasible" if f else "complete" for f in failed],
        )  # fmt: skip

    return build


@pytest.fixture
def numbers():
    """A function that reads one of Plotly's typed arrays."""

    def read(encoded):
        return np.frombuffer(base64.b64decode(encoded["bdata"]), f"<{encoded['dtype']}")

    return read
