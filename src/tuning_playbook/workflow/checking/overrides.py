"""Overrides in the project's logbook."""

from __future__ import annotations

import time
from collections.abc import Sequence

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import InvalidInput
from tuning_playbook.records.logbook import (
    RERUNS_SKIPPED,
    SET_ASIDE,
)
from tuning_playbook.store import Store
from tuning_playbook.words import listed


def set_checks_aside(
    store: Store, round_name: str, checks: Sequence[str], reason: str, *, counts: bool = False
) -> None:
    """Enter that checks are not to count for a round, or count again.

    Raises:
        InvalidInput: without a reason.
    """
    why = " ".join(reason.split())
    if checks and not why and not counts:
        raise InvalidInput(
            f"say why {listed(checks)} is not to count for round {round_name!r}: it is kept on "
            'record and shown with every answer: --reason "..."'
        )
    for check in checks:
        data = {"schema": 1, "check": check, "counts": counts}
        store.enter(LogbookEntry(time.time(), SET_ASIDE, round_name, why, data))


def skip_reruns(store: Store, round_name: str, reason: str) -> None:
    """Enter that a round is not decided by reruns, because they cost too much.

    Raises:
        InvalidInput: without a reason.
    """
    why = " ".join(reason.split())
    if not why:
        raise InvalidInput('say why no reruns are made: --skip "one run takes 3 days"')
    store.enter(LogbookEntry(time.time(), RERUNS_SKIPPED, round_name, why))
