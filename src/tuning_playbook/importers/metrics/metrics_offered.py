"""The order in which metrics are offered: first what sums a run up, then its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tuning_playbook.importers.columns.by_declaration import CROSS_VALIDATED
from tuning_playbook.vocabulary import MetricFamily, Split, metric_family, split_of, words_of
from tuning_playbook.vocabulary.names import contains, phrases

_MOST_OFFERED = 8
_PREFERRED = ("validation", None, "training", "test")
_TOTALS = frozenset({("total", "loss"), ("loss", "total")})
# What stands beside a result to compare it with.
_OF_ANOTHER_RUN = frozenset({"baseline", "previous", "prev", "reference"})
_ONE_KIND_OF_MISTAKE = frozenset({"precision", "recall", "sensitivity", "specificity"})
_ENDS = frozenset({"min", "max", "minimum", "maximum"})  # of what a mean stands beside
_OVER_THRESHOLDS = phrases(
    "ap50 95, map50 95, ap 50 95, map 50 95"
)  # what detectors are compared by


def in_order_of_offer(metrics: Sequence[str]) -> list[str]:
    """Metrics in the order of offer; in that of the table where nothing else tells.

    Metrics of validation data come first, those of a baseline last. A metric of one output of a
    model (``val_text_loss`` beside ``val_loss``) follows after what sums the outputs up, a part of
    a loss after any score, precision and recall after what weighs both kinds of mistakes. A loss
    that does not say on which data it is measured, that of training as often as not, follows after
    any score.

    Example:
        >>> in_order_of_offer(["val_text_loss", "val_image_loss", "val_loss"])[0]
        'val_loss'
    """
    parts = _parts(metrics)

    def place(metric: str) -> tuple[bool, bool, bool, int, bool, bool, bool, bool]:
        split = split_used(metric)
        return (
            bool(_OF_ANOTHER_RUN & set(words_of(metric))),
            split == "test" or split == "training",
            metric in parts,
            _PREFERRED.index(split),
            split is None and metric_family(metric) is MetricFamily.LOSS,
            bool(_ONE_KIND_OF_MISTAKE & set(words_of(metric))),
            bool(_ENDS & set(words_of(metric))),
            not contains(words_of(metric), _OVER_THRESHOLDS),
        )

    return sorted(metrics, key=place)


def offered(metrics: Sequence[str]) -> tuple[list[str], str]:
    """The metrics to list in a message, and how many more there are, in words.

    A few stand in the order of the table; of many, the first ones in the order of offer.

    Example:
        >>> offered(["loss", "val_loss"])
        (['loss', 'val_loss'], '')
        >>> offered([f"loss_{n}" for n in range(30)])[1]
        ' and 22 more'
    """
    if len(metrics) <= _MOST_OFFERED:
        return list(metrics), ""
    return in_order_of_offer(metrics)[:_MOST_OFFERED], f" and {len(metrics) - _MOST_OFFERED} more"


def split_used(metric: str) -> Split | None:
    """The part of the data; scikit-learn's ``test`` is the fold left out of a cross-validation."""
    return "validation" if metric.startswith(CROSS_VALIDATED) else split_of(metric)


def _parts(metrics: Sequence[str]) -> set[str]:
    """Metrics of one output or of one term: those beside their sum, and losses of several terms."""
    groups = {metric: (split_used(metric), words_of(metric)[-1]) for metric in metrics}
    sums = {groups[metric] for metric in metrics if not _stem(metric)}
    of_sums = {metric for metric in metrics if _stem(metric) and groups[metric] in sums}
    outputs = {_stem(metric) for metric in of_sums}
    sizes = Counter(groups.values())
    terms = {
        metric
        for metric in metrics
        if metric_family(metric) is MetricFamily.LOSS
        and groups[metric] not in sums
        and sizes[groups[metric]] > 1
    }
    whole = {metric for metric in metrics if words_of(metric)[-2:] in _TOTALS}
    summed = {split_used(metric) for metric in whole}
    losses = {m for m in metrics if metric_family(m) is MetricFamily.LOSS and len(words_of(m)) > 1}
    terms |= {m for m in losses - whole if split_used(m) in summed and _stem(m)}
    beside = {metric for metric in metrics if _stem(metric) in outputs}
    return of_sums - whole | terms | beside | _of_one_member(metrics)


def _of_one_member(metrics: Sequence[str]) -> set[str]:
    """Metrics under one name more than others: ``eval/scout/reward`` beside ``eval/reward``."""
    paths = [tuple(metric.split("/")) for metric in metrics]
    wholes = set(paths)
    return {
        "/".join(path)
        for path in paths
        if any((*path[:at], *path[at + 1 :]) in wholes for at in range(1, len(path) - 1))
    }


def _stem(metric: str) -> tuple[str, ...]:
    """The words between the part of the data and the metric itself."""
    words = words_of(metric)
    return words[1:-1] if split_of(words[0]) is not None else words[:-1]
