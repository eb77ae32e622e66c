"""What reruns logged of the examples that decide."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tuning_playbook.analysis.curves.held_out import held_out_value
from tuning_playbook.decide.launches.reruns import counts_as_rerun
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.reruns import StoredReruns
from tuning_playbook.run.places import TRIALS_FOLDER, trial_folder
from tuning_playbook.study import Study
from tuning_playbook.training.predictions import ExampleValues, example_values
from tuning_playbook.trial import Curves, Status, Trial


def confirmed_reruns(known: Snapshot, stored: Sequence[StoredReruns]) -> tuple[StoredReruns, ...]:
    """Reruns with their values on the examples that chose nothing.

    Each value is the one at the step that the validation metric chose; NaN where there is none, or
    the rerun did not train.
    Without such examples, the reruns as they are.

    Args:
        known: of the project, with the metric that confirms.
        stored: reruns of it.
    """
    if not known.project.confirm_metric:
        return tuple(stored)
    return tuple(
        replace(
            one,
            values=_confirmed(known, one.study, one.values),
            measured=_confirmed(known, one.study, one.measured),
        )
        for one in stored
    )


def kept_predictions(
    known: Snapshot, studies: Iterable[Study], *, metric: str
) -> dict[str, list[ExampleValues]]:
    """Study -> of each rerun that trained, the metric on each example; empty where one lacks it."""
    return {study.name: _predicted(known, study, metric) for study in studies}


def _ended(
    known: Snapshot, reruns: Study, metrics: Sequence[str]
) -> Iterator[tuple[Trial, Curves]]:
    """The reruns that have ended with what they logged, in the order of their values."""
    for study in known.rerun_sets.get(reruns.name, ()):
        curves = known.curves(study.name, metrics=metrics)
        for trial in known.trials(study.name):
            if counts_as_rerun(trial) and trial.status.is_finished:
                yield trial, curves.get(trial.index, {})


def _confirmed(known: Snapshot, study: Study, values: Sequence[float]) -> tuple[float, ...]:
    project = known.project
    metrics = [project.confirm_metric, project.objective.metric]
    found = []
    for (_, logged), chosen in zip(_ended(known, study, metrics), values, strict=True):
        confirm, chosen_by = (logged.get(m) for m in metrics)
        value = math.nan
        if math.isfinite(chosen) and confirm is not None and chosen_by is not None:
            value, _ = held_out_value(confirm, chosen_by, project.objective)
        found.append(value)
    return tuple(found)


def _predicted(known: Snapshot, reruns: Study, metric: str) -> list[ExampleValues]:
    folder = known.folder / TRIALS_FOLDER
    found = [
        example_values(trial_folder(folder, trial), metric, logged.get(metric))
        for trial, logged in _ended(known, reruns, [metric])
        if trial.status is Status.COMPLETE
    ]
    kept = [run for run in found if run is not None]
    return kept if len(kept) == len(found) else []
