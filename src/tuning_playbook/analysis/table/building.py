"""Tables of trials, from a study of ours or from plain columns."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tuning_playbook.analysis.table.curve_ends import last_steps
from tuning_playbook.analysis.table.inferred_space import inferred_space, present, usable_names
from tuning_playbook.analysis.table.objective import (
    measured,
    objective_column,
    objective_of_summary,
)
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Categorical, Float, Hyperparameter, Integer, Ordered, SearchSpace
from tuning_playbook.study import Objective, Study
from tuning_playbook.trial import Curves, Status, Trial

LongCurve: TypeAlias = tuple[ArrayLike, ArrayLike, ArrayLike]


def study_table(
    study: Study,
    trials: Sequence[Trial],
    curves: Mapping[int, Curves],
    *,
    ids: Sequence[str] | None = None,
    chance_level: float | None = None,
    evaluation_examples: int | None = None,
) -> TrialTable:
    """The trials of one of our studies as a table, one row each, in the order given.

    Args:
        study: their study.
        trials: in any status; unfinished ones have rows too.
        curves: trial index -> its curves. A trial that is not in there takes its objective from
            its summaries.
        ids: what the trials are called; their indices by default.
        chance_level: objective, as logged, of a model that has learnt nothing.
        evaluation_examples: size of the set that the objective is a share of.
    """
    names = [str(t.index) for t in trials] if ids is None else list(ids)
    columns = {
        key: _objects([trial.config.get(key) for trial in trials]) for key in study.space.keys
    }
    inactive = _inactive(study.space, columns)
    values, units = _coordinates(study.space, columns, inactive, names)
    long = _curve_columns(trials, curves)
    loss, best_step = _losses(study.objective, long, len(trials))
    for row, trial in enumerate(trials):
        summary = trial.summaries.get(study.objective.metric)
        if summary is not None and study.objective.metric not in curves.get(trial.index, {}):
            value, best_step[row] = objective_of_summary(summary, study.objective)
            loss[row] = study.objective.direction.sign * value
    return TrialTable(
        study=study.name,
        ids=_objects(names),
        space=study.space,
        objective=study.objective,
        values=MappingProxyType(values),
        units=MappingProxyType(units),
        status=_objects([t.status.value for t in trials]),
        reason=_reasons([t.reason.value for t in trials], len(trials)),
        loss=measured(loss),
        best_step=best_step,
        curves=MappingProxyType(long),
        max_train_steps=study.training.max_train_steps,
        chance_level=chance_level,
        evaluation_examples=evaluation_examples,
    )


def table_from_columns(
    name: str,
    *,
    ids: Sequence[str],
    values: Mapping[str, Sequence[Any] | NDArray[Any]],
    objective: Objective,
    status: Sequence[str] | None = None,
    reason: Sequence[str] | None = None,
    curves: Mapping[str, LongCurve] | None = None,
    metric_values: ArrayLike | None = None,
    space: SearchSpace | None = None,
    max_train_steps: int | None = None,
    chance_level: float | None = None,
    metadata: Mapping[str, Sequence[Any]] | None = None,
) -> TrialTable:
    """A table from plain columns, for studies that were run by something else.

    Args:
        name: of the study.
        ids: one per trial, distinct.
        values: hyperparameter -> one value per trial; ``None``, NaN or ``""`` where it does not
            exist. With ``space``, columns outside it become metadata, and a conditional
            hyperparameter is looked up by its key, then by its plain name.
        objective: what decides.
        status: one per trial, see `Status`; ``complete`` where not given.
        reason: one per trial, see `Reason`.
        curves: metric -> (row of the trial, step, value), three arrays of one length in any order.
            Of two values at one step the later counts.
        metric_values: the objective as logged, one per trial. Trials with a curve of the
            objective's metric take it from the curve.
        space: declared ranges; inferred from the values where ``None``, leaving out what does not
            vary, and with names made usable.
        max_train_steps: common length; where ``None``, the last step of the longest curve if at
            least half of the trials reach it.
        chance_level: objective, as logged, of a model that has learnt nothing.
        metadata: anything else, one value per trial.

    Raises:
        InvalidInput: for repeated ids, columns of unequal length, a hyperparameter without a
            column, or a value that its range cannot hold.

    Example:
        >>> table = table_from_columns(
        ...     "sweep", ids=["a", "b", "c"], values={"lr": [1e-4, 1e-2, 1e-1], "seed": [0, 0, 0]},
        ...     metric_values=[0.4, 0.2, 0.9], objective=Objective("error", "minimize"))
        >>> table.space.keys, table.loss.tolist(), list(table.metadata)
        (('lr',), [0.4, 0.2, 0.9], ['seed'])
    """
    count = len(ids)
    ids = [str(i) for i in ids]
    _require_distinct(ids)
    _require_lengths(count, {**values, **(metadata or {})}, status, reason, metric_values)
    inferred = space is None
    columns = {key: _objects(column) for key, column in values.items()}
    if space is None:
        names = usable_names(list(columns))
        columns = {names[key]: column for key, column in columns.items()}
        space = inferred_space(columns)
    searched, rest = _assign(space, columns)
    inactive = _inactive(space, searched)
    tidy, units = _coordinates(space, searched, inactive, ids)
    long = {metric: _long_column(metric, curve, count) for metric, curve in (curves or {}).items()}
    loss, best_step = _losses(objective, long, count)
    if metric_values is not None:
        given = measured(np.asarray(metric_values, dtype=np.float64))
        lacking = ~_has_curve(objective.metric, long, count) & np.isfinite(given)
        loss[lacking] = objective.direction.sign * given[lacking]
    rest.update({key: _objects(column) for key, column in (metadata or {}).items()})
    return TrialTable(
        study=name,
        ids=_objects(ids),
        space=space,
        objective=objective,
        values=MappingProxyType(tidy),
        units=MappingProxyType(units),
        status=_objects(
            [str(s) for s in status] if status is not None else [Status.COMPLETE.value] * count
        ),
        reason=_reasons(reason, count),
        loss=loss,
        best_step=best_step,
        curves=MappingProxyType(long),
        max_train_steps=max_train_steps if max_train_steps is not None else _common_length(long),
        chance_level=chance_level,
        inferred_ranges=inferred,
        metadata=MappingProxyType(rest),
    )


def _objects(items: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    plain = items.tolist() if isinstance(items, np.ndarray) else list(items)
    column = np.empty(len(plain), dtype=object)
    column[:] = plain
    column[~np.array(present(plain), dtype=bool)] = None
    return column


def _reasons(given: Sequence[str] | None, count: int) -> NDArray[Any]:
    """Reasons as they are: no reason is an empty text, not a missing value."""
    column = np.empty(count, dtype=object)
    column[:] = "" if given is None else [str(reason) for reason in given]
    return column


def _require_distinct(ids: Sequence[str]) -> None:
    seen: set[str] = set()
    repeated = [i for i in ids if i in seen or seen.add(i)]  # type: ignore[func-returns-value]
    if repeated:
        raise InvalidInput(
            f"{len(set(repeated))} trial ids occur more than once, {repeated[0]!r} for example; "
            "every trial needs an id of its own"
        )


def _require_lengths(
    count: int,
    columns: Mapping[str, Sequence[Any] | NDArray[Any]],
    *others: Sequence[str] | ArrayLike | None,
) -> None:
    for name, column in columns.items():
        if len(column) != count:
            raise InvalidInput(f"column {name!r} has {len(column)} values for {count} trials")
    for other in others:
        if other is not None and len(np.asarray(other)) != count:
            raise InvalidInput(f"found {len(np.asarray(other))} values for {count} trials")


def _assign(
    space: SearchSpace, columns: Mapping[str, NDArray[Any]]
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Columns of the searched hyperparameters by key, and the rest."""
    searched, used = {}, set()
    for h in space.hyperparameters:
        column = h.key if h.key in columns else h.name
        if column not in columns:
            near = difflib.get_close_matches(h.key, list(columns), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(
                f"hyperparameter {h.key!r} of the search space has no column among "
                f"{sorted(columns)}{hint}"
            )
        searched[h.key] = columns[column]
        used.add(column)
    return searched, {key: column for key, column in columns.items() if key not in used}


def _inactive(
    space: SearchSpace, columns: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[np.bool_]]:
    """Where each hyperparameter does not exist: no value, or another value of its parent."""
    inactive: dict[str, NDArray[np.bool_]] = {}
    for h in space.hyperparameters:
        absent = np.array([v is None for v in columns[h.key]], dtype=bool)
        if h.condition is not None and h.condition.parent in columns:
            parent, wanted = columns[h.condition.parent], h.condition.value
            absent |= inactive[h.condition.parent]
            absent |= np.array([not _same(v, wanted) for v in parent], dtype=bool)
        inactive[h.key] = absent
    return inactive


def _coordinates(
    space: SearchSpace,
    columns: Mapping[str, NDArray[Any]],
    inactive: Mapping[str, NDArray[np.bool_]],
    ids: Sequence[str],
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[np.float64]]]:
    values: dict[str, NDArray[Any]] = {}
    units: dict[str, NDArray[np.float64]] = {}
    for h in space.hyperparameters:
        rows = np.flatnonzero(~inactive[h.key])
        plain = columns[h.key][rows].tolist()
        tidy = _tidy(h, plain, [ids[r] for r in rows.tolist()])
        column = np.full(len(ids), None, dtype=object)
        column[rows] = tidy
        unit = np.full(len(ids), np.nan)
        unit[rows] = h.domain.to_unit(tidy)
        values[h.key], units[h.key] = column, unit
    return values, units


