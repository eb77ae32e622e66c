"""What a short run has logged up to now, read while it goes on."""

from __future__ import annotations

from pathlib import Path

from tuning_playbook.training.journal import JournalReader, JournalRows, LinesReader
from tuning_playbook.trial import Step


class LoggedSoFar:
    """The metrics and evaluations in the files of a run.

    Args:
        folder: below which they lie.
        metric: that decides.
    """

    def __init__(self, folder: Path, metric: str) -> None:
        self._folder = folder
        self._metric = metric
        self._readers: dict[Path, JournalReader | LinesReader] = {}
        self.names: set[str] = set()
        self.evaluations = 0
        self.last_step: Step = 0
        """Of the evaluations."""

    def read(self) -> None:
        """Learn what is new."""
        for kind, reader in (("*.journal", JournalReader), ("*.jsonl", LinesReader)):
            for path in self._folder.rglob(kind):
                entries = self._readers.setdefault(path, reader(path)).read()
                for entry in entries:
                    if isinstance(entry, JournalRows):
                        self._learn(entry)

    def lacks_metric(self, *, evaluations: int, after: Step) -> bool:
        """Whether it evaluated so often, also past a step, and never the metric that decides."""
        often = self.evaluations >= evaluations and self.last_step > after
        return often and self._metric not in self.names

    def _learn(self, rows: JournalRows) -> None:
        self.names.update(rows.metrics)
        if rows.evaluation:
            self.evaluations += len(rows.steps)
            self.last_step = max(self.last_step, *map(int, rows.steps))
