"""Words among numbers that say why a trial has none: ``diverged``, ``OOM``, a dash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from tuning_playbook.importers.cells.column_names import group_of
from tuning_playbook.importers.cells.spreadsheets import NO_VALUE
from tuning_playbook.importers.cells.statuses import Ending, ending_in
from tuning_playbook.importers.cells.values import is_number, types_in
from tuning_playbook.importers.columns.by_name import role_where_measured
from tuning_playbook.importers.rows.failures import Failures
from tuning_playbook.importers.taken_as import QUALITY, Role, TakenAs
from tuning_playbook.trial import Reason, Status
from tuning_playbook.vocabulary import metric_direction
from tuning_playbook.words import counted

Cells: TypeAlias = Sequence[Any]


@dataclass(frozen=True, slots=True, eq=False)
class WithoutEndings:
    """Columns in which words for a trial's end have given way to nothing.

    Args:
        columns: all columns, one cell for each trial.
        words: column -> row -> the word that stood there.
        measured: column -> why it is a result, where its name does not tell.
    """

    columns: dict[str, Cells]
    words: dict[str, dict[int, str]]
    measured: dict[str, str]


def without_endings(columns: Mapping[str, Cells]) -> WithoutEndings:
    """The columns with numbers only where all words among the numbers say how a trial ended.

    A column with any other word stays as it is, and so does one that is a setting by its name.

    Args:
        columns: name -> one cell for each trial.
    """
    found = WithoutEndings(dict(columns), {}, {})
    for column, cells in columns.items():
        words = _words_for_endings(cells)
        if words is None or (len(words) == len(cells) and not _is_metric(column)):
            continue
        numbers = [None if isinstance(cell, str) else cell for cell in cells]
        reason = f"{next(iter(words.values()), '-')!r} stands among its numbers"
        if role_where_measured(column, group_of(column)[1], numbers, reason) is not None:
            found.columns[column] = numbers
            found.words[column] = words
            found.measured[column] = reason
    return found


def _words_for_endings(cells: Cells) -> dict[int, str] | None:
    """The words by row; ``None`` for a column of another kind."""
    if str not in types_in(cells):
        return None
    found = {}
    for row, cell in enumerate(cells):
        if cell is None or is_number(cell):
            continue
        if not isinstance(cell, str):
            return None
        if cell.strip().lower() not in NO_VALUE:
            if ending_in(cell) is None:
                return None
            found[row] = cell
    return found if any(map(is_number, cells)) or len(found) == len(cells) else None


def _is_metric(column: str) -> bool:
    """Whether a column without a single number is called like a metric: no trial has trained."""
    return metric_direction(group_of(column)[1]) is not None


def with_endings(told: Failures, found: WithoutEndings, taken: Sequence[TakenAs]) -> Failures:
    """How the trials ended, also by the words that stood among numbers.

    A word in a result counts. One in another column, such as the memory used or a metric on test
    data, counts where the trial has no result. A status that says more than the word stays.

    Args:
        told: by status, reason and flags.
        found: the words.
        taken: roles of all columns.
    """
    roles = {one.column: one.role for one in taken}
    measured = [c for c, role in roles.items() if role in QUALITY and c in found.columns]
    status, reason = list(told.status), list(told.reason)
    notes = []
    for column in sorted(found.words, key=lambda c: roles.get(c) is not Role.RESULT):
        words = found.words[column]
        if roles.get(column) is not Role.RESULT:
            words = {
                row: word
                for row, word in words.items()
                if all(found.columns[c][row] is None for c in measured)
            }
        used = []
        for row, word in words.items():
            ending = ending_in(word)
            if ending is not None and _says_more(ending, status[row], reason[row]):
                status[row], reason[row] = ending.status.value, ending.reason.value
                used.append(word)
        if used:
            listed = ", ".join(dict.fromkeys(used))
            notes.append(
                f"By the words in {column}, {counted(len(used), 'trial')} ended: {listed}."
            )
    return replace(told, status=tuple(status), reason=tuple(reason), notes=(*told.notes, *notes))


def _says_more(ending: Ending, status: str, reason: str) -> bool:
    if status == Status.COMPLETE:
        return True
    failed = status in (Status.FAILED, Status.INFEASIBLE)
    return failed and reason == Reason.NONE and ending.reason is not Reason.NONE
