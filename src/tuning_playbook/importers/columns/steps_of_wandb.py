"""Steps of W&B's runs: what the program counts itself, else W&B's ``_step``.

W&B counts calls of its own ``log``, so that a program which evaluates every 250 iterations has its
curves at 0, 1, 2. Many log the iteration beside the metrics.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.cells.column_names import ID_NAMES, is_step, last_part
from tuning_playbook.importers.cells.columns import Column
from tuning_playbook.importers.columns.curves import named, positions
from tuning_playbook.importers.runs_of_tools import Points

_OF_WANDB = "_step"
# One row, or this share of them, may lack the counter: what is logged once, before or after.
_LACKING = 0.1


def own_counter(logs: Sequence[Mapping[str, Points]]) -> str:
    """The metric by which the programs of a study count their steps; empty where none does.

    It is there in nearly every row of every log, and grows whenever a metric is logged again.

    Args:
        logs: metric -> W&B's steps and values, of each run.
    """
    metrics = dict.fromkeys(metric for log in logs for metric in log)
    longer = [log for log in logs if len(_rows(log)) > 1]
    return next(
        (
            name
            for name in _candidates(metrics)
            if longer and all(_counted(log, name) is not None for log in longer)
        ),
        "",
    )


def counted_by(log: Mapping[str, Points], counter: str) -> dict[str, Points]:
    """The curves of a run by its program's own counter, which is no curve then.

    Args:
        log: metric -> W&B's steps and values.
        counter: see `own_counter`; may be empty.
    """
    found = _counted(log, counter) if counter else None
    return dict(log) if found is None else found


def with_own_counter(columns: Mapping[str, Column]) -> tuple[dict[str, Column], str]:
    """A table of W&B's history with the program's own counter as its ``_step``, and its name.

    Any other table is handed back as it is.

    Args:
        columns: as read.
    """
    steps = columns.get(_OF_WANDB)
    if steps is None or not _are_steps(steps.values):
        return dict(columns), ""
    runs = _runs(columns, steps.values)
    for name in _candidates(columns):
        counter = columns[name].values
        if counter.dtype == np.float64 and name != _OF_WANDB:
            found = _counted_in_rows(runs, steps.values, counter)
            if found is not None:
                kept = {n: c for n, c in columns.items() if n != name}
                kept[_OF_WANDB] = Column(found, np.zeros(len(found), dtype=bool))
                merged = _merged(kept, runs, found)
                if merged is not None:
                    return merged, name
    return dict(columns), ""


def notes_on(counter: str) -> list[str]:
    """What to say of a study whose programs count their steps themselves."""
    if not counter:
        return []
    return [f"Curves go by {counter}, which the program counts, and not by W&B's _step."]


def _candidates(names: Iterable[str]) -> list[str]:
    counting = [n for n in names if is_step(last_part(n)) and "epoch" not in n.lower()]
    return sorted(counting, key=lambda name: last_part(name) != "global_step")


def _rows(log: Mapping[str, Points]) -> NDArray[np.int64]:
    if not log:
        return np.empty(0, np.int64)
    return np.unique(np.concatenate([steps for steps, _ in log.values()]))


def _counted(log: Mapping[str, Points], name: str) -> dict[str, Points] | None:
    if name not in log:
        return None
    rows = _rows(log)
    counter = np.full(len(rows), np.nan)
    counter[np.searchsorted(rows, log[name][0])] = log[name][1]
    filled = _filled(counter)
    if filled is None:
        return None
    found = {
        metric: (filled[np.searchsorted(rows, steps)].astype(np.int64), values)
        for metric, (steps, values) in log.items()
        if metric != name
    }
    grows = all(np.all(np.diff(at) > 0) for metric, (at, _) in found.items() if _is_metric(metric))
    return {metric: _last_at_each(points) for metric, points in found.items()} if grows else None


def _is_metric(name: str) -> bool:
    """Whether a logged value may stand at a step once only; epochs and times stand in every row."""
    return name[:1] != "_" and not is_step(last_part(name))


def _last_at_each(points: Points) -> Points:
    steps, values = points
    last = np.append(np.diff(steps) != 0, True) if len(steps) else np.empty(0, bool)
    return steps[last], values[last]


def _are_steps(values: NDArray[np.generic]) -> bool:
    return values.dtype == np.float64 and bool(np.all(np.isfinite(values.astype(np.float64))))


def _runs(columns: Mapping[str, Column], steps: NDArray[np.float64]) -> list[NDArray[np.int64]]:
    """The rows of each run in the order of its steps."""
    named_by = named(columns, ID_NAMES)
    if named_by is not None:
        _, owner = positions(columns[named_by].values)
    else:
        owner = np.cumsum(np.diff(steps, prepend=steps[:1]) < 0, dtype=np.int64)
    order = np.lexsort((steps, owner))
    return np.split(order, np.flatnonzero(np.diff(owner[order])) + 1)


def _counted_in_rows(
    runs: Sequence[NDArray[np.int64]],
    steps: NDArray[np.float64],
    counter: NDArray[np.float64],
) -> NDArray[np.float64] | None:
    found = steps.copy()
    for rows in runs:
        filled = _filled(counter[rows])
        if filled is not None:
            found[rows] = filled
        elif len(rows) > 1:
            return None
    return found if any(len(rows) > 1 for rows in runs) else None


def _merged(
    columns: Mapping[str, Column], runs: Sequence[NDArray[np.int64]], steps: NDArray[np.float64]
) -> dict[str, Column] | None:
    """One row for each run and step; ``None`` where a metric was logged twice at one.

    Training and validation are often logged in rows of their own.
    """
    order = np.concatenate(runs)
    new = np.diff(steps[order]) != 0
    new[np.cumsum([len(rows) for rows in runs])[:-1] - 1] = True
    group = np.concatenate(([0], np.cumsum(new)))
    if len(order) == group[-1] + 1:
        return dict(columns)
    found = {}
    for name, column in columns.items():
        there = np.flatnonzero(~column.missing[order])
        last = np.full(group[-1] + 1, -1)
        np.maximum.at(last, group[there], there)
        earlier = there[there < last[group[there]]]
        before, after = (column.values[order[at]] for at in (earlier, last[group[earlier]]))
        if _is_metric(name) and np.any(before != after):
            return None
        values = column.values[order[last]]
        values[last < 0] = np.nan if values.dtype == np.float64 else None
        found[name] = Column(values, np.asarray(last < 0))
    return found


def _filled(counter: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """A counter of whole numbers that grows, also where it is missing; ``None`` for another one."""
    at = np.flatnonzero(np.isfinite(counter))
    there = counter[at]
    lacking = len(counter) - len(at)
    if not len(at) or lacking > max(1, _LACKING * len(counter)):
        return None
    if np.any(there != np.round(there)) or np.any(np.diff(there) < 0):
        return None
    if len(at) > 1 and there[-1] == there[0]:
        return None
    row = np.arange(len(counter))
    after = np.searchsorted(at, row, side="right")
    before = np.maximum(after - 1, 0)
    limit = np.append(there, np.inf)[after]
    return np.clip(there[before] + row - at[before], 0, limit)
