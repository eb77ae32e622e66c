"""The gap between arms against how many hyperparameters are tuned for each."""

import pytest

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.workflow.overview.tuning_gaps import tuning_gaps

RANGES = {
    "learning_rate": "{ log = [1e-4, 1.0] }",
    "momentum": "{ reverse_log = [0.5, 0.99] }",
    "epsilon": "{ log = [1e-9, 1.0] }",
}


def answer(name, losses, tuned, *, key="optimizer", trials=20):
    ranges = dict(list(RANGES.items())[:tuned])
    studies = [
        {"scientific": {key: value}, "best_loss": loss, "ranges": ranges, "trials": trials}
        for value, loss in losses.items()
    ]
    return LogbookEntry(1e9, "answer", name, "", {"studies": studies})


def test_a_question_asked_with_more_tuning_shows_its_gap_each_time():
    first = answer("few", {"sgd": 0.10, "adam": 0.16, "lion": 0.30}, 1)
    second = answer("all", {"sgd": 0.10, "adam": 0.09}, 3, trials=50)
    few, many = tuning_gaps([second, first])
    assert (few.round, few.tuned, few.leading, few.next) == (
        "few", 1, "optimizer = sgd", "optimizer = adam"
    )  # fmt: skip
    assert few.gap == pytest.approx(0.06)
    assert (many.round, many.tuned, many.leading, many.trials) == ("all", 3, "optimizer = adam", 50)
    assert many.gap == pytest.approx(0.01)


def test_one_way_of_asking_shows_nothing():
    once = answer("once", {"sgd": 0.1, "adam": 0.2}, 2)
    again = answer("again", {"sgd": 0.1, "adam": 0.3}, 2)
    other = answer("other", {8: 0.1, 16: 0.3}, 1, key="width")
    assert tuning_gaps([once, again, other]) == ()


@pytest.mark.parametrize("loss", [None, "absent"])
def test_an_arm_without_a_result_has_no_gap(loss):
    broken = answer("broken", {"sgd": 0.1, "adam": loss}, 1)
    if loss == "absent":  # entered before bests were kept
        del broken.data["studies"][1]["best_loss"]
    whole = answer("whole", {"sgd": 0.1, "adam": 0.2}, 2)
    assert tuning_gaps([broken, whole]) == ()