def _tidy(h: Hyperparameter, plain: list[Any], ids: Sequence[str]) -> list[Any]:
    """Values with the types of their domain."""
    if isinstance(h.domain, Categorical):
        exact = {(type(v), v): v for v in h.domain.values}
        return [exact.get((type(v), v), _alike(v, h.domain)) for v in plain]
    if not isinstance(h.domain, (Float, Integer, Ordered)):
        return plain
    if set(map(type, plain)) <= {int, float} and np.isfinite(np.array(plain, dtype=float)).all():
        return plain
    wrong = [(i, v) for i, v in zip(ids, plain, strict=True) if not _is_number(v)]
    if wrong:
        trial, value = wrong[0]
        raise InvalidInput(
            f"{h.key} is a number, but {len(wrong)} of {len(plain)} trials hold something else: "
            f"trial {trial} has {value!r}; correct the column, or declare it as a choice"
        )
    return [v if isinstance(v, int) else float(v) for v in plain]


def _alike(value: Any, domain: Categorical) -> Any:
    """The choice that ``value`` stands for: 128.0 for 128, "True" for True; else itself."""
    for choice in domain.values:
        if _same(value, choice):
            return choice
    return value


def _same(value: Any, choice: Any) -> bool:
    return bool(value == choice) or str(value).lower() == str(choice).lower()


