"""For problems that the playbook is not written for, its verdicts are believed less."""

import pytest

from tuning_playbook.decide.rounds.problem_kind import believed_for, kind_caveats
from tuning_playbook.findings import Finding, Verdict


@pytest.mark.parametrize(
    ("verdict", "before", "after"),
    [
        (Verdict.FAIL, "high", "medium"),
        (Verdict.WARN, "medium", "low"),
        (Verdict.PASS, "low", "low"),
        (Verdict.UNKNOWN, "high", "high"),  # nothing is claimed
        (Verdict.NOTE, "high", "high"),
    ],
)
def test_reinforcement_learning_costs_a_judged_finding_one_step(verdict, before, after):
    finding = Finding("overfitting", verdict, "it overfits", confidence=before)
    for kind in ("reinforcement-learning", "other"):
        assert believed_for(kind, [finding])[0].confidence == after
    for kind in ("supervised", "self-supervised"):
        assert believed_for(kind, [finding]) == (finding,)


def test_the_rules_that_may_not_hold_are_named():
    (caveat,) = kind_caveats("reinforcement-learning")
    assert "reinforcement learning" in caveat
    assert "overfitting" in caveat
    assert "batch size" in caveat
    assert kind_caveats("supervised") == kind_caveats("self-supervised") == ()
