"""What a person decided against the advice or took out of the record's protection."""

from __future__ import annotations

from dataclasses import dataclass

from tuning_playbook.trial import Seconds


@dataclass(frozen=True, slots=True)
class Override:
    """One such decision.

    Args:
        at: seconds since the epoch.
        round: that it is about; empty for the whole project.
        what: was decided, in words.
        reason: in the user's words; empty where none was given.
    """

    at: Seconds
    round: str
    what: str
    reason: str


def override_text(override: Override) -> str:
    """One override in a sentence.

    Example:
        >>> override_text(Override(0.0, "depth", "Reruns were skipped", "a run takes 3 days"))
        'Reruns were skipped: a run takes 3 days'
    """
    return f"{override.what}: {override.reason}" if override.reason else override.what
