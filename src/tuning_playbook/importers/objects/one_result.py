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


def in_words(document: Any) -> str:
    """What a document is made of: its keys with the kinds of what they hold.

    Example:
        >>> in_words({"seeds": [0, 1], "auc": {"full": [0.7, 0.8], "no_sync": [0.6, 0.5]}, "n": 2})
        'seeds (a list of 2), auc (an object of full and no_sync) and n (2)'
        >>> in_words(3)
        '3'
    """
    if not isinstance(document, Mapping):
        return _kind(document)
    shown = [f"{key} ({_kind(cell)})" for key, cell in list(document.items())[:_MOST_NAMED]]
    rest = len(document) - len(shown)
    return f"{', '.join(shown)} and {rest} more" if rest else listed(shown) or "an empty object"


def _kind(cell: Any) -> str:
    if isinstance(cell, Mapping):
        keys = [short(key) for key in list(cell)[:_MOST_NAMED]]
        rest = len(cell) - len(keys)
        return (
            f"an object of {', '.join(keys)} and {rest} more"
            if rest
            else (f"an object of {listed(keys)}" if keys else "an empty object")
        )
    return f"a list of {len(cell)}" if isinstance(cell, list) else f"{short(cell):.40}"


def _shown(numbers: Mapping[str, Any]) -> str:
    shown = [f"{name} {short(cell)}" for name, cell in numbers.items()]
    rest = len(shown) - _MOST_NAMED
    if rest <= 0:
        return listed(shown)
    return f"{', '.join(shown[:_MOST_NAMED])} and {rest} more"
