"""What the names of this field mean: hyperparameters, metrics, parts of the data.

One vocabulary for everything that reads names: imports, checks, proposals. May import: nothing.
"""

from __future__ import annotations

from tuning_playbook.vocabulary.hyperparameters import (
    Family,
    Kind,
    hyperparameter_family,
    is_logarithm,
    is_not_tuned,
    kind_by_name,
)
from tuning_playbook.vocabulary.metrics import (
    MetricFamily,
    is_held_out,
    metric_direction,
    metric_family,
    split_of,
)
from tuning_playbook.vocabulary.names import plain_name, words_of

__all__ = [
    "Family",
    "Kind",
    "MetricFamily",
    "hyperparameter_family",
    "is_held_out",
    "is_logarithm",
    "is_not_tuned",
    "kind_by_name",
    "metric_direction",
    "metric_family",
    "plain_name",
    "split_of",
    "words_of",
]
