import numpy as np
import pytest

from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.isolation import compare_arms
from tuning_playbook.analysis.comparison.naming import contenders
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.decide.rounds.soundness import judge_soundness
from tuning_playbook.decisions import Soundness
from tuning_playbook.errors import InvalidInput
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective


def judged(findings, *, trials=20, feasible=None, **more):
    counts = trials if isinstance(trials, dict) else dict.fromkeys(findings, trials)
    return judge_soundness(findings, trials=counts, feasible=feasible or counts, **more)


def finding(check, verdict, **evidence):
    return Finding(check, Verdict(verdict), "The numbers.", evidence, (Advice("act"),))


def test_well_tuned_arms_make_a_sound_answer():
    fine = [finding("search-space-boundary", "pass"), finding("sampling-density", "pass"),
            finding("still-improving", "warn")]  # fmt: skip
    found = judged({"a": fine, "b": fine})
    assert (found.soundness, found.reasons) == (Soundness.SOUND, ())


@pytest.mark.parametrize(
    ("check", "verdict", "soundness"),
    [
        ("search-space-boundary", "fail", "void"),
        ("search-space-boundary", "warn", "weak"),
        ("infeasible-fraction", "fail", "void"),
        ("infeasible-fraction", "warn", "weak"),
        ("direction-sanity", "fail", "void"),
        ("sampling-density", "warn", "sound"),
        ("sampling-density", "unknown", "sound"),
        ("overfitting", "fail", "weak"),
        ("rising-train-loss", "fail", "weak"),
        ("instability", "fail", "weak"),
        ("overfitting", "warn", "sound"),
        ("search-space-boundary", "unknown", "sound"),
    ],
)
def test_each_check_weighs_as_much_as_it_says(check, verdict, soundness):
    found = judged({"good": [], "other": [finding(check, verdict)]}, leader="good")
    assert found.soundness == soundness
    assert all(reason.startswith("other ") for reason in found.reasons)
    assert all(reason.endswith((": The numbers.", ". The numbers.")) for reason in found.reasons)
    assert bool(found.reasons) == (soundness != "sound")


@pytest.mark.parametrize("check", ["infeasible-fraction", "sampling-density"])
def test_a_warning_of_the_arm_that_leads_weakens(check):
    found = judged({"good": [finding(check, "warn")]}, leader="good")
    assert found.soundness == ("weak" if check == "infeasible-fraction" else "sound")
    assert judged({"only": [finding(check, "warn")]}).soundness is Soundness.WEAK


def test_edges_that_cannot_be_judged_weaken():
    edges = [{"verdict": "cannot-tell"}]
    unknown = finding("search-space-boundary", "unknown", edges=edges)
    assert judged({"a": [unknown], "b": []}).soundness is Soundness.WEAK
    edges.append({"verdict": "inside"})
    assert judged({"a": [unknown], "b": []}).soundness is Soundness.SOUND


def test_a_best_trial_at_the_last_level_tried_weakens_and_voids_nothing():
    unknown = finding(
        "search-space-boundary", "unknown", edges=[{"verdict": "open"}, {"verdict": "inside"}]
    )
    assert judged({"a": [unknown], "b": []}).soundness is Soundness.WEAK


def test_an_untuned_arm_that_leads_anyway_would_only_lead_by_more():
    edge = {"a": [finding("search-space-boundary", "fail")], "b": []}
    assert judged(edge).soundness is Soundness.VOID
    assert judged(edge, leader="b").soundness is Soundness.VOID
    assert judged(edge, leader="a").soundness is Soundness.WEAK


def test_a_round_with_one_arm_is_judged_too():
    assert judged({"a": []}).soundness is Soundness.SOUND
    assert judged({"a": [finding("search-space-boundary", "fail")]}).soundness is Soundness.WEAK
    assert judged({"a": []}, trials=3).soundness is Soundness.VOID
    assert judged({"a": []}, feasible={"a": 0}).soundness is Soundness.VOID


def test_too_few_trials_void_and_unequal_budgets_are_unfair():
    few = judged({"a": [], "b": []}, feasible={"a": 20, "b": 4})
    assert few.soundness is Soundness.VOID
    (reason,) = few.reasons
    assert reason.startswith("b was not tuned: 4 of 20 trials trained, and fewer than 5")
    unequal = judged({"a": [], "b": []}, trials={"a": 20, "b": 15})
    assert unequal.soundness is Soundness.UNFAIR
    (reason,) = unequal.reasons
    assert reason == "Unfair: b has 15 trials where another arm has 20, so it was tuned less."
    assert judged({"a": [], "b": []}, trials={"a": 20, "b": 16}).soundness is Soundness.SOUND


