"""Counts and their nouns agree in whatever the checks say of one run, of two and of ten."""

import re

import numpy as np
import pytest

from tuning_playbook.checks import run_checks
from tuning_playbook.findings import Verdict
from tuning_playbook.report.phrases.advice_words import advice_words

SHAPES = {
    "falling": lambda t: np.exp(-6 * t),
    "plateau": lambda t: np.exp(-30 * t),
    "straight": lambda t: 1 - t,
    "overfitting": lambda t: np.exp(-20 * t) + 0.3 * np.clip(t - 0.3, 0, None),
    "rising": lambda t: 0.2 + t,
    "wavy": lambda t: np.exp(-6 * t) + 0.05 * np.sin(80 * t),
    "spiky": lambda t: np.exp(-6 * t) + (np.arange(len(t)) == 60),
    "collapsing": lambda t: np.where(t < 0.5, np.exp(-6 * t), 1.5),
    "not finite": lambda t: np.where(t < 0.5, 1 - t, np.nan),
}
# "1 trials", "the 1 best", "1 of the 1", "1 trials lose", but not "1 of 9 trials" or "0.1 runs".
DISAGREE = re.compile(
    r"(?<![\d.,])1 (?:\w+ ){0,2}?(?:trials|runs|configurations|evaluations|values|steps|reruns)\b"
    r"|the 1 best|of (?:the )?1 "
    r"|(?<![\d.,])1 of (?:the )?\d+ (?:best )?trials (?:are|were|lose|do)\b"
    r"|(?<![\d.,])1 trial (?:are|were|lose|have|do)\b|[02-9] trial\b|None of the 1 "
)


@pytest.mark.parametrize("trials", [1, 2, 10])
@pytest.mark.parametrize("training", SHAPES)
@pytest.mark.parametrize("validation", SHAPES)
def test_counts_agree_with_their_nouns(curve_study, validation, training, trials):
    for schedule in ("constant", "decaying", None):
        table = curve_study(SHAPES[validation], SHAPES[training], trials=trials, schedule=schedule)
        for finding in run_checks(table):
            said = " ".join([finding.summary, *map(advice_words, finding.advice)])
            assert not DISAGREE.search(said), said


def test_one_run_that_overfits_keeps_its_best_checkpoint_first(curve_study):
    table = curve_study(SHAPES["overfitting"], SHAPES["falling"], trials=1)
    (finding,) = run_checks(table, select=["overfitting"])
    assert finding.verdict is Verdict.FAIL
    first, second = finding.advice[:2]
    curve = table.curves["val_error"].of(0)
    lowest = curve.steps[curve.values.argmin()]
    turned = f"The run overfits: val_error gets worse after step {lowest},"
    assert finding.summary.startswith(turned)
    assert first.action == "keep-best-checkpoint"
    assert advice_words(first).startswith(f"keep the checkpoint of step {lowest}")
    assert second.action == "add-regularization"


@pytest.mark.parametrize("validation", sorted(SHAPES.keys() - {"not finite"}))
def test_one_run_is_never_spoken_of_as_some_of_the_best_trials(curve_study, validation):
    table = curve_study(SHAPES[validation], SHAPES["falling"], trials=1)
    said = {finding.check: finding.summary for finding in run_checks(table)}
    assert not [words for words in said.values() if "best trials" in words]
    asked = "Cannot tell: this is one run, and the check needs {} runs with"
    assert said["periodicity"].startswith(asked.format(2))
    assert said["late-variance"].startswith(asked.format(3))
    assert said["saturated-early"].startswith(asked.format(2))
