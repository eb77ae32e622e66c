"""The store on SQLite and PostgreSQL: one transaction for each change."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Engine,
    Row,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from tuning_playbook.errors import LeaseLost, StudyConflict
from tuning_playbook.store import codec
from tuning_playbook.store.base import CurveChunk, Event
from tuning_playbook.store.chunks import decode_chunk, encode_chunk
from tuning_playbook.store.conflicts import conflict_message, lease_lost_message
from tuning_playbook.store.curves import ChunkColumns, chunks_of, curves_of, grouped
from tuning_playbook.store.faults import translated_faults
from tuning_playbook.store.rows import event_of, trial_of, trial_row
from tuning_playbook.store.tables import chunks as chunk_table
from tuning_playbook.store.tables import events as event_table
from tuning_playbook.store.tables import studies as study_table
from tuning_playbook.store.tables import trials as trial_table
from tuning_playbook.study import Study
from tuning_playbook.trial import (
    Checkpoint,
    Curves,
    MetricSummary,
    Outcome,
    Seconds,
    Status,
    Trial,
)

_T = trial_table.c
_LEASED = (_T.study_id == bindparam("p_study"), _T.number == bindparam("p_number"),
           _T.status == Status.RUNNING.value, _T.worker == bindparam("p_worker"))  # fmt: skip
_RENEW = update(trial_table).where(*_LEASED).values(lease_until=bindparam("p_lease_until"))
_RENEW = _RENEW.returning(_T.id)
_FINISH = update(trial_table).where(*_LEASED).values(
    status=bindparam("p_status"), reason=bindparam("p_reason"), detail=bindparam("p_detail"),
    finished_at=bindparam("p_now"), summaries=bindparam("p_summaries"),
).returning(_T.id)  # fmt: skip
_RELEASE = update(trial_table).where(*_LEASED).values(status=Status.WAITING.value, worker="")
_RELEASE = _RELEASE.returning(_T.id)
_CHUNKS_OF_TRIAL = (
    select(chunk_table).where(chunk_table.c.trial_id == bindparam("p_trial"))
    .order_by(chunk_table.c.id)
)  # fmt: skip


def _claim(candidates: ColumnElement[bool]) -> Any:
    chosen = (
        select(_T.id)
        .where(_T.study_id == bindparam("p_study"), candidates)
        .order_by(_T.number)
        .limit(bindparam("p_count"))
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time anyway
    )
    return (
        update(trial_table)
        .where(_T.id.in_(chosen.scalar_subquery()))
        .values(
            status=Status.RUNNING.value,
            worker=bindparam("p_worker"),
            lease_until=bindparam("p_lease_until"),
            started_at=bindparam("p_now"),
            attempts=_T.attempts + 1,
        )
        .returning(*trial_table.c)
    )


# Two statements instead of one "or": each then walks the index from its first match.
_CLAIM_EXPIRED = _claim((_T.status == Status.RUNNING.value) & (_T.lease_until < bindparam("p_now")))
_CLAIM_WAITING = _claim(_T.status == Status.WAITING.value)


class SqlStore:
    """See `tuning_playbook.store.Store`; made by `tuning_playbook.store.open_store`."""

    def __init__(self, engine: Engine, *, place: str) -> None:
        self._engine = engine
        self._place = place
        self._ids: dict[str, int] = {}

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with translated_faults(self._place), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated_faults(self._place), self._engine.connect() as connection:
            reader = connection.execution_options(reading=True)
            with reader.begin():
                yield reader

    def create(  # noqa: D102
        self, study: Study, trials: Sequence[Trial], *, curves: Mapping[int, Curves] | None = None
    ) -> None:
        with self._writing() as connection:
            study_id = self._add_study(connection, study)
            known = set(
                connection.execute(select(_T.number).where(_T.study_id == study_id)).scalars()
            )
            rows = [trial_row(t, study_id) for t in trials if t.index not in known]
            if rows:
                connection.execute(insert(trial_table), rows)
            if curves:
                self._add_curves(connection, study_id, curves, skip=known)

    def _add_study(self, connection: Connection, study: Study) -> int:
        row = connection.execute(
            select(study_table).where(study_table.c.name == study.name)
        ).first()
        if row is None:
            made = connection.execute(
                insert(study_table).values(
                    name=study.name, design=codec.study_to_json(study), trials=study.trials
                )
            )
            key = made.inserted_primary_key
            assert key is not None  # noqa: S101  an insert of one row has a key
            return int(key[0])
        if different := codec.differences(codec.study_from_json(row.design), study):
            raise StudyConflict(conflict_message(study.name, different))
        if study.trials > row.trials:
            connection.execute(
                update(study_table).where(study_table.c.id == row.id).values(trials=study.trials)
            )
        return int(row.id)

    def _add_curves(
        self,
        connection: Connection,
        study_id: int,
        curves: Mapping[int, Curves],
        *,
        skip: Collection[int],
    ) -> None:
        ids = dict(
            connection.execute(select(_T.number, _T.id).where(_T.study_id == study_id)).tuples()
        )
        rows = [
            _chunk_row(ids[index], chunk)
            for index, found in curves.items()
            if index not in skip
            for chunk in chunks_of(found)
        ]
        if rows:
            connection.execute(insert(chunk_table), rows)

    def claim(  # noqa: D102
        self, study: str, *, worker: str, count: int, now: Seconds, lease_seconds: Seconds
    ) -> tuple[Trial, ...]:
        arguments = {"p_worker": worker, "p_now": now, "p_lease_until": now + lease_seconds}
        taken: list[Row[Any]] = []
        with self._writing() as connection:
            arguments["p_study"] = self._id(connection, study)
            for statement in (_CLAIM_EXPIRED, _CLAIM_WAITING):
                if len(taken) < count:
                    wanted = {**arguments, "p_count": count - len(taken)}
                    taken.extend(connection.execute(statement, wanted).all())
        return tuple(sorted((trial_of(r, study) for r in taken), key=lambda t: t.index))

    def append(  # noqa: D102
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
        with self._writing() as connection:
            trial_id = self._leased(
                connection, _RENEW, study, index, worker, p_lease_until=now + lease_seconds
            )
            if chunks:
                connection.execute(insert(chunk_table), [_chunk_row(trial_id, c) for c in chunks])
            if checkpoints is not None:
                connection.execute(
                    update(trial_table)
                    .where(_T.id == trial_id)
                    .values(checkpoints=codec.checkpoints_to_json(checkpoints))
                )
            if events:
                study_id = self._id(connection, study)
                connection.execute(insert(event_table), [_event_row(study_id, e) for e in events])

    def finish(  # noqa: D102
        self,
        study: str,
        index: int,
        *,
        worker: str,
        now: Seconds,
        outcome: Outcome,
        summaries: Mapping[str, MetricSummary],
    ) -> None:
        with self._writing() as connection:
            trial_id = self._leased(
                connection, _FINISH, study, index, worker, p_now=now,
                p_status=outcome.status.value, p_reason=outcome.reason.value,
                p_detail=outcome.detail, p_summaries=codec.summaries_to_json(summaries),
            )  # fmt: skip
            found = connection.execute(_CHUNKS_OF_TRIAL, {"p_trial": trial_id}).all()
            if len(found) > 1:
                curves = curves_of([_columns(row) for row in found])
                connection.execute(delete(chunk_table).where(chunk_table.c.trial_id == trial_id))
                rows = [_chunk_row(trial_id, c) for c in chunks_of(curves)]
                if rows:
                    connection.execute(insert(chunk_table), rows)

    def release(self, study: str, index: int, *, worker: str) -> None:  # noqa: D102
        with self._writing() as connection:
            self._leased(connection, _RELEASE, study, index, worker)

    def note(self, study: str, event: Event) -> None:  # noqa: D102
        with self._writing() as connection:
            row = _event_row(self._id(connection, study), event)
            connection.execute(insert(event_table), row)

    def studies(self) -> tuple[Study, ...]:  # noqa: D102
        with self._reading() as connection:
            rows = connection.execute(select(study_table).order_by(study_table.c.id)).all()
        return tuple(replace(codec.study_from_json(r.design), trials=r.trials) for r in rows)

    def counts(self, study: str) -> Mapping[Status, int]:  # noqa: D102
        with self._reading() as connection:
            rows = connection.execute(
                select(_T.status, func.count())
                .where(_T.study_id == self._id(connection, study))
                .group_by(_T.status)
            ).all()
        return {Status(status): count for status, count in rows}

    def trials(self, study: str) -> tuple[Trial, ...]:  # noqa: D102
        with self._reading() as connection:
            rows = connection.execute(
                select(trial_table)
                .where(_T.study_id == self._id(connection, study))
                .order_by(_T.number)
            ).all()
        return tuple(trial_of(row, study) for row in rows)

    def curves(  # noqa: D102
        self,
        study: str,
        *,
        trials: Collection[int] | None = None,
        metrics: Collection[str] | None = None,
    ) -> Mapping[int, Curves]:
        with self._reading() as connection:
            query = (
                select(_T.number, chunk_table)
                .join(trial_table, chunk_table.c.trial_id == _T.id)
                .where(_T.study_id == self._id(connection, study))
                .order_by(_T.number, chunk_table.c.id)
            )
            if trials is not None and len(trials) <= 500:
                query = query.where(_T.number.in_(sorted(trials)))
            rows = connection.execute(query).all()
        wanted = rows if trials is None else [r for r in rows if r.number in trials]
        return grouped(((r.number, _columns(r)) for r in wanted), metrics=metrics)

    def events(self, study: str) -> tuple[Event, ...]:  # noqa: D102
        with self._reading() as connection:
            rows = connection.execute(
                select(event_table)
                .where(event_table.c.study_id == self._id(connection, study))
                .order_by(event_table.c.id)
            ).all()
        return tuple(event_of(row) for row in rows)

    def close(self) -> None:  # noqa: D102
        self._engine.dispose()

    def _id(self, connection: Connection, study: str) -> int:
        if study not in self._ids:
            found = connection.execute(
                select(study_table.c.id).where(study_table.c.name == study)
            ).scalar()
            if found is None:
                raise KeyError(study)
            self._ids[study] = int(found)
        return self._ids[study]

    def _leased(
        self,
        connection: Connection,
        statement: Any,
        study: str,
        index: int,
        worker: str,
        **arguments: Any,
    ) -> int:
        """Change the trial if ``worker`` still holds it; its row id."""
        keys = {"p_study": self._id(connection, study), "p_number": index, "p_worker": worker}
        result: CursorResult[Any] = connection.execute(statement, {**keys, **arguments})
        trial_id = result.scalar()
        if trial_id is None:
            raise LeaseLost(lease_lost_message(study, index, worker))
        return int(trial_id)


def _chunk_row(trial_id: int, chunk: CurveChunk) -> dict[str, Any]:
    return {
        "trial_id": trial_id,
        "attempt": chunk.attempt,
        "resumed_from": chunk.resumed_from,
        "metrics": json.dumps(chunk.metrics),
        "data": encode_chunk(chunk.steps, chunk.values),
    }


def _columns(row: Row[Any]) -> ChunkColumns:
    steps, values = decode_chunk(row.data)
    return ChunkColumns(
        row.attempt, row.resumed_from, tuple(json.loads(row.metrics)), steps, values
    )


def _event_row(study_id: int, event: Event) -> dict[str, Any]:
    return {
        "study_id": study_id,
        "number": event.trial,
        "at": event.at,
        "kind": event.kind,
        "message": event.message,
        "data": json.dumps(dict(event.data)),
    }
