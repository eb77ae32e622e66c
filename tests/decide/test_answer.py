"""One sentence for a round, by what its arms reached and how fair that was."""

import numpy as np
import pytest

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.isolation import compare_arms
from tuning_playbook.decide.answer import answer, clear_leader
from tuning_playbook.decide.soundness import judge_soundness
from tuning_playbook.decisions import Soundness
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.study import Objective

EDGE = Finding("search-space-boundary", Verdict.FAIL, "error still improves at the high end of x.")
MATTERS = Finding("importance", Verdict.NOTE, "What decides is x (90 %).")


def _table(values, direction="minimize", name="arm"):
    return table_from_columns(
        name, ids=[str(i) for i in range(len(values))], metric_values=values,
        values={"x": list(np.linspace(0.1, 0.9, len(values)))},
        objective=Objective("error", direction),
    )  # fmt: skip


def _answer(arms, findings=None, *, direction="minimize", config=None, **more):
    comparison = compare_arms(
        [_table(values, direction) for values in arms.values()], labels=list(arms)
    )
    findings = {label: (findings or {}).get(label, ()) for label in arms}
    counts = {label: len(values) for label, values in arms.items()}
    leader = clear_leader(comparison, smallest_gain=more.get("complexity_cost", 0.0))
    judged = judge_soundness(findings, trials=counts, feasible=counts, leader=leader)
    return answer(
        comparison, judged, findings=findings, caveats=("Only with y = 1.",),
        best_config=config or {}, **more,
    )  # fmt: skip


GOOD = list(np.linspace(0.10, 0.30, 20))
BAD = list(np.linspace(0.50, 0.70, 20))


def test_a_clear_winner_is_named_with_the_numbers_of_both():
    found = _answer({"adam": GOOD, "sgd": BAD})
    for words in ("adam is best: it reaches error = 0.1 at 20 trials each", "sgd, 0.5"):
        assert words in found.sentence
    assert (found.winners, found.soundness) == (("adam",), Soundness.SOUND)


def test_a_metric_to_be_maximized_turns_the_answer_round():
    assert _answer({"adam": GOOD, "sgd": BAD}, direction="maximize").winners == ("sgd",)


def test_equal_arms_are_not_told_apart():
    found = _answer({"a": GOOD[0::4] + GOOD[3::4], "b": GOOD[1::4] + GOOD[2::4]})
    assert found.sentence.startswith("No clear difference between")
    assert set(found.winners) == {"a", "b"}


def test_enough_for_two_arms_is_not_enough_among_many():
    near = [v + 0.024 for v in GOOD]
    assert _answer({"a": GOOD, "b": near}).winners == ("a",)
    among = _answer({"a": GOOD, "b": near, "c": near, "d": near, "e": near})
    assert len(among.winners) > 1
    assert "which is not enough among 5 arms" in among.sentence


def test_a_difference_below_what_counts_is_no_difference():
    shifted = [v + 0.001 for v in GOOD]
    cheap = _answer({"a": GOOD, "b": shifted}, complexity_cost=0.01)
    assert set(cheap.winners) == {"a", "b"}
    noisy = _answer({"a": GOOD, "b": shifted}, seed_deviation=0.01)
    assert set(noisy.winners) == {"a", "b"}


def test_an_arm_that_was_not_tuned_is_not_beaten():
    found = _answer({"adam": GOOD, "sgd": BAD}, {"sgd": (EDGE,)})
    assert found.soundness is Soundness.VOID
    assert found.sentence.startswith("No answer yet: sgd was not tuned:")
    assert found.untuned == ("sgd",)


def test_a_winner_that_could_be_better_still_is_a_weak_answer_and_no_void_one():
    found = _answer({"adam": GOOD, "sgd": BAD}, {"adam": (EDGE,)})
    assert found.soundness is Soundness.WEAK
    assert found.sentence.startswith("adam is best")


def test_one_arm_tells_its_best_and_where_it_was_found():
    found = _answer({"tuning": GOOD}, {"tuning": (MATTERS,)}, config={"x": 0.123456})
    assert found.sentence.startswith("The best of 20 trials reaches error = 0.1 with x = 0.1235")
    assert found.insights == ("What decides is x (90 %).",)


def test_the_seed_is_a_caveat_until_something_was_rerun():
    assert "trained once" in _answer({"a": GOOD}).caveats[0]
    assert _answer({"a": GOOD}, seed_deviation=0.01).caveats == ("Only with y = 1.",)


@pytest.mark.parametrize("arms", [{"a": [float("nan")] * 6}, {"a": [np.nan] * 6, "b": GOOD}])
def test_arms_that_never_trained_are_said_so(arms):
    found = _answer(arms)
    assert ("None of the 6 trials trained" in found.sentence) == (len(arms) == 1)
    assert "nan" not in found.sentence
    assert "inf" not in found.sentence
