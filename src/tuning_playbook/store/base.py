"""The store seam: trials and curves that survive. May import: study, decisions, trial."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.study import Study
from tuning_playbook.trial import (
    Checkpoint,
    Curves,
    Event,
    MetricSummary,
    Outcome,
    Seconds,
    Status,
    Step,
    Tally,
    Trial,
)

UNSAID: Step = 2**62  # later than every step, so that nothing is dropped


@dataclass(frozen=True, slots=True, eq=False)
class CurveChunk:
    """Consecutive logged steps of one trial that carry the same metrics.

    Args:
        attempt: which start of the trial logged them, from 1.
        resumed_from: step of the checkpoint that the attempt went on from, 0 for a fresh start.
            Reading a curve drops what earlier attempts logged after that step. `UNSAID` as long as
            the attempt has shown nothing of it.
        metrics: names of the columns.
        steps: shape (n,), int64, in the order of logging.
        values: shape (n, len(metrics)), float64, bit-exact.
    """

    attempt: int
    resumed_from: Step
    metrics: tuple[str, ...]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]


class StoreReader(Protocol):
    """What is told of studies, trials, curves and events, and the project's logbook.

    Every method is one consistent read that waits no longer than the busy timeout (30 seconds);
    then it raises `StoreUnavailable`. A study that is not there raises `KeyError`.
    """

    def studies(self) -> tuple[Study, ...]:
        """All studies, in order of creation."""
        ...

    def counts(self, study: str) -> Mapping[Status, int]:
        """Number of trials in each status; statuses without trials are left out."""
        ...

    def tallies(self) -> Mapping[str, Tally]:
        """The tally of every study that has trials, by name; the cost of one count."""
        ...

    def trials(self, study: str, *, indices: Collection[int] | None = None) -> tuple[Trial, ...]:
        """All trials of a study, in order of their index.

        Args:
            indices: only these; indices that are not there are left out.
        """
        ...

    def curves(
        self,
        study: str,
        *,
        trials: Collection[int] | None = None,
        metrics: Collection[str] | None = None,
    ) -> Mapping[int, Curves]:
        """Curves by trial index; trials without any logged value are left out.

        Where a step was logged twice, the later value counts.

        Args:
            trials: only these indices.
            metrics: only these metrics.
        """
        ...

    def events(self, study: str) -> tuple[Event, ...]:
        """Everything recorded for a study and its trials, oldest first."""
        ...

    def logbook(self, *, kind: str = "") -> tuple[LogbookEntry, ...]:
        """The project's logbook in the order of entering, oldest first.

        Args:
            kind: only entries of this kind; all by default.
        """
        ...


class Store(StoreReader, Protocol):
    """Keeps studies, trials, curves and events, and the project's logbook.

    For implementers: every method is one atomic change or one consistent read, safe to call from
    several processes at once; a store object itself belongs to one thread. What a method has
    returned from survives a killed process. No method waits longer than its busy timeout
    (30 seconds); then it raises `StoreUnavailable`. A study that is not there raises `KeyError`.
    """

    def now(self) -> Seconds:
        """Seconds since the epoch by the clock that leases are kept by.

        One for all workers where the store has a server; never jumps while the store is open.
        """
        ...

    def create(
        self, study: Study, trials: Sequence[Trial], *, curves: Mapping[int, Curves] | None = None
    ) -> None:
        """Add a study and its trials, or more trials to a study that is there already.

        The same study may be created again: only trials whose index is new are added, and the
        stored number of trials becomes the larger one. It is the same where its design is; the
        wording of its question, the training target and the number of kept checkpoints may differ
        and are replaced. Finished trials may be created as such, with their ``curves`` by index
        (an import); one takes the place of a trial that never began.

        Raises:
            StudyConflict: when a study of that name has another design; the message names the
                parts that differ.
        """
        ...

    def withdraw(self, study: str, *, name: str) -> bool:
        """Set a study aside under another ``name``, so that its own can be created anew.

        Its trials, events and number stay; it belongs to no round any more, and its purpose becomes
        ``withdrawn``.

        Returns:
            Whether none of its trials is complete or running; otherwise nothing is changed.
        """
        ...

    def claim(
        self,
        study: str,
        *,
        worker: str,
        count: int,
        now: Seconds,
        lease_seconds: Seconds,
        program: str = "",
    ) -> tuple[Trial, ...]:
        """Take up to ``count`` trials to run, lowest index first, and lease them to ``worker``.

        Taken are waiting trials and running ones whose lease ended before ``now``. They become
        running, ``attempts`` grows by one. No trial is ever leased to two workers at a time.

        Args:
            program: digest of the training program that they are about to run.
        """
        ...

    def append(
        self,
        study: str,
        index: int,
        *,
        worker: str,
        now: Seconds,
        lease_seconds: Seconds,
        chunks: Sequence[CurveChunk] = (),
        checkpoints: Sequence[Checkpoint] | None = None,
        events: Sequence[Event] = (),
    ) -> None:
        """Add what a running trial has logged, and renew its lease.

        Args:
            checkpoints: all that are kept now, replacing the stored list; ``None`` for no change.

        Raises:
            LeaseLost: when the trial is no longer leased to ``worker``; nothing is written.
        """
        ...

    def finish(
        self,
        study: str,
        index: int,
        *,
        worker: str,
        now: Seconds,
        outcome: Outcome,
        summaries: Mapping[str, MetricSummary],
    ) -> None:
        """End a running trial and compact its curves into one chunk for each set of metrics.

        Raises:
            LeaseLost: when the trial is no longer leased to ``worker``; nothing is written.
        """
        ...

    def release(self, study: str, index: int, *, worker: str) -> None:
        """Give a running trial back to be claimed again; what it has logged stays.

        Raises:
            LeaseLost: when the trial is no longer leased to ``worker``.
        """
        ...

    def reopen(self, study: str, index: int, *, event: Event, fresh: bool) -> bool:
        """Let a trial that has ended without completing be claimed again.

        Its configuration, seed, attempts and curves stay; the ``event`` keeps how it had ended.

        Args:
            event: recorded with the change.
            fresh: whether its checkpoints are given up, for a start from the beginning.

        Returns:
            Whether it was such a trial; otherwise nothing is changed.
        """
        ...

    def note(self, study: str, event: Event) -> None:
        """Record an event of the study itself."""
        ...

    def enter(self, entry: LogbookEntry) -> None:
        """Add to the project's logbook; what stands there is never changed or removed."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
