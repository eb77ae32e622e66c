"""What decides a comparison: as told, as the tool knows it, or as for ``playbook check``."""

from __future__ import annotations

from dataclasses import replace

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.metrics.metric_choice import (
    held_out_metrics,
    metric_choice,
    metrics_that_may_decide,
)
from tuning_playbook.importers.metrics.metrics_offered import in_order_of_offer, offered
from tuning_playbook.importers.roles.told_columns import described, with_metric_named
from tuning_playbook.importers.taken_as import MEASURED, Role
from tuning_playbook.vocabulary import metric_direction, split_of
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.comparing.completion import Unsettled
from tuning_playbook.workflow.comparing.target import columns_of


def with_metric(runs: ForeignStudy, told: Told) -> tuple[ForeignStudy, Told, tuple[str, ...]]:
    """The runs with their metric under the name that was asked for, its name, and why it decides.

    Raises:
        Unsettled: where several could be meant, or only metrics on test data are there.
        InvalidInput: where there is none.
    """
    study = described(runs)
    if told.metric:
        study, metric = with_metric_named(study, told.metric)
        return study, replace(told, metric=metric), ()
    if study.objective is not None:
        return study, replace(told, metric=study.objective.metric), ()
    metrics, unseen = metrics_that_may_decide(study), held_out_metrics(study)
    if not metrics and not unseen:
        metrics = _with_other_cells(study)
        if len(metrics) == 1:
            return study, replace(told, metric=metrics[0]), ()
    try:
        choice = metric_choice(study)
    except InvalidInput:
        if not metrics and not unseen:
            raise
    else:
        return study, replace(told, metric=choice.metric), (choice.reason,)
    what = "metrics" if metrics else "metrics of the test set only"
    found = metrics or unseen
    trained = [name for name in metrics if split_of(name) == "training"]
    if unseen and trained == metrics and metrics:
        # How well arms fit says little of which is better.
        raise Unsettled(
            f"{study.name} has metrics of training data ({', '.join(trained)}) and of the test set "
            f"({', '.join(unseen)}) only; what is chosen by the latter has no unseen data left.",
            [{"metric": metric} for metric in in_order_of_offer(unseen)],
            others="or another of them",
        )
    several = "several " * (len(metrics) > 1)
    shown, more = offered(found)
    raise Unsettled(
        f"{study.name} has {several}{what}: {', '.join(shown)}{more}.",
        [{"metric": metric} for metric in in_order_of_offer(found)],
        others="or another of them" * (len(found) > 1),
    )


def _with_other_cells(study: ForeignStudy) -> list[str]:
    """Columns named like metrics that a cell which is no number keeps from being taken for one."""
    aside = {one.name for one in study.columns if one.role in MEASURED - {Role.RESULT}}
    return [
        name
        for name, cells in columns_of(study).items()
        if name not in aside and metric_direction(name) and any(map(is_number, cells))
    ]
