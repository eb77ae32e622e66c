"""Rows of the SQL store and what they stand for."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.store import codec
from tuning_playbook.store.base import CurveChunk
from tuning_playbook.store.cell_types import (
    as_configuration,
    as_count,
    as_document,
    as_moment,
    as_number,
    as_text,
)
from tuning_playbook.store.chunks import decode_chunk, encode_chunk
from tuning_playbook.store.curves import ChunkColumns
from tuning_playbook.study import Study
from tuning_playbook.trial import Event, Reason, Seconds, Status, Tally, Trial


def trial_row(trial: Trial, study_id: int) -> dict[str, Any]:
    """A trial as the columns of its row."""
    return {
        "study_id": study_id,
        "number": trial.index,
        "config": json.dumps(dict(trial.config)),
        "seed": trial.seed,
        "status": trial.status.value,
        "reason": trial.reason.value,
        "detail": codec.storable(trial.detail),
        "attempts": trial.attempts,
        "worker": codec.storable(trial.worker),
        "lease_until": None,
        "created_at": _seconds_or_null(trial.created_at),
        "started_at": _seconds_or_null(trial.started_at),
        "finished_at": _seconds_or_null(trial.finished_at),
        "summaries": codec.summaries_to_json(trial.summaries),
        "checkpoints": codec.checkpoints_to_json(trial.checkpoints),
        "program": codec.storable(trial.program),
    }


def trial_of(row: tuple[Any, ...], study: str) -> Trial:
    """The trial that a row of ``statements.TRIAL_COLUMNS`` stands for."""
    number, config, seed, status, reason, detail, attempts, worker = row[:8]
    created, started, finished, summaries, checkpoints, program = row[8:]
    return Trial(
        study=study,
        index=as_count(number),
        config=as_configuration(config),
        seed=as_count(seed),
        status=Status(status),
        reason=Reason(reason),
        detail=as_text(detail),
        attempts=as_count(attempts),
        worker=as_text(worker),
        created_at=_seconds(created),
        started_at=_seconds(started),
        finished_at=_seconds(finished),
        summaries=codec.summaries_from_json(summaries),
        checkpoints=codec.checkpoints_from_json(checkpoints),
        program=as_text(program),
    )


def study_of(row: tuple[Any, ...]) -> Study:
    """The study that a row of ``statements.ALL_STUDIES`` stands for."""
    name, design, trials = row
    study = codec.study_from_json(design)
    if codec.storable(study.name) != name:  # trials are found by the row's
        raise ValueError(f"the study {name!r} has the design of {study.name!r}")
    return replace(study, trials=as_count(trials))


def tallies_of(rows: Iterable[tuple[Any, ...]]) -> dict[str, Tally]:
    """The tallies that rows of ``statements.TALLIES`` stand for: one for each study and status."""
    by_study: dict[str, list[tuple[Any, ...]]] = {}
    for name, *row in rows:
        by_study.setdefault(name, []).append(tuple(row))
    return {
        name: Tally(
            counts={Status(status): count for status, count, *_ in found},
            seconds={Status(row[0]): as_number(row[2]) for row in found if row[2] is not None},
            created_at=min(
                (as_moment(row[3]) for row in found if row[3] is not None), default=math.nan
            ),
            finished_at=max(
                (as_moment(row[4]) for row in found if row[4] is not None), default=math.nan
            ),
        )
        for name, found in by_study.items()
    }


def chunk_row(trial_id: int, chunk: CurveChunk) -> dict[str, Any]:
    """A chunk as the columns of its row."""
    return {
        "trial_id": trial_id,
        "attempt": chunk.attempt,
        "resumed_from": chunk.resumed_from,
        "metrics": json.dumps(chunk.metrics),
        "data": encode_chunk(chunk.steps, chunk.values),
    }


def columns_of_row(row: tuple[Any, ...]) -> ChunkColumns:
    """The chunk that a row of ``statements.CHUNK_COLUMNS`` stands for."""
    attempt, resumed_from, metrics, data = row
    steps, values = decode_chunk(data)
    return ChunkColumns(as_count(attempt), as_count(resumed_from), _names(metrics), steps, values)


def event_row(study_id: int, event: Event) -> dict[str, Any]:
    """An event as the columns of its row."""
    return {
        "study_id": study_id,
        "number": event.trial,
        "at": event.at,
        "kind": codec.storable(event.kind),
        "message": codec.storable(event.message),
        "data": json.dumps(dict(event.data)),
    }


def event_of(row: tuple[Any, ...]) -> Event:
    """The event that a row of ``statements.ALL_EVENTS`` stands for."""
    at, kind, message, trial, data = row
    number = None if trial is None else as_count(trial)
    return Event(as_moment(at), as_text(kind), as_text(message), number, as_document(data))


def entry_row(entry: LogbookEntry) -> dict[str, Any]:
    """An entry of the logbook as the columns of its row."""
    return {
        "at": entry.at,
        "kind": codec.storable(entry.kind),
        "round": codec.storable(entry.round),
        "message": codec.storable(entry.message),
        "data": json.dumps(dict(entry.data)),
    }


def entry_of(row: tuple[Any, ...]) -> LogbookEntry:
    """The entry that a row of ``statements.WHOLE_LOGBOOK`` stands for."""
    at, kind, round_, message, data = row
    return LogbookEntry(
        as_moment(at), as_text(kind), as_text(round_), as_text(message), as_document(data)
    )


@lru_cache(maxsize=1024)  # the same few sets of metrics in every chunk of a study
def _names(metrics: str) -> tuple[str, ...]:
    return tuple(map(as_text, json.loads(metrics)))


def _seconds_or_null(seconds: Seconds) -> float | None:
    return None if math.isnan(seconds) else seconds


def _seconds(value: float | None) -> Seconds:
    return math.nan if value is None else as_moment(value)
