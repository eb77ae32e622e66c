"""What is never searched: the batch size and the length of training."""

from __future__ import annotations

from tuning_playbook.errors import RefusedByPlaybook
from tuning_playbook.space import Constant, Hyperparameter
from tuning_playbook.vocabulary import Family, hyperparameter_family, is_not_tuned


def is_training_length(h: Hyperparameter) -> bool:
    """Whether ``h`` is how long a trial trains, by its declared kind or its name."""
    return h.kind == "training_length" or hyperparameter_family(h.name) is Family.TRAINING_LENGTH


def is_never_tuned(h: Hyperparameter) -> bool:
    """Whether ``h`` is a batch size or a training length, which the playbook does not search.

    Source: playbook, "Why shouldn't the batch size be tuned to directly improve validation set
    performance?" and "Determining the number of steps for each training run".
    """
    return h.kind in ("batch_size", "training_length") or is_not_tuned(h.name)


def refuse_forbidden_dimension(h: Hyperparameter) -> None:
    """Refuse to search over the training length or the batch size.

    Args:
        h: a hyperparameter that a study would vary.

    Raises:
        RefusedByPlaybook: with the reason and what to do instead.

    Source: playbook, "Determining the number of steps for each training run" and "Why shouldn't
    the batch size be tuned to directly improve validation set performance?".
    """
    if isinstance(h.domain, Constant):
        return
    family = hyperparameter_family(h.name)
    if h.kind == "training_length" or family is Family.TRAINING_LENGTH:
        raise RefusedByPlaybook(
            f"{h.key} is the length of training and cannot be searched: every trial of a study "
            "runs equally long, and the best checkpoint of each is chosen afterwards. Remove it "
            "from the round and set training.max_train_steps in the project file; a second round "
            "at another length answers whether longer is better.",
            source="number-of-steps",
        )
    if h.kind == "batch_size" or family is Family.BATCH_SIZE:
        raise RefusedByPlaybook(
            f"{h.key} is a batch size and cannot be searched for validation quality: with the "
            "other hyperparameters retuned, every batch size reaches the same quality, so a "
            "difference would only show which size was tuned better. Fix it at the largest size "
            "that still raises throughput; to learn how it changes training time, compare steps "
            "to a target with everything retuned at each size.",
            source="batch-size-not-for-quality",
        )
