"""Findings that follow from one another are said as one, the cause."""

import pytest

from tuning_playbook.checks.said_once import said_once
from tuning_playbook.findings import Advice, Finding, Verdict


def finding(check, verdict=Verdict.WARN, **evidence):
    advice = (Advice("train-shorter", {"max_train_steps": 10}),) if "early" in check else ()
    return Finding(check, verdict, f"What {check} saw.", evidence, advice)


def verdicts(*findings):
    return {f.check: str(f.verdict) for f in said_once(findings)}


def test_what_follows_is_a_note_that_names_its_cause_and_keeps_its_numbers():
    cause, effect = said_once([
        finding("overfitting", Verdict.FAIL), finding("saturated-early", share=0.1)
    ])  # fmt: skip
    assert cause.verdict is Verdict.FAIL
    assert effect.verdict is Verdict.NOTE
    assert effect.summary == "Follows from overfitting: What saturated-early saw."
    assert dict(effect.evidence) == {
        "share": 0.1, "explained_by": "overfitting", "verdict_alone": "warn"
    }  # fmt: skip
    # Training for less holds whatever the cause.
    assert [a.action for a in cause.advice] == ["train-shorter"]
    assert effect.advice == ()


def test_nobody_is_told_to_stop_before_an_overfitting_trial_is_at_its_lowest():
    curves = [{"lowest_at_step": 26, "overfits": True}, {"lowest_at_step": 90, "overfits": False}]
    cause, _ = said_once([finding("overfitting", curves=curves), finding("saturated-early")])
    assert [dict(a.arguments) for a in cause.advice] == [{"max_train_steps": 26}]


@pytest.mark.parametrize(
    ("cause", "effect"),
    [
        ("direction-sanity", "overfitting"),
        ("rising-train-loss", "instability"),
        ("periodicity", "late-variance"),
        ("saturated-early", "best-step"),
    ],
)
def test_the_cause_stays_whatever_the_order(cause, effect):
    both = (finding(cause), finding(effect, unstable_trials=["1"]))
    assert verdicts(*both) == verdicts(*reversed(both)) == {cause: "warn", effect: "note"}


def test_a_finding_without_an_alarm_causes_and_follows_nothing():
    assert verdicts(finding("overfitting", Verdict.PASS), finding("best-step")) == {
        "overfitting": "pass", "best-step": "warn"
    }  # fmt: skip
    assert verdicts(finding("overfitting"), finding("best-step", Verdict.UNKNOWN)) == {
        "overfitting": "warn", "best-step": "unknown"
    }  # fmt: skip


def test_a_chain_ends_at_its_first_cause():
    found = said_once([
        finding("best-step"), finding("saturated-early"), finding("overfitting"),
        finding("direction-sanity", Verdict.FAIL),
    ])  # fmt: skip
    causes = {f.evidence.get("explained_by") for f in found if f.verdict is Verdict.NOTE}
    assert causes == {"direction-sanity"}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [(Verdict.PASS, "pass"), (Verdict.WARN, "note"), (Verdict.UNKNOWN, "note")],
)
def test_a_question_that_another_check_answers_with_no_is_not_asked(answer, verdict):
    asked = Finding("instability", Verdict.NOTE, "?", {}, (Advice("clip-gradients"),))
    found, _ = said_once([asked, finding("edge-of-stability", answer)])
    assert str(found.verdict) == verdict
    assert bool(found.advice) is (verdict == "note")
    lost = said_once([finding("instability", Verdict.FAIL), finding("edge-of-stability", answer)])
    assert lost[0].verdict is Verdict.FAIL
