"""Runs sorted into arms, each with its value or the fact that it has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.repeats_of_two import Repeats
from tuning_playbook.analysis.table.curve_ends import last_steps
from tuning_playbook.analysis.table.feasibility import (
    CRASH,
    FLAGGED,
    NO_MEASUREMENT,
    NON_FINITE,
    OUT_OF_MEMORY,
    TIMEOUT,
    UNFINISHED,
    feasibility,
)
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.trial import Status
from tuning_playbook.vocabulary import Family, hyperparameter_family, is_time, words_of
from tuning_playbook.words import counted, listed, short
from tuning_playbook.workflow.comparing.labels import arm_values, labels_of
from tuning_playbook.workflow.comparing.roles import Roles
from tuning_playbook.workflow.comparing.spreads import Spreads
from tuning_playbook.workflow.comparing.target import columns_of

# A run that is merely bad (at chance level, far above the others) has a value and keeps it.
_LOST = (FLAGGED, NON_FINITE, OUT_OF_MEMORY, TIMEOUT, CRASH, NO_MEASUREMENT)
_LENGTHS = frozenset({"steps", "step", "epochs", "epoch", "iterations", "iters", "tokens"})
_NO_LENGTHS = frozenset({"warmup", "decay", "best", "cooldown", "eval", "val", "log", "save"})
_SECONDS = {  # of one unit, by the word at the end of a column's name
    **dict.fromkeys(("s", "sec", "secs", "seconds", "runtime"), 1.0),
    **dict.fromkeys(("mins", "minutes"), 60.0),
    **dict.fromkeys(("h", "hrs", "hours"), 3600.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class ArmRuns:
    """One arm.

    Args:
        repeats: its finished runs.
        rows: of the table, in the same order.
        stopped: how many others a scheduler or pruner stopped early by their results.
    """

    repeats: Repeats
    rows: NDArray[np.int64]
    stopped: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Arms:
    """All arms of a comparison.

    Args:
        keys: the values that make each arm.
        arms: in the order of the runs.
        lengths: what training length or batch size differs between the arms, one sentence each.
        notes: runs that were left out.
    """

    keys: tuple[tuple[Any, ...], ...]
    arms: tuple[ArmRuns, ...]
    lengths: tuple[str, ...]
    notes: tuple[str, ...]


def arms_of(
    study: ForeignStudy, table: TrialTable, roles: Roles, spreads: Spreads | None = None
) -> Arms:
    """Sort the runs into arms.

    Unfinished runs are left out, and that is said. A run that ended without a finite value stays,
    with NaN.

    Args:
        study: all runs, in the order of the table's rows.
        table: of the metric.
        roles: which columns hold arms and seeds.
        spreads: of rows that stand for several runs each.

    Raises:
        InvalidInput: where fewer than two arms have finished runs.
    """
    columns = columns_of(study)
    keys = arm_values(columns, roles.arm)
    kind = feasibility(table).kind
    lost = np.isin(kind, _LOST) | ~np.isfinite(table.loss)
    values = np.where(lost, np.nan, table.objective.direction.sign * table.loss)
    notes, empty, blank, unfinished = [], [], [], 0
    found: dict[tuple[Any, ...], ArmRuns] = {}
    for key, label in labels_of(keys, roles.arm, summarized=spreads is not None).items():
        own = np.array([row for row, k in enumerate(keys) if k == key], dtype=np.int64)
        rows = own[kind[own] != UNFINISHED]
        early = (table.status[own] == Status.CANCELLED.value) & (table.reason[own] == "")
        stopped = int(np.sum(early & (kind[own] == UNFINISHED)))
        unfinished += len(own) - len(rows)
        if not len(rows):
            empty.append(label)
            continue
        if _is_blank(table, kind, rows):
            blank.append((label, len(rows)))
            continue
        paired = roles.tasks or roles.seed
        seeds = tuple(columns[paired][r] for r in rows.tolist()) if paired else ()
        names = tuple(str(table.ids[r]) for r in rows.tolist())
        found[key] = ArmRuns(Repeats(label, values[rows], seeds, names), rows, stopped)
    unmeasured = _not_measured(blank, table.objective.metric)
    if len(found) < 2:
        raise InvalidInput(
            unmeasured
            or f"only {listed([a.repeats.label for a in found.values()]) or 'no arm'} has finished "
            "runs; at least two arms need one"
        )
    survivors = sum(arm.stopped for arm in found.values())
    if survivors:
        notes.append(
            f"{counted(survivors, 'trial')} stopped early by their results are left out, so the "
            "best of an arm is that of its survivors."
        )
    if unfinished > survivors:
        notes.append(f"{counted(unfinished - survivors, 'unfinished run')} left out.")
    notes += [f"{label} has no finished run and is left out." for label in empty]
    notes += [f"{unmeasured} Left out."] * bool(blank)
    if all(np.isnan(arm.repeats.values).all() for arm in found.values()):
        raise InvalidInput(
            f"no run has a finite value of {table.objective.metric}, so there is nothing to compare"
        )
    if spreads is not None:
        found, told = _with_spreads(found, spreads)
        notes += told
    lengths = _lengths(columns, found, {*roles.arm, roles.seed, roles.tasks}, table)
    return Arms(tuple(found), tuple(found.values()), lengths, tuple(notes))


def _is_blank(table: TrialTable, kind: NDArray[np.str_], rows: NDArray[np.int64]) -> bool:
    """Whether no run of an arm has the metric and nothing says that one failed.

    Empty cells of some runs are runs that were lost; those of a whole arm are more likely a metric
    that was not measured on it, which says nothing of how good it is.
    """
    silent = (table.status[rows] == Status.COMPLETE.value) & (table.reason[rows] == "")
    return bool(np.all(silent & (kind[rows] == NO_MEASUREMENT)))


def _not_measured(blank: Sequence[tuple[str, int]], metric: str) -> str:
    """That arms have no value of the metric, and that nothing follows from it; empty without."""
    if not blank:
        return ""
    labels = listed([label for label, _ in blank])
    runs = counted(sum(count for _, count in blank), "run")
    return (
        f"{metric} is empty in all {runs} of {labels}, and no status says that they failed, so "
        "cannot tell how good they are."
    )


def _with_spreads(
    found: dict[tuple[Any, ...], ArmRuns], spreads: Spreads
) -> tuple[dict[tuple[Any, ...], ArmRuns], tuple[str, ...]]:
    """The arms with the spread of their row, where each arm has one row."""
    if any(len(arm.rows) > 1 for arm in found.values()):
        note = (
            f"An arm has several rows, so {spreads.column}, the spread within each of them, is not "
            "used."
        )
        return found, (note,)
    reported = {
        key: replace(arm, repeats=replace(arm.repeats, reported=spreads.of_row[int(arm.rows[0])]))
        for key, arm in found.items()
    }
    return reported, spreads.notes


def seconds_of_a_run(study: ForeignStudy, clocks: Mapping[str, CurveColumn]) -> float | None:
    """Mean duration of a run, where a column or a curve of times says its unit."""
    for name, cells in {**study.metadata, **study.results}.items():
        numbers = [float(c) for c in cells if isinstance(c, (int, float)) and c == c]
        unit = _SECONDS.get(words_of(name)[-1])
        if is_time(name) and unit is not None and len(numbers) == len(cells):
            return unit * float(np.mean(numbers))
    for name, column in clocks.items():
        unit = _SECONDS.get(words_of(name)[-1])
        if unit is not None:
            rows = range(len(column.offsets) - 1)
            ends = [c.values[-1] for row in rows if len((c := column.of(row)).values)]
            return unit * float(np.nanmean(ends))
    return None


def _lengths(
    columns: dict[str, Sequence[Any]],
    found: dict[tuple[Any, ...], ArmRuns],
    taken: set[str],
    table: TrialTable,
) -> tuple[str, ...]:
    """Training lengths and batch sizes that differ between arms, as a rule by oversight."""
    found_of: dict[tuple[Any, ...], list[str]] = {}
    for name, cells in columns.items():
        if name in taken or not _is_length(name):
            continue
        own = [{cells[r] for r in arm.rows.tolist()} for arm in found.values()]
        if all(len(values) == 1 for values in own):
            key = tuple(next(iter(values)) for values in own)
            found_of.setdefault(key, []).append(name)
    if not found_of and table.objective.metric in table.curves:
        ends = last_steps(table.curves[table.objective.metric])
        found_of[tuple(int(ends[arm.rows].max()) for arm in found.values())] = ["the last step"]
    labels = [arm.repeats.label for arm in found.values()]
    return tuple(
        _difference(names, dict(zip(labels, values, strict=True)))
        for values, names in found_of.items()
        if len(set(values)) > 1
    )


def _difference(names: Sequence[str], of_arm: dict[str, Any]) -> str:
    shown = [f"{short(value)} in {label}" for label, value in of_arm.items()]
    more = f" and {len(shown) - 6} more" if len(shown) > 6 else ""
    verb = "differ" if len(names) > 1 else "differs"
    return f"{listed(names)} {verb} between the arms: {listed(shown[:6])}{more}."


def _is_length(name: str) -> bool:
    words = words_of(name)
    if hyperparameter_family(name) in (Family.TRAINING_LENGTH, Family.BATCH_SIZE):
        return True
    return words[-1] in _LENGTHS and not _NO_LENGTHS & set(words)
