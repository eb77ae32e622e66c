"""What a run came to."""

from __future__ import annotations

from dataclasses import dataclass

from tuning_playbook.trial import Status


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to.

    Args:
        counts: trials in each status, over all studies of the round.
        interrupted: whether it was stopped before all trials had ended.
        crashing: studies of which no more trials were started: their first ones failed alike.
        all_timed_out: whether no more trials were started since the first of every study took
            longer than allowed.
        edited: files of the program that were edited, where trials are left.
    """

    counts: dict[Status, int]
    interrupted: bool
    crashing: frozenset[str] = frozenset()
    all_timed_out: bool = False
    edited: tuple[str, ...] = ()