def test_a_handful_of_trials_is_thin_and_an_open_question_about_more_is_not():
    few = finding(
        "sampling-density", "unknown", feasible_configurations=3, thresholds={"fewest_trials": 5}
    )
    assert judged({"a": [], "b": [few]}).soundness is Soundness.WEAK
    open_ = finding(
        "sampling-density", "unknown", feasible_configurations=20, thresholds={"fewest_trials": 5}
    )
    assert judged({"a": [], "b": [open_]}).soundness is Soundness.SOUND


def test_an_arm_in_which_nothing_trained_is_named_once():
    checks = [finding("infeasible-fraction", "fail"), finding("sampling-density", "unknown")]
    found = judged({"a": [], "b": checks}, feasible={"a": 20, "b": 0}, leader="a")
    assert found.soundness is Soundness.VOID
    assert found.reasons == ("b was not tuned: none of its 20 trials trained.",)


def test_different_protocols_come_first_of_all():
    found = judged(
        {"a": [finding("sampling-density", "warn"), finding("search-space-boundary", "fail")],
         "b": [finding("overfitting", "fail")]},
        differences=["a trains for 10 steps, b trains for 20 steps."],
    )  # fmt: skip
    assert found.soundness is Soundness.VOID
    assert [o.about for o in found.objections] == [
        "different-protocols", "search-space-boundary", "overfitting", "sampling-density",
    ]  # fmt: skip
    assert found.reasons[0] == "Not comparable: a trains for 10 steps, b trains for 20 steps."


def test_overfitting_that_the_question_is_about_is_no_objection():
    expected = Finding("overfitting", Verdict.FAIL, "The best trials overfit.")
    assert judged({"off": [expected], "on": []}).soundness is Soundness.SOUND


def test_one_tight_edge_among_many_arms_may_be_chance():
    edges = [{"verdict": "tight", "strength": 2.0}]
    tight = finding("search-space-boundary", "fail", edges=edges, thresholds={"rising": 1.8})
    arms = {str(i): [] for i in range(9)}
    assert judged({"a": [tight], "b": []}).soundness is Soundness.WEAK
    assert judged({"a": [tight], **arms}).soundness is Soundness.WEAK
    edges[0]["strength"] = 3.0
    assert judged({"a": [tight], **arms}).soundness is Soundness.VOID


def test_arms_without_counts_are_refused():
    with pytest.raises(InvalidInput, match="no arm"):
        judge_soundness({}, trials={}, feasible={})
    with pytest.raises(InvalidInput, match="of b is not given"):
        judge_soundness({"a": [], "b": []}, trials={"a": 1}, feasible={"a": 1, "b": 1})


def valley(rng, low, high, *, floor=0.0, trials=24):
    """An arm whose best learning rate is 0.03, searched between two powers of ten."""
    rate = 10 ** rng.uniform(low, high, trials)
    momentum = rng.uniform(0.0, 0.98, trials)
    error = floor + 0.2 * (np.log10(rate) + 1.5) ** 2 + 0.3 * (momentum - 0.5) ** 2
    space = SearchSpace(
        (
            Hyperparameter("learning_rate", Float(10.0**low, 10.0**high, "log"), 10.0**low),
            Hyperparameter("momentum", Float(0.0, 0.98), 0.5),
        )
    )
    return table_from_columns(
        "arm",
        ids=[str(i) for i in range(trials)],
        values={"learning_rate": rate.tolist(), "momentum": momentum.tolist()},
        space=space,
        metric_values=error + 0.002 * rng.standard_normal(trials),
        objective=Objective("error", "minimize"),
    )


def answer(tables):
    """Winners and label of a round, put together the way a workflow does."""
    found = compare_arms(list(tables.values()), labels=list(tables))
    best = [found.arms[i].label for i in contenders(found)]
    label = judge_soundness(
        {name: run_checks(table) for name, table in tables.items()},
        trials={a.label: a.trials for a in found.arms},
        feasible={k: int(feasibility(t).feasible.sum()) for k, t in tables.items()},
        leader=best[0] if len(best) == 1 else None,
    )
    return best, label


def test_an_undertuned_arm_is_void_and_not_beaten():
    # The better arm by 0.1 is searched where its learning rate is too small by far.
    rng = np.random.default_rng(0)
    for _ in range(20):
        best, label = answer(
            {"tuned": valley(rng, -4, 0, floor=0.1, trials=50),
             "undertuned": valley(rng, -7, -3, trials=50)}
        )  # fmt: skip
        assert best == ["tuned"]
        assert label.soundness is Soundness.VOID
        assert label.reasons[0].startswith("undertuned was not tuned: error still improves at")


