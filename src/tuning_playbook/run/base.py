"""The launcher seam: from an attempt at a trial to a process. May import: training."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from tuning_playbook.training.attempt import Attempt
from tuning_playbook.trial import Seconds

# Exit code by which a program says that the machine is at fault (sysexits.h): run it again.
TEMPORARY_FAILURE = 75


@dataclass(frozen=True, slots=True)
class Exit:
    """How a process ended.

    Args:
        code: exit code; ``None`` where a signal ended it.
        signal: number of that signal; ``None`` where it ended by itself.
    """

    code: int | None
    signal: int | None = None


class Launcher(Protocol):
    """Starts attempts and tells how they ended; what they measured travels by their journals.

    For implementers: ``start`` returns before the training begins and never raises for a fault of
    the user's program: that is an exit code. A process must not outlive the launcher's own one.
    """

    def start(self, attempt: Attempt) -> None:
        """Start one attempt; it is known from now on by ``attempt.key``.

        Raises:
            StoreUnavailable: when the disk is full; nothing has been started then.
        """
        ...

    def poll(self, timeout_seconds: Seconds) -> dict[str, Exit]:
        """Attempts that have ended since the last call, by key; waits for one up to the timeout."""
        ...

    def kill(self, keys: Collection[str]) -> None:
        """End these attempts and everything that they started; `poll` still reports them."""
        ...

    def close(self) -> None:
        """Kill what is left and let go of all resources."""
        ...
