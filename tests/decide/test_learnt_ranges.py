"""The next round searches where earlier rounds have shown that it has to."""

from dataclasses import replace

import pytest
from tests.decide.test_next_steps import (
    _answered,
    _current,
    _decision,
    project,  # noqa: F401 - a fixture
)

from tuning_playbook.decide.next_step.learnt_ranges import widened
from tuning_playbook.decide.next_step.next_steps import next_steps
from tuning_playbook.decide.next_step.project_state import ProjectState
from tuning_playbook.decisions import Choice
from tuning_playbook.space import Categorical, Float, Hyperparameter, Integer, Ordered
from tuning_playbook.study import Project

DECLARED = Float(1e-3, 3e-2, "log")


@pytest.fixture
def declaring(project):  # noqa: F811
    """A function from one declared hyperparameter and its launched value to the project."""

    def declare(domain, launched=None, **more) -> Project:
        h = Hyperparameter("rate", domain, default=more.pop("default", 0.01), **more)
        baseline = {} if launched is None else {"rate": launched}
        return replace(project, hyperparameters=(h,), baseline=baseline)

    return declare


def _domain(project_):
    return project_.hyperparameters[0].domain


@pytest.mark.parametrize(
    ("launched", "searched", "ends"),
    [
        (None, [], (1e-3, 3e-2)),
        (0.035, [Float(1e-3, 0.1, "log")], (1e-3, 0.1)),
        (0.035, [Float(0.02, 0.05, "log")], (1e-3, 0.05)),  # never narrower than declared
        (0.035, [DECLARED, Float(1e-3, 0.1, "log")], (1e-3, 0.1)),  # the newest that holds it
        (0.01, [Float(1e-4, 0.02, "log"), Float(1e-3, 9.0, "log")], (1e-4, 3e-2)),
    ],
)
def test_a_declared_range_is_as_wide_as_the_newest_that_held_the_baseline(
    declaring, launched, searched, ends
):
    found = _domain(widened(declaring(DECLARED, launched), {"rate": searched}))
    assert (found.low, found.high) == pytest.approx(ends)


def test_a_range_that_no_round_has_searched_grows_until_it_holds_the_baseline(declaring):
    found = _domain(widened(declaring(DECLARED, 0.3), {}))
    assert found.low == 1e-3
    assert 0.3 < found.high <= 1.0


@pytest.mark.parametrize(
    ("domain", "launched", "more"),
    [
        (Float(1e-6, 1e-2, "log"), 0.0, {}),  # off
        (Categorical(("a", "b")), "b", {"default": "a"}),
        (Float(0.1, 0.5), 0.7, {"natural": (0.0, 0.6)}),  # no range may hold it
        (DECLARED, 1e9, {}),  # too far outside to be meant
    ],
)
def test_what_no_range_can_hold_stays_as_it_is_declared(declaring, domain, launched, more):
    assert _domain(widened(declaring(domain, launched, **more), {})) == domain


def test_lists_and_whole_numbers_grow_as_well(declaring):
    listed = widened(declaring(Ordered((16, 32)), 64, default=16), {"rate": [Ordered((32, 64))]})
    assert _domain(listed) == Ordered((16, 32, 64))
    whole = widened(declaring(Integer(1, 8), 10, default=2), {"rate": [Integer(4, 12)]})
    assert (_domain(whole).low, _domain(whole).high) == (1, 12)


def test_a_proposed_round_searches_around_the_baseline_and_says_why(project):  # noqa: F811
    useful = {"learning_rate": Float(0.5, 1.0, "log")}
    answered = _answered(useful_ranges={"a": useful, "b": useful})
    launched = replace(project, baseline={"learning_rate": 2.0})
    state = ProjectState(
        launched,
        _current(answered, decision=_decision(Choice.ADOPT), launched=True),
        asked=frozenset({"weight_decay"}),
        names=frozenset({"decay"}),
        searched={"learning_rate": [Float(1e-2, 4.0, "log")]},
    )
    (step,) = [s for s in next_steps(state) if s.round is not None]
    assert step.round.nuisance["learning_rate"] == Float(1e-4, 4.0, "log")
    assert "wider than declared" in step.round.reasons["learning_rate"]
    # what the last round found useless there would leave the baseline out
    assert "can be narrower" not in step.reason
