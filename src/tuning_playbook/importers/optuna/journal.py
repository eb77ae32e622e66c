"""Optuna's journal: one JSON object a line, each a change; played from the start."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.optuna.records import (
    METRIC_NAMES_ATTRIBUTE,
    OptunaStudy,
    OptunaTrial,
)

_STATES = ("RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING")
_DIRECTIONS = ("NOT_SET", "MINIMIZE", "MAXIMIZE")
_FINISHED = ("COMPLETE", "PRUNED", "FAIL")

(
    _CREATE_STUDY,
    _DELETE_STUDY,
    _STUDY_USER_ATTRIBUTE,
    _STUDY_SYSTEM_ATTRIBUTE,
    _CREATE_TRIAL,
    _PARAMETER,
    _STATE_AND_VALUES,
    _REPORT,
    _USER_ATTRIBUTE,
    _SYSTEM_ATTRIBUTE,
    _DISCARD_TRIALS,
) = range(11)


def is_journal(first_line: bytes) -> bool:
    """Whether a file that begins with this line is a journal of Optuna."""
    try:
        entry = read_json(first_line)
    except ValueError:
        return False
    return isinstance(entry, dict) and {"op_code", "worker_id"} <= entry.keys()


def studies_of_journal(path: Path) -> list[OptunaStudy]:
    """All studies of a journal file.

    Raises:
        InvalidInput: for a file that cannot be read, or a line that is no entry. The last line may
            be cut short: a run may be writing it.
    """
    replay = _Replay()
    for line, entry in _entries(path):
        try:
            replay.apply(entry)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise InvalidInput(
                f"{path}, line {line}: this entry of the journal is not understood ({error!r}); "
                "upgrade tuning-playbook, or copy the study into a database: optuna.copy_study(...)"
            ) from error
    return replay.studies


def _entries(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                entry = read_json(line)
            except ValueError as error:
                if not line.endswith(b"\n"):
                    return
                raise InvalidInput(
                    f"{path}, line {number} is no JSON object, so the journal is damaged; remove "
                    "the line from a copy and read the copy: sed "
                    f"{number}d {path.name} > copy.log"
                ) from error
            yield number, entry


class _Replay:
    """What the entries so far amount to.

    Entries that came too late are passed over as Optuna does: workers write without asking.
    """

    def __init__(self) -> None:
        self._studies: dict[int, OptunaStudy] = {}
        self._created = 0
        self._trials: list[OptunaTrial] = []

    @property
    def studies(self) -> list[OptunaStudy]:
        return list(self._studies.values())

    def apply(self, entry: Mapping[str, Any]) -> None:
        code = entry["op_code"]
        if code == _CREATE_STUDY:
            self._create_study(entry)
        elif code in (_STUDY_USER_ATTRIBUTE, _DISCARD_TRIALS):
            pass
        elif code < _PARAMETER:
            study = self._studies.get(entry["study_id"])
            if study is not None:
                self._change_study(study, entry)
        elif code <= _SYSTEM_ATTRIBUTE:
            number = entry["trial_id"]
            if number < len(self._trials) and self._trials[number].state not in _FINISHED:
                _change_trial(self._trials[number], entry)
        else:
            raise ValueError(f"operation {code}")

    def _create_study(self, entry: Mapping[str, Any]) -> None:
        name = entry["study_name"]
        if all(name != study.name for study in self._studies.values()):
            directions = [_DIRECTIONS[d] for d in entry["directions"]] or ["NOT_SET"]
            self._studies[self._created] = OptunaStudy(name, directions)
            self._created += 1

    def _change_study(self, study: OptunaStudy, entry: Mapping[str, Any]) -> None:
        if entry["op_code"] == _DELETE_STUDY:
            del self._studies[entry["study_id"]]
        elif entry["op_code"] == _STUDY_SYSTEM_ATTRIBUTE:
            names = entry["system_attr"].get(METRIC_NAMES_ATTRIBUTE)
            study.metric_names = study.metric_names if names is None else [str(n) for n in names]
        else:
            trial = _created_trial(entry, number=len(study.trials))
            study.trials.append(trial)
            self._trials.append(trial)


def _created_trial(entry: Mapping[str, Any], *, number: int) -> OptunaTrial:
    """A new trial, or a whole one that was added to the study."""
    distributions = entry.get("distributions") or {}
    value, values = entry.get("value"), entry.get("values")
    return OptunaTrial(
        number=number,
        state=_STATES[entry.get("state", 0)],
        parameters={
            name: (internal, distributions[name])
            for name, internal in (entry.get("params") or {}).items()
        },
        values=list(values) if values is not None else [] if value is None else [value],
        reported={
            int(k): v
            for k, v in sorted(
                (entry.get("intermediate_values") or {}).items(), key=lambda item: int(item[0])
            )
        },
        user_attributes=dict(entry.get("user_attrs") or {}),
        system_attributes=dict(entry.get("system_attrs") or {}),
        started_at=_seconds(entry.get("datetime_start")),
        finished_at=_seconds(entry.get("datetime_complete")),
    )


def _change_trial(trial: OptunaTrial, entry: Mapping[str, Any]) -> None:
    code = entry["op_code"]
    if code == _PARAMETER:
        trial.parameters[entry["param_name"]] = (
            entry["param_value_internal"],
            entry["distribution"],
        )
    elif code == _STATE_AND_VALUES:
        trial.state = _STATES[entry["state"]]
        if trial.state == "RUNNING":
            trial.started_at = _seconds(entry.get("datetime_start"))
        elif trial.state in _FINISHED:
            trial.finished_at = _seconds(entry.get("datetime_complete"))
        if entry["values"] is not None:
            trial.values = list(entry["values"])
    elif code == _REPORT:
        trial.reported[int(entry["step"])] = float(entry["intermediate_value"])
    elif code == _USER_ATTRIBUTE:
        trial.user_attributes |= entry["user_attr"]
    else:
        trial.system_attributes |= entry["system_attr"]


def _seconds(moment: str | None) -> float:
    """Seconds since the epoch, taken as UTC where the zone is not written; NaN where unknown."""
    if moment is None:
        return math.nan
    at = datetime.fromisoformat(moment)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
