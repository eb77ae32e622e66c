"""How much of Adam a budget can tune: one table for plans, proposals and warnings."""

from __future__ import annotations

from tuning_playbook.vocabulary import adam_constant

# Trials from which each is tuned beside the learning rate, in that order.
ADAM_BY_TRIALS = {"beta1": 10, "epsilon": 25, "beta2": 50}


def adam_hyperparameters(trials: int) -> tuple[str, ...]:
    """Which of Adam's hyperparameters a number of trials can tune, beside the learning rate.

    Example:
        >>> [adam_hyperparameters(n) for n in (9, 10, 25, 50)]
        [(), ('beta1',), ('beta1', 'epsilon'), ('beta1', 'epsilon', 'beta2')]

    Source: playbook, "How should Adam’s hyperparameters be tuned?".
    """
    return tuple(name for name, enough in ADAM_BY_TRIALS.items() if trials >= enough)


def is_beyond_budget(name: str, trials: int) -> bool:
    """Whether a hyperparameter, by its name, is one of Adam's that so few trials cannot tune.

    Example:
        >>> is_beyond_budget("adam_beta2", 20), is_beyond_budget("eps", 25)
        (True, False)
    """
    constant = adam_constant(name)
    return constant is not None and constant not in adam_hyperparameters(trials)
