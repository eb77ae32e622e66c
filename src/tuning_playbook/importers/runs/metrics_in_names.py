"""Metrics at the end of the names of files that hold one curve each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tuning_playbook.vocabulary import metric_direction, split_of

_SEPARATORS = re.compile(r"([_\-. ]+)")


def runs_and_metrics(stems: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The run and the metric of each file; empty where not each is named after its metric.

    Several runs have the same metrics. Where they do not, what stands before a metric is a part
    of its name: ``categorical_accuracy`` beside ``loss``.
    """
    found = {stem: metric_at_end(stem) for stem in stems}
    if not all(metric for _, metric in found.values()):
        return {}
    runs: dict[str, set[str]] = {}
    for own, metric in found.values():
        runs.setdefault(own, set()).add(metric)
    alike = len({frozenset(metrics) for metrics in runs.values()}) == 1
    return found if alike else {stem: ("", stem) for stem in stems}


def metric_at_end(stem: str) -> tuple[str, str]:
    """What a file's name says before its metric, and the metric; that is empty where it has none.

    Example:
        >>> metric_at_end("vgg_val_loss"), metric_at_end("accuracy"), metric_at_end("vgg")
        (('vgg', 'val_loss'), ('', 'accuracy'), ('vgg', ''))
    """
    parts = _SEPARATORS.split(stem)  # words at even places, what stands between them at odd ones
    for at in range(len(parts) - 1, -1, -2):
        if metric_direction("".join(parts[at:])) is not None:
            break
    else:
        return stem, ""
    while at and (
        parts[at - 2].lower() == "epoch"
        or split_of(parts[at - 2])
        or metric_direction(parts[at - 2])
    ):
        at -= 2
    return "".join(parts[: max(0, at - 1)]), "".join(parts[at:])
