"""What the checks of a round know that a table of trials does not hold."""

from dataclasses import replace

from tuning_playbook.answers.round_checks import round_checks
from tuning_playbook.checks import all_checks
from tuning_playbook.checks.late_variance import LateVariance
from tuning_playbook.checks.overfitting import Overfitting
from tuning_playbook.checks.sampling_density import SamplingDensity
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import FunctionTarget, Objective, Study, TrainingProtocol

STUDY = Study(
    name="round/dropout=0.1",
    space=SearchSpace((Hyperparameter("learning_rate", Float(1e-4, 1.0, scale="log"), 0.1),)),
    trials=5,
    objective=Objective("validation_error", "minimize"),
    training=TrainingProtocol(FunctionTarget("train.py", "train"), 100, 10),
    scientific={"dropout": 0.1},
)


def overfitting_of(study: Study) -> Overfitting:
    (check,) = (c for c in round_checks(study) if isinstance(c, Overfitting))
    return check


def test_every_check_runs_in_the_order_of_the_checklist() -> None:
    assert [c.id for c in round_checks(STUDY)] == [c.id for c in all_checks()]


def test_overfitting_knows_what_the_round_compares() -> None:
    assert overfitting_of(STUDY).scientific == ("dropout",)
    joint = replace(STUDY, scientific={}, joint=("learning_rate",))
    assert overfitting_of(joint).scientific == ("learning_rate",)


def test_what_reruns_tell_apart_is_what_sampling_has_to_hit() -> None:
    checks = round_checks(STUDY, deviation=0.01)
    (density,) = (c for c in checks if isinstance(c, SamplingDensity))
    assert density.noise == 0.01


def test_the_noise_of_evaluations_is_held_against_the_declared_examples() -> None:
    (late,) = (c for c in round_checks(STUDY, examples=500) if isinstance(c, LateVariance))
    assert late.validation_examples == 500