def _is_number(value: Any) -> bool:
    if isinstance(value, (bool, np.bool_)):
        return False
    try:
        return bool(np.isfinite(float(value)))
    except (TypeError, ValueError):
        return False


def _curve_columns(trials: Sequence[Trial], curves: Mapping[int, Curves]) -> dict[str, CurveColumn]:
    own = [curves.get(trial.index, {}) for trial in trials]
    metrics = sorted({metric for found in own for metric in found})
    columns = {}
    for metric in metrics:
        present = [found.get(metric) for found in own]
        lengths = [0 if c is None else len(c.steps) for c in present]
        kept = [c for c in present if c is not None]
        columns[metric] = CurveColumn(
            np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
            np.concatenate([np.asarray(c.steps, dtype=np.int64) for c in kept]),
            measured(np.concatenate([np.asarray(c.values, dtype=np.float64) for c in kept])),
        )
    return columns


def _long_column(metric: str, curve: LongCurve, count: int) -> CurveColumn:
    """One metric's long table in row and step order, the last value where a step is repeated."""
    rows, steps = (np.asarray(part).astype(np.int64) for part in curve[:2])
    values = measured(np.asarray(curve[2], dtype=np.float64))
    if not len(rows) == len(steps) == len(values):
        raise InvalidInput(f"curves of {metric!r}: rows, steps and values differ in length")
    if len(rows) and not 0 <= rows.min() <= rows.max() < count:
        raise InvalidInput(f"curves of {metric!r} name a trial that is not among the {count}")
    gained = (rows[1:] > rows[:-1]) | ((rows[1:] == rows[:-1]) & (steps[1:] > steps[:-1]))
    if not gained.all():
        order = np.lexsort((steps, rows))
        rows, steps, values = rows[order], steps[order], values[order]
        last = np.append((rows[1:] != rows[:-1]) | (steps[1:] != steps[:-1]), True)
        rows, steps, values = rows[last], steps[last], values[last]
    offsets = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=count))))
    return CurveColumn(offsets.astype(np.int64), steps, values)


def _losses(
    objective: Objective, curves: Mapping[str, CurveColumn], count: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    if objective.metric not in curves:
        return np.full(count, np.nan), np.full(count, -1, dtype=np.int64)
    values, steps = objective_column(curves[objective.metric], objective)
    return objective.direction.sign * values, steps


def _has_curve(metric: str, curves: Mapping[str, CurveColumn], count: int) -> NDArray[np.bool_]:
    if metric not in curves:
        return np.zeros(count, dtype=bool)
    return np.asarray(np.diff(curves[metric].offsets) > 0)


def _common_length(curves: Mapping[str, CurveColumn]) -> int | None:
    """Last step of the longest curve, where at least half of the trials reach it."""
    if not curves:
        return None
    last = np.max([last_steps(column) for column in curves.values()], axis=0)
    longest = int(last.max(initial=0))
    return longest if longest > 0 and 2 * np.sum(last == longest) >= np.sum(last > 0) else None
