"""Names as engineers write them, in the files of many tools."""

from __future__ import annotations

import pytest

from tuning_playbook.vocabulary import (
    Family,
    hyperparameter_family,
    is_not_tuned,
    kind_by_name,
    logarithm_base,
)

NAMES = {
    Family.LEARNING_RATE: (
        "lr lr0 log_lr LR learning_rate learningRate optimizer.lr optim/lr lr_backbone head_lr "
        "model.optimizer.kwargs.lr adamw_lr max_lr peak_lr base_learning_rate init_lr step_size "
        "eta sgd.lr opt_lr actor_lr lr_init"
    ),
    Family.SCHEDULE: "lr_decay lr_schedule min_lr lr_scheduler.gamma decay_steps lrf lr_end",
    Family.WARMUP: "warmup_steps warmup_ratio lr_warmup_epochs warm_up num_warmup_steps",
    Family.MOMENTUM: "momentum beta1 beta_2 adam_beta1 adam.b2 ema_decay opt/momentum betas rho",
    Family.OPTIMIZER_CONSTANT: "eps epsilon adam_epsilon optimizer.eps nesterov amsgrad",
    Family.CLIPPING: "clip_norm grad_clip max_grad_norm gradient_clip_val clipnorm",
    Family.WEIGHT_PENALTY: "weight_decay wd weightDecay optim.weight_decay l2 l2_reg l1 reg_lambda",
    Family.PROBABILITY: "dropout drop_rate dropout_p label_smoothing hidden_dropout_prob drop_path "
    "attn_pdrop max_dropout bn_momentum",
    Family.SIZE: "num_layers n_layers hidden_size d_model width units n_embd max_units heads",
    Family.BATCH_SIZE: "batch_size bs bsz batchSize train_batch_size per_device_train_batch_size "
    "gradient_accumulation_steps config.batch_size mini_batch batch_tokens",
    Family.TRAINING_LENGTH: "epochs num_epochs max_epochs n_epochs max_steps max_train_steps epoch "
    "num_train_epochs max_iters total_steps trainer.max_epochs train_tokens max_time",
    Family.SEED: "seed random_state rng_seed data.seed",
}
OTHERS = (
    "alpha one_minus_momentum n_steps steps_per_epoch eval_batch_size virtual_batch_size "
    "log_interval eval_every gamma tau temperature best_epoch epochs_ran features"
)


@pytest.mark.parametrize(
    ("name", "family"), [(name, family) for family, all_ in NAMES.items() for name in all_.split()]
)
def test_a_name_tells_the_family(name: str, family: Family) -> None:
    assert hyperparameter_family(name) is family


@pytest.mark.parametrize("name", OTHERS.split())
def test_a_name_that_does_not_tell_has_no_family(name: str) -> None:
    assert hyperparameter_family(name) is None


@pytest.mark.parametrize(
    "name", [*NAMES[Family.BATCH_SIZE].split(), *NAMES[Family.TRAINING_LENGTH].split()]
)
def test_batch_sizes_and_training_lengths_are_not_tuned(name: str) -> None:
    assert is_not_tuned(name)


@pytest.mark.parametrize("prefix", ["config.", "params_", "optim/", "model.optimizer.kwargs."])
@pytest.mark.parametrize("name", ["lr", "weight_decay", "momentum", "dropout", "beta1"])
def test_prefixes_do_not_matter(prefix: str, name: str) -> None:
    assert hyperparameter_family(prefix + name) is hyperparameter_family(name)
    assert hyperparameter_family((prefix + name).upper()) is hyperparameter_family(name)


def test_kinds_follow_from_families_and_further_names() -> None:
    kinds = {
        "lr": "optimizer", "beta2": "optimizer", "eps": "optimizer", "optimizer": "optimizer",
        "grad_clip": "optimizer", "lr_schedule": "schedule", "warmup_steps": "schedule",
        "wd": "regularization", "dropout": "regularization", "n_layers": "architecture",
        "activation": "architecture", "initializer": "initialization", "augmentation": "data",
        "bs": "batch_size", "epochs": "training_length", "alpha": "other",
    }  # fmt: skip
    assert {name: kind_by_name(name) for name in kinds} == kinds


def test_logarithms_say_so_first_or_last() -> None:
    assert {logarithm_base(n) for n in ("log_lr", "log10_lr", "LR (log10)")} == {10.0}
    assert {logarithm_base(n) for n in ("lr", "log", "login", "catalog_size")} == {None}
