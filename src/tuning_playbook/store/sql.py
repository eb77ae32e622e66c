"""The store on SQLite and PostgreSQL: one transaction for each change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import LeaseLost
from tuning_playbook.store import codec, statements
from tuning_playbook.store.base import CurveChunk
from tuning_playbook.store.clocks import SteadyClock, clock_of_server
from tuning_playbook.store.conflicts import (
    lease_lost_message,
    require_same_design,
    withdrawn_study,
)
from tuning_playbook.store.curves import chunks_of, curves_of, grouped
from tuning_playbook.store.database import Database, Transaction
from tuning_playbook.store.differences import taken_over
from tuning_playbook.store.faults import told_damage
from tuning_playbook.store.rows import (
    chunk_row,
    columns_of_row,
    entry_of,
    entry_row,
    event_of,
    event_row,
    study_of,
    tallies_of,
    trial_of,
    trial_row,
)
from tuning_playbook.study import Study
from tuning_playbook.trial import (
    Checkpoint,
    Curves,
    Event,
    MetricSummary,
    Outcome,
    Seconds,
    Status,
    Tally,
    Trial,
)

_EVERY_INDEX = (0, 2**31 - 1)


class SqlStore:
    """See `tuning_playbook.store.Store`; made by `tuning_playbook.store.open_store`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[str, int] = {}
        self._clock = clock_of_server(self._time_of_server) if database.server else SteadyClock()

    def now(self) -> Seconds:
        return self._clock()

    def create(
        self, study: Study, trials: Sequence[Trial], *, curves: Mapping[int, Curves] | None = None
    ) -> None:
        codec.require_storable_name(study.name)
        with self._database.writing() as transaction:
            transaction.lock_studies()
            with told_damage(self._database.place):
                study_id = _add_study(transaction, study)
            _drop_never_begun(transaction, study_id, [t for t in trials if t.status.is_finished])
            known = _trial_ids(transaction, study_id, trials)
            added = {t.index: t for t in reversed(trials) if t.index not in known}
            rows = [trial_row(added[index], study_id) for index in sorted(added)]
            transaction.insert("trial", rows)
            wanted = {i: c for i, c in (curves or {}).items() if i in added}
            if wanted:
                ids = _trial_ids(transaction, study_id, trials)
                chunks = [
                    chunk_row(ids[i], c) for i in sorted(wanted) for c in chunks_of(wanted[i])
                ]
                transaction.insert("chunk", chunks)

    def withdraw(self, study: str, *, name: str) -> bool:
        codec.require_storable_name(name)
        with self._database.writing() as transaction:
            transaction.lock_studies()
            (found,) = transaction.execute(statements.FIND_STUDY, {"name": study}) or [None]
            if found is None:
                raise KeyError(study)
            stored = withdrawn_study(codec.study_from_json(found[1]), name)
            row = {"study": found[0], "name": name, "design": codec.study_to_json(stored)}
            changed = transaction.execute(statements.WITHDRAW_STUDY, row)
        self._ids.pop(study, None)
        return bool(changed)

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
        with self._database.writing(durable=False) as transaction:
            rows = transaction.execute(
                statements.CLAIM,
                {
                    "study": self._id(transaction, study),
                    "worker": worker,
                    "now": now,
                    "lease_until": now + lease_seconds,
                    "count": count,
                    "program": program,
                },
            )
        with told_damage(self._database.place):
            return tuple(sorted((trial_of(row, study) for row in rows), key=lambda t: t.index))

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
        # Compressed before the transaction: the other writers wait for this one.
        encoded = [chunk_row(0, chunk) for chunk in chunks]
        only_renews = not chunks and checkpoints is None and not events
        with self._database.writing(durable=not only_renews) as transaction:
            lease = {"lease_until": now + lease_seconds}
            trial_id = self._leased(transaction, statements.RENEW, study, index, worker, lease)
            for row in encoded:
                row["trial_id"] = trial_id
            transaction.insert("chunk", encoded)
            if checkpoints is not None:
                text = codec.checkpoints_to_json(checkpoints)
                transaction.execute(
                    statements.KEEP_CHECKPOINTS, {"trial": trial_id, "checkpoints": text}
                )
            study_id = self._id(transaction, study)
            transaction.insert("event", [event_row(study_id, e) for e in events])

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
        result = {
            "now": now,
            "status": outcome.status.value,
            "reason": outcome.reason.value,
            "detail": codec.storable(outcome.detail),
            "summaries": codec.summaries_to_json(summaries),
        }
        with self._database.writing() as transaction:
            trial_id = self._leased(transaction, statements.FINISH, study, index, worker, result)
            found = transaction.execute(statements.CHUNKS_OF_TRIAL, {"trial": trial_id})
            if len(found) > 1:
                with told_damage(self._database.place):
                    curves = curves_of([columns_of_row(row) for row in found])
                transaction.execute(statements.DROP_CHUNKS, {"trial": trial_id})
                compact = [chunk_row(trial_id, chunk) for chunk in chunks_of(curves)]
                transaction.insert("chunk", compact)

    def release(self, study: str, index: int, *, worker: str) -> None:
        with self._database.writing(durable=False) as transaction:
            self._leased(transaction, statements.RELEASE, study, index, worker, {})

    def reopen(self, study: str, index: int, *, event: Event, fresh: bool) -> bool:
        with self._database.writing() as transaction:
            study_id = self._id(transaction, study)
            keys = {"study": study_id, "number": index}
            changed = transaction.execute(statements.REOPEN, keys)
            if not changed:
                return False
            if fresh:
                transaction.execute(
                    statements.KEEP_CHECKPOINTS,
                    {"trial": int(changed[0][0]), "checkpoints": codec.checkpoints_to_json(())},
                )
            transaction.insert("event", [event_row(study_id, event)])
        return True

    def note(self, study: str, event: Event) -> None:
        with self._database.writing() as transaction:
            row = event_row(self._id(transaction, study), event)
            transaction.insert("event", [row])

    def studies(self) -> tuple[Study, ...]:
        with self._database.reading() as transaction:
            rows = transaction.execute(statements.ALL_STUDIES, {})
        with told_damage(self._database.place):
            return tuple(study_of(row) for row in rows)

    def counts(self, study: str) -> Mapping[Status, int]:
        rows = self._read(statements.COUNT_BY_STATUS, study)
        with told_damage(self._database.place):
            return {Status(status): count for status, count in rows}

    def tallies(self) -> Mapping[str, Tally]:
        with told_damage(self._database.place), self._database.reading() as transaction:
            return tallies_of(transaction.execute(statements.TALLIES, {}))

    def trials(self, study: str, *, indices: Collection[int] | None = None) -> tuple[Trial, ...]:
        if indices is None:
            rows = self._read(statements.ALL_TRIALS, study)
        else:
            _, last = _EVERY_INDEX  # a damaged record may name any number
            span = {
                "first": min(min(indices, default=0), last),
                "last": min(max(indices, default=-1), last),
            }
            rows = self._read(statements.TRIALS_IN_SPAN, study, **span)
            rows = [row for row in rows if row[0] in indices]
        with told_damage(self._database.place):
            return tuple(trial_of(row, study) for row in rows)

    def curves(
        self,
        study: str,
        *,
        trials: Collection[int] | None = None,
        metrics: Collection[str] | None = None,
    ) -> Mapping[int, Curves]:
        wanted = None if trials is None else frozenset(trials)
        first, last = _EVERY_INDEX
        if wanted is not None:
            first, last = min(wanted, default=0), max(wanted, default=0)
        rows = self._read(statements.CHUNKS_OF_STUDY, study, first=first, last=last)
        found = ((r[0], columns_of_row(r[1:])) for r in rows if wanted is None or r[0] in wanted)
        with told_damage(self._database.place):
            return grouped(found, metrics=metrics)

    def events(self, study: str) -> tuple[Event, ...]:
        rows = self._read(statements.ALL_EVENTS, study)
        with told_damage(self._database.place):
            return tuple(event_of(row) for row in rows)

    def enter(self, entry: LogbookEntry) -> None:
        with self._database.writing() as transaction:
            transaction.insert("logbook", [entry_row(entry)])

    def logbook(self, *, kind: str = "") -> tuple[LogbookEntry, ...]:
        statement = statements.ENTRIES_OF_KIND if kind else statements.WHOLE_LOGBOOK
        parameters = {"kind": codec.storable(kind)} if kind else {}
        with told_damage(self._database.place), self._database.reading() as transaction:
            return tuple(entry_of(row) for row in transaction.execute(statement, parameters))

    def close(self) -> None:
        self._database.close()

    def _time_of_server(self) -> Seconds:
        with self._database.reading() as transaction:
            return float(transaction.execute(statements.TIME_OF_SERVER, {})[0][0])

    def _read(self, statement: str, study: str, **parameters: Any) -> list[Any]:
        with self._database.reading() as transaction:
            parameters["study"] = self._id(transaction, study)
            return transaction.execute(statement, parameters)

    def _id(self, transaction: Transaction, study: str) -> int:
        if study not in self._ids:
            found = transaction.execute(statements.FIND_STUDY, {"name": codec.storable(study)})
            if not found:
                raise KeyError(study)
            self._ids[study] = int(found[0][0])
        return self._ids[study]

    def _leased(
        self,
        transaction: Transaction,
        statement: str,
        study: str,
        index: int,
        worker: str,
        parameters: Mapping[str, Any],
    ) -> int:
        """Change the trial if ``worker`` still holds it; its row id."""
        keys = {
            "study": self._id(transaction, study),
            "number": index,
            "worker": codec.storable(worker),
        }
        changed = transaction.execute(statement, {**keys, **parameters})
        if not changed:
            raise LeaseLost(lease_lost_message(study, index, worker))
        return int(changed[0][0])


