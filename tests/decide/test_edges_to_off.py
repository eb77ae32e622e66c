"""An arm with a strength, beside one without it, is not asked for ever smaller strengths."""

import pytest

from tuning_playbook.decide.rounds.edges_to_off import with_off_compared
from tuning_playbook.findings import Advice, Finding, Verdict


def _edge(key, edge, verdict="tight"):
    return {"hyperparameter": key, "edge": edge, "verdict": verdict, "strength": 3.5}


def _expand(key, edge):
    return Advice("expand", {"hyperparameter": key, "edge": edge, "range": [0.1, 1.0]}, "why")


def _boundary(*edges):
    return Finding(
        "search-space-boundary",
        Verdict.FAIL,
        "It still improves.",
        {"edges": [_edge(*edge) for edge in edges] + [_edge("rate", "low", "inside")]},
        tuple(_expand(*edge) for edge in edges),
    )


def test_smaller_strengths_are_what_the_arm_without_it_stands_for():
    (found,) = with_off_compared([_boundary(("l2", "low"))], {"l2"})
    assert (found.verdict, found.advice) == (Verdict.NOTE, ())
    assert "low end of l2" in found.summary
    assert "an arm in which it is 0" in found.summary


@pytest.mark.parametrize("other", [("l2", "high"), ("rate", "high"), ("rate", "low")])
def test_every_other_end_is_complained_about_as_before(other):
    (alone,) = with_off_compared([_boundary(other)], {"l2"})
    assert alone == _boundary(other)
    (both,) = with_off_compared([_boundary(("l2", "low"), other)], {"l2"})
    assert both.verdict is Verdict.FAIL
    assert both.advice == (_expand(*other),)


def test_without_an_arm_that_has_it_off_a_smaller_strength_is_asked_for():
    assert with_off_compared([_boundary(("l2", "low"))], ()) == (_boundary(("l2", "low")),)


def test_other_checks_are_left_alone():
    other = Finding("overfitting", Verdict.WARN, "It overfits.", advice=(_expand("l2", "low"),))
    assert with_off_compared([other], {"l2"}) == (other,)
