"""Trials that a dead driver of this machine still holds."""

from __future__ import annotations

from collections.abc import Iterable

from tuning_playbook.errors import LeaseLost
from tuning_playbook.run.patience import patiently
from tuning_playbook.run.worker import is_dead
from tuning_playbook.store.base import Store
from tuning_playbook.trial import Status


def release_orphans(store: Store, studies: Iterable[str]) -> None:
    """Give them back without waiting for their lease to end.

    Args:
        store: of the project.
        studies: names of those to look through.
    """
    for name in studies:
        for trial in patiently(lambda name=name: store.trials(name)):  # type: ignore[misc]
            if trial.status is Status.RUNNING and is_dead(trial.worker):
                try:
                    store.release(name, trial.index, worker=trial.worker)
                except LeaseLost:
                    continue  # somebody else was quicker
