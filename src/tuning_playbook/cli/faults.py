"""What went wrong in a command, told in one message."""

from __future__ import annotations

import platform
import shlex
import sys
import tempfile
import traceback
from pathlib import Path

from tuning_playbook.errors import PlaybookError
from tuning_playbook.words import without_password


def message_of(error: Exception) -> str:
    """What to tell of an error that input or machine have caused; empty for faults of the program.

    Args:
        error: as it arrived at the top.
    """
    if isinstance(error, PlaybookError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"{_name(error.filename)} cannot be used: {error.strerror}"
    if isinstance(error, MemoryError):
        return (
            "this machine has run out of memory; use a smaller input or a machine with more memory"
        )
    return ""


def came_of_an_interruption(error: BaseException | None) -> bool:
    """Whether an error was raised while Ctrl-C was on its way through.

    An import that is cut short by it often ends with an ImportError of the package's own.

    Args:
        error: as it arrived at the top.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def report_fault(error: Exception) -> str:
    """Write down what is needed to find a fault of the program, and say where.

    Args:
        error: what nobody expected.
    """
    from importlib.metadata import version  # imported here: no command needs it that ends well

    command = without_password(shlex.join(["playbook", *sys.argv[1:]]))
    made_with = f"tuning-playbook {version('tuning-playbook')}, Python {platform.python_version()}"
    lines = (
        f"{made_with}, {platform.platform()}",
        f"command: {command}",
        f"in: {Path.cwd()}",
        "",
        "".join(traceback.format_exception(error)),
    )
    what = f"{type(error).__name__}: {_first_line(error)}"
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="playbook-fault-",
            suffix=".txt",
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.write("\n".join(lines))
    except OSError:
        return f"{what}\n\n" + "\n".join(lines)
    return (
        f"{what}\nThis is a mistake in playbook, not in your input or study. What is needed to "
        f"mend it is in\n  {file.name}\nPlease look through it for what must stay private, and "
        "attach it to a report."
    )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")[:200]


def _name(filename: object) -> str:
    return filename.decode(errors="replace") if isinstance(filename, bytes) else str(filename)
