"""What a trial printed, over all of its attempts, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.trial import Trial


@dataclass(frozen=True, slots=True)
class TrialLogs:
    """What a trial printed.

    Args:
        trial: as it is now.
        folder: where its files are.
        outputs: number of each attempt that printed -> file, oldest first.
    """

    trial: Trial
    folder: Path
    outputs: dict[int, Path]


def logs_document(found: TrialLogs) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "study": found.trial.study,
        "trial": found.trial.index,
        "status": found.trial.status.value,
        "reason": found.trial.reason.value,
        "detail": found.trial.detail,
        "folder": str(found.folder),
        "outputs": [{"attempt": n, "path": str(path)} for n, path in found.outputs.items()],
    }


def logs_text(found: TrialLogs) -> str:
    """For a person: every attempt under its own line, and at the end how the trial ended."""
    parts = []
    for number, path in found.outputs.items():
        printed = path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
        parts.append(f"--- attempt {number} ({path})\n{printed or '(nothing)'}")
    if not parts:
        parts.append(f"no attempt has printed anything: there is no output in {found.folder}")
    return "\n".join([*parts, f"--- {_end(found)}"])


def _end(found: TrialLogs) -> str:
    trial = found.trial
    reason = f" ({trial.reason.value})" if trial.reason.value else ""
    detail = f": {trial.detail}" if trial.detail else ""
    return f"trial {trial.index} of {trial.study}: {trial.status.value}{reason}{detail}"
