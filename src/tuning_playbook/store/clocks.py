"""Which time it is for a lease: a clock that does not jump, and that all workers share."""

from __future__ import annotations

import time
from collections.abc import Callable

from tuning_playbook.trial import Seconds

_ASK_AGAIN_SECONDS: Seconds = 30.0


def steady_seconds() -> Seconds:
    """Seconds from some moment on, sleep of the machine included, whatever the clock is set to."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class SteadyClock:
    """Seconds since the epoch as one source has told them, counted on without jumps.

    Args:
        source: tells the time.
        ask_again_seconds: after how long the source is asked again; never where ``None``.
    """

    def __init__(
        self, source: Callable[[], Seconds] = time.time, *, ask_again_seconds: Seconds | None = None
    ) -> None:
        self._source = source
        self._ask_again_seconds = ask_again_seconds
        self._asked_at: Seconds | None = None
        self._offset: Seconds = 0.0

    def __call__(self) -> Seconds:
        """The time."""
        now = steady_seconds()
        again = self._ask_again_seconds
        if self._asked_at is None or (again is not None and now - self._asked_at >= again):
            self._offset = self._source() - now
            self._asked_at = now
        return now + self._offset


def clock_of_server(source: Callable[[], Seconds]) -> SteadyClock:
    """The clock of a database server, which is not asked for every lease.

    Args:
        source: asks the server.
    """
    return SteadyClock(source, ask_again_seconds=_ASK_AGAIN_SECONDS)
