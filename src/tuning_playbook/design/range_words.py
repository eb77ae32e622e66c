"""Hyperparameters and their ranges in one line."""

from __future__ import annotations

from tuning_playbook.space import Categorical, Constant, Domain, Hyperparameter, Ordered


def describe(h: Hyperparameter) -> str:
    """A hyperparameter and its range in one line.

    Example:
        >>> from tuning_playbook.space import Float
        >>> describe(Hyperparameter("learning_rate", Float(1e-4, 1.0, "log"), default=0.1))
        'learning_rate: 0.0001 to 1, log'
    """
    return f"{h.key}: {describe_domain(h.domain)}"


def describe_domain(domain: Domain, *, digits: int = 6) -> str:
    """A range in one line.

    Args:
        domain: the range.
        digits: significant ones of its ends.
    """
    if isinstance(domain, Constant):
        return str(domain.value)
    if isinstance(domain, (Ordered, Categorical)):
        return ", ".join(str(v) for v in domain.values)
    return f"{domain.low:.{digits}g} to {domain.high:.{digits}g}, {domain.scale.replace('_', '-')}"
