"""What the names of this field mean: hyperparameters, metrics, parts of the data.

One vocabulary for everything that reads names: imports, checks, proposals. May import: nothing.
"""

from __future__ import annotations

from tuning_playbook.vocabulary.hyperparameters import (
    Family,
    Kind,
    adam_constant,
    hyperparameter_family,
    is_any_probability,
    is_not_tuned,
    is_strength,
    kind_by_name,
    logarithm_base,
    may_be_switch,
)
from tuning_playbook.vocabulary.metrics import (
    MetricFamily,
    Split,
    holds_metric,
    is_gradient_norm,
    is_held_out,
    may_be_unwanted,
    metric_direction,
    metric_family,
    split_of,
)
from tuning_playbook.vocabulary.names import plain_name, words_of
from tuning_playbook.vocabulary.records import (
    counts_of_predictions,
    counts_outcomes,
    is_about_the_run,
    is_difference,
    is_fold,
    is_number_of_experiment,
    is_of_a_test,
    is_progress,
    is_repetition,
    is_running_number,
    is_step_count,
    is_time,
    is_time_or_cost,
    names_tasks,
    statistic_in,
    without_number,
)

__all__ = [
    "Family",
    "Kind",
    "MetricFamily",
    "Split",
    "adam_constant",
    "counts_of_predictions",
    "counts_outcomes",
    "holds_metric",
    "hyperparameter_family",
    "is_about_the_run",
    "is_any_probability",
    "is_difference",
    "is_fold",
    "is_gradient_norm",
    "is_held_out",
    "is_not_tuned",
    "is_number_of_experiment",
    "is_of_a_test",
    "is_progress",
    "is_repetition",
    "is_running_number",
    "is_step_count",
    "is_strength",
    "is_time",
    "is_time_or_cost",
    "kind_by_name",
    "logarithm_base",
    "may_be_switch",
    "may_be_unwanted",
    "metric_direction",
    "metric_family",
    "names_tasks",
    "plain_name",
    "split_of",
    "statistic_in",
    "without_number",
    "words_of",
]
