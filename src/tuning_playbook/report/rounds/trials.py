"""Trials in words and as a table of plain values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuning_playbook.analysis.table.fates import fate_words
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.numerals import whole_number
from tuning_playbook.trial import Status, Trial
from tuning_playbook.words import short


@dataclass(frozen=True, slots=True)
class TrialsTable:
    """All trials of a study as rows of plain values, first shown sorted by the second column.

    Args:
        columns: their names.
        rows: one for each trial.
        descending: whether large values of the objective come first.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    descending: bool


def trials_table(
    table: TrialTable, trials: Sequence[Trial] = (), *, derived: Sequence[str] = ()
) -> TrialsTable:
    """The table of all trials, under the ids that the study's table gives them.

    Args:
        table: of the study.
        trials: the same as our store knows them, with durations and attempts; empty for a study of
            another tool.
        derived: keys of what the trials were given beside the searched values.
    """
    keys = table.space.keys
    own = ("seconds", "attempts") if trials else ()
    columns = (
        "trial",
        table.objective.metric,
        "best step",
        *keys,
        *derived,
        "status",
        "reason",
        "judged",
        *own,
    )
    sign = table.objective.direction.sign
    ids, words = _ids(table), fate_words(table)
    rows = tuple(
        (
            ids[row],
            _rounded(sign * table.loss[row]) if math.isfinite(table.loss[row]) else None,
            int(table.best_step[row]) if table.best_step[row] >= 0 else None,
            *(_rounded(table.values[key][row]) for key in keys),
            *(_rounded(trials[row].config.get(key)) for key in derived),
            str(table.status[row]),
            str(table.reason[row]),
            words[row],
            *(_of_our_own(trials[row]) if trials else ()),
        )
        for row in range(len(table))
    )
    return TrialsTable(columns, rows, descending=sign < 0)


def _of_our_own(trial: Trial) -> tuple[Any, ...]:
    return _rounded(trial.finished_at - trial.started_at, 3), trial.attempts


def _ids(table: TrialTable) -> list[str | int]:
    """Numbers where all ids are whole numbers, so that the column sorts as one expects."""
    names = [str(name) for name in table.ids]
    numbers = [
        number
        for name in names
        if (number := whole_number(name)) is not None and str(number) == name
    ]
    return [*numbers] if len(numbers) == len(names) else [*names]


def _rounded(value: Any, digits: int = 6) -> Any:
    """A number with few digits, for the page; ``None`` for NaN."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    return value


def ranked_rows(table: TrialTable) -> list[int]:
    """Rows of the trials that completed with an objective, best first, earliest on ties."""
    rows = np.flatnonzero(np.isfinite(table.loss) & (table.status == Status.COMPLETE.value))
    found: list[int] = rows[np.argsort(table.loss[rows], kind="stable")].tolist()
    return found


def best_lines(table: TrialTable) -> tuple[str, ...]:
    """The best three trials, one line each."""
    lines = []
    for row in ranked_rows(table)[:3]:
        value = table.objective.direction.sign * table.loss[row]
        config = ", ".join(_assignments(table, row))
        step = f" at step {table.best_step[row]:,}" if table.best_step[row] >= 0 else ""
        lines.append(
            f"{table.objective.metric} {value:.5g}{step} "
            f"(trial {table.ids[row]}{': ' if config else ''}{config})"
        )
    return tuple(lines)


def hover_text(table: TrialTable, row: int, *, detail: str = "") -> str:
    """What a figure shows of a trial that is pointed at; the page escapes it."""
    sign = table.objective.direction.sign
    reason = f" ({table.reason[row]})" if table.reason[row] else ""
    lines = [f"trial {table.ids[row]}: {table.status[row]}{reason}"]
    if math.isfinite(table.loss[row]):
        step = f" at step {table.best_step[row]:,}" if table.best_step[row] >= 0 else ""
        lines.append(f"{table.objective.metric} {sign * table.loss[row]:.5g}{step}")
    if detail:
        lines.append(detail[:90])
    return "\n".join([*lines, *_assignments(table, row)])


def _assignments(table: TrialTable, row: int) -> list[str]:
    return [
        f"{key} = {short(table.values[key][row], 5)}"
        for key in table.space.keys
        if table.values[key][row] is not None
    ]
