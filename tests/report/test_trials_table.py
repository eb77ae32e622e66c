import pytest

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.report.rounds.trials import trials_table
from tuning_playbook.study import Objective


def _shown(ids):
    table = table_from_columns(
        "study", ids=ids, values={"lr": [0.1, 0.2]}, objective=Objective("loss", "minimize"),
        metric_values=[1.0, 2.0],
    )  # fmt: skip
    return [row[0] for row in trials_table(table).rows]


def test_ids_that_are_whole_numbers_sort_as_numbers():
    assert _shown(["10", "9"]) == [10, 9]


@pytest.mark.parametrize("odd", ["007", "²", "a", "9" * 17, "9" * 5000])
def test_ids_that_no_number_holds_exactly_stay_as_they_are_written(odd):
    assert _shown(["1", odd]) == ["1", odd]
