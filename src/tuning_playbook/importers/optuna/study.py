"""From an Optuna study to columns: what its states, values and reports mean here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.optuna.records import OptunaStudy, OptunaTrial, require_numbers
from tuning_playbook.importers.optuna.space import found_space
from tuning_playbook.study import Direction, Objective
from tuning_playbook.trial import Reason, Status

# A storage does not say what was reported along the way. It is a curve of the objective where at
# least this share of the complete trials returned the best or the last value they reported.
AGREEING_SHARE = 0.9
REPORTED = "reported"  # name of the curve where it is something else

Outcome = tuple[Status, Reason]


def foreign_of(study: OptunaStudy) -> ForeignStudy:
    """An Optuna study as columns.

    States: ``COMPLETE`` is complete unless its value is not finite or a constraint is above 0,
    then it is infeasible. ``PRUNED`` is cancelled with the curve it has: nobody knows where it
    would have ended. ``FAIL`` has failed, or is infeasible where its last report was not
    finite.

    Raises:
        InvalidInput: for values that are no numbers.
    """
    require_numbers(study)
    metrics = _metric_names(study)
    reduction = _agreement(study.trials, study.directions[0])
    comparable = reduction is not None
    found = found_space(study.trials)
    outcomes = [_outcome(trial) for trial in study.trials]
    results = {
        metric: [_objective(t, i, comparable=comparable) for t in study.trials]
        for i, metric in enumerate(metrics)
    }
    more_results, metadata = _attributes(study.trials, taken=[*metrics, *found.columns])
    curve = _curve(study.trials)
    name = metrics[0] if comparable else REPORTED
    return ForeignStudy(
        name=str(study.name),
        ids=tuple(str(trial.number) for trial in study.trials),
        parameters=found.columns,
        results=results | more_results,
        curves={} if curve is None else {name: curve},
        status=tuple(status.value for status, _ in outcomes),
        reason=tuple(reason.value for _, reason in outcomes),
        objective=_declared_objective(study, metrics[0], reduction or "best"),
        space=found.space,
        metadata=metadata,
        notes=(*study.notes, *found.notes, *_notes(study, metrics, comparable=comparable)),
        max_train_steps=_length(study.trials) if comparable else None,
    )


def _metric_names(study: OptunaStudy) -> list[str]:
    """Names of the objectives; Optuna's own column names where its user gave none."""
    count = len(study.directions)
    if len(study.metric_names) == count:
        return study.metric_names
    return ["value"] if count == 1 else [f"values_{i}" for i in range(count)]


def _declared_objective(
    study: OptunaStudy, metric: str, reduction: Literal["best", "final"]
) -> Objective | None:
    if study.directions[0] == "NOT_SET":
        return None
    return Objective(metric, Direction(study.directions[0].lower()), reduction)


def _agreement(trials: Sequence[OptunaTrial], direction: str) -> Literal["best", "final"] | None:
    """How the returned value follows from the reports; ``None`` where it does not.

    ``best`` where both do as well, and where nothing can be compared.
    """
    complete = [t for t in trials if t.state == "COMPLETE" and t.reported and _finite(t, 0)]
    if not complete:
        return "best"
    best = max if direction == "MAXIMIZE" else min
    reached = Counter[str]()
    for trial in complete:
        values = [v for v in trial.reported.values() if math.isfinite(v)]
        value = trial.values[0]
        reached["best"] += bool(values) and _close(best(values), value)
        reached["final"] += _close(trial.reported[max(trial.reported)], value)
    if max(reached.values()) < AGREEING_SHARE * len(complete):
        return None
    return "best" if reached["best"] >= reached["final"] else "final"


def _close(a: float, b: float | None) -> bool:
    return b is not None and math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)


def _finite(trial: OptunaTrial, objective: int) -> bool:
    value = trial.values[objective] if objective < len(trial.values) else None
    return value is not None and math.isfinite(value)


def _objective(trial: OptunaTrial, objective: int, *, comparable: bool) -> float | None:
    # the value of a pruned trial is its last report, which may be something else
    if objective >= len(trial.values) or (trial.state == "PRUNED" and not comparable):
        return None
    return trial.values[objective]


