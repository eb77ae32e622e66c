"""One sentence for a round, by what its arms reached and how fair that was."""

import math

import numpy as np
import pytest

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.isolation import compare_arms
from tuning_playbook.decide.launches.fresh_seeds import compared_with_fresh_seeds
from tuning_playbook.decide.rounds.answer import answer
from tuning_playbook.decide.rounds.chance import chance_of
from tuning_playbook.decide.rounds.settling import NOTHING_TO_SETTLE, settling_reruns
from tuning_playbook.decide.rounds.soundness import judge_soundness
from tuning_playbook.decide.rounds.standing import standing_of
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


def _answer(
    arms,
    findings=None,
    *,
    direction="minimize",
    config=None,
    paired=False,
    examples=None,
    complexity_cost=0.0,
    seed_deviation=None,
    reruns=None,
    is_sample=True,
):
    comparison = compare_arms(
        [_table(values, direction) for values in arms.values()],
        labels=list(arms),
        paired=paired,
        seed_deviation=seed_deviation,
    )
    findings = {label: (findings or {}).get(label, ()) for label in arms}
    counts = {label: len(values) for label, values in arms.items()}
    best = comparison.arms[comparison.order[0]].best_value
    chance = chance_of(metric="val_error", value=best, examples=examples, several=len(arms) > 1)
    fresh = compared_with_fresh_seeds(reruns or {}, comparison.objective)
    standing = standing_of(
        comparison, smallest_gain=max(complexity_cost, chance.resolution or 0.0), fresh=fresh
    )
    judged = judge_soundness(findings, trials=counts, feasible=counts, leader=standing.winner)
    settling = NOTHING_TO_SETTLE
    if len(arms) > 1:
        first, second = comparison.order[:2]
        settling = settling_reruns(
            standing, "r1", search_gain=comparison.gain[first, second], chance=chance,
            complexity_cost=complexity_cost, seed_deviation=seed_deviation,
        )  # fmt: skip
    return answer(
        comparison, standing, judged, findings=findings, caveats=("Only with y = 1.",),
        best_config=config or {}, chance=chance, settling=settling,
        seed_deviation=seed_deviation,
        is_sample=is_sample,
    )  # fmt: skip


GOOD = list(np.linspace(0.10, 0.30, 20))
BAD = list(np.linspace(0.50, 0.70, 20))
LEVEL = {"a": GOOD[0::4] + GOOD[3::4], "b": GOOD[1::4] + GOOD[2::4]}


def test_a_clear_winner_is_named_with_the_numbers_of_both():
    found = _answer({"adam": GOOD, "sgd": BAD})
    for words in ("adam is best: it reaches error = 0.1 at 20 trials each", "sgd, 0.5"):
        assert words in found.sentence
    assert (found.winners, found.leader) == (("adam",), None)
    assert (found.soundness, found.settling) == (Soundness.SOUND, "")


def test_no_sentence_is_surer_than_named_winners_are_right():
    arms = {"adam": GOOD, "sgd": BAD}
    assert "about 85 % sure" in _answer(arms).sentence
    assert "about 90 % sure" in _answer(arms, paired=True).sentence
    few = {label: values[:10] for label, values in arms.items()}
    assert "about 80 % sure" in _answer(few, paired=True).sentence


def test_a_metric_to_be_maximized_turns_the_answer_round():
    assert _answer({"adam": GOOD, "sgd": BAD}, direction="maximize").winners == ("sgd",)


def test_equal_arms_have_a_leader_and_the_reruns_that_would_settle_it():
    found = _answer(LEVEL)
    assert found.sentence.startswith("No clear winner: a leads with error = ")
    assert set(found.winners) == {"a", "b"}
    assert found.leader == found.winners[0] == "a"
    assert found.settling_command == "playbook rerun r1 --arms --times 5"
    assert found.settling_command in found.settling


def test_a_gap_at_shared_points_wins_where_the_same_gap_at_own_points_does_not():
    near = [v + 0.01 + 0.002 * (-1) ** i for i, v in enumerate(GOOD)]
    assert _answer({"a": GOOD, "b": near}, paired=True).winners == ("a",)
    assert len(_answer({"a": GOOD, "b": near}).winners) == 2


