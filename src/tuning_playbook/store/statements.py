"""The statements of the SQL store. Parameters begin with ``p_``; inserts take whole rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    bindparam,
    delete,
    extract,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)

from tuning_playbook.store.tables import chunks, events, logbook, studies, trials
from tuning_playbook.trial import Status

_T = trials.c
_STUDY = _T.study_id == bindparam("p_study")

TRIAL_COLUMNS = (
    _T.number, _T.config, _T.seed, _T.status, _T.reason, _T.detail, _T.attempts, _T.worker,
    _T.created_at, _T.started_at, _T.finished_at, _T.summaries, _T.checkpoints, _T.program,
)  # fmt: skip
CHUNK_COLUMNS = (chunks.c.attempt, chunks.c.resumed_from, chunks.c.metrics, chunks.c.data)

TIME_OF_SERVER = select(extract("epoch", func.clock_timestamp()))

# --- studies and trials
ADD_STUDY = insert(studies)
ADD_TRIAL = insert(trials)
FIND_STUDY = select(studies.c.id, studies.c.design, studies.c.trials).where(
    studies.c.name == bindparam("p_name")
)
CHANGE_STUDY = (
    update(studies)
    .where(studies.c.id == bindparam("p_study"))
    .values(trials=bindparam("p_trials"), design=bindparam("p_design"))
)
ALL_STUDIES = select(studies.c.name, studies.c.design, studies.c.trials).order_by(studies.c.id)
ALL_TRIALS = select(*TRIAL_COLUMNS).where(_STUDY).order_by(_T.number)
TRIALS_IN_SPAN = (
    select(*TRIAL_COLUMNS)
    .where(_STUDY, _T.number.between(bindparam("p_first"), bindparam("p_last")))
    .order_by(_T.number)
)
_SPAN = _T.number.between(bindparam("p_first"), bindparam("p_last"))
TRIAL_IDS = select(_T.number, _T.id).where(_STUDY, _SPAN)
COUNT_BY_STATUS = select(_T.status, func.count()).where(_STUDY).group_by(_T.status)
TALLIES = (
    select(
        studies.c.name,
        _T.status,
        func.count(),
        func.sum(_T.finished_at - _T.started_at),
        func.min(_T.created_at),
        func.max(_T.finished_at),
    )
    .join(studies, _T.study_id == studies.c.id)
    .group_by(_T.study_id, studies.c.name, _T.status)
    .order_by(_T.study_id)
)

# --- a running trial
_LEASED = (
    _STUDY,
    _T.number == bindparam("p_number"),
    _T.status == Status.RUNNING.value,
    _T.worker == bindparam("p_worker"),
)
RENEW = update(trials).where(*_LEASED).values(lease_until=bindparam("p_lease_until"))
RENEW = RENEW.returning(_T.id)
FINISH = update(trials).where(*_LEASED).values(
    status=bindparam("p_status"), reason=bindparam("p_reason"), detail=bindparam("p_detail"),
    finished_at=bindparam("p_now"), summaries=bindparam("p_summaries"), lease_until=None,
).returning(_T.id)  # fmt: skip
RELEASE = update(trials).where(*_LEASED).values(
    status=Status.WAITING.value, worker="", lease_until=None
).returning(_T.id)  # fmt: skip
_ENDED_SHORT = [Status.INFEASIBLE.value, Status.FAILED.value, Status.CANCELLED.value]
REOPEN = update(trials).where(
    _STUDY, _T.number == bindparam("p_number"), or_(*(_T.status == s for s in _ENDED_SHORT))
).values(
    status=Status.WAITING.value, reason="", detail="", worker="", lease_until=None,
    started_at=None, finished_at=None, summaries="{}",
).returning(_T.id)  # fmt: skip
KEEP_CHECKPOINTS = (
    update(trials)
    .where(_T.id == bindparam("p_trial"))
    .values(checkpoints=bindparam("p_checkpoints"))
)


def _free(condition: ColumnElement[bool]) -> Any:
    """The first ``p_count`` trials of one kind, locked; PostgreSQL passes over locked ones."""
    chosen = select(_T.id, _T.number).where(_STUDY, condition).order_by(_T.number)
    return chosen.limit(bindparam("p_count")).with_for_update(skip_locked=True)


def _claim() -> Any:
    # Two selections instead of one "or": each walks the index from its first match and stops, so
    # a claim costs the same however many trials have finished.
    waiting = _free(_T.status == Status.WAITING.value).cte("waiting")
    expired = _free(
        (_T.status == Status.RUNNING.value) & (_T.lease_until < bindparam("p_now"))
    ).cte("expired")
    both = union_all(select(waiting), select(expired)).subquery()
    chosen = select(both.c.id).order_by(both.c.number).limit(bindparam("p_count"))
    return (
        update(trials)
        .where(_T.id.in_(chosen))
        .values(
            status=Status.RUNNING.value,
            worker=bindparam("p_worker"),
            lease_until=bindparam("p_lease_until"),
            started_at=bindparam("p_now"),
            attempts=_T.attempts + 1,
            program=bindparam("p_program"),
        )
        .returning(*TRIAL_COLUMNS)
    )


CLAIM = _claim()

# --- curves
ADD_CHUNK = insert(chunks)
CHUNKS_OF_TRIAL = (
    select(*CHUNK_COLUMNS).where(chunks.c.trial_id == bindparam("p_trial")).order_by(chunks.c.id)
)
DROP_CHUNKS = delete(chunks).where(chunks.c.trial_id == bindparam("p_trial"))
CHUNKS_OF_STUDY = (
    select(_T.number, *CHUNK_COLUMNS)
    .join(trials, chunks.c.trial_id == _T.id)
    .where(_STUDY, _SPAN)
    .order_by(_T.number, chunks.c.id)
)

# --- events
ADD_EVENT = insert(events)
ALL_EVENTS = (
    select(events.c.at, events.c.kind, events.c.message, events.c.number, events.c.data)
    .where(events.c.study_id == bindparam("p_study"))
    .order_by(events.c.id)
)

# --- logbook
_L = logbook.c
ADD_ENTRY = insert(logbook)
WHOLE_LOGBOOK = select(_L.at, _L.kind, _L.round, _L.message, _L.data).order_by(_L.id)
ENTRIES_OF_KIND = WHOLE_LOGBOOK.where(_L.kind == bindparam("p_kind"))