def _add_study(transaction: Transaction, study: Study) -> int:
    found = transaction.execute(statements.FIND_STUDY, {"name": study.name})
    if not found:
        row = {
            "name": study.name,
            "design": codec.study_to_json(study),
            "trials": study.trials,
        }
        transaction.insert("study", [row])
        (made,) = transaction.execute(statements.FIND_STUDY, {"name": study.name})
        return int(made[0])
    study_id, design, trials = found[0]
    stored = replace(codec.study_from_json(design), trials=trials)
    require_same_design(stored, study)
    if (changed := taken_over(stored, study)) != stored:
        row = {"trials": changed.trials, "design": codec.study_to_json(changed)}
        transaction.execute(statements.CHANGE_STUDY, {"study": study_id, **row})
    return int(study_id)


def _drop_never_begun(transaction: Transaction, study_id: int, ended: Sequence[Trial]) -> None:
    """Make room for trials that have ended, in the place of those that never began."""
    numbers = {t.index for t in ended}
    if not numbers:
        return
    span = {"study": study_id, "first": min(numbers), "last": max(numbers)}
    for number, trial_id in transaction.execute(statements.NOT_BEGUN_IDS, span):
        if number in numbers:
            transaction.execute(statements.DROP_NOT_BEGUN, {"trial": trial_id})


def _trial_ids(transaction: Transaction, study_id: int, trials: Sequence[Trial]) -> dict[int, int]:
    """Row ids by index, over the span of ``trials``: a study that grows is not read again."""
    if not trials:
        return {}
    indices = [t.index for t in trials]
    span = {"first": min(indices), "last": max(indices)}
    return dict(transaction.execute(statements.TRIAL_IDS, {"study": study_id, **span}))
