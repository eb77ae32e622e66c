"""Experiment folders of Ray Tune, from their text files alone.

An experiment folder also holds pickles (``tuner.pkl``, ``params.pkl``, the searcher's state).
Loading one would run whatever it says, so none is opened: ranges and the direction, which only they
hold, are inferred and asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy, metrics_of
from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.nested import flattened
from tuning_playbook.importers.cells.statuses import reason_of
from tuning_playbook.importers.ray_tune.results import reported_curves, reported_rows
from tuning_playbook.importers.readers import Reader, chosen
from tuning_playbook.importers.runs_of_tools import Run, study_of_runs
from tuning_playbook.study import Direction, Objective
from tuning_playbook.trial import Reason, Status
from tuning_playbook.vocabulary import metric_direction
from tuning_playbook.words import counted

_STATES = "experiment_state-*.json"
_OF_TRIAL = ("result.json", "progress.csv", "error.txt")
_STATUS = {
    "TERMINATED": Status.COMPLETE,
    "ERROR": Status.FAILED,
    "RUNNING": Status.RUNNING,
    "PAUSED": Status.RUNNING,
    "PENDING": Status.WAITING,
}
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


def read_ray_tune(folder: Path | str) -> tuple[ForeignStudy, ...]:
    """The experiments of Ray Tune in a folder, each a study.

    Args:
        folder: an experiment's folder (``~/ray_results/NAME``), or one that holds several.

    Raises:
        InvalidInput: where the folder holds no experiment, or only trials that left nothing.
    """
    place = Path(folder)
    if not place.is_dir():
        raise InvalidInput(f"there is no folder {place}; name the one that Ray Tune wrote")
    experiments = (
        [place] if _is_experiment(place) else [f for f in _folders(place) if _is_experiment(f)]
    )
    if not experiments:
        above = " It looks like one trial; name the folder above it." if _is_trial(place) else ""
        raise InvalidInput(
            f"{place} holds no experiment of Ray Tune: neither a file {_STATES} nor trial folders "
            f"with params.json.{above}"
        )
    return tuple(_experiment(each) for each in experiments)


def looks_like_ray_tune(folder: Path) -> bool:
    """Whether a folder is an experiment of Ray Tune, or holds some."""
    try:
        return folder.is_dir() and (
            _is_experiment(folder) or any(_is_experiment(inner) for inner in _folders(folder))
        )
    except OSError:
        return False


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir())


def _is_experiment(folder: Path) -> bool:
    return any(folder.glob(_STATES)) or any(_is_trial(inner) for inner in _folders(folder))


def _is_trial(folder: Path) -> bool:
    return (folder / "params.json").is_file() and any((folder / n).is_file() for n in _OF_TRIAL)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What the experiment's state says of one trial.

    Args:
        status: in Ray's words.
        parameters: as far as they are text.
        started_at, finished_at: seconds since the epoch, where known.
    """

    status: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    started_at: float | None = None
    finished_at: float | None = None


def _experiment(folder: Path) -> ForeignStudy:
    notes: list[str] = []
    recorded, metric = _state(folder, notes)
    folders = [f for f in _folders(folder) if _is_trial(f) or f.name in recorded]
    runs = [_run(f, recorded.get(f.name), notes) for f in folders]
    there = {f.name for f in folders}
    for name, own in recorded.items():
        if name not in there:
            status = _STATUS.get(own.status, Status.FAILED)
            runs.append(Run(name, parameters=dict(own.parameters), status=status))
    if not any(run.is_measured or run.parameters for run in runs):
        raise InvalidInput(f"{folder} holds {counted(len(runs), 'trial')} and no result")
    direction = metric_direction(metric)
    if metric:
        notes.append(
            f"Ray Tune was run with metric = {metric}; its mode (min or max) is stored only in a "
            "pickle, which is not read"
            + (f", so its name decides: {direction}" if direction else "")
        )
    if any(folder.glob("pbt_*.txt")):
        notes.append(
            "population-based training changed configurations on the way; the last ones count"
        )
    study = study_of_runs(folder.resolve().name, runs, notes=notes)
    if direction is not None and metric in metrics_of(study):
        study = replace(study, objective=Objective(metric, Direction(direction)))
    return replace(study, max_train_steps=_length(runs))


