"""A store that does not hand out some metrics: the lock on held-out data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, cast

from tuning_playbook.store.base import Store
from tuning_playbook.trial import Curves, Trial


class LockedStore:
    """Another store whose reads leave ``hidden`` metrics out; everything else is passed on.

    What is logged is kept whole. Wrapping the store, and not each reader, is what makes the lock
    hold: a check, figure or table that is written tomorrow is locked too.

    Args:
        store: the store itself.
        hidden: names of metrics.

    Source: playbook, "After exploration concludes".
    """

    def __init__(self, store: Store, hidden: Collection[str]) -> None:
        self._store = store
        self._hidden = frozenset(hidden)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def trials(self, study: str, *, indices: Collection[int] | None = None) -> tuple[Trial, ...]:
        """As the store's, with summaries of the other metrics only."""
        return tuple(
            replace(trial, summaries=self._shown(trial.summaries))
            if self._hidden & trial.summaries.keys()
            else trial
            for trial in self._store.trials(study, indices=indices)
        )

    def curves(
        self,
        study: str,
        *,
        trials: Collection[int] | None = None,
        metrics: Collection[str] | None = None,
    ) -> Mapping[int, Curves]:
        """As the store's; a trial that logged hidden metrics only is left out."""
        found = self._store.curves(study, trials=trials, metrics=metrics)
        shown = {index: self._shown(curves) for index, curves in found.items()}
        return {index: curves for index, curves in shown.items() if curves}

    def _shown(self, by_metric: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in by_metric.items() if name not in self._hidden}


def locked(store: Store, *hidden: str) -> Store:
    """``store`` without the metrics ``hidden``; the store itself where none is named."""
    names = [name for name in hidden if name]
    return cast("Store", LockedStore(store, names)) if names else store
