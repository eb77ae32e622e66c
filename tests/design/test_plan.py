"""What a round costs and leaves open is known before it runs."""

import pytest

from tuning_playbook.design import caveats_of, design_warnings, plan_round, studies_of
from tuning_playbook.space import Categorical, Float, Ordered
from tuning_playbook.study import Round

DECAY = {"weight_decay": Float(1e-6, 1e-2, "log")}
RATE = {"optimizer.nesterov.learning_rate": Float(1e-3, 10.0, "log")}
MOMENTUM = {"optimizer.nesterov.momentum": Float(0.5, 0.999, "reverse_log")}


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
        ({"nuisance": {**RATE, **MOMENTUM, "width": Ordered((64, 128))}}, ["shapes"]),
        ({"nuisance": {**RATE, **MOMENTUM},
          "scientific": {"width": (64, 128), "activation": ("relu", "gelu")}}, ["several"]),
        ({"nuisance": MOMENTUM,
          "scientific": {"optimizer.nesterov.learning_rate": (0.1, 1.0)}}, ["outlive"]),
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
    assert "choice of method" in warning


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