def _length(runs: Sequence[Run]) -> int | None:
    """Last iteration of the longest trials that ended well, where a scheduler stops others early.

    ``None`` where a single trial got that far: then the others were not stopped on the way there.
    """
    last = [
        max(int(steps[-1]) for steps, _ in run.curves.values())
        for run in runs
        if run.curves and run.status is Status.COMPLETE
    ]
    return max(last) if last.count(max(last, default=0)) > 1 else None


def _run(folder: Path, recorded: _Recorded | None, notes: list[str]) -> Run:
    rows = reported_rows(folder, notes)
    parameters = _parameters(folder / "params.json")
    if parameters is None:
        parameters = dict(recorded.parameters) if recorded else {}
        notes.append(f"{folder.name}: params.json cannot be read")
    last = rows[-1] if rows else {}
    status, reason = _outcome(folder, recorded)
    metadata = {"folder": folder.name, "experiment_tag": last.get("experiment_tag")}
    if recorded is not None:
        metadata |= {"started_at": recorded.started_at, "finished_at": recorded.finished_at}
    return Run(
        id=str(last.get("trial_id") or folder.name),
        parameters=parameters,
        curves=reported_curves(rows),
        status=status,
        reason=reason,
        metadata=metadata,
    )


def _outcome(folder: Path, recorded: _Recorded | None) -> tuple[Status, Reason]:
    """How a trial ended. Out of memory is the configuration's doing, as in our own runs."""
    error = _text(folder / "error.txt")
    if recorded is not None:
        status = _STATUS.get(recorded.status, Status.FAILED)
    else:
        status = Status.COMPLETE if error is None else Status.FAILED
    if status is not Status.FAILED:
        return status, Reason.NONE
    lines = [line for line in _COLOR.sub("", error or "").splitlines() if line.strip()]
    reason = reason_of(lines[-1] if lines else "exception", Status.FAILED)
    infeasible = reason in (Reason.OUT_OF_MEMORY, Reason.NON_FINITE, Reason.TIMEOUT)
    return (Status.INFEASIBLE if infeasible else Status.FAILED), reason


def _parameters(path: Path) -> dict[str, Any] | None:
    """Hyperparameters by flat name; lists as text, for they are choices."""
    text = _text(path)
    try:
        document = read_json(text) if text is not None else None
    except ValueError:
        return None
    return None if not isinstance(document, dict) else _plain(document)


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in flattened(document).items():
        if name.rsplit("/", 1)[-1] in ("_type", "__ref_ph") or "CLOUDPICKLE" in str(value):
            continue
        if isinstance(value, str):
            found[name] = _ADDRESS.sub("", value)  # a function's address differs in each trial
        elif value is None or isinstance(value, (bool, int, float)):
            found[name] = value
        else:
            found[name] = json.dumps(value, default=str)
    return found


def _state(folder: Path, notes: list[str]) -> tuple[dict[str, _Recorded], str]:
    """What the newest state file says: folder of a trial -> its record; the metric, if any."""
    for path in sorted(folder.glob(_STATES), reverse=True):
        try:
            document = read_json(path.read_text(encoding="utf-8", errors="replace"))
            found = dict(_records(document))
            metric = document.get("runner_data", {}).get("_metric")
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            notes.append(f"{path.name} cannot be read and is passed over")
            continue
        return found, metric if isinstance(metric, str) else ""
    return {}, ""


def _records(document: Mapping[str, Any]) -> Iterator[tuple[str, _Recorded]]:
    # trial_data since Ray 2.5: pairs of texts; checkpoints before: one text for each trial
    for entry in document.get("trial_data") or document.get("checkpoints") or ():
        texts = entry if isinstance(entry, list) else [entry]
        whole: dict[str, Any] = {}
        for text in texts:
            whole |= read_json(text) if isinstance(text, str) else text
        logdir = whole.get("relative_logdir") or whole.get("logdir") or whole.get("trial_id")
        config = whole.get("config")
        yield (
            Path(str(logdir)).name,
            _Recorded(
                status=str(whole.get("status")),
                parameters=_plain(config) if isinstance(config, dict) else {},
                started_at=_moment(whole.get("start_time")),
                finished_at=_moment(whole.get("last_result_time")),
            ),
        )


def _moment(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value > 0 else None


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


READER = Reader("Ray Tune", looks_like_ray_tune, chosen(read_ray_tune))