def _outcome(trial: OptunaTrial) -> Outcome:
    if trial.state == "RUNNING":
        return Status.RUNNING, Reason.NONE
    if trial.state == "WAITING":
        return Status.WAITING, Reason.NONE
    last = trial.reported[max(trial.reported)] if trial.reported else None
    if trial.state == "COMPLETE":
        if any(value is None or not math.isfinite(value) for value in trial.values):
            return Status.INFEASIBLE, Reason.NON_FINITE
    elif last is not None and not math.isfinite(last):
        return Status.INFEASIBLE, Reason.NON_FINITE
    elif trial.state == "FAIL":
        return Status.FAILED, Reason.NONE
    if any(value > 0 for value in _constraints(trial).values()):
        return Status.INFEASIBLE, Reason.NONE
    if trial.state == "PRUNED":
        return Status.CANCELLED, Reason.NONE
    return Status.COMPLETE, Reason.NONE


def _constraints(trial: OptunaTrial) -> dict[str, float]:
    """Constraint -> value; above 0 is violated. A list in old versions, a key for each in new."""
    attributes = trial.system_attributes
    listed = attributes.get("constraints") or ()
    named = {k.partition(":")[2]: v for k, v in attributes.items() if k.startswith("constraints:")}
    return {**{str(i): float(v) for i, v in enumerate(listed)}, **named}


def _curve(trials: Sequence[OptunaTrial]) -> LongCurve | None:
    lengths = [len(trial.reported) for trial in trials]
    if not sum(lengths):
        return None
    rows = np.repeat(np.arange(len(trials)), lengths)
    steps = np.array([s for t in trials for s in t.reported], dtype=np.int64)
    values = np.array([v for t in trials for v in t.reported.values()], dtype=np.float64)
    return rows, steps, values


def _length(trials: Sequence[OptunaTrial]) -> int | None:
    """Last step of the longest complete trial, where pruning hides the common length."""
    if not any(t.state == "PRUNED" for t in trials):
        return None
    steps = [max(t.reported) for t in trials if t.state == "COMPLETE" and t.reported]
    return max(steps, default=0) or None


def _attributes(
    trials: Sequence[OptunaTrial], *, taken: Sequence[str]
) -> tuple[dict[str, list[float | None]], dict[str, list[Any]]]:
    """Numbers that may be metrics, and everything else that is known of the trials."""
    results: dict[str, list[float | None]] = {}
    metadata: dict[str, list[Any]] = {
        "state": [t.state for t in trials],
        "started_at": [t.started_at for t in trials],
        "finished_at": [t.finished_at for t in trials],
    }
    for key in dict.fromkeys(key for t in trials for key in t.user_attributes):
        column = [t.user_attributes.get(key) for t in trials]
        name = f"user_attrs_{key}" if key in taken or key in metadata else key
        if all(v is None or is_number(v) for v in column):
            results[name] = [None if v is None else float(v) for v in column]
        else:
            metadata[name] = [v if v is None else str(v) for v in column]
    constraints = [_constraints(t) for t in trials]
    for key in dict.fromkeys(key for own in constraints for key in own):
        metadata[f"constraint_{key}"] = [own.get(key) for own in constraints]
    return results, metadata


def _notes(study: OptunaStudy, metrics: Sequence[str], *, comparable: bool) -> list[str]:
    notes = []
    states = Counter(t.state for t in study.trials)
    if len(metrics) > 1:
        pairs = zip(study.directions, metrics, strict=True)
        named = ", ".join(f"{direction.lower()} {metric}" for direction, metric in pairs)
        notes.append(
            f"the study has {len(metrics)} objectives ({named}); the first decides unless --metric "
            "and --direction name another"
        )
    if not comparable:
        notes.append(
            f"what the trials reported along the way is not what they returned, so it is kept as "
            f"the curve {REPORTED!r}, apart from {metrics[0]!r}"
        )
    if states["PRUNED"]:
        count = states["PRUNED"]
        notes.append(
            f"trials pruned: {count}, kept with what they reported until then and compared with no "
            "trial that ran to its end"
        )
    if states["FAIL"]:
        notes.append(
            f"trials failed: {states['FAIL']}; Optuna does not keep whether one raised an error or "
            "returned NaN"
        )
    return notes
