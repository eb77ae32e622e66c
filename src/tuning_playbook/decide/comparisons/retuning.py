"""Settings that others have to be tuned anew for, so that a plain comparison of them is narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tuning_playbook.vocabulary import Family, hyperparameter_family, words_of

_OPTIMIZERS = frozenset({"optimizer", "optimiser", "optim", "opt"})


def comparisons_without_tuning(arm: Sequence[str]) -> Iterator[str]:
    """What arms told apart by these columns leave open, where nothing else was tuned.

    Example:
        >>> for words in comparisons_without_tuning(["batch_size"]):
        ...     print(words[:59])
        The best learning rate and regularization depend on the bat

    Source: playbook, "Changing the batch size requires re-tuning most hyperparameters".
    """
    for name in arm:
        if hyperparameter_family(name) is Family.BATCH_SIZE:
            yield (
                "The best learning rate and regularization depend on the batch size: the values "
                f"of {name} are compared with all other settings as they were in these runs, not "
                "with settings tuned for each value."
            )
        elif _OPTIMIZERS.intersection(words_of(name)[-1:]):
            yield (
                f"Every optimizer needs a learning rate of its own: the values of {name} are "
                "compared with the settings of these runs, not with settings tuned for each. "
                "That is a fair comparison only if each was tuned before, with equal effort."
            )
