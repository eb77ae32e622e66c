"""Tables without any result: what is missing is told, and no command that would fail."""

from __future__ import annotations

import pytest

from tuning_playbook import check, compare
from tuning_playbook.errors import InvalidInput

SETTINGS = """lr,batch_size,dropout,optimizer
0.1,32,0.1,sgd
0.01,64,0.2,adam
0.001,32,0.3,sgd
"""
SIZES = "name,lr,params,time\na,0.1,1000,32\nb,0.01,1000,64\nc,0.001,1000,32\n"
FAILED = "lr,status\n0.1,failed\n0.2,failed\n"
NOTES = "name,notes\nx,good\ny,bad\n"


@pytest.mark.parametrize("judge", [check, compare])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SETTINGS, "lr, batch_size, dropout and optimizer were each taken for a hyperparameter"),
        (SIZES, "params and time were taken for time, size or cost"),
        (FAILED, "None of its 2 trials trained"),
        (NOTES, "no column of numbers"),
    ],
)
def test_a_table_without_any_result_is_not_asked_for_a_metric(tmp_path, judge, text, said):
    path = tmp_path / "settings.csv"
    path.write_text(text)
    with pytest.raises(InvalidInput) as refusal:
        judge(path)
    message = str(refusal.value)
    assert said in message
    assert "no metric to judge by" in message
    assert "metric=" not in message
    assert "--metric" not in message
    if "taken for" in message:
        assert "measured after training" in message


def test_an_empty_metric_can_still_be_named(tmp_path):
    path = tmp_path / "failed.csv"
    path.write_text("lr,status,val_loss\n0.1,failed,\n0.2,failed,\n")
    with pytest.raises(InvalidInput, match="does not say which metric decides"):
        check(path)
    assert check(path, metric="val_loss")
