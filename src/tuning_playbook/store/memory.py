"""A store in memory: for tests, notebooks and imports that need no file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from math import inf, isnan, nan

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import LeaseLost
from tuning_playbook.store.base import CurveChunk
from tuning_playbook.store.clocks import SteadyClock
from tuning_playbook.store.codec import require_storable_name, storable
from tuning_playbook.store.conflicts import (
    lease_lost_message,
    require_same_design,
    withdrawn_study,
)
from tuning_playbook.store.curves import chunks_of, columns_of, curves_of, grouped
from tuning_playbook.store.differences import taken_over
from tuning_playbook.study import Study
from tuning_playbook.trial import (
    Checkpoint,
    Curves,
    Event,
    MetricSummary,
    Outcome,
    Reason,
    Seconds,
    Status,
    Tally,
    Trial,
)


class MemoryStore:
    """Everything in dictionaries; gone with the process. See `tuning_playbook.store.Store`."""

    def __init__(self) -> None:
        self._studies: dict[str, Study] = {}
        self._trials: dict[str, dict[int, Trial]] = {}
        self._leases: dict[tuple[str, int], Seconds] = {}
        self._chunks: dict[str, dict[int, list[CurveChunk]]] = {}
        self._events: dict[str, list[Event]] = {}
        self._logbook: list[LogbookEntry] = []
        self._clock = SteadyClock()

    def now(self) -> Seconds:
        return self._clock()

    def create(
        self, study: Study, trials: Sequence[Trial], *, curves: Mapping[int, Curves] | None = None
    ) -> None:
        require_storable_name(study.name)
        stored = self._studies.get(study.name)
        if stored is not None:
            require_same_design(stored, study)
            study = taken_over(stored, study)
        self._studies[study.name] = study
        known = self._trials.setdefault(study.name, {})
        chunks = self._chunks.setdefault(study.name, {})
        self._events.setdefault(study.name, [])
        for trial in trials:
            there = known.get(trial.index)
            if there is None or (there.is_not_begun and trial.status.is_finished):
                known[trial.index] = _kept(trial, study.name)
                if curves and trial.index in curves:
                    chunks[trial.index] = list(chunks_of(curves[trial.index]))

    def withdraw(self, study: str, *, name: str) -> bool:
        trials = self._trials[study].values()
        if any(t.status in (Status.COMPLETE, Status.RUNNING) for t in trials):
            return False
        self._studies = {
            (name if key == study else key): withdrawn_study(s, name) if key == study else s
            for key, s in self._studies.items()
        }
        moved = self._trials.pop(study)
        self._trials[name] = {i: replace(t, study=name) for i, t in moved.items()}
        self._chunks[name], self._events[name] = self._chunks.pop(study), self._events.pop(study)
        return True

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
        trials = self._trials[study]
        waiting = [i for i in sorted(trials) if trials[i].status is Status.WAITING]
        expired = [
            i
            for i in sorted(trials)
            if trials[i].status is Status.RUNNING and self._leases.get((study, i), inf) < now
        ]
        taken: list[Trial] = []
        for index in sorted((*waiting, *expired))[:count]:
            trial = trials[index]
            trials[index] = replace(
                trial,
                status=Status.RUNNING,
                worker=worker,
                attempts=trial.attempts + 1,
                started_at=now,
                program=program,
            )
            self._leases[study, index] = now + lease_seconds
            taken.append(trials[index])
        return tuple(taken)

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
        trial = self._leased(study, index, worker)
        self._leases[study, index] = now + lease_seconds
        self._chunks[study].setdefault(index, []).extend(deepcopy(chunks))
        self._events[study].extend(map(_storable_event, events))
        if checkpoints is not None:
            self._trials[study][index] = replace(trial, checkpoints=tuple(checkpoints))

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
        trial = self._leased(study, index, worker)
        self._trials[study][index] = replace(
            trial,
            status=outcome.status,
            reason=outcome.reason,
            detail=storable(outcome.detail),
            finished_at=now,
            summaries=dict(summaries),
        )
        chunks = self._chunks[study].get(index)
        if chunks:
            curves = curves_of([columns_of(c) for c in chunks])
            self._chunks[study][index] = list(chunks_of(curves))

    def release(self, study: str, index: int, *, worker: str) -> None:
        trial = self._leased(study, index, worker)
        self._trials[study][index] = replace(trial, status=Status.WAITING, worker="")

    def reopen(self, study: str, index: int, *, event: Event, fresh: bool) -> bool:
        trial = self._trials[study].get(index)
        if trial is None or not trial.status.ended_short:
            return False
        self._trials[study][index] = replace(
            trial,
            status=Status.WAITING,
            reason=Reason.NONE,
            detail="",
            worker="",
            started_at=nan,
            finished_at=nan,
            summaries={},
            checkpoints=() if fresh else trial.checkpoints,
        )
        self._events[study].append(_storable_event(event))
        return True

    def note(self, study: str, event: Event) -> None:
        self._events[study].append(_storable_event(event))

    def studies(self) -> tuple[Study, ...]:
        return tuple(self._studies.values())

    def counts(self, study: str) -> Mapping[Status, int]:
        return dict(Counter(t.status for t in self._trials[study].values()))

    def tallies(self) -> Mapping[str, Tally]:
        return {name: _tally(trials.values()) for name, trials in self._trials.items() if trials}

    def trials(self, study: str, *, indices: Collection[int] | None = None) -> tuple[Trial, ...]:
        trials = self._trials[study]
        return tuple(trials[i] for i in sorted(trials) if indices is None or i in indices)

    def curves(
        self,
        study: str,
        *,
        trials: Collection[int] | None = None,
        metrics: Collection[str] | None = None,
    ) -> Mapping[int, Curves]:
        chunks = self._chunks[study]
        wanted = [i for i in sorted(chunks) if trials is None or i in trials]
        rows = ((i, columns_of(chunk)) for i in wanted for chunk in chunks[i])
        return grouped(rows, metrics=metrics)

    def events(self, study: str) -> tuple[Event, ...]:
        return tuple(self._events[study])

    def enter(self, entry: LogbookEntry) -> None:
        self._logbook.append(
            replace(
                entry,
                kind=storable(entry.kind),
                round=storable(entry.round),
                message=storable(entry.message),
                data=deepcopy(dict(entry.data)),
            )
        )

    def logbook(self, *, kind: str = "") -> tuple[LogbookEntry, ...]:
        return tuple(e for e in self._logbook if kind in ("", e.kind))

    def close(self) -> None:
        """Nothing to let go of."""

    def _leased(self, study: str, index: int, worker: str) -> Trial:
        trial = self._trials[study].get(index)
        if trial is None or trial.status is not Status.RUNNING or trial.worker != worker:
            raise LeaseLost(lease_lost_message(study, index, worker))
        return trial


def _tally(trials: Collection[Trial]) -> Tally:
    seconds: dict[Status, Seconds] = {}
    for trial in trials:
        took = trial.finished_at - trial.started_at
        if not isnan(took):
            seconds[trial.status] = seconds.get(trial.status, 0.0) + took
    return Tally(
        counts=dict(Counter(t.status for t in trials)),
        seconds=seconds,
        created_at=min((t.created_at for t in trials if not isnan(t.created_at)), default=nan),
        finished_at=max((t.finished_at for t in trials if not isnan(t.finished_at)), default=nan),
    )


def _kept(trial: Trial, study: str) -> Trial:
    return replace(
        trial,
        study=study,
        config=dict(trial.config),
        detail=storable(trial.detail),
        worker=storable(trial.worker),
        summaries=dict(trial.summaries),
        checkpoints=tuple(trial.checkpoints),
    )


def _storable_event(event: Event) -> Event:
    return replace(
        event, kind=storable(event.kind), message=storable(event.message), data=dict(event.data)
    )