def test_a_gap_as_large_as_the_known_noise_of_the_seed_is_no_winner():
    near = [v + 0.01 + 0.002 * (-1) ** i for i, v in enumerate(GOOD)]
    found = _answer({"a": GOOD, "b": near}, paired=True, seed_deviation=0.03)
    assert found.leader == "a"
    assert "may be due to the luck of the seed" in found.sentence


def test_a_difference_below_what_counts_is_no_difference():
    shifted = [v + 0.001 for v in GOOD]
    cheap = _answer({"a": GOOD, "b": shifted}, paired=True, complexity_cost=0.01)
    assert set(cheap.winners) == {"a", "b"}
    assert "below the smallest gain that counts, 0.01" in cheap.sentence


def test_a_difference_of_three_examples_of_five_hundred_is_no_winner():
    near = [v + 0.006 for v in GOOD]
    few = _answer({"a": GOOD, "b": near}, paired=True, examples=500)
    assert few.leader == "a"
    assert "500 evaluation examples" in few.sentence
    assert "a larger evaluation set can" in few.settling
    many = _answer({"a": GOOD, "b": near}, paired=True, examples=50_000)
    assert many.winners == ("a",)


def test_what_is_not_counted_is_said():
    arms = {"adam": GOOD, "sgd": BAD}
    unknown = _answer(arms, paired=True).sentence
    assert "but not for the evaluation sample and the split of the data." in unknown
    known = _answer(arms, paired=True, examples=5000).sentence
    assert "the sample of 5,000 evaluation examples, but not for the split of the data." in known
    alone = _answer({"a": GOOD}).caveats[1]
    assert "not for the luck of the seed, the evaluation sample and the split of the data" in alone


def test_reruns_name_a_winner_that_the_search_does_not():
    found = _answer(LEVEL, reruns={"a": [0.30, 0.31, 0.29], "b": [0.10, 0.11, 0.09]})
    assert (found.winners, found.leader) == (("b",), None)
    assert found.sentence.startswith(
        "b is best: its best configuration reaches error = 0.1 (mean of 3 reruns) with fresh "
        "seeds, the next, a, reaches 0.3 (mean of 3 reruns)."
    )
    assert found.sentence.endswith("The best trials of the search reached 0.1105 and 0.1.")


def test_reruns_that_put_another_arm_ahead_take_the_winner_back():
    reruns = {"adam": [0.30, 0.40, 0.50], "sgd": [0.28, 0.36, 0.47]}
    found = _answer({"adam": GOOD, "sgd": BAD}, reruns=reruns, seed_deviation=0.1)
    assert found.leader == "sgd"
    assert set(found.winners) == {"adam", "sgd"}
    assert "sgd leads, its best configuration reaches error = 0.37 (mean" in found.sentence
    assert "do not confirm" in found.sentence


def test_reruns_that_agree_without_settling_it_leave_the_winner():
    reruns = {"adam": [0.30, 0.40, 0.50], "sgd": [0.38, 0.46, 0.57]}
    assert _answer({"adam": GOOD, "sgd": BAD}, reruns=reruns).winners == ("adam",)


def test_the_number_of_reruns_is_stated_under_the_condition_that_the_gain_is_real():
    reruns = {"a": [0.30, 0.31, 0.29], "b": [0.285, 0.295, 0.28]}
    found = _answer(LEVEL, reruns=reruns, seed_deviation=0.01)
    assert found.leader == "b"
    assert found.settling.startswith("If the true difference is the observed 0.013, ")
    assert "--arms --times " in found.settling
    dear = {"a": [0.30, 0.31, 0.29], "b": [0.301, 0.311, 0.291]}
    assert "more than 50 reruns" in _answer(LEVEL, reruns=dear, seed_deviation=0.01).settling


def test_a_difference_within_the_choice_of_examples_is_said_beside_what_the_reruns_show():
    reruns = {"a": [0.1100, 0.1101, 0.1099], "b": [0.1000, 0.1001, 0.0999]}
    found = _answer(LEVEL, reruns=reruns, seed_deviation=1e-4, examples=500)
    assert found.settling.startswith(
        "The reruns show that b is better on these evaluation examples. With 500 evaluation "
        "examples, a difference of up to 0.02"
    )
    assert (found.leader, found.settling_command) == ("b", "")


def test_a_lead_below_the_complexity_cost_needs_no_more_reruns():
    reruns = {"a": [0.1100, 0.1101, 0.1099], "b": [0.1000, 0.1001, 0.0999]}
    found = _answer(LEVEL, reruns=reruns, seed_deviation=1e-4, complexity_cost=0.05)
    assert found.settling.startswith("The reruns show that b is better, but by 0.01 only")
    assert found.settling_command == ""


