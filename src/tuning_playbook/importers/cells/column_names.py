"""What the name of a column says about it."""

from __future__ import annotations

import re

from tuning_playbook.vocabulary import is_step_count, metric_direction, plain_name, words_of

# Columns that name a trial, the surest first.
ID_NAMES = ("trial", "trial_id", "trial_number", "id", "run_id", "run", "uuid", "number",
            "run_name", "name")  # fmt: skip
# Two trials of one name are two runs that somebody called alike; two of one id are a mistake.
NAMES_OF_RUNS = frozenset({"name", "run_name", "run", "number"})
STATUS_NAMES = ("status", "state", "trial_status", "run_status")
REASON_NAMES = ("reason", "failure_reason", "fail_reason", "status_reason", "exception")
STUDY_NAMES = ("study", "study_name", "sweep", "sweep_name", "experiment", "experiment_name")
# W&B's own first: see `wandb_steps` for what a program counts beside it.
STEP_NAMES = ("_step", "step", "global_step", "steps", "train_step", "training_step",
              "training_iteration", "iteration", "iter", "it", "update", "epoch",
              "epochs")  # fmt: skip
# Words that count steps in some fields, and repeats or rounds of a search in others.
ROUND_NAMES = ("communication_round", "comm_round", "global_round", "server_round",
               "federated_round", "fl_round", "training_round", "train_round", "round", "episode",
               "timestep", "time_step", "env_step", "generation")  # fmt: skip

_UNITS_OF_TRAINING = (
    "episode",
    "timestep",
    "step",
    "frame",
    "iteration",
    "iter",
    "update",
    "epoch",
)
_BESIDE_UNITS = frozenset({"id", "idx", "index", "number", "no", "num", "n", "total", "current",
                           "global", "env", "environment", "train", "trainer", "training",
                           "sampled", "trained"})  # fmt: skip

# ``config/lr`` and ``params.lr`` say what they are.
_PARAMETER_GROUPS = ("config", "configs", "params", "param", "parameters", "hparams", "hparam",
                     "hyperparameters", "hyperparams", "hps", "args", "cfg")  # fmt: skip
_RESULT_GROUPS = ("metrics", "metric", "summary", "results", "result", "scores", "last_result")
# What loggers put their numbers under, beside ``config``, which they keep apart.
_LOGGED_GROUPS = frozenset({"train", "training", "rollout", "eval", "val", "valid", "validation",
                            "test", "time", "charts", "losses", "loss", "policy", "actor", "critic",
                            "stats", "perf"})  # fmt: skip
# What is only known when training has ended, where no word after it says otherwise.
_AFTER_TRAINING = frozenset({"final", "best", "last", "total", "actual", "stopped", "completed",
                             "achieved", "measured", "observed", "realized", "found",
                             "reached"})  # fmt: skip
_ON_HELD_OUT_DATA = frozenset({"test", "val", "valid", "validation", "eval", "dev"})
_SET_BEFORE = frozenset(
    {"size", "split", "fraction", "interval", "every", "frequency", "freq", "ratio", "rate", "lr",
     "decay", "factor", "momentum", "dropout", "workers", "layer", "layers", "units", "width",
     "depth", "seed", "activation", "limit", "period", "batch", "weight", "scale", "target",
     "subset"}
)  # fmt: skip
_MEASURED = frozenset({"metric", "objective", "score", "grad_norm", "gradient_norm"})
_STATISTICS = re.compile(r"std|stderr|sem|mean|avg|average|median|var|seed\d*|fold\d*|run\d*|\d+")
_LENGTHS = frozenset({"step", "epoch", "iteration", "steps", "epochs", "iterations"})
_COUNTS = frozenset({"params", "parameters", "flops", "macs"})


def is_step(name: str) -> bool:
    """Whether a column counts training steps, evaluations or epochs."""
    return plain_name(name) in STEP_NAMES or is_step_count(name)


def unit_of_training(name: str) -> str:
    """What a column of that name may count on the way of a training; empty where it counts nothing.

    A number of that name may also have been set before training: its values tell which.

    Example:
        >>> [unit_of_training(n) for n in ("epoch_id", "time/total_timesteps", "max_steps")]
        ['epoch', 'timestep', '']
        >>> unit_of_training("epochs")  # how long each trial trained, as often as not
        ''
    """
    if plain_name(name) == "epochs":
        return ""
    words = "_".join(word for word in words_of(last_part(name)) if word not in _BESIDE_UNITS)
    unit = words.replace("time_step", "timestep").removesuffix("s")
    return unit if unit in _UNITS_OF_TRAINING else ""


def group_of(name: str) -> tuple[str, str]:
    """``parameter``, ``result`` or nothing, where a column says it, and the name without it.

    Example:
        >>> group_of("config/lr"), group_of("metrics.val_loss"), group_of("lr")
        (('parameter', 'lr'), ('result', 'val_loss'), ('', 'lr'))
    """
    split = re.match(r"([A-Za-z_]+)[/.](.+)", name)
    if split and plain_name(split[1]) in _PARAMETER_GROUPS:
        return "parameter", split[2]
    if split and plain_name(split[1]) in _RESULT_GROUPS:
        return "result", split[2]
    return "", name


def is_logged(name: str) -> bool:
    """Whether a column stands in a group in which programs log numbers while they train.

    Example:
        >>> is_logged("train/clip_fraction"), is_logged("clip_fraction"), is_logged("config/lr")
        (True, False, False)
    """
    return "/" in name and plain_name(name.split("/")[0]) in _LOGGED_GROUPS


def is_known_after_training(name: str) -> bool:
    """Whether a number of that name is measured by training, and cannot be chosen before it.

    Example:
        >>> [is_known_after_training(n) for n in ("final_val_loss", "best_epoch", "val_accuracy")]
        [True, True, True]
        >>> [is_known_after_training(n) for n in ("loss_scale", "max_grad_norm", "final_lr")]
        [False, False, False]
    """
    words = _without_statistics(name)
    if {"max", "clip", "clipping", "threshold"} & set(words):
        return False
    if words[-2:] == ["error", "rate"] or "_".join(words[-2:]) in _MEASURED:
        return True
    if words[-1] in _MEASURED or metric_direction(name) is not None:
        return True
    if words[0] in ("num", "n", "number", "total", "trainable") and words[-1] in _COUNTS:
        return True
    if words[-1] in _SET_BEFORE:
        return False
    if words[-1] in _LENGTHS:
        return words[0] in _AFTER_TRAINING
    return bool({words[0]} & (_AFTER_TRAINING | _ON_HELD_OUT_DATA))


def _without_statistics(name: str) -> list[str]:
    words = list(words_of(name))
    while len(words) > 1 and _STATISTICS.fullmatch(words[-1]):
        words = words[:-1]
    return words


def last_part(name: str) -> str:
    """What a name ends in, after its last slash or dot.

    Example:
        >>> last_part("eval/val_loss"), last_part("lr")
        ('val_loss', 'lr')
    """
    return re.split(r"[/.]", name)[-1]
