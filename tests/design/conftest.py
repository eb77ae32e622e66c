"""A project with a conditional hyperparameter of every sort."""

import pytest

from tuning_playbook.space import Categorical, Condition, Constant, Float, Hyperparameter, Ordered
from tuning_playbook.study import (
    Direction,
    FunctionTarget,
    Objective,
    Project,
    Resources,
    TrainingProtocol,
)


@pytest.fixture
def project():
    nesterov, adam = Condition("optimizer", "nesterov"), Condition("optimizer", "adam")
    rate = Float(1e-3, 10.0, "log")
    momentum = Float(0.5, 0.999, "reverse_log")
    return Project(
        "digits",
        Objective("validation_error", Direction.MINIMIZE),
        TrainingProtocol(FunctionTarget("train.py", "train"), 1000, 50),
        (
            Hyperparameter("optimizer", Categorical(("nesterov", "adam", "sgd")), "nesterov",
                           "optimizer"),
            Hyperparameter("learning_rate", rate, 0.1, "optimizer", condition=nesterov),
            Hyperparameter("momentum", momentum, 0.9, "optimizer", condition=nesterov),
            Hyperparameter("learning_rate", rate, 1e-3, "optimizer", condition=adam),
            Hyperparameter("beta1", momentum, 0.9, "optimizer", condition=adam),
            Hyperparameter("weight_decay", Float(1e-6, 1e-2, "log"), 0.0, "regularization"),
            Hyperparameter("activation", Categorical(("relu", "gelu", "a/b", "a-b")), "relu",
                           "architecture"),
            Hyperparameter("width", Ordered((64, 128)), 64, "architecture"),
            Hyperparameter("batch_size", Constant(64), 64, "batch_size"),
            Hyperparameter("schedule", Categorical(("constant", "cosine")), "constant", "schedule",
                           condition=adam),
            Hyperparameter("floor", Float(0.0, 0.5), 0.0, "schedule",
                           condition=Condition("optimizer.adam.schedule", "cosine")),
        ),
        baseline={"optimizer.adam.learning_rate": 0.01, "weight_decay": 1e-4},
        resources=Resources(workers=4),
    )  # fmt: skip
