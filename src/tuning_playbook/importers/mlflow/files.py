"""MLflow's store of files: ``mlruns/EXPERIMENT/RUN/{meta.yaml,params,metrics,tags}``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.mlflow.run import Experiment, StoredRun
from tuning_playbook.importers.runs.run_folders import read_document, require_yaml
from tuning_playbook.words import counted

# The file store keeps a number where the database keeps the word.
_STATUS = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


def is_file_store(folder: Path) -> bool:
    """Whether a folder is a store, or one experiment of it."""
    if _is_experiment(folder):
        return True
    return folder.is_dir() and any(_is_experiment(child) for child in folder.iterdir())


def read_file_store(folder: Path) -> list[Experiment]:
    """The experiments of a store that are not deleted.

    Raises:
        InvalidInput: where YAML cannot be read here.
    """
    require_yaml(folder / "meta.yaml")
    if _is_experiment(folder):
        return [_experiment(folder)]
    return [_experiment(child) for child in sorted(folder.iterdir()) if _is_experiment(child)]


def _is_experiment(folder: Path) -> bool:
    try:
        with (folder / "meta.yaml").open(encoding="utf-8", errors="replace") as file:
            text = file.read(10_000)
    except OSError:
        return False
    return "experiment_id:" in text and "run_id:" not in text and "run_uuid:" not in text


def _experiment(folder: Path) -> Experiment:
    found = Experiment(folder.name, folder.name)
    meta = _meta(folder, found.notes)
    found.id, found.name = (
        str(meta.get("experiment_id", folder.name)),
        str(meta.get("name", folder.name)),
    )
    if meta.get("lifecycle_stage") == "deleted":
        return found
    for child in sorted(folder.iterdir()):
        if not any((child / part).exists() for part in ("params", "metrics")):
            continue  # traces, models and data sets lie here as well
        own = _meta(child, found.notes)
        if own.get("lifecycle_stage") == "deleted":
            found.deleted += 1
        else:
            found.runs.append(_run(child, own, found.notes))
    return found


def _meta(folder: Path, notes: list[str]) -> dict[str, Any]:
    try:
        found = read_document(folder / "meta.yaml")
    except InvalidInput as error:
        notes.append(f"{error}.")
        return {}
    return found if isinstance(found, dict) else {}


def _run(folder: Path, meta: dict[str, Any], notes: list[str]) -> StoredRun:
    status = meta.get("status", "FINISHED")
    run = StoredRun(
        str(meta.get("run_id") or meta.get("run_uuid") or folder.name),
        name=str(meta.get("run_name") or ""),
        status=_STATUS.get(status, str(status)),
        started=_whole(meta.get("start_time")),
        ended=_whole(meta.get("end_time")),
        parameters=_texts(folder / "params", notes),
        tags=_texts(folder / "tags", notes),
    )
    for path in _files(folder / "metrics"):
        points = _points(path, notes)
        if points[0]:
            run.metrics[path.relative_to(folder / "metrics").as_posix()] = points
    return run


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) else None


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _texts(folder: Path, notes: list[str]) -> dict[str, str]:
    found = {}
    for path in _files(folder):
        try:
            found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            notes.append(f"{path} cannot be read: {error}.")
    return found


def _points(path: Path, notes: list[str]) -> tuple[list[int], list[float]]:
    """Steps and values of a metric's file: a line has the time, the value and the step."""
    steps: list[int] = []
    values: list[float] = []
    damaged = 0
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        notes.append(f"{path} cannot be read: {error.strerror}.")
        return steps, values
    for line in text.splitlines():
        cells = line.split()
        try:
            value, step = float(cells[1]), int(cells[2]) if len(cells) > 2 else 0
        except (IndexError, ValueError):
            damaged += bool(cells)
            continue
        steps.append(step)
        values.append(value)
    if damaged:
        notes.append(f"{path}: {counted(damaged, 'damaged line')} left out.")
    return steps, values
