"""Live progress of a run: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tuning_playbook.cli.printing import console, say
from tuning_playbook.run.progress import Progress

_SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress_display(*, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A function that shows the state of a run each time it is called."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        yield from _live()
    else:
        yield _lines()


def _live() -> Iterator[Callable[[Progress], None]]:
    from rich.progress import BarColumn, TaskID, TextColumn
    from rich.progress import Progress as Bar

    bar = Bar(
        TextColumn("[bold]{task.description}"),
        BarColumn(bar_width=28),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("{task.fields[words]}"),
        console=console(err=True),
    )
    tasks: list[TaskID] = []

    def show(progress: Progress) -> None:
        if not tasks:
            tasks.append(bar.add_task(progress.round, total=progress.total, words=""))
        bar.update(
            tasks[0], completed=progress.done, total=progress.total, words=describe(progress)
        )

    with bar:
        yield show


def _lines() -> Callable[[Progress], None]:
    last_shown = -_SECONDS_BETWEEN_LINES
    last_done = -1

    def show(progress: Progress) -> None:
        nonlocal last_shown, last_done
        now = time.monotonic()
        ended = progress.done == progress.total and progress.done != last_done
        if ended or now - last_shown >= _SECONDS_BETWEEN_LINES:
            last_shown, last_done = now, progress.done
            line = f"{progress.round}: {progress.done}/{progress.total} {describe(progress)}"
            say(line, err=True)

    return show


def describe(progress: Progress) -> str:
    """The state of a run in one line."""
    words = [f"{progress.running} running"]
    if progress.infeasible:
        words.append(f"{progress.infeasible} infeasible")
    if progress.failed:
        words.append(f"{progress.failed} failed")
    if progress.best is not None:
        words.append(f"best {progress.metric} {progress.best:.4g}")
    if progress.seconds_left is not None and progress.done < progress.total:
        words.append(f"{duration(progress.seconds_left)} left")
    return ", ".join(words)


def duration(seconds: float) -> str:
    """A length of time for a person.

    Example:
        >>> duration(42), duration(600), duration(7300)
        ('42 s', '10 min', '2.0 h')
    """
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5940 else f"{seconds / 3600:.1f} h"
