"""The log of one run in a table: a row for each step, and no trials beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.curves.steady_change import steadiness
from tuning_playbook.importers.cells.column_names import (
    ID_NAMES,
    STEP_NAMES,
    STUDY_NAMES,
    is_logged,
    unit_of_training,
)
from tuning_playbook.importers.cells.columns import Column, plain_values
from tuning_playbook.importers.columns.by_name import role_by_name
from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    column_values,
    is_list_of_values,
    sampled_rows,
)
from tuning_playbook.importers.columns.curves import named
from tuning_playbook.importers.columns.texts_in_cells import names_parts_of_data
from tuning_playbook.importers.rows.following import FOLLOWS, FOLLOWS_FAR, improves, trained
from tuning_playbook.importers.rows.schedules import (
    follows_a_schedule,
    is_changed_seldom,
    is_long_schedule,
    is_paced,
)
from tuning_playbook.importers.rows.within_runs import fixed_cells
from tuning_playbook.importers.taken_as import QUALITY, SETTINGS, Role, TakenAs
from tuning_playbook.vocabulary import (
    Family,
    hyperparameter_family,
    is_of_episodes,
    plain_name,
    split_of,
    words_of,
)

FEWEST_STEPS = 4
# So many lengths of training, in rising order and each once, nobody tries: a run passed them.
_MANY_STEPS = 10
# Words that count on the way of a training, and never the trials of a search.
SURE_STEPS = frozenset(
    {"epoch", "step", "global_step", "_step", "train_step", "training_step", "training_iteration"}
)
# What changes within a run, however it does, where the results tell that it is one.
_MOVED = frozenset({Family.LEARNING_RATE, Family.SCHEDULE, Family.WARMUP, Family.MOMENTUM})
# A setting has a value in more rows than not; what was logged now and then has none in most.
_SPARSE = 0.5
_ALIKE = 0.8
_OF_PARTS = frozenset({"batch", "batch_idx", "step_in_epoch", "iter_in_epoch"})
_PROGRESS, _WHOLE = "progress", 100.0
_EPOCH, EPISODE, _SCORE = "epoch", "episode", "score"
# What only the log of an agent tells of an episode: how it ended, how much was left to chance.
_OF_AGENTS = frozenset(
    {
        "terminated",
        "truncated",
        "done",
        "epsilon",
        "eps",
        "length",
        "episode_length",
        "ep_length",
        "ep_len",
        "steps",
        "num_steps",
        "moves",
    }
)
# What a training tells while it runs, and nobody writes beside the trials of a search.
_OF_RUNNING = frozenset({"eta_seconds", "data_time"})
_FEWEST_OF_RUNNING, _EVERY_FEW = 2, 4
# Standard deviations from a random order; four steps in order are at 1.9.
_FOLLOWS = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """A table of steps, with the runs that it holds.

    Args:
        steps: the column that counts them.
        run: shape (rows,), number of the run of each row, from 0.
        runs: how many there are.
        resumed: how often a run went on from an earlier step.
    """

    steps: str
    run: NDArray[np.int64]
    runs: int
    resumed: int


def log_in(columns: Mapping[str, Column], *, steps: str = "") -> Log | None:
    """The log that a table is; ``None`` for a table of trials.

    The step rises from row to row, results change with it, and no setting does but what a schedule
    changes. Where the step begins again from its first value, another run begins.

    Args:
        columns: of the table.
        steps: which column counts the steps; found by its name where empty.
    """
    for column in (steps,) if steps else _counters(columns):
        log = _log_along(columns, column, told=bool(steps))
        if log is not None:
            return log
    return None


def _counters(columns: Mapping[str, Column]) -> Iterator[str]:
    """Columns that may count the steps, the likeliest first.

    Of several that are called like steps only the first may; an agent's ``steps`` tell how long an
    episode was.
    """
    found = (
        _episodes(columns),
        named(columns, STEP_NAMES),
        _long_count(columns),
        _share_done(columns),
    )
    yield from dict.fromkeys(column for column in found if column is not None)


def _log_along(columns: Mapping[str, Column], column: str, *, told: bool) -> Log | None:
    """The log that a table is along a column; ``None`` where its rows are no steps."""
    if columns[column].values.dtype != np.float64:
        return None
    if any(_names_trials(name, own) for name, own in columns.items() if name != column):
        return None
    counted = columns[column].values
    running = _tells_of_running(columns, column)
    fewest = _FEWEST_OF_RUNNING if running else FEWEST_STEPS
    if not np.all(np.isfinite(counted)) or len(np.unique(counted)) < fewest:
        return None
    back = np.flatnonzero(np.diff(counted) < 0) + 1
    again = back[counted[back] <= counted[0]]
    run = np.searchsorted(again, np.arange(len(counted)), side="right")
    log = Log(column, run.astype(np.int64), len(again) + 1, len(back) - len(again))
    names = (own for name, own in columns.items() if plain_name(name) in STUDY_NAMES)
    if any(fixed_cells(own, log.run) is None for own in names):
        return None  # each name has rows of its own, which are no steps of one run
    short = len(counted) < fewest * log.runs
    if short or log.resumed > max(3, len(counted) // 20):
        return None
    if told:
        return log
    settled, counting = _as_it_counts(columns, log) if log.resumed else (columns, log)
    return log if _only_results_change(settled, counting, running=running) else None


def _as_it_counts(columns: Mapping[str, Column], log: Log) -> tuple[Mapping[str, Column], Log]:
    """The rows of a resumed log that count, in the order of their steps: the last at each step."""
    steps = columns[log.steps].values.astype(np.float64)
    places = zip(log.run.tolist(), steps.tolist(), strict=True)
    last = {at: row for row, at in enumerate(places)}
    rows = [last[at] for at in sorted(last)]
    kept = {name: Column(own.values[rows], own.missing[rows]) for name, own in columns.items()}
    return kept, replace(log, run=log.run[rows])


def _share_done(columns: Mapping[str, Column]) -> str | None:
    """A column called progress that rises from row to row up to 1 or to 100 percent at most."""
    for name, own in columns.items():
        if _PROGRESS not in words_of(name) or own.values.dtype != np.float64:
            continue
        numbers = own.values.astype(np.float64)
        rises = len(numbers) >= FEWEST_STEPS and bool(np.all(np.diff(numbers) > 0))
        if rises and numbers[0] >= 0 and numbers[-1] <= _WHOLE:
            return name
    return None


def _tells_of_running(columns: Mapping[str, Column], steps: str) -> bool:
    """Whether few rows are steps all the same: of a training that tells how it runs.

    It tells how long it will take, or counts from 0 and writes down every so many iterations (19,
    39, 59); or it counts its epochs one by one, or its steps in equal strides from the first one;
    or metrics of training and validation take turns in the rows of each step.
    """
    if any(plain_name(name) in _OF_RUNNING for name in columns):
        return True
    counted = columns[steps].values.astype(np.float64)
    if not np.all(np.isfinite(counted)) or len(counted) < _FEWEST_OF_RUNNING:
        return False
    if _take_turns(columns, counted):
        return True
    every = counted[0] + 1
    rows = np.arange(1, len(counted) + 1)
    if every > _EVERY_FEW and np.array_equal(counted, every * rows - 1):
        return True
    strides = np.diff(counted)
    one_by_one = counted[0] in (0, 1) and bool(np.all(strides == 1))
    if plain_name(steps) == _EPOCH:
        both = bool(trained({plain_name(name): name for name in columns}))
        return one_by_one and (both or not _rates_rise(columns))
    even = bool(np.all(strides == counted[0])) and counted[0] > 1
    return even and plain_name(steps) in SURE_STEPS


def _take_turns(columns: Mapping[str, Column], counted: NDArray[np.float64]) -> bool:
    """Whether each step has a row for each kind of metric, as Lightning writes them."""
    if np.any(np.diff(counted) < 0):
        return False
    steps, row_of, rows = np.unique(counted, return_inverse=True, return_counts=True)
    partly = [~own.missing for own in columns.values() if own.missing.any()]
    if rows.min() < 2 or len(steps) < _FEWEST_OF_RUNNING or not np.any(partly, axis=0).all():
        return False
    return all(np.bincount(row_of[there]).max(initial=0) == 1 for there in partly)


def _rates_rise(columns: Mapping[str, Column]) -> bool:
    """Whether a learning rate ends higher than it began, as one that is swept in its order does."""
    return any(
        own.values.dtype == np.float64 and own.values[-1] > own.values[0]
        for name, own in columns.items()
        if hyperparameter_family(name) is Family.LEARNING_RATE
    )


def _long_count(columns: Mapping[str, Column]) -> str | None:
    """A column that counts a long training, under a name that settings have as well."""
    units = {name: unit_of_training(name) for name in columns}
    found = [name for name, own in columns.items() if units[name] and _rises_for_long(own.values)]
    found.sort(key=lambda name: "step" not in units[name])
    return found[0] if found else None


def _rises_for_long(values: NDArray[np.generic]) -> bool:
    if values.dtype != np.float64 or len(values) < _MANY_STEPS:
        return False
    return bool(np.all(np.diff(values.astype(np.float64)) > 0))


def _names_trials(name: str, column: Column) -> bool:
    return plain_name(name) in ID_NAMES and len(set(column.values.tolist())) > 1


def _only_results_change(columns: Mapping[str, Column], log: Log, *, running: bool) -> bool:
    """Whether the columns are what a run logs: at least one metric, no setting that varies."""
    sure = plain_name(log.steps) in SURE_STEPS or log.steps == _long_count(columns)
    sure = sure or log.steps == _share_done(columns)
    # as often as not, epochs are how long each trial trained
    paced = plain_name(log.steps) != "epochs" and is_paced(columns[log.steps].values)
    sure = sure or running or paced or _are_counted_twice(columns, log.steps)
    if not sure and not _counts_by_one(columns[log.steps].values):
        return False
    followed = _follow_epochs(columns, log)
    both = bool(trained({plain_name(name): name for name in columns}))
    measured: list[NDArray[np.generic]] = []
    for name, column in columns.items():
        if name == log.steps:
            continue
        cells = plain_values(column)
        values = column_values(cells, sampled_rows(len(cells)))
        if values.levels <= 1 or (log.runs > 1 and fixed_cells(column, log.run) is not None):
            continue
        taken = role_by_name(name, name, values, ())
        if taken is not None and taken.role in QUALITY:
            measured.append(column.values)
        elif (
            is_phase(name, column)
            or (followed and _moves_within_a_run(name, of_agent=log.steps == _episodes(columns)))
            or _counts_alike(column.values, columns[log.steps].values)
            or (paced and _is_logged_beside(values, taken))
            or (sure and (is_long_schedule(column) or (both and is_changed_seldom(column))))
        ):
            continue
        elif not _may_be_logged(name, column, taken, sure=sure and values.kind == "numbers"):
            return False
    return bool(measured) and (sure or log.runs == 1 or _go_one_way(log, columns, measured))


def _is_logged_beside(values: ColumnValues, taken: TakenAs | None) -> bool:
    """Whether a column may change beside steps that are sure: numbers do, and texts of any name."""
    if values.kind == "numbers":
        return not is_list_of_values(values)
    return taken is None


def _follow_epochs(columns: Mapping[str, Column], log: Log) -> bool:
    """Whether each row is the next epoch of its run, and a result gets better along the longest.

    Trials beside each other are not numbered by epochs, and do not get better one by one.
    """
    counted = columns[log.steps].values.astype(np.float64)
    first = np.diff(log.run, prepend=-1) > 0
    strides = np.diff(counted)[~first[1:]]
    if not len(strides) or np.any(strides != strides[0]):
        return False
    if np.any(~np.isin(counted[first], (0, 1, strides[0]))):
        return False
    if log.steps == _episodes(columns):
        return True
    if strides[0] != 1:
        return False
    if plain_name(log.steps) != _EPOCH:
        return False
    rows = log.run == np.bincount(log.run).argmax()
    numbers = {
        n: c.values.astype(np.float64)[rows]
        for n, c in columns.items()
        if c.values.dtype == np.float64
    }
    beside = trained({plain_name(name): name for name in numbers})
    return any(improves(name, numbers[name], FOLLOWS) for name in beside) or (
        int(rows.sum()) >= _MANY_STEPS
        and any(improves(name, values, FOLLOWS_FAR) for name, values in numbers.items())
    )


def _episodes(columns: Mapping[str, Column]) -> str | None:
    """The column that counts an agent's episodes, by what else is told of each of them."""
    by_name = {plain_name(name): name for name in columns}
    collected = any(is_of_episodes(name) or name == _SCORE for name in by_name)
    return by_name.get(EPISODE) if collected and _OF_AGENTS & by_name.keys() else None