def test_an_arm_that_clearly_improves_at_an_edge_is_not_beaten_however_few_its_trials():
    rng = np.random.default_rng(0)
    for _ in range(5):
        best, label = answer(
            {"tuned": valley(rng, -4, 0, floor=0.1), "undertuned": valley(rng, -7, -3)}
        )
        assert best == ["tuned"]
        assert label.soundness is Soundness.VOID
        assert label.reasons[0].startswith(
            "undertuned cannot be called worse: its trials still improve at the high end of "
            "learning_rate ("
        )


@pytest.mark.parametrize(("strength", "soundness"), [(2.5, "weak"), (3.5, "void")])
def test_an_edge_of_few_trials_weakens_until_it_is_clear(strength, soundness):
    edges = [{"verdict": "tight", "strength": strength, "hyperparameter": "x", "edge": "low"}]
    limits = {"rising": 2.0, "fail_rising": 3.0}
    asked = finding("search-space-boundary", "warn", edges=edges, thresholds=limits)
    assert judged({"good": [], "other": [asked]}, leader="good").soundness == soundness


def test_what_the_check_only_asks_voids_no_answer_that_beats_nobody():
    edges = [{"verdict": "tight", "strength": 5.2, "hyperparameter": "x", "edge": "high"}]
    limits = {"rising": 2.0, "fail_rising": 3.0}
    asked = finding("search-space-boundary", "warn", edges=edges, thresholds=limits)
    arms = {"one": [], "other": [asked], "third": []}
    assert judged(arms).soundness is Soundness.WEAK
    (reason,) = judged(arms).reasons
    assert reason == "other may not be tuned well enough. The numbers."
    assert judged(arms, contenders=["other", "one"]).soundness is Soundness.WEAK
    beaten = judged(arms, contenders=["one", "third"])
    assert beaten.soundness is Soundness.VOID
    (reason,) = beaten.reasons
    assert reason == (
        "other cannot be called worse: its trials still improve at the high end of x "
        "(5.2 standard errors), so a wider range may contain better ones."
    )


def test_arms_that_were_tuned_are_seldom_void():
    rng = np.random.default_rng(1)
    labels = [
        answer({"a": valley(rng, -4, 0, floor=0.1), "b": valley(rng, -4, 0)}) for _ in range(30)
    ]
    assert sum(best == ["b"] for best, _ in labels) >= 27
    assert all("b" in best for best, _ in labels)
    assert sum(label.soundness is Soundness.VOID for _, label in labels) <= 2


def test_too_few_trials_are_never_sound():
    rng = np.random.default_rng(2)
    for trials in (2, 4, 7):
        _, label = answer(
            {"a": valley(rng, -4, 0, trials=trials), "b": valley(rng, -4, 0, trials=trials)}
        )
        assert label.soundness is (Soundness.VOID if trials < 5 else Soundness.WEAK)


def test_thin_sampling_counts_only_where_no_arm_is_clearly_ahead():
    def label(leader):
        thin = Finding("sampling-density", Verdict.WARN, "thin.")
        counts = {"a": 20, "b": 20}
        return judge_soundness(
            {"a": [thin], "b": [thin]}, trials=counts, feasible=counts, leader=leader
        ).soundness

    assert label(None) is Soundness.WEAK
    assert label("a") is Soundness.SOUND


def test_an_arm_that_hardly_learnt_is_not_beaten():
    more = {"unlearnt": {"good": 2, "other": 11}, "progress": {"good": 0.45, "other": 0.07}}
    found = judged({"good": [], "other": []}, leader="good", **more)
    assert found.soundness is Soundness.VOID
    assert "other was not tuned: 11 of its 20 trials learnt nothing" in found.reasons[0]
    for count, progress in ((10, 0.07), (11, 0.3), (11, float("nan"))):
        more = {"unlearnt": {"other": count}, "progress": {"good": 0.45, "other": progress}}
        assert judged({"good": [], "other": []}, leader="good", **more).reasons == ()


def test_few_trials_that_all_trained_are_not_called_trained():
    (few,) = judged({"a": []}, trials=6).reasons
    assert few == "a was searched with few trials: it has 6 trials."
    (fewer,) = judged({"a": []}, trials=10, feasible={"a": 6}).reasons
    assert fewer == "a was searched with few trials: 6 of its 10 trials trained."
