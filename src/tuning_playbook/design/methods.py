"""Choices between methods, and numbers that are written as choices."""

from __future__ import annotations

from tuning_playbook.space import Categorical, Hyperparameter
from tuning_playbook.vocabulary.kinds import chooses_what_is_trained


def is_choice_of_methods(h: Hyperparameter) -> bool:
    """Whether the values of ``h`` are methods, and not numbers of a kind that is known.

    Example:
        >>> beta1 = Hyperparameter("beta1", Categorical((0.9, 0.95)), 0.9, "optimizer")
        >>> rule = Hyperparameter("update_rule", Categorical(("sgd", "adam")), "sgd", "optimizer")
        >>> [is_choice_of_methods(h) for h in (beta1, rule)]
        [False, True]
    """
    if not isinstance(h.domain, Categorical):
        return False
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in h.domain.values)
    return not numbers or h.kind == "other" or chooses_what_is_trained(h.name)


def is_no_nuisance(h: Hyperparameter) -> bool:
    """Whether ``h`` is better compared or fixed than tuned: the optimizer, and the architecture.

    Methods that are tuned as a nuisance share the trials; a larger model costs more training, which
    the metric does not show.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    return h.kind == "architecture" or (h.kind == "optimizer" and is_choice_of_methods(h))
