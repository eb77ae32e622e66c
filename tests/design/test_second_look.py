"""Follow-ups: mended ranges, and the earlier trials that still count."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuning_playbook.design.arms import studies_of
from tuning_playbook.design.follow_up import (
    counting_trials,
    followed_study,
    reasons_against_pooling,
)
from tuning_playbook.design.ranges import ends_of, with_ends
from tuning_playbook.design.second_look import RangeAdvice, follow_up_round
from tuning_playbook.search import planned_trials
from tuning_playbook.space import Categorical, Float, Integer, Ordered
from tuning_playbook.study import Provenance, Round
from tuning_playbook.trial import Status

RATE = "optimizer.nesterov.learning_rate"


@pytest.fixture
def round_():
    return Round(
        "decay", "Does it help?", "understand", 16,
        scientific={"weight_decay": (0.0, 1e-4)},
        nuisance={RATE: Float(1e-3, 1.0, "log")},
    )  # fmt: skip


def _advice(edge, action, end, key=RATE):
    return RangeAdvice(key, edge, action, end, f"{action} {edge}")


def _searched(*arms):
    return dict.fromkeys(arms, (RATE,))


def test_an_end_moves_outwards_as_far_as_any_arm_wants(round_):
    advice = {"a": [_advice("high", "expand", 3.0)], "b": [_advice("high", "expand", 10.0)]}
    found = follow_up_round(round_, advice, searched=_searched("a", "b"), name="decay-2")
    assert found.nuisance[RATE] == Float(1e-3, 10.0, "log")
    assert (found.follows, found.seed, found.trials) == ("decay", 1, 16)
    assert found.reasons[RATE] == "expand high"


def test_a_reason_to_drop_an_end_that_stays_is_not_written(round_):
    advice = {"a": [_advice("high", "expand", 3.0), _advice("low", "shrink", 0.1)], "b": []}
    found = follow_up_round(round_, advice, searched=_searched("a", "b"), name="x")
    assert found.nuisance[RATE] == Float(1e-3, 3.0, "log")
    assert found.reasons[RATE] == "expand high"


def test_an_end_moves_inwards_only_where_every_arm_wants_it(round_):
    one = {"a": [_advice("high", "shrink", 0.1)], "b": []}
    assert follow_up_round(round_, one, searched=_searched("a", "b"), name="x") is None
    both = {
        arm: [replace(_advice("high", "shrink", end), reason=f"to {end}")]
        for arm, end in (("a", 0.1), ("b", 0.3))
    }
    found = follow_up_round(round_, both, searched=_searched("a", "b"), name="x")
    assert found.nuisance[RATE].high == 0.3
    assert found.reasons[RATE] == "to 0.3"  # and not that of an arm whose end was not taken
    elsewhere = {"a": (RATE,), "b": ()}  # the other arm has no such hyperparameter
    found = follow_up_round(round_, one, searched=elsewhere, name="x")
    assert found.nuisance[RATE].high == 0.1


def test_outwards_beats_inwards_at_one_end_and_ends_are_apart(round_):
    advice = {"a": [_advice("high", "shrink", 0.1), _advice("low", "expand", 1e-4)],
              "b": [_advice("high", "expand", 3.0)]}  # fmt: skip
    found = follow_up_round(round_, advice, searched=_searched("a", "b"), name="x")
    assert ends_of(found.nuisance[RATE]) == (1e-4, 3.0)


def test_nothing_to_mend_is_no_round(round_):
    assert follow_up_round(round_, {"a": []}, searched=_searched("a"), name="x") is None
    crossing = {"a": [_advice("high", "shrink", 1e-4)]}
    assert follow_up_round(round_, crossing, searched=_searched("a"), name="x") is None


@pytest.mark.parametrize(
    ("domain", "low", "high", "found"),
    [
        (Integer(1, 4), 1, 6, Integer(1, 6)),
        (Ordered((16, 32, 64)), 4, 32, Ordered((4, 8, 16, 32))),
        (Ordered((0.1, 0.2)), 0.1, 0.4, Ordered((0.1, 0.2, 0.283, 0.4))),
        (Categorical(("a", "b")), 0, 1, Categorical(("a", "b"))),
    ],
)
def test_ranges_of_every_sort_take_new_ends(domain, low, high, found):
    assert with_ends(domain, low, high) == found


@given(st.floats(1e-6, 1e-3), st.floats(1e-2, 1e3))
def test_the_ends_asked_for_are_the_ends_got(low, high):
    assert ends_of(with_ends(Float(1e-3, 1e-2, "log"), low, high)) == (low, high)


def _studies(project, round_):
    return studies_of(project, round_)


def test_trials_count_for_the_same_arm_inside_the_new_range(project, round_):
    wider = replace(round_, name="decay-2", nuisance={RATE: Float(1e-2, 10.0, "log")})
    old, new = _studies(project, round_), _studies(project, wider)
    assert followed_study(new[1], old) is old[1]
    assert reasons_against_pooling(new[1], old[1]) == ()
    trials = planned_trials(old[1], start=0, count=16, created_at=0.0)
    assert counting_trials(new[1], trials) == ()  # none has ended
    ended = [replace(t, status=Status.INFEASIBLE) for t in trials]
    counted = counting_trials(new[1], ended)
    assert [t.index for t in counted] == [t.index for t in ended if t.config[RATE] >= 1e-2]
    assert 0 < len(counted) < 16


def test_what_makes_rounds_incomparable_is_named(project, round_):
    old = _studies(project, round_)[0]
    longer = replace(project, training=replace(project.training, max_train_steps=2000))
    assert reasons_against_pooling(_studies(longer, round_)[0], old) == (
        "trials were trained or evaluated differently",
    )
    other = replace(round_, fixed={"width": 128})
    assert reasons_against_pooling(_studies(project, other)[0], old) == (
        "width was fixed at 64 and is now 128",
    )
    more = replace(round_, nuisance={**round_.nuisance, "width": Ordered((64, 128))})
    assert "other hyperparameters were searched" in reasons_against_pooling(
        _studies(project, more)[0], old
    )
    changed = [replace(old, provenance=Provenance(code=code)) for code in ("a", "b", "")]
    assert reasons_against_pooling(*changed[:2]) == ("the training program has changed",)
    assert reasons_against_pooling(changed[0], changed[2]) == ()