def test_the_difference_to_be_settled_is_one_between_arms_that_may_be_the_best():
    arms = {**LEVEL, "far": BAD[0::2]}
    reruns = {"a": [0.20, 0.30, 0.40], "b": [0.35, 0.45, 0.55], "far": [0.21, 0.31, 0.41]}
    found = _answer(arms, reruns=reruns, seed_deviation=0.1)
    assert set(found.winners) == {"a", "b"}
    assert "the observed 0.15" in found.settling


def test_an_arm_that_was_not_tuned_is_not_beaten():
    found = _answer({"adam": GOOD, "sgd": BAD}, {"sgd": (EDGE,)})
    assert found.soundness is Soundness.VOID
    assert found.sentence.startswith("No answer yet: sgd was not tuned:")
    assert (
        "So far adam leads with error = 0.1 at 20 trials each; sgd reaches 0.5." in found.sentence
    )
    assert "best" not in found.sentence.split("So far")[1]
    assert (found.winners, found.leader) == (("adam", "sgd"), "adam")
    assert found.untuned == ("sgd",)


def test_a_winner_that_could_be_better_still_is_a_weak_answer_and_no_void_one():
    found = _answer({"adam": GOOD, "sgd": BAD}, {"adam": (EDGE,)})
    assert found.soundness is Soundness.WEAK
    assert found.sentence.startswith("adam is best")


def test_one_arm_tells_its_best_and_where_it_was_found():
    found = _answer({"tuning": GOOD}, {"tuning": (MATTERS,)}, config={"x": 0.123456})
    assert found.sentence.startswith("The best of 20 trials reaches error = 0.1 with x = 0.1235")
    assert found.insights == ("What decides is x (90 %).",)
    assert (found.winners, found.leader) == (("tuning",), None)


def test_a_search_that_its_results_led_says_nothing_of_a_repeated_one():
    found = _answer({"tuning": GOOD}, is_sample=False)
    assert "not known what a repeated search would find" in found.sentence
    assert "%" not in found.sentence


def test_a_rerun_of_the_best_trial_is_expected_to_be_worse():
    assert "how much worse is not known" in _answer({"a": GOOD}).caveats[0]
    known = _answer({"a": GOOD}, seed_deviation=0.01).caveats[0]
    assert "half to one standard deviation between seeds (0.005 to 0.01)" in known


def test_two_trials_say_nothing_of_a_repeated_search():
    found = _answer({"a": GOOD[:2]})
    assert "too few trials to say what a repeated search would find" in found.sentence


@pytest.mark.parametrize("arms", [{"a": [float("nan")] * 6}, {"a": [np.nan] * 6, "b": GOOD}])
def test_arms_that_never_trained_are_said_so(arms):
    found = _answer(arms)
    assert ("None of the 6 trials trained" in found.sentence) == (len(arms) == 1)
    assert "nan" not in found.sentence
    assert "inf" not in found.sentence


@pytest.mark.parametrize("examples", [None, 500])
def test_when_nothing_trained_at_all_nobody_leads_by_a_number(examples):
    found = _answer({"a": [math.nan] * 6, "b": [math.nan] * 6}, examples=examples)
    assert found.sentence == "No trial of any arm trained."


def test_arms_that_are_equally_good_are_not_said_to_lead():
    arms = {"a": GOOD, "b": list(GOOD), "c": BAD}
    said = _answer(arms).sentence
    assert said.startswith(
        "No clear winner: a and b are equally good with error = 0.1 at 20 trials"
    )
    assert "leads" not in said
    void = _answer({"a": GOOD, "b": list(GOOD)}, {"b": (EDGE,)}).sentence
    assert "So far a and b are equally good: error = 0.1 at 20 trials each." in void


def test_reruns_without_a_difference_put_nobody_ahead():
    reruns = {"a": [0.30, 0.31, 0.29], "b": [0.29, 0.30, 0.31]}
    found = _answer(LEVEL, reruns=reruns, seed_deviation=0.01)
    assert "the best configurations of" in found.sentence
    assert "both reach error = 0.3 (mean of 3 reruns) with fresh seeds." in found.sentence
    assert "leads" not in found.sentence
