"""The processes of a `playbook run`, found by a mark in their environment."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from killing.project import ROUND

HANG_SECONDS = 180  # turns a hang into a fault; nothing is expected to come near it
_MARK = "KILL_TEST_DRIVER"
_OUTPUT = re.compile(r"/(\d{5})/attempt-\d+\.output$")


class Hanging(Exception):
    """Something that must happen has not happened."""


@dataclass(slots=True)
class Driver:
    """One `playbook run`.

    Args:
        mark: tells its processes from all others.
        process: itself.
        output: file with what it prints.
        dealt: what was done to it, in order.
    """

    mark: str
    process: subprocess.Popen[bytes]
    output: Path
    dealt: list[str] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal as a terminal does, to its group; nothing where it has ended."""
        if self.is_alive:
            os.killpg(self.process.pid, number)

    def server(self) -> int | None:
        """Its fork server, once there is one."""
        return next((p for p in _children(self.process.pid) if p in living(self.mark)), None)

    def workers(self) -> dict[int, int | None]:
        """Processes of trials, with the trial's index where it shows already."""
        server = self.server()
        return {} if server is None else {pid: _trial_of(pid) for pid in _children(server)}

    def ended(self) -> int:
        """Its exit code, once it and everything that it started are gone.

        Raises:
            Hanging: where it does not end, or leaves a process behind.
        """
        wait_until(lambda: not self.is_alive, f"the end of {self.dealt or 'an undisturbed run'}")
        wait_until(lambda: not living(self.mark), f"the end of orphans after {self.dealt}")
        return self.process.returncode


def start_driver(
    folder: Path, mark: str, *, environment: Mapping[str, str], options: tuple[str, ...] = ()
) -> Driver:
    """Start `playbook run` in a project."""
    output = Path(environment["KILL_TEST_TRUTH"]).parent / f"driver-{mark}.output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "tuning_playbook", "run", ROUND, "--no-report", "--no-try",
             *options],
            cwd=folder, env={**os.environ, **environment, _MARK: mark},
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    return Driver(mark, process, output)


def living(mark: str) -> set[int]:
    """Processes that carry the mark; what has ended and waits to be reaped has no environment."""
    sought, found = f"{_MARK}={mark}\0".encode(), set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if sought in (place / "environ").read_bytes():
                found.add(int(place.name))
        except OSError:
            continue
    return found


def kill(pid: int, number: signal.Signals) -> bool:
    """Send a signal; whether there was such a process."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def wait_until(happened: Callable[[], object], event: str) -> None:
    """Return as soon as ``happened()``.

    Raises:
        Hanging: where it does not.
    """
    deadline = time.monotonic() + HANG_SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise Hanging(f"waited {HANG_SECONDS} s for {event}")
        time.sleep(0.01)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in text.split()]


def _trial_of(pid: int) -> int | None:
    try:
        match = _OUTPUT.search(str(Path(f"/proc/{pid}/fd/1").readlink()))
    except OSError:
        return None
    return int(match[1]) if match else None
