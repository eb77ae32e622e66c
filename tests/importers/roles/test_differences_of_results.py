"""A column that is one result minus another is no setting."""

import warnings

import numpy as np
import pytest

from tuning_playbook.importers.columns.column_values import column_values
from tuning_playbook.importers.relations.follow_from_results import differences_of_results
from tuning_playbook.importers.taken_as import Role, TakenAs

HUGE = 2.247116418579176e303


def computed(**columns):
    rows = np.arange(len(next(iter(columns.values()))))
    roles = {
        name: TakenAs(name, name, Role.RESULT, "")
        if name.startswith("score")
        else TakenAs(name, name, Role.HYPERPARAMETER, "", certain=False)
        for name in columns
    }
    values = {name: column_values(cells, rows) for name, cells in columns.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {name: one.reason for name, one in differences_of_results(roles, values).items()}


def test_a_column_that_is_a_difference_as_far_as_it_is_written_is_computed():
    scores = {"score_a": [0.81, 0.92, 0.75, 0.66], "score_b": [0.7, 0.72, 0.5, 0.61]}
    assert computed(**scores, delta=[0.11, 0.2, 0.25, 0.05]) == {"delta": "score_a minus score_b"}
    assert computed(**scores, delta=[0.11, 0.2, 0.25, 0.5]) == {}


@pytest.mark.parametrize("largest", [1.0, 1e15, HUGE, -HUGE])
def test_numbers_of_any_size_beside_short_ones_are_compared(largest):
    scores = {"score_a": [0.75, 1.4375, largest, 2.5], "score_b": [0.25, 0.4375, 0.0, 0.5]}
    assert computed(**scores, other=[0.0, 1.4375, largest, 0.5]) == {}
    assert computed(**scores, delta=[0.5, 1.0, largest, 2.0]) == {"delta": "score_a minus score_b"}