def _moves_within_a_run(name: str, *, of_agent: bool) -> bool:
    """Whether a column may change within a run: a rate, a flag or a word on each of its steps.

    An agent's episodes differ in their steps.
    """
    if of_agent and hyperparameter_family(name) is Family.TRAINING_LENGTH:
        return True
    if plain_name(name) in _OF_AGENTS or split_of(name) is not None:
        return True
    family = hyperparameter_family(name)
    return family is None or family in _MOVED


def _are_counted_twice(columns: Mapping[str, Column], steps: str) -> bool:
    """Whether another column counts the steps too, anew in each epoch or part of the log."""
    counted = columns[steps].values
    return any(
        _counts_alike(own.values, counted)
        for name, own in columns.items()
        if name != steps and plain_name(name) in _OF_PARTS
    )


def _counts_alike(values: NDArray[np.generic], steps: NDArray[np.generic]) -> bool:
    """Whether a column counts as the steps do but where it begins anew, as batches in an epoch."""
    if values.dtype != np.float64 or len(values) < _MANY_STEPS:
        return False
    alike = np.diff(values.astype(np.float64)) == np.diff(steps.astype(np.float64))
    return float(np.mean(alike)) > _ALIKE


def _may_be_logged(name: str, column: Column, taken: TakenAs | None, *, sure: bool) -> bool:
    """Whether a column that is no result may change along a run.

    Args:
        name: of the column.
        column: its cells.
        taken: what its name says.
        sure: whether its cells are numbers beside steps that count on the way of a training.
    """
    if taken is None:
        return sure
    if taken.role not in SETTINGS and taken.role is not Role.SEED:
        return True
    return follows_a_schedule(name, column.values) or (
        sure and (is_logged(name) or _is_sparse(column))
    )


def _go_one_way(
    log: Log, columns: Mapping[str, Column], measured: Sequence[NDArray[np.generic]]
) -> bool:
    """Whether a result follows the steps; where none does, ``iteration`` numbers repeats."""
    steps = columns[log.steps].values
    numbers = [v.astype(np.float64) for v in measured if v.dtype == np.float64]
    return any(
        steadiness(log.run, steps.astype(np.float64), values) > _FOLLOWS for values in numbers
    )


def is_phase(name: str, column: Column) -> bool:
    """Whether a column says on which part of the data a row was measured."""
    return names_parts_of_data(name, column.values.tolist())


def _counts_by_one(steps: NDArray[np.float64]) -> bool:
    return steps[0] in (0, 1) and bool(np.all(np.isin(np.diff(np.unique(steps)), (1.0,))))


def _is_sparse(column: Column) -> bool:
    """Whether a column is filled in some rows only, as where each row holds a group of metrics."""
    return bool(np.mean(column.missing) > _SPARSE)
