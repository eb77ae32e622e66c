"""Waiting for a store that is unwell for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.trial import Seconds

_T = TypeVar("_T")


def patiently(
    call: Callable[[], _T], *, patience_seconds: Seconds = 60.0, pause_seconds: Seconds = 2.0
) -> _T:
    """The result of ``call``, tried again while the store is unavailable.

    A full disk or a restarted server must not cost the trials that are running.

    Args:
        call: one operation of a store, safe to repeat after it failed.
        patience_seconds: how long to try.
        pause_seconds: between two tries.

    Raises:
        StoreUnavailable: when the store has not come back by then.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return call()
        except StoreUnavailable:
            if time.monotonic() >= deadline:
                raise
            time.sleep(pause_seconds)
