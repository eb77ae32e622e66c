"""What an import came to, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.trial import Status


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to.

    Args:
        round: its name.
        folder: of the project.
        study: what the study was called.
        added: trials that are new in the store, by status.
        known: trials that had been imported before.
        unfinished: trials left out because they still run or wait.
        project_file: the file, where it was written for this import.
        notes: what was guessed, repaired, renamed or left out.
        length_known: whether the study tells for how long its trials trained.
    """

    round: str
    folder: Path
    study: str
    added: Mapping[Status, int]
    known: int
    unfinished: int
    project_file: Path | None
    notes: tuple[str, ...]
    length_known: bool = True


def imported_document(imported: Imported) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "round": imported.round,
        "project": str(imported.folder),
        "study": imported.study,
        "added": {status.value: count for status, count in imported.added.items()},
        "known": imported.known,
        "unfinished": imported.unfinished,
        "project_file": None if imported.project_file is None else str(imported.project_file),
        "notes": list(imported.notes),
    }


def imported_text(imported: Imported) -> str:
    """For a person."""
    total = sum(imported.added.values())
    words = ", ".join(f"{count} {status.value}" for status, count in imported.added.items())
    words = f" ({words})" if words else ""
    lines = [f"round {imported.round}: {total} trials of {imported.study!r} imported{words}"]
    if imported.known:
        lines.append(f"  {imported.known} had been imported before and are as they were")
    if imported.unfinished:
        lines.append(f"  {imported.unfinished} have not ended; import again when they have")
    lines += [f"  - {note}" for note in imported.notes]
    if imported.project_file is not None:
        length = (
            ""
            if imported.length_known
            else "; set max_train_steps as well, since the study does not tell for how long its "
            "trials trained"
        )
        lines.append(
            f"wrote {imported.project_file}: defaults are those of the best setting, a candidate "
            "that this project has not run; before a round of your own runs, set [training] "
            f"target and look through the ranges{length}"
        )
    lines.append(
        f"next: playbook check {imported.round} --project {imported.folder}, "
        f"playbook report {imported.round} --project {imported.folder}"
    )
    return "\n".join(lines)
