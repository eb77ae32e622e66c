"""Advice of findings as steps for a person, and as mended ranges."""

from dataclasses import replace

import pytest

from tuning_playbook.decide.next_step.how_to import dismissal, how_to
from tuning_playbook.decide.next_step.mending import (
    _TITLES,
    advice_steps,
    mended_round,
    pending_advice,
)
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.space import Float
from tuning_playbook.study import Direction, Round


def _finding(check, verdict, *advice):
    return Finding(check, verdict, f"{check} speaks.", advice=advice, source="training-curves")


def test_a_check_speaks_once_however_many_arms_it_concerns_and_failures_come_first():
    longer = Advice("train-longer", {"max_train_steps": 2000}, "not flat")
    bug = Advice("inspect-bug", {"trials": ["3"]}, "rising")
    findings = {
        "a": (_finding("still-improving", Verdict.WARN, longer),),
        "b": (
            _finding("still-improving", Verdict.WARN, longer),
            _finding("rising-train-loss", Verdict.FAIL, bug),
        ),
    }
    steps = advice_steps("r", findings, {"a": 5, "b": 5})
    assert [s.title for s in steps] == [
        "Look for a bug in the training program",
        "Train longer: set training.max_train_steps = 2000",
    ]
    assert steps[1].reason == "a: still-improving speaks."


def test_passed_checks_and_ranges_are_no_steps():
    expand = Advice("expand", {"hyperparameter": "x", "edge": "low", "range": [0.1, 1.0]})
    passed = _finding("a", Verdict.PASS, Advice("fix", {"hyperparameter": "x", "value": 1}))
    assert advice_steps("r", {"a": (passed, _finding("b", Verdict.FAIL, expand))}, {"a": 5}) == ()


def test_more_trials_are_counted_from_those_of_the_fullest_arm():
    more = Advice("add-trials", {"trials": 20})
    (step,) = advice_steps(
        "r", {"a": (_finding("sampling-density", Verdict.WARN, more),)}, {"a": 20, "b": 24}
    )
    assert step.command == "playbook run r --trials 44"


def test_unknown_advice_is_still_readable():
    (step,) = advice_steps(
        "r", {"a": (_finding("x", Verdict.WARN, Advice("turn-it-off-and-on")),)}, {"a": 1}
    )
    assert step.title == "Turn it off and on"


def test_only_findings_that_object_move_ranges():
    round_ = Round("r", "?", "understand", 8, nuisance={"x": Float(0.1, 1.0, "log")})
    shrink = Advice("shrink", {"hyperparameter": "x", "edge": "high", "range": [0.1, 0.5]}, "fails")
    searched = {"r": ("x",)}
    for verdict, high in ((Verdict.FAIL, 0.5), (Verdict.WARN, 0.5)):
        found = mended_round(round_, {"r": (_finding("f", verdict, shrink),)}, searched, name="n")
        assert found.nuisance["x"].high == high
    passed = {"r": (_finding("f", Verdict.PASS, shrink),)}
    assert mended_round(round_, passed, searched, name="n") is None


def test_training_lengths_of_several_checks_become_one_step():
    def wants(check, action, steps):
        return _finding(check, Verdict.WARN, Advice(action, {"max_train_steps": steps}))

    findings = {
        "a": (wants("still-improving", "train-longer", 150), wants("x", "train-shorter", 50)),
        "b": (wants("best-step", "train-longer", 200),),
    }
    (step,) = advice_steps("r", findings, {"a": 5, "b": 5})
    assert step.title.endswith("max_train_steps = 200")
    assert step.reason.startswith("b: ")


def test_a_round_that_follows_others_is_doubled_at_most():
    more = Advice("add-trials", {"trials": 180})  # as many as it has with those taken over
    findings = {"a": (_finding("sampling-density", Verdict.WARN, more),)}
    (step,) = advice_steps("r", findings, {"a": 20})
    assert (step.title, step.command) == (
        "Run 20 more trials in every arm",
        "playbook run r --trials 40",
    )


EXPAND = Advice("expand", {"hyperparameter": "x", "edge": "high", "range": [0.1, 10.0]}, "rises")
WIDE = Round("r", "?", "understand", 8, nuisance={"x": Float(0.1, 1.0, "log")})


def _shifted(useful, *, findings=None):
    findings = findings or {"r": (_finding("f", Verdict.FAIL, EXPAND),)}
    searched = dict.fromkeys(findings, ("x",))
    return mended_round(WIDE, findings, searched, name="n", useful=useful)


