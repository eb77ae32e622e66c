"""How the trials of a table ended: a status, a reason, or a flag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuning_playbook.importers.cells.statuses import (
    are_statuses,
    reason_of,
    reason_of_status,
    status_of,
)
from tuning_playbook.trial import Reason, Status
from tuning_playbook.vocabulary import plain_name
from tuning_playbook.words import counted

_FLAGS = {
    "nan": (Status.INFEASIBLE, Reason.NON_FINITE),
    "diverged": (Status.INFEASIBLE, Reason.NON_FINITE),
    "exploded": (Status.INFEASIBLE, Reason.NON_FINITE),
    "infeasible": (Status.INFEASIBLE, Reason.NONE),
    "oom": (Status.INFEASIBLE, Reason.OUT_OF_MEMORY),
    "crashed": (Status.FAILED, Reason.EXCEPTION),
    "failed": (Status.FAILED, Reason.EXCEPTION),
}
# What a program was told to do about failures: ``nan_inf_filter`` says of no trial that it failed.
_HANDLING = frozenset(
    {
        "filter",
        "skip",
        "ignore",
        "check",
        "detect",
        "allow",
        "policy",
        "handling",
        "stop",
        "guard",
        "raise",
        "remove",
        "drop",
        "replace",
        "terminate",
        "on",
        "to",
        "max",
        "retry",
        "save",
        "log",
    }
)


@dataclass(frozen=True, slots=True)
class Failures:
    """How each trial ended.

    Args:
        status: one for each trial.
        reason: one for each trial.
        used: the columns that told.
        notes: what was understood how.
    """

    status: tuple[str, ...]
    reason: tuple[str, ...]
    used: tuple[str, ...]
    notes: tuple[str, ...]


def failures(
    columns: Mapping[str, Sequence[Any]],
    count: int,
    status_column: str | None,
    reason_column: str | None,
) -> Failures:
    """How each trial ended, by its status, its reason, and flags such as ``nan_train_loss``.

    Args:
        columns: of the table.
        count: number of trials.
        status_column: which column may hold words such as ``finished`` and ``crashed``.
        reason_column: which column may say why.
    """
    status, reason = [Status.COMPLETE] * count, [Reason.NONE] * count
    used, notes = [], []
    if status_column is not None and are_statuses(columns[status_column]):
        used.append(status_column)
        words = columns[status_column]
        told = [status_of(word) for word in words]
        unknown = sorted({str(w) for w, s in zip(words, told, strict=True) if s is None and w})
        if unknown:
            notes.append(f"Unknown in {status_column}, counted as complete: {', '.join(unknown)}.")
        status = [s or Status.COMPLETE for s in told]
        reason = [reason_of_status(word) for word in words]
        if reason_column is not None:
            used.append(reason_column)
            texts = columns[reason_column]
            reason = [r or reason_of(t, s) for t, s, r in zip(texts, status, reason, strict=True)]
    for column, cells in columns.items():
        flag = _flag(column, cells)
        if flag is not None:
            used.append(column)
            raised = [row for row, cell in enumerate(cells) if cell]
            notes.append(f"By the flag {column}, {counted(len(raised), 'trial')} failed.")
            for row in raised:
                status[row], reason[row] = flag
    return Failures(
        tuple(s.value for s in status), tuple(r.value for r in reason), tuple(used), tuple(notes)
    )


def _flag(column: str, cells: Sequence[Any]) -> tuple[Status, Reason] | None:
    """What a column of yes and no says of the trials, by a word in its name."""
    words = plain_name(column).split("_")
    word = next((word for word in words if word in _FLAGS), None)
    if word is None or _HANDLING & set(words):
        return None
    there = {c for c in cells if isinstance(c, (bool, int, float)) and c in (0, 1)}
    yes_or_no = bool(there) and all(
        c is None or (isinstance(c, (bool, int)) and c in (0, 1)) for c in cells
    )
    return _FLAGS[word] if yes_or_no else None
