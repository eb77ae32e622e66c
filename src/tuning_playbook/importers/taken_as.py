"""What each column of a study was taken for, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a column holds. Printed and written to JSON: values are added, never changed."""

    HYPERPARAMETER = "hyperparameter"
    TRAINING_LENGTH = "training length"  # chosen before training
    CONSTANT = "constant setting"
    RESULT = "result"
    HELD_OUT = "held-out result"  # measured on a test set
    LOGGED = "logged value"  # along the way, such as the learning rate in use
    STATISTIC = "statistic"  # of a result, over folds, seeds or steps
    COMPUTED = "computed"  # from other columns
    SEED = "seed"  # or fold, or repeat
    PROGRESS = "progress"  # how far training came
    IDENTIFIER = "identifier"
    STATUS = "status"
    TIME_AND_COST = "time and cost"
    BOOKKEEPING = "bookkeeping"
    EMPTY = "empty"


# What stands among the settings of a trial, what among its results; the rest is beside them.
SEARCHED = frozenset({Role.HYPERPARAMETER, Role.TRAINING_LENGTH})
SETTINGS = SEARCHED | {Role.CONSTANT}
QUALITY = frozenset({Role.RESULT, Role.HELD_OUT})
MEASURED = QUALITY | {Role.STATISTIC, Role.PROGRESS}


@dataclass(frozen=True, slots=True)
class TakenAs:
    """One column and its role.

    Args:
        column: its name as it stands in the header.
        name: what the study calls it: without a prefix such as ``config.`` where that is unique.
        role: what it was taken for.
        reason: why, in a few words.
        certain: whether that is known; a guess carries no failed check and no advice.
        statistic: which one of ``of``: ``standard deviation``, ``count``, ...; empty
            for what is none.
        of: the column that stands for the result.
    """

    column: str
    name: str
    role: Role
    reason: str
    certain: bool = True
    statistic: str = ""
    of: str = ""
