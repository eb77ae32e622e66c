"""Studies of known truth for the analyses of search spaces."""

import numpy as np
import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective


def unit_space(dimensions):
    # Natural limits far away: an edge at 0 would be taken for one.
    return SearchSpace(
        tuple(
            Hyperparameter(f"h{i}", Float(0.0, 1.0), 0.5, natural=(-1.0, 2.0))
            for i in range(dimensions)
        )
    )


@pytest.fixture
def unit_study():
    """A function from unit coordinates and losses to a study over [0, 1]^d."""

    def build(units, loss, *, failed=None, direction="minimize", space=None, **extra):
        units = np.asarray(units, dtype=float)
        space = space or unit_space(units.shape[1])
        failed = np.zeros(len(units), dtype=bool) if failed is None else failed
        sign = 1 if direction == "minimize" else -1
        return table_from_columns(
            "study",
            ids=[f"t{i}" for i in range(len(units))],
            values={k: space[k].domain.from_unit(units[:, i]) for i, k in enumerate(space.keys)},
            space=space,
            objective=Objective("error", direction),
            metric_values=np.where(failed, np.nan, sign * np.asarray(loss, dtype=float)),
            status=["infeasible" if f else "complete" for f in failed],
            **extra,
        )

    return build


@pytest.fixture
def bowl():
    """A function from a generator to units and losses of a quadratic valley."""

    def build(rng, count, optimum, weights=(1.0, 1.0, 1.0, 1.0), noise=0.02):
        units = rng.random((count, len(weights)))
        centre = np.concatenate(([optimum], rng.uniform(0.35, 0.65, len(weights) - 1)))
        loss = ((units - centre) ** 2) @ np.asarray(weights)
        return units, loss + noise * np.ptp(loss) * rng.standard_normal(count)

    return build
