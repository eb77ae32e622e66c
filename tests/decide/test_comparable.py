from dataclasses import replace

import pytest

from tuning_playbook.decide.rounds.comparable import protocol_differences
from tuning_playbook.space import Categorical, Condition, Float, Hyperparameter, SearchSpace
from tuning_playbook.study import (
    CommandTarget,
    FunctionTarget,
    Objective,
    Provenance,
    Study,
    TrainingProtocol,
)

RATE = Hyperparameter("learning_rate", Float(1e-4, 1.0, "log"), 0.1)
STUDY = Study(
    "a",
    SearchSpace((RATE,)),
    20,
    Objective("error", "minimize"),
    TrainingProtocol(FunctionTarget("train.py", "train"), 1000, 100),
    scientific={"optimizer": "sgd"},
    fixed={"optimizer": "sgd", "dropout": 0.1, "layers": 2},
    provenance=Provenance(code="0123456789abcdef"),
)
OTHER = replace(STUDY, name="b")


def test_arms_of_one_round_do_not_differ():
    adam = replace(
        OTHER,
        seed=7,
        scientific={"optimizer": "adam"},
        fixed={**STUDY.fixed, "optimizer": "adam", "optimizer.adam.beta1": 0.9},
        space=SearchSpace(
            (
                RATE,
                Hyperparameter("optimizer", Categorical(("adam", "sgd")), "adam"),
                Hyperparameter(
                    "epsilon",
                    Float(1e-9, 1.0, "log"),
                    1e-8,
                    condition=Condition("optimizer", "adam"),
                ),
            )
        ),
    )
    assert protocol_differences(STUDY, adam) == ()
    assert protocol_differences(STUDY, STUDY) == ()


def trained(**changes):
    return replace(OTHER, training=replace(STUDY.training, **changes))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (trained(max_train_steps=20_000), "a trains for 1,000 steps, b trains for 20,000 steps."),
        (
            trained(evaluation_interval=50),
            "a evaluates every 100 steps, b evaluates every 50 steps.",
        ),
        (
            trained(target=CommandTarget(("python", "train.py"))),
            "a runs train.py:train, b runs python train.py.",
        ),
        (
            trained(timeout_seconds=60),
            "a gives a trial no time limit, b gives a trial 60 seconds.",
        ),
        (
            replace(OTHER, objective=Objective("loss", "minimize")),
            "a is judged by error, b is judged by loss.",
        ),
        (
            replace(OTHER, objective=Objective("error", "maximize")),
            "error is minimized in a, maximized in b.",
        ),
        (
            replace(OTHER, objective=Objective("error", "minimize", "final")),
            "A trial of a counts by its best value, one of b by its final value.",
        ),
        (replace(OTHER, trials=40), "a has 20 trials, b has 40 trials."),
        (
            replace(OTHER, algorithm="random"),
            "a is searched by the algorithm quasi-random, b is searched by the algorithm random.",
        ),
        (
            replace(OTHER, provenance=Provenance(code="fedcba98765")),
            "The training program changed between a (01234567) and b (fedcba98).",
        ),
        (
            replace(OTHER, fixed={**STUDY.fixed, "dropout": 0.3}),
            "dropout is fixed at 0.1 in a, fixed at 0.3 in b.",
        ),
        (
            replace(OTHER, space=SearchSpace((replace(RATE, domain=Float(0.0, 1.0)),))),
            "learning_rate is searched from 0.0001 to 1 (log) in a, searched from 0 to 1 in b.",
        ),
        (
            replace(OTHER, space=SearchSpace(()), fixed={**STUDY.fixed, "learning_rate": 0.1}),
            "learning_rate is searched from 0.0001 to 1 (log) in a, fixed at 0.1 in b.",
        ),
    ],
)
def test_each_difference_is_one_sentence(changed, sentence):
    assert protocol_differences(STUDY, changed) == (sentence,)


def test_the_order_of_the_studies_does_not_matter_for_whether_they_differ():
    changed = replace(trained(max_train_steps=2000), trials=5)
    assert len(protocol_differences(STUDY, changed)) == len(protocol_differences(changed, STUDY))


def test_a_number_written_otherwise_is_no_difference():
    assert protocol_differences(STUDY, replace(OTHER, fixed={**STUDY.fixed, "layers": 2.0})) == ()


def test_code_that_nobody_recorded_is_no_difference():
    assert protocol_differences(STUDY, replace(OTHER, provenance=Provenance())) == ()


def test_what_is_compared_jointly_is_no_difference():
    layers = Hyperparameter("layers", Categorical((2, 3)), 2)
    fixed = {k: v for k, v in STUDY.fixed.items() if k != "layers"}
    both = replace(OTHER, space=SearchSpace((layers, RATE)), joint=("layers",), fixed=fixed)
    assert protocol_differences(STUDY, both) == ()
