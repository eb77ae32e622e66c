"""Studies to search."""

from collections.abc import Callable
from typing import Any

import pytest

from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)
from tuning_playbook.study import FunctionTarget, Objective, Study, TrainingProtocol

StudyMaker = Callable[..., Study]


@pytest.fixture(scope="session")
def make_study() -> StudyMaker:
    def make(*hyperparameters: Hyperparameter, **more: Any) -> Study:
        settings: dict[str, Any] = {"trials": 20, "seed": 3, **more}
        return Study(
            name="round",
            space=SearchSpace(hyperparameters),
            objective=Objective("error", "minimize"),
            training=TrainingProtocol(FunctionTarget("train.py", "train"), 100, 10),
            **settings,
        )

    return make


@pytest.fixture(scope="session")
def flat() -> tuple[Hyperparameter, ...]:
    """One hyperparameter of each kind."""
    return (
        Hyperparameter("learning_rate", Float(1e-4, 1.0, "log"), 0.1),
        Hyperparameter("momentum", Float(0.5, 0.999, "reverse_log"), 0.9),
        Hyperparameter("dropout", Float(0.0, 0.5), 0.1),
        Hyperparameter("layers", Integer(1, 8), 2),
        Hyperparameter("width", Integer(8, 512, "log"), 64),
        Hyperparameter("penalty", Ordered((0, 1e-4, 1e-3)), 0),
        Hyperparameter("nesterov", Categorical((True, False)), True),
        Hyperparameter("loss", Constant("hinge"), "hinge"),
    )


@pytest.fixture(scope="session")
def conditional() -> tuple[Hyperparameter, ...]:
    """Two optimizers with a learning rate each, and a schedule inside one of them."""
    adam, sgd = Condition("optimizer", "adam"), Condition("optimizer", "sgd")
    decay = "optimizer.sgd.decay"
    return (
        Hyperparameter("dropout", Float(0.0, 0.5), 0.1),
        Hyperparameter("optimizer", Categorical(("sgd", "adam")), "sgd"),
        Hyperparameter("learning_rate", Float(1e-3, 10.0, "log"), 0.1, condition=sgd),
        Hyperparameter("learning_rate", Float(1e-5, 1e-2, "log"), 1e-3, condition=adam),
        Hyperparameter("beta1", Float(0.5, 0.99, "reverse_log"), 0.9, condition=adam),
        Hyperparameter("decay", Categorical(("none", "cosine")), "none", condition=sgd),
        Hyperparameter("alpha", Float(0.0, 1.0), 0.1, condition=Condition(decay, "cosine")),
    )
