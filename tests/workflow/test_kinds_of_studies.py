"""What kind of study the trials of others make, where lengths of training are among what varies."""

import itertools

import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.report.verdicts.columns_taken import kind_of_study
from tuning_playbook.study import Direction, Objective


def kind(rows):
    """Of trials with these pairs of epochs and learning rates."""
    table = table_from_columns(
        "runs",
        ids=[str(i) for i in range(len(rows))],
        values={"epochs": [row[0] for row in rows], "lr": [row[1] for row in rows]},
        metric_values=[0.5 + i / 100 for i in range(len(rows))],
        objective=Objective("val_acc", Direction.MAXIMIZE),
    )
    return kind_of_study(table)


@pytest.mark.parametrize("lengths", [(50, 100, 150), (20, 50, 100), (10, 100)])
def test_runs_that_differ_in_their_length_alone_are_no_grid(lengths):
    rows = [(length, 0.1) for length in lengths]
    assert kind(rows) == f"{len(rows)} runs that differ in their length of training alone"


def test_a_few_runs_of_two_lengths_and_two_rates_are_a_list():
    found = kind(list(itertools.product((20, 50), (0.1, 0.01))))
    assert found == "a list of 4 configurations, trained for different lengths (epochs)"


def test_all_combinations_of_many_lengths_and_rates_are_a_grid():
    found = kind(list(itertools.product((20, 50, 100), (0.1, 0.01, 0.001))))
    assert found == "a grid of 9 configurations, trained for different lengths (epochs)"


def test_a_grid_of_one_length_says_nothing_of_lengths():
    assert kind([(20, rate) for rate in (0.1, 0.01, 0.001)]) == "a grid of 3 configurations"