def test_what_another_optimizer_wants_widens_no_range_of_a_round_that_fixes_its_own():
    adam = [{"choice": "optimizer", "value": "adam"}]
    expand = replace(EXPAND, arguments={**EXPAND.arguments, "except": adam})
    finding = _finding("f", Verdict.WARN, expand)

    def mended(**settled):
        return mended_round(WIDE, {"r": (finding,)}, {"r": ("x",)}, name="n", settled=settled)

    assert mended(optimizer="adam") is None
    assert mended(optimizer="sgd").nuisance["x"] == Float(0.1, 10.0, "log")
    assert mended().nuisance["x"] == Float(0.1, 10.0, "log")


def test_a_range_that_grows_loses_its_useless_end():
    found = _shifted({"r": {"x": Float(0.3, 1.0, "log")}})
    assert found.nuisance["x"] == Float(0.3, 10.0, "log")
    assert "no good trial lies near its low end" in found.reasons["x"]
    assert _shifted({}).nuisance["x"] == Float(0.1, 10.0, "log")


def test_a_range_that_grows_below_loses_its_useless_high_end_and_no_useful_one():
    lower = Advice("expand", {"hyperparameter": "x", "edge": "low", "range": [0.01, 1.0]}, "falls")
    findings = {"r": (_finding("f", Verdict.FAIL, lower),)}
    cut = _shifted({"r": {"x": Float(0.1, 0.4, "log")}}, findings=findings)
    assert cut.nuisance["x"] == Float(0.01, 0.4, "log")
    assert "no good trial lies near its high end" in cut.reasons["x"]
    whole = _shifted({"r": {"x": Float(0.1, 1.0, "log")}}, findings=findings)
    assert whole.nuisance["x"] == Float(0.01, 1.0, "log")
    assert "no good trial" not in whole.reasons["x"]


def test_of_a_range_that_is_useful_to_its_low_end_nothing_is_said_to_go():
    whole = _shifted({"r": {"x": Float(0.1, 1.0, "log")}})
    assert "no good trial" not in whole.reasons["x"]


def test_a_range_that_does_not_grow_stays_whole():
    passed = {"r": (_finding("f", Verdict.PASS, EXPAND),)}
    assert _shifted({"r": {"x": Float(0.3, 1.0, "log")}}, findings=passed) is None


def test_an_end_is_dropped_only_where_it_is_useless_to_every_arm_and_by_the_least():
    tight, quiet = (_finding("f", Verdict.FAIL, EXPAND),), (_finding("f", Verdict.PASS),)
    arms = {"a": tight, "b": quiet}
    useful = {"a": {"x": Float(0.3, 1.0, "log")}}
    assert _shifted(useful, findings=arms).nuisance["x"].low == 0.1
    useful["b"] = {"x": Float(0.2, 1.0, "log")}
    assert _shifted(useful, findings=arms).nuisance["x"].low == 0.2


def test_a_range_that_one_arm_alone_searches_keeps_its_end_so_that_budgets_stay_equal():
    findings = {"a": (_finding("f", Verdict.FAIL, EXPAND),), "b": ()}
    useful = {"a": {"x": Float(0.3, 1.0, "log")}}
    found = mended_round(WIDE, findings, {"a": ("x",), "b": ("y",)}, name="n", useful=useful)
    assert found.nuisance["x"] == Float(0.1, 10.0, "log")


def _noisy(verdict, check="late-variance"):
    return _finding(check, verdict, Advice("decay-learning-rate", reason="steps end by luck"))


def test_advice_without_a_command_says_what_to_write_and_how_to_dismiss_it():
    (step,) = advice_steps("r", {"a": (_noisy(Verdict.WARN),)}, {"a": 5})
    assert not step.command
    assert "In the training program, multiply the learning rate by a factor" in step.how
    assert dismissal("r", step.check) == 'playbook check r --ignore late-variance --reason "..."'


@pytest.mark.parametrize("action", sorted(_TITLES.keys() - {"set-direction"}))
def test_every_known_advice_has_its_how_to(action):
    arguments = {
        "trials": ["r#4"], "declare": "x", "hyperparameter": "lr", "values": [1, 2], "steps": 500,
        "value": 1, "max_train_steps": 100,
    }  # fmt: skip
    assert how_to(Advice(action, arguments), "r")
    assert "{" not in how_to(Advice(action, arguments), "r").replace("schedule = { choice", "")


