"""One thing to do next."""

from __future__ import annotations

from dataclasses import dataclass

from tuning_playbook.study import Round


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do.

    Args:
        title: what, in one line.
        reason: the finding behind it, with its numbers.
        command: what to type; empty for a change that only its user can make, and for a round that
            is to be written first.
        round: what applying the step writes, for its user to read and change.
        source: key of the passage.
        how: what to write into which file, where no command does it.
        dismissal: the command that says, with a reason, that the step does not apply.
    """

    title: str
    reason: str
    command: str = ""
    round: Round | None = None
    source: str = "incremental-tuning"
    how: str = ""
    dismissal: str = ""
