"""JSON files that hold the numbers of a single run, and no table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning_playbook.importers.cells.nested import flattened
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.vocabulary import hyperparameter_family, metric_direction
from tuning_playbook.words import listed, short

_MOST_NAMED = 4
_MOST_METRICS = 12  # more are those of several methods or tasks, nested


def result_in_words(document: Mapping[str, Any]) -> str:
    """The metrics and settings of an object that is the result of one run; empty for others.

    Example:
        >>> result_in_words({"params": {"lr": 0.1}, "metrics": {"accuracy": 0.91, "loss": 0.3}})
        'accuracy 0.91 and loss 0.3, with params/lr 0.1'
        >>> result_in_words({"lr": 0.1}), result_in_words({"a": {"b": [1, 2]}})
        ('', '')
    """
    numbers = {name: cell for name, cell in flattened(document).items() if is_number(cell)}
    metrics = {n: c for n, c in numbers.items() if metric_direction(n.split("/")[-1]) is not None}
    if not 0 < len(metrics) <= _MOST_METRICS:
        return ""
    rest = {name: cell for name, cell in numbers.items() if name not in metrics}
    settings = {n: c for n, c in rest.items() if hyperparameter_family(n.split("/")[-1])}
    words = _shown({name.split("/")[-1]: cell for name, cell in metrics.items()})
    return words + (f", with {_shown(settings)}" if settings else "")


def _shown(numbers: Mapping[str, Any]) -> str:
    shown = [f"{name} {short(cell)}" for name, cell in numbers.items()]
    rest = len(shown) - _MOST_NAMED
    if rest <= 0:
        return listed(shown)
    return f"{', '.join(shown[:_MOST_NAMED])} and {rest} more"
