"""The words of refusals that every store shares."""

from __future__ import annotations

from collections.abc import Sequence


def conflict_message(study: str, different: Sequence[str]) -> str:
    """A study exists with another design: what differs, and the way out."""
    lines = "\n".join(f"  {line}" for line in different)
    return (
        f"study {study!r} exists already with another design:\n{lines}\n"
        "Its trials would not be comparable. Undo the change, or give the round a new name "
        "(copy its file), so that both stay on record."
    )


def lease_lost_message(study: str, index: int, worker: str) -> str:
    """A trial belongs to somebody else by now."""
    return (
        f"trial {index} of {study!r} is no longer leased to {worker!r}: its lease ended and "
        "another worker has taken it over, or it has finished"
    )
