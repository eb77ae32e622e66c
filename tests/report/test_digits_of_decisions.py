"""A decision's gain and bounds have the digits that the spread between reruns supports."""

import math
import re
from dataclasses import replace

from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.report.rounds.answer_view import decision_view


def _decision():
    return decide_launch(
        (0.046, 0.058, 0.05, 0.056, 0.052), (0.066, 0.068, 0.068, 0.062, 0.06),
        direction="minimize", round="r", candidate={"rate": 0.2}, incumbent={"rate": 0.1},
    )  # fmt: skip


def test_the_page_shows_the_numbers_of_the_reasons():
    decision = _decision()
    gain, lower, upper = re.findall(r"-?\d[\d.]*", decision_view(decision).gain)[:3]
    assert (gain, lower, upper) == ("0.0124", "0.0032", "0.0216")
    assert gain in decision.reasons[0]
    assert lower in decision.reasons[0]


def test_a_bound_that_is_not_known_is_a_dash():
    assert "(– to –" in decision_view(replace(_decision(), lower=-math.inf, upper=math.inf)).gain
