"""Rows of the SQL store and what they stand for."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row

from tuning_playbook.store import codec
from tuning_playbook.store.base import Event
from tuning_playbook.trial import Reason, Seconds, Status, Trial


def trial_row(trial: Trial, study_id: int) -> dict[str, Any]:
    """A trial as the columns of its row."""
    return {
        "study_id": study_id,
        "number": trial.index,
        "config": json.dumps(dict(trial.config)),
        "seed": trial.seed,
        "status": trial.status.value,
        "reason": trial.reason.value,
        "detail": trial.detail,
        "attempts": trial.attempts,
        "worker": trial.worker,
        "lease_until": None,
        "created_at": codec.seconds_or_null(trial.created_at),
        "started_at": codec.seconds_or_null(trial.started_at),
        "finished_at": codec.seconds_or_null(trial.finished_at),
        "summaries": codec.summaries_to_json(trial.summaries),
        "checkpoints": codec.checkpoints_to_json(trial.checkpoints),
    }


def trial_of(row: Row[Any], study: str) -> Trial:
    """The trial that a row stands for."""
    return Trial(
        study=study,
        index=row.number,
        config=json.loads(row.config),
        seed=row.seed,
        status=Status(row.status),
        reason=Reason(row.reason),
        detail=row.detail,
        attempts=row.attempts,
        worker=row.worker,
        created_at=_seconds(row.created_at),
        started_at=_seconds(row.started_at),
        finished_at=_seconds(row.finished_at),
        summaries=codec.summaries_from_json(row.summaries),
        checkpoints=codec.checkpoints_from_json(row.checkpoints),
    )


def event_of(row: Row[Any]) -> Event:
    """The event that a row stands for."""
    return Event(row.at, row.kind, row.message, row.number, json.loads(row.data))


def _seconds(value: float | None) -> Seconds:
    return float("nan") if value is None else value
