"""How a test waits: for an event, never for a number of seconds."""

import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Turns a hang into a failure; a busy machine is not expected to come near it.
DEADLINE_SECONDS = 300


def wait_until(happened: Callable[[], object], event: str) -> None:
    """Return as soon as ``happened()`` is true; ``event`` names in a failure what never came."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, f"waited {DEADLINE_SECONDS} s for {event}"
        time.sleep(0.01)


@contextmanager
def started(command: list[str], **options) -> Iterator[subprocess.Popen]:
    """A process that does not outlive the test."""
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.kill()


# Lines of a training function: trials that are held wait here until they are killed.
WAIT_WHERE_HELD = """\
import pathlib, signal
held = pathlib.Path("held")
if held.exists() and str(trial.index) in held.read_text().split():
    pathlib.Path(f"waiting-{trial.index}").touch()
    signal.pause()
"""


def hold(project: Path, indices: Iterable[int]) -> None:
    """Hold these trials, and no others, where the program says `WAIT_WHERE_HELD`."""
    release(project)
    (project / "held").write_text(" ".join(map(str, indices)))


def release(project: Path) -> None:
    """Hold no trial from now on; those that wait already go on waiting until they are killed."""
    for file in (project / "held", *project.glob("waiting-*")):
        file.unlink(missing_ok=True)


def waiting_trials(project: Path) -> set[int]:
    """The held trials that have come to where they wait."""
    return {int(file.name.removeprefix("waiting-")) for file in project.glob("waiting-*")}
