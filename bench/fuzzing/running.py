"""Running a command in this process, and judging how it ended."""

from __future__ import annotations

import json
import signal
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from click.testing import CliRunner, Result

import tuning_playbook
from tuning_playbook.cli.faults import message_of
from tuning_playbook.cli.main import playbook

# A busy machine makes nothing hang: work is limited by the processor's time, waiting by the clock.
LIMIT_CPU_SECONDS = 20.0
LIMIT_SECONDS = 300.0
_SOURCE = Path(tuning_playbook.__file__).parent


class Hanging(BaseException):
    """A command takes too long; no handler of exceptions stops this one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How a command failed.

    Args:
        kind: ``traceback``, ``hang`` or ``silent``.
        what: type of the exception, or what is missing.
        where: innermost line of the package, as ``file:line``.
        command: as it was called.
        detail: the traceback, or the output.
    """

    kind: str
    what: str
    where: str
    command: tuple[str, ...]
    detail: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The same for failures that are one fault."""
        return self.kind, self.what, self.where


def failure_of(command: Sequence[str]) -> Failure | None:
    """How a command fails; ``None`` where it does its work or tells what is wrong."""
    try:
        return _judged(result_of(command), command)
    except Hanging as error:
        return _failure("hang", error, command)


def result_of(command: Sequence[str]) -> Result:
    """How a command ends.

    Raises:
        Hanging: where it takes too long.
    """
    with _time_limit(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CliRunner().invoke(playbook, list(command), prog_name="playbook")


def _judged(result: Result, command: Sequence[str]) -> Failure | None:
    error = result.exception
    if error is not None and not isinstance(error, SystemExit):
        told = isinstance(error, Exception) and not isinstance(error, MemoryError)
        if told and message_of(error).strip():  # type: ignore[arg-type]
            return None
        return _failure("traceback", error, command)
    if result.exit_code in (0, 1) and "--json" in command and not _is_json(result.stdout):
        output = result.output[-2000:]
        return Failure("silent", "no valid JSON", command[0], tuple(command), output)
    return None


def _failure(kind: str, error: BaseException, command: Sequence[str]) -> Failure:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(_SOURCE)]
    where = f"{Path(ours[-1].filename).relative_to(_SOURCE)}:{ours[-1].lineno}" if ours else "?"
    if kind == "hang" and ours:
        # Where a loop is interrupted is chance; which command of the package hangs is not.
        where = f"{command[0]} {Path(ours[-1].filename).relative_to(_SOURCE)}"
    detail = "".join(traceback.format_exception(error))
    return Failure(kind, type(error).__name__, where, tuple(command), detail[-6000:])


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_refused)
    except ValueError:
        return False
    return True


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


@contextmanager
def _time_limit() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> Any:
        raise Hanging

    limits = (
        (signal.SIGPROF, signal.ITIMER_PROF, LIMIT_CPU_SECONDS),
        (signal.SIGALRM, signal.ITIMER_REAL, LIMIT_SECONDS),
    )
    before = [(number, signal.signal(number, stop)) for number, _, _ in limits]
    for _, timer, seconds in limits:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for _, timer, _ in limits:
            signal.setitimer(timer, 0)
        for number, handler in before:
            signal.signal(number, handler)