def _pending(order, findings, *, max_train_steps=9, direction=Direction.MINIMIZE, dismissed=None):
    return pending_advice(
        order,
        findings,
        max_train_steps=max_train_steps,
        direction=direction,
        dismissed=dismissed or {},
    )


@pytest.mark.parametrize(
    ("later", "stays"),
    [
        ((), True),
        ((_noisy(Verdict.UNKNOWN),), True),
        ((_finding("overfitting", Verdict.PASS),), True),
        ((_noisy(Verdict.PASS),), False),  # answered
        ((_noisy(Verdict.FAIL),), False),  # the later round says it itself
    ],
)
def test_earlier_advice_stays_until_a_later_round_answers_it(later, stays):
    findings = {"first": {"first": (_noisy(Verdict.WARN),)}, "second": {"second": later}}
    pending = _pending(["first", "second"], findings)
    titles = [step.title for steps in pending.values() for step in steps]
    assert titles == ["Decay the learning rate towards the end"] * stays


def test_advice_of_the_last_round_and_what_a_command_does_are_not_pending():
    more = _finding("sampling-density", Verdict.WARN, Advice("add-trials", {"trials": 5}))
    longer = _finding("late", Verdict.WARN, Advice("train-longer", {"max_train_steps": 9}))
    findings = {"a": {"a": (more, longer)}, "b": {"b": (_noisy(Verdict.WARN),)}}
    assert _pending(["a", "b"], findings) == {}


def test_a_length_or_direction_that_was_advised_stays_until_the_file_has_it():
    longer = _finding("best-step", Verdict.FAIL, Advice("train-longer", {"max_train_steps": 9}))
    turned = _finding("direction", Verdict.FAIL, Advice("set-direction", {"direction": "maximize"}))
    findings = {"a": {"a": (longer, turned)}, "b": {"b": ()}}
    (both,) = _pending(["a", "b"], findings, max_train_steps=5).values()
    assert [step.action for step in both] == ["train-longer", "set-direction"]
    (length,) = _pending(
        ["a", "b"], findings, max_train_steps=5, direction=Direction.MAXIMIZE
    ).values()
    assert [step.action for step in length] == ["train-longer"]


def test_what_a_trial_printed_is_asked_of_its_arm():
    broken = _finding("infeasible", Verdict.FAIL, Advice("investigate", {"trials": ["4"]}))
    (step,) = advice_steps("width", {"width/width=8": (), "width/width=64": (broken,)}, {})
    assert step.how == "To see what a trial printed: playbook logs width width=64/4."
    earlier = Advice("investigate", {"trials": ["first/3"]})
    (step,) = advice_steps("second", {"second": (_finding("x", Verdict.FAIL, earlier),)}, {})
    assert step.how == "To see what a trial printed: playbook logs first 3."


@pytest.mark.parametrize(
    ("arguments", "title"),
    [({}, "Find out why trials fail"),
     ({"unrelated": True}, "Find out why trials fail, as no hyperparameter explains it")],
)  # fmt: skip
def test_that_no_hyperparameter_explains_failures_is_only_said_where_it_was_found(arguments, title):
    advice = Advice("investigate", {"trials": ["4"], **arguments})
    (step,) = advice_steps("r", {"r": (_finding("infeasible", Verdict.WARN, advice),)}, {})
    assert step.title == title


def test_advice_whose_check_was_set_aside_later_does_not_come_back_from_an_earlier_round():
    findings = {"first": {"first": (_noisy(Verdict.WARN),)}, "second": {"second": ()}}
    assert _pending(["first", "second"], findings)
    assert not _pending(["first", "second"], findings, dismissed={"second": ["late-variance"]})
    assert _pending(["first", "second"], findings, dismissed={"second": ["overfitting"]})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"hyperparameter": "lr", "values": [0.2, 0.5], "steps": 500}, "lr = 0.2, 0.5"),
        ({"hyperparameter": "lr", "learning_rates": [0.2], "steps": 100}, "lr = 0.2"),
        ({"multiples": [2, 5], "steps": 100}, "2, 5 times the best learning rate"),
    ],
)
def test_short_runs_name_the_learning_rates_as_far_as_they_are_known(arguments, told):
    assert told in how_to(Advice("probe-stability", arguments), "r")
