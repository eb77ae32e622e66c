"""Which metric is what, by its name."""

import numpy as np
import pytest

from tuning_playbook.analysis.curves.learning_rate import learning_rate_of, learning_rates
from tuning_playbook.analysis.curves.schedule import schedules
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.metric_roles import metric_roles
from tuning_playbook.errors import InvalidInput
from tuning_playbook.study import Objective
from tuning_playbook.vocabulary import metric_direction, split_of


def table_of(metrics, objective="val_accuracy", values=None, metadata=None):
    rows, steps = np.repeat([0, 1, 2], 10), np.tile(np.arange(10), 3)
    curves = {
        name: (rows, steps, np.tile(np.asarray(shape, dtype=float), 3))
        for name, shape in metrics.items()
    }
    return table_from_columns(
        "s", ids=list("abc"), values=values or {"lr": [0.1, 0.2, 0.3]},
        objective=Objective(objective, "maximize"), curves=curves, metadata=metadata,
    )  # fmt: skip


LINE = np.linspace(1, 0, 10)


@pytest.mark.parametrize(
    "name", ["train_loss", "training_loss", "loss", "train/loss", "trainLoss", "Train NLL",
             "minibatch_loss", "tr.loss", "loss/train", "train_loss_epoch"]
)  # fmt: skip
def test_training_losses_are_known_by_their_names(name):
    roles = metric_roles(table_of({name: LINE, "val_accuracy": LINE, "epoch_time": LINE}))
    assert roles.training_loss == name


@pytest.mark.parametrize("name", ["val_loss", "valid/loss", "validation_nll", "eval.loss"])
def test_validation_losses_are_known_by_their_names(name):
    roles = metric_roles(table_of({name: LINE, "val_accuracy": LINE, "loss": LINE}))
    assert (roles.validation_loss, roles.training_loss) == (name, "loss")


def test_the_split_of_the_objective_is_preferred():
    metrics = {"val_loss": LINE, "test_loss": LINE, "test_accuracy": LINE}
    assert metric_roles(table_of(metrics, "test_accuracy")).validation_loss == "test_loss"


def test_the_whole_training_loss_is_preferred_to_that_of_a_batch():
    metrics = {"minibatch_train_loss": LINE, "train_loss": LINE, "val_accuracy": LINE}
    assert metric_roles(table_of(metrics)).training_loss == "train_loss"


def test_a_mean_over_the_whole_run_is_not_preferred_to_a_curve():
    once = np.where(np.arange(10) == 9, 1.2, np.nan)
    metrics = {"train_loss": once, "loss": LINE, "val_accuracy": LINE}
    assert metric_roles(table_of(metrics)).training_loss == "loss"
    assert metric_roles(table_of({"train_loss": once, "val_accuracy": LINE})).training_loss == (
        "train_loss"
    )


def test_learning_rate_and_gradient_norm_speak_for_themselves():
    metrics = {"optim/lr": LINE, "train/grad_norm": LINE, "val_accuracy": LINE}
    roles = metric_roles(table_of(metrics))
    assert (roles.learning_rate, roles.gradient_norm) == ("optim/lr", "train/grad_norm")


def test_a_metric_that_is_never_finite_has_no_role():
    metrics = {"train_loss": LINE * np.nan, "val_accuracy": LINE}
    assert metric_roles(table_of(metrics)).training_loss is None


def test_a_role_can_be_given_and_a_wrong_name_is_answered():
    table = table_of({"objective_a": LINE, "val_accuracy": LINE})
    roles = metric_roles(table, {"training_loss": "objective_a"})
    assert (roles.training_loss, roles.how["training_loss"]) == ("objective_a", "given")
    with pytest.raises(InvalidInput, match="did you mean 'objective_a'"):
        metric_roles(table, {"training_loss": "objective_b"})
    with pytest.raises(InvalidInput, match="did you mean 'training_loss'"):
        metric_roles(table, {"train_loss": "objective_a"})


def test_names_tell_a_direction_or_nothing():
    assert metric_direction("top_1") == "maximize"
    assert metric_direction("validation/WER") == "minimize"
    assert metric_direction("weight") is None


