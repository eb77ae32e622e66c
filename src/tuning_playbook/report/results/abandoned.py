"""A round that was given up, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AbandonedRound:
    """A round that will not be gone on with.

    Args:
        name: of the round.
        reason: in its user's words.
        left: trials that were planned and have not ended.
        imported: whether something else has run it, so that it cannot be taken up again.
    """

    name: str
    reason: str
    left: int
    imported: bool = False


def abandoned_document(found: AbandonedRound) -> dict[str, Any]:
    """For ``--json``."""
    return {"schema": 1, "round": found.name, "reason": found.reason, "left": found.left}


def abandoned_text(found: AbandonedRound) -> str:
    """For a person."""
    kept = "its trials stay on record"
    if not found.imported:
        kept += f"; to take it up again: playbook run {found.name}"
    return f"{found.name} is abandoned: {found.reason}\n{kept}"
