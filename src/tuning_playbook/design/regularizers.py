"""Regularizers: whether to have one is a question, how strong it is a nuisance."""

from __future__ import annotations

from tuning_playbook.space import (
    Config,
    Domain,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    fitted,
    misfit,
)
from tuning_playbook.vocabulary import is_strength


def is_regularizer(h: Hyperparameter) -> bool:
    """Whether ``h`` is the strength of a regularizer that is absent where it is 0.

    Example:
        >>> from tuning_playbook.space import Categorical
        >>> dropout = Hyperparameter("dropout", Float(0.1, 0.5), 0.0, "regularization")
        >>> keep = Hyperparameter("keep_prob", Float(0.5, 1.0), 1.0, "regularization")
        >>> mixup = Hyperparameter("use_mixup", Categorical((False, True)), False, "regularization")
        >>> [is_regularizer(h) for h in (dropout, keep, mixup)]
        [True, False, False]

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    numeric = isinstance(h.domain, (Float, Integer, Ordered))
    off = numeric and not misfit(h.domain, 0, natural=h.natural)
    return h.kind == "regularization" and off and is_strength(h.name)


def is_on(h: Hyperparameter, baseline: Config) -> bool:
    """Whether the baseline has a regularizer: a strength other than 0."""
    return baseline[h.key] != fitted(h.domain, 0)


def strengths(h: Hyperparameter) -> Domain | None:
    """The range of a regularizer where it is on; ``None`` where that is one value or none.

    A range that begins at 0 stays as it is: its points lie above.

    Example:
        >>> strengths(Hyperparameter("dropout", Ordered((0.0, 0.1, 0.2)), 0.0, "regularization"))
        Ordered(values=(0.1, 0.2))
    """
    if not isinstance(h.domain, Ordered):
        return h.domain if isinstance(h.domain, (Float, Integer)) else None
    above = tuple(value for value in h.domain.values if value > 0)
    return Ordered(above) if len(above) > 1 else None
