"""Everything stored, as tables."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tuning_playbook.analysis.table.objective import objective_of_summary
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.study import Study
from tuning_playbook.trial import Curves, Trial
from tuning_playbook.words import safe_cell
from tuning_playbook.workflow.deciding.looking import look_at_all, require_unlocked
from tuning_playbook.workflow.overview.exported_names import ExportedNames

Row = dict[str, Any]


def export(
    folder: Path,
    round_name: str | None,
    *,
    file_format: str,
    output: Path,
    held_out: bool = False,
) -> tuple[Path, ...]:
    """Write ``trials`` and ``curves`` tables; for all rounds also ``reruns``, if there are any.

    Columns are named by `ExportedNames`.

    Args:
        folder: of the project.
        round_name: of the round; all rounds by default.
        file_format: ``csv``, ``json`` (one object a line) or ``parquet``.
        output: folder to write to, made where needed.
        held_out: the metric on held-out data as well, which counts as a look at it.

    Returns:
        The files written.

    Raises:
        RefusedByPlaybook: for held-out data while exploration goes on.
    """
    opened = open_project(folder)
    with opened_store(opened, held_out=held_out) as store:
        known = Snapshot(opened, store)
        if held_out:
            require_unlocked(known)
            look_at_all(store, known)
        if round_name is None:
            studies, reruns = known.searches, known.rerun_studies
        else:
            studies, reruns = known.round_studies(round_name.removesuffix(".toml")), ()
        names = ExportedNames({study.objective.metric for study in (*studies, *reruns)})
        again = _trial_rows(known, reruns, names)
        trials = _trial_rows(known, studies, names)
        curves = _all_curve_rows(known, studies, names)
    tables = {"trials": trials, "curves": curves, **({"reruns": again} if again else {})}
    try:
        output.mkdir(parents=True, exist_ok=True)
        return tuple(_write(rows, output / name, file_format) for name, rows in tables.items())
    except OSError as error:
        raise InvalidInput(f"{output} cannot be written: {error.strerror}") from error


def _trial_rows(known: Snapshot, studies: Sequence[Study], names: ExportedNames) -> list[Row]:
    return [
        _trial_record(trial, study, names)
        for study in studies
        for trial in known.trials(study.name)
    ]


def _all_curve_rows(known: Snapshot, studies: Sequence[Study], names: ExportedNames) -> list[Row]:
    return [
        row
        for study in studies
        for index, found in known.curves(study.name).items()
        for row in _curve_rows(f"{study.name}#{index}", found, names)
    ]


def _trial_record(trial: Trial, study: Study, names: ExportedNames) -> Row:
    """A trial as one row: its id, its hyperparameters, how it ended."""
    summary = trial.summaries.get(study.objective.metric)
    value, step = (math.nan, -1)
    if summary is not None:
        value, step = objective_of_summary(summary, study.objective)
    return {
        "trial": f"{study.name}#{trial.index}",
        "study": study.name,
        "index": trial.index,
        **{names.hyperparameter(key): chosen for key, chosen in trial.config.items()},
        names.metric(study.objective.metric): value,
        "best_step": step,
        "status": trial.status.value,
        "reason": trial.reason.value,
        "detail": trial.detail,
        "seed": trial.seed,
        "attempts": trial.attempts,
        "started_at": trial.started_at,
        "finished_at": trial.finished_at,
    }


def _curve_rows(trial: str, curves: Curves, names: ExportedNames) -> list[Row]:
    steps: dict[int, Row] = {}
    for name, curve in curves.items():
        column = names.metric(name)
        for step, value in zip(curve.steps.tolist(), curve.values.tolist(), strict=True):
            steps.setdefault(step, {"trial": trial, "step": step})[column] = value
    return [steps[step] for step in sorted(steps)]


def _write(rows: list[Row], path: Path, file_format: str) -> Path:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if file_format == "csv":
        target = path.with_suffix(".csv")
        with target.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(map(safe_cell, columns))
            writer.writerows([safe_cell(row.get(name, "")) for name in columns] for row in rows)
        return target
    if file_format == "json":
        target = path.with_suffix(".jsonl")
        with target.open("w") as file:
            file.writelines(f"{json.dumps(_finite(row))}\n" for row in rows)
        return target
    return _write_parquet(rows, columns, path.with_suffix(".parquet"))


def _finite(row: Row) -> Row:
    """NaN and infinities as strings that every JSON reader takes."""
    return {
        k: str(v) if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()
    }


def _write_parquet(rows: Iterable[Row], columns: Sequence[str], target: Path) -> Path:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InvalidInput(
            "Parquet needs pyarrow; type: python -m pip install 'tuning-playbook[parquet]', "
            "or take --format csv"
        ) from error
    table = {c: _one_type([row.get(c) for row in rows]) for c in columns}
    pq.write_table(pa.table(table), target)
    return target


def _one_type(values: list[Any]) -> list[Any]:
    """A column of one type: mixed ones (a hyperparameter of two conditions) become strings."""
    kinds = {type(v) for v in values if v is not None}
    if kinds <= {int, float} or len(kinds) <= 1:
        return values
    return [None if v is None else str(v) for v in values]
