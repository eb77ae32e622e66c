"""What a round costs and leaves open is known before it runs."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from tuning_playbook.design.arms import studies_of
from tuning_playbook.design.caveats import caveats_of
from tuning_playbook.design.plan import plan_round
from tuning_playbook.design.proposals import final_round, question_rounds, tuning_round
from tuning_playbook.design.warnings import design_warnings
from tuning_playbook.report.results.plan import plan_text
from tuning_playbook.space import Categorical, Float, Ordered
from tuning_playbook.study import Round

DECAY = {"weight_decay": Float(1e-6, 1e-2, "log")}
RATE = {"optimizer.nesterov.learning_rate": Float(1e-3, 10.0, "log")}
MOMENTUM = {"optimizer.nesterov.momentum": Float(0.5, 0.999, "reverse_log")}


def text_of(renderable):
    out = io.StringIO()
    Console(file=out, width=10_000).print(renderable)
    return out.getvalue()


def round_of(**parts):
    return Round("first", "Does it help?", "understand", parts.pop("trials", 10), **parts)


def test_cost_is_that_of_all_trials_left_in_waves_of_workers(project):
    round_ = round_of(scientific={"width": (64, 128)}, nuisance=DECAY)
    studies = studies_of(project, round_)
    plan = plan_round(project, round_, studies, finished=3, seconds_per_trial=60.0)
    assert [arm.trials for arm in plan.arms] == [10, 10]
    assert (plan.trials, plan.finished, plan.workers) == (20, 3, 4)
    assert plan.steps == 17 * 1000
    assert plan.seconds == 5 * 60.0  # 17 trials on 4 workers are 5 waves


def test_without_a_measured_trial_no_time_is_promised(project):
    round_ = round_of(nuisance=DECAY)
    assert plan_round(project, round_, studies_of(project, round_)).seconds is None


def test_searched_ranges_are_written_in_words(project):
    round_ = round_of(nuisance={**DECAY, "width": Ordered((64, 128))})
    (arm,) = plan_round(project, round_, studies_of(project, round_)).arms
    assert arm.searched == ("weight_decay: 1e-06 to 0.01, log", "width: 64, 128")


def test_every_fixed_hyperparameter_is_one_caveat(project):
    round_ = round_of(scientific={"width": (64, 128)}, nuisance={**RATE, **MOMENTUM})
    caveats = caveats_of(project, studies_of(project, round_))
    assert len(caveats) == 4
    for words in ("optimizer = nesterov", "weight_decay = 0.0001", "activation = relu",
                  "batch_size = 64"):  # fmt: skip
        assert sum(words in caveat for caveat in caveats) == 1


def test_a_hyperparameter_of_one_arm_only_is_a_caveat_too(project):
    round_ = round_of(scientific={"optimizer": ("nesterov", "adam")}, nuisance=DECAY)
    caveats = " ".join(caveats_of(project, studies_of(project, round_)))
    assert "optimizer.adam.beta1 = 0.9" in caveats
    assert "optimizer.nesterov.momentum = 0.9" in caveats


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"scientific": {"width": (64, 128)}}, ["No nuisance hyperparameter"]),
        ({"nuisance": DECAY}, ["learning_rate, optimizer.nesterov.momentum stay fixed"]),
        ({"nuisance": {**RATE, **MOMENTUM}}, []),
        ({"nuisance": {**RATE, **MOMENTUM, **DECAY}, "scientific": {"width": (64, 128)}}, []),
        ({"nuisance": {**RATE, **MOMENTUM, "width": Ordered((64, 128))}},
         ["part of the architecture"]),
        ({"nuisance": {**RATE, **MOMENTUM},
          "scientific": {"width": (64, 128), "activation": ("relu", "gelu")}}, ["several"]),
        ({"nuisance": MOMENTUM,
          "scientific": {"optimizer.nesterov.learning_rate": (0.1, 1.0)}}, ["valid only until"]),
        ({"nuisance": RATE, "fixed": {"optimizer.nesterov.momentum": 0.9}},
         ["optimizer.nesterov.momentum stays fixed"]),
    ],
)  # fmt: skip
def test_rules_of_thumb_for_roles(project, parts, words):
    warnings = design_warnings(project, round_of(**parts))
    assert len(warnings) == len(words)
    for warning, word in zip(warnings, words, strict=True):
        assert word in warning


def test_an_optimizer_searched_as_a_nuisance_is_objected_to(project):
    round_ = round_of(nuisance={"optimizer": Categorical(("nesterov", "sgd")), **RATE, **MOMENTUM})
    (warning,) = design_warnings(project, round_)
    assert "choice between methods" in warning


@pytest.mark.parametrize("role", ["scientific", "nuisance", "fixed"])
def test_an_activation_function_can_take_every_role(project, role):
    value = {"scientific": ("relu", "gelu"), "nuisance": Categorical(("relu", "gelu")),
             "fixed": "gelu"}[role]  # fmt: skip
    parts = {"nuisance": dict(DECAY)}
    parts[role] = {**parts.get(role, {}), "activation": value}
    studies = studies_of(project, round_of(**parts))
    assert len(studies) == (2 if role == "scientific" else 1)
    for study in studies:
        places = (study.scientific, study.space.keys, study.fixed)
        assert ("activation" in places[1]) == (role == "nuisance")
        assert ("activation" in places[0]) == (role == "scientific")


def test_the_plan_names_each_fixed_hyperparameter_that_could_be_tuned_and_has_no_reason(project):
    nuisance = {**RATE, **MOMENTUM}
    bare = round_of(scientific={"width": (64, 128)}, nuisance=nuisance)
    studies = studies_of(project, bare)
    assert plan_round(project, bare, studies).fixed_without_reason == (
        "optimizer", "weight_decay", "activation",
    )  # fmt: skip
    known = plan_round(project, bare, studies, compared={"optimizer"})
    assert known.fixed_without_reason == ("weight_decay", "activation")
    why = {"weight_decay": "no effect in decay-1", "activation": " "}
    explained = round_of(scientific={"width": (64, 128)}, nuisance=nuisance, reasons=why)
    plan = plan_round(project, explained, studies, compared={"optimizer"})
    assert plan.fixed_without_reason == ("activation",)  # blanks are no reason


def test_what_a_rule_fixes_needs_no_reason(project):
    adam = round_of(
        fixed={"optimizer": "adam"},
        nuisance={"optimizer.adam.learning_rate": Float(1e-3, 1.0, "log")},
        trials=9,
    )
    keys = plan_round(project, adam, studies_of(project, adam)).fixed_without_reason
    assert "batch_size" not in keys  # it has no range
    assert "optimizer.adam.beta1" not in keys  # beyond the budget of 9 trials
    assert "optimizer.nesterov.momentum" not in keys  # does not exist here
    assert "optimizer.adam.schedule" in keys


def test_every_proposed_round_gives_its_reasons(project):
    proposed = [
        *question_rounds(project, asked={"width"}),
        tuning_round(project),
        final_round(project, RATE, trials=40, asked={"optimizer"}),
    ]
    for round_ in proposed:
        studies = studies_of(project, round_)
        assert plan_round(project, round_, studies).fixed_without_reason == ()


def test_the_plan_says_once_what_to_write(project):
    bare = round_of(
        fixed={"optimizer": "adam"},
        nuisance={"optimizer.adam.learning_rate": Float(1e-3, 1.0, "log")},
    )
    plan = plan_round(project, bare, studies_of(project, bare), compared=("weight_decay", "width"))
    shown = text_of(plan_text(plan))
    assert shown.count("no reason yet") == 1
    assert "4 hyperparameters are fixed" in shown
    assert 'reasons = { optimizer = "why' in shown


def test_a_range_that_leaves_the_baseline_out_is_objected_to(project):
    (key,) = RATE
    round_ = round_of(nuisance={**RATE, **MOMENTUM})
    inside, outside = (replace(project, baseline={**project.baseline, key: v}) for v in (0.5, 20.0))
    assert design_warnings(inside, round_) == ()
    (warning,) = design_warnings(outside, round_)
    assert "the baseline's value, 20, lies outside" in warning
