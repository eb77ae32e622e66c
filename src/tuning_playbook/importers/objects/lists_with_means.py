"""JSON objects with a list of results for each of several methods, and their means beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tuning_playbook.importers.cells.nested import is_list_of_numbers
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.vocabulary import metric_direction, words_of

_CONFIGURATION, _RESULT = "configuration", "result"
_ROUNDED = 1e-4  # of a mean


def rows_of_lists_with_means(document: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """A row for each method and repeat; ``None`` for any other object.

    The lists are of one length, and each has its mean beside it, as no curve has. Nothing says that
    the first repeat of one method has to do with that of another.

    Args:
        document: lists, means and other things by name.

    Example:
        >>> rows_of_lists_with_means({"gin_accs": [0.9, 0.8], "gat_accs": [0.7, 0.6],
        ...                           "gin_mean": 0.85, "gat_mean": 0.65})[2]
        {'configuration': 'gat', 'accs': 0.7}
    """
    means = [own for own in document.values() if is_number(own)]
    lists = {
        str(key): own
        for key, own in document.items()
        if is_list_of_numbers(own)
        and len(own) > 1
        and any(math.isclose(sum(own) / len(own), m, rel_tol=_ROUNDED) for m in means)
    }
    if len(lists) < 2 or len({len(own) for own in lists.values()}) > 1:
        return None
    named = {key: _method_and_metric(key) for key in lists}
    if len({metric for _, metric in named.values()}) > 1 or "" in dict(named.values()):
        return None
    return [
        {_CONFIGURATION: named[key][0], named[key][1]: number}
        for key, own in lists.items()
        for number in own
    ]


def _method_and_metric(name: str) -> tuple[str, str]:
    """What stands before the metric in a name, and the metric."""
    words = words_of(name)
    for count in (3, 2, 1):
        metric = "_".join(words[-count:])
        if len(words) > count and metric_direction(metric) is not None:
            return "_".join(words[:-count]), metric
    return name, _RESULT
