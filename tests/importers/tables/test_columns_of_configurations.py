"""Tables whose columns are the configurations."""

import random
import re

import pandas
import pytest
from tests.importers.layouts import read_tables

from tuning_playbook import compare
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.metrics.metric_choice import metric_choice


def test_configurations_may_be_called_like_settings(tmp_path):
    rows = [{"metric": m, "baseline": 0.91, "+ema": 0.92, "+dropout": 0.93}
            for m in ("val_acc", "val_loss")]  # fmt: skip
    found = read_tables(tmp_path, rows)
    assert found.ids == ("baseline", "+ema", "+dropout")
    assert found.results["val_acc"] == [0.91, 0.92, 0.93]


def test_a_row_for_each_metric_with_its_statistics_is_no_table_of_configurations(tmp_path):
    rows = [{"metric": m, "mean": 0.91, "std": 0.02, "max": 0.93} for m in ("val_acc", "val_f1")]
    assert "mean" not in read_tables(tmp_path, rows).ids


WIDE = {
    "seeds": ("seed", range(8), ("baseline", "mixup", "cutmix")),
    "steps": ("epoch", range(8), ("lr=0.1", "lr=0.01", "lr=0.001")),
    "a setting": ("lr", (0.1, 0.03, 0.01, 0.003), ("0.1", "0.01", "0.001")),
}


@pytest.mark.parametrize("form", WIDE)
def test_results_of_configurations_side_by_side_say_how_to_turn_them(tmp_path, form):
    first, cells, configurations = WIDE[form]
    draw = random.Random(0)
    rows = [{first: c} | {n: 0.9 + draw.gauss(0, 0.01) for n in configurations} for c in cells]
    with pytest.raises(InvalidInput, match="a column for each configuration") as refused:
        metric_choice(read_tables(tmp_path, rows))
    melt = re.search(
        r"frame\.melt\('(\w+)', var_name='(\w+)', value_name='NAME'\)", str(refused.value)
    )
    long = pandas.DataFrame(rows).melt(melt[1], var_name=melt[2], value_name="val_acc")
    compared = compare(long, arm=melt[2], metric="val_acc").as_document()
    assert {arm["arm"] for arm in compared["arms"]} == set(configurations)


def test_results_of_other_sizes_or_beside_a_setting_are_no_configurations(tmp_path):
    draw = random.Random(0)
    rows = [{"lr": 10 ** draw.uniform(-4, -1), "zorp": draw.random(), "quux": draw.random()}
            for _ in range(20)]  # fmt: skip
    with pytest.raises(InvalidInput) as refused:
        metric_choice(read_tables(tmp_path, rows))
    assert "configuration" not in str(refused.value)
    rows = [{"seed": i, "zorp": draw.random(), "quux": 1000 * draw.random()} for i in range(20)]
    with pytest.raises(InvalidInput) as refused:
        metric_choice(read_tables(tmp_path, rows))
    assert "configuration" not in str(refused.value)