@pytest.mark.parametrize(
    ("curve", "kind"),
    [
        (np.full(10, 0.1), "constant"),
        (np.linspace(0, 0.1, 10), "constant"),  # a warmup that never ends
        (np.linspace(0.1, 0, 10), "decaying"),
        (np.where(np.arange(10) < 8, 0.1, 0.01), "decaying"),
    ],
)
def test_a_logged_learning_rate_tells_the_schedule(curve, kind):
    table = table_of({"learning_rate": curve, "val_accuracy": LINE})
    assert set(schedules(table, metric_roles(table)).kind) == {kind}


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ({"lr_decay_steps": [1, 2, 3]}, "decaying"),
        ({"warmup_steps": [1, 2, 3]}, "unknown"),  # constant after it, for all we know
        ({"warmup_factor": [0.1, 0.2, 0.3]}, "unknown"),
        ({"warmup_steps": [1, 2, 3], "decay_steps_factor": [0.5, 0.6, 0.7]}, "decaying"),
        ({"lr_peak_epoch": [1, 2, 3]}, "decaying"),
        ({"schedule": ["cosine", "linear", "cosine"]}, "decaying"),
        ({"weight_decay": [0.1, 0.2, 0.3]}, "unknown"),
        ({"momentum_decay": [0.1, 0.2, 0.3]}, "unknown"),
    ],
)
def test_hyperparameters_that_name_a_schedule_tell_it(values, kinds):
    table = table_of({"val_accuracy": LINE}, values=values)
    assert set(schedules(table, metric_roles(table)).kind) == {kinds}


def test_a_word_for_a_constant_schedule_wins_over_its_other_hyperparameters():
    values = {"lr_schedule": ["constant", "cosine", "none"], "warmup_steps": [1, 2, 3]}
    table = table_of({"val_accuracy": LINE}, values=values)
    found = schedules(table, metric_roles(table))
    assert found.kind.tolist() == ["constant", "decaying", "constant"]
    assert found.among(np.array([0, 2])) == "constant"
    assert found.among(np.array([0, 1])) == "unknown"


def test_a_column_beside_the_space_tells_it_too():
    table = table_of({"val_accuracy": LINE}, metadata={"lr_schedule": ["constant"] * 3})
    assert set(schedules(table, metric_roles(table)).kind) == {"constant"}


def test_momentum_enters_the_effective_learning_rate():
    values = {"base_lr": [0.1, 0.1, 0.2], "momentum": [0.0, 0.9, 0.99]}
    found = learning_rate_of(table_of({"val_accuracy": LINE}, values=values), 0)
    assert found.key == "base_lr"
    np.testing.assert_allclose(found.effective, [0.1, 1.0, 20.0])
    assert learning_rate_of(table_of({"val_accuracy": LINE}, values={"x": [1, 2, 3]}), 0) is None


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("adam_lr", True), ("lr_sgd", True), ("learningRateAdam", True), ("sgd_init_lr", True),
     ("lr_decay", False), ("min_lr", False), ("adam_beta1", False)],
)  # fmt: skip
def test_learning_rates_may_be_named_after_their_optimizer(name, is_one):
    table = table_of({"val_accuracy": LINE}, values={name: [0.1, 0.2, 0.4]})
    assert bool(learning_rates(table)) == is_one


@pytest.mark.parametrize("name", ["lr/pg0", "lr-AdamW", "lr-AdamW/pg1"])
def test_the_learning_rate_of_a_group_of_parameters_is_one(name):
    found = metric_roles(table_of({name: LINE, "loss": LINE, "val_accuracy": LINE}))
    assert found.learning_rate == name


def test_a_training_loss_that_was_logged_often_is_preferred_to_a_few_means():
    rows, steps = np.repeat([0, 1, 2], 10), np.tile(np.arange(10), 3)
    few = (rows[::5], steps[::5], np.tile(LINE[::5], 3))
    often = (rows, steps, np.tile(LINE, 3))
    for points, first in ((few, "loss"), (often, "train_loss")):
        curves = {"train_loss": points, "loss": often, "val_accuracy": often}
        own = table_from_columns(
            "s", ids=list("abc"), values={"lr": [0.1, 0.2, 0.3]}, curves=curves,
            objective=Objective("val_accuracy", "maximize"),
        )  # fmt: skip
        assert metric_roles(own).training_loss == first


def test_what_detectron_measures_on_batches_is_of_training():
    names = ("fast_rcnn/cls_accuracy", "mask_rcnn/accuracy", "total_loss", "loss_cls")
    roles = metric_roles(table_of(dict.fromkeys(names, LINE), "fast_rcnn/cls_accuracy"))
    assert roles.training_loss == "total_loss"
    assert [split_of(name) for name in names[:2]] == ["training", "training"]
