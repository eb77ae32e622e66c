"""What launching came to, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuning_playbook.decisions import Launch
from tuning_playbook.report.phrases.changes import changes_document, changes_text


@dataclass(frozen=True, slots=True)
class LaunchResult:
    """What launching came to.

    Args:
        launch: with the values before and after.
        diff: of playbook.toml, as a patch; empty where nothing had to change.
        written: whether the file and the logbook were changed.
    """

    launch: Launch
    diff: str
    written: bool


def launched_document(launched: LaunchResult) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "round": launched.launch.round,
        "choice": launched.launch.choice.value,
        "reason": launched.launch.reason,
        "changes": changes_document(launched.launch.before, launched.launch.after),
        "diff": launched.diff,
        "written": launched.written,
    }


def launched_text(launched: LaunchResult) -> str:
    """For a person."""
    name = launched.launch.round
    if not launched.diff:
        return f"{name}: its best configuration is the baseline already; nothing to do"
    head = f"{name}: launched" if launched.written else f"{name}: would change"
    changes = changes_text(launched.launch.before, launched.launch.after)
    return "\n".join(
        [
            head,
            *(f"  {line}" for line in changes),
            "",
            launched.diff.rstrip("\n"),
            "",
            f"reason: {launched.launch.reason}",
            *(["next: playbook next"] * launched.written),
        ]
    )
