"""What happens in the process of a trial."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from tuning_playbook.command_line import filled
from tuning_playbook.errors import TrialDiverged
from tuning_playbook.run.base import TEMPORARY_FAILURE
from tuning_playbook.run.commands import command_environment, command_values, write_config
from tuning_playbook.run.targets import load_function, place_of
from tuning_playbook.study import CommandTarget
from tuning_playbook.training.attempt import Attempt, read_attempt
from tuning_playbook.training.current import ATTEMPT_VARIABLE
from tuning_playbook.training.handle import TrialHandle
from tuning_playbook.training.seeding import seed_everything

THREADS_VARIABLE = "TUNING_PLAYBOOK_THREADS"


def run_attempt(file: Path) -> int:
    """Train, in this process, the attempt described in ``file``.

    Returns:
        Exit code: 0 where the training function returned or its trial diverged,
        `TEMPORARY_FAILURE` where the disk is full, else 1. A command takes this process over and
        never returns.
    """
    attempt = read_attempt(file)
    if attempt.gpus:
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(attempt.gpus)
    os.environ[ATTEMPT_VARIABLE] = str(file)
    _allow_threads(os.environ.pop(THREADS_VARIABLE, "1"))
    if isinstance(attempt.training.target, CommandTarget):
        _become_command(attempt, attempt.training.target)
    folder = Path(attempt.project_folder)
    handle = TrialHandle(attempt)
    try:
        train = load_function(attempt.training.target, folder)
        seed_everything(attempt.seed)
        train(handle)
    except TrialDiverged:
        return 0
    except Exception as error:  # whatever the user's code raises is recorded, not propagated
        print_error()
        if is_full_disk(error):
            return TEMPORARY_FAILURE
        handle.record_event("exception", _description(error, folder))
        return 1
    handle.record_event("returned", {})
    return 0


def _allow_threads(count: str) -> None:
    """Give this process its share of the cores.

    The fork server imports the user's program with one OpenMP thread, because a pool of them does
    not survive a fork: the child's first parallel loop would wait forever.
    """
    os.environ["OMP_NUM_THREADS"] = count
    torch = sys.modules.get("torch")
    if torch is not None and count.isdigit():
        torch.set_num_threads(int(count))


def print_error() -> None:
    """Print the exception that is being handled, where there is space left for it."""
    with suppress(OSError):
        traceback.print_exc()


def is_full_disk(error: BaseException | None) -> bool:
    """Whether the machine is at fault: no space left, directly or as the cause of ``error``."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__
    return False


def _description(error: Exception, folder: Path) -> dict[str, Any]:
    return {
        "type": type(error).__name__,
        "message": str(error)[:500],
        "where": place_of(error, folder).strip(" ()"),
        "kinds": [kind.__name__ for kind in type(error).__mro__],
    }


def _become_command(attempt: Attempt, target: CommandTarget) -> NoReturn:
    arguments = filled(target.arguments, command_values(attempt))
    environment = {**os.environ, **command_environment(attempt)}
    if arguments[0] in ("python", "python3"):
        # The interpreter that runs playbook, not the first one on the path. The argument must
        # name it too: Python finds its virtual environment by it.
        arguments[0] = sys.executable
    try:
        write_config(attempt)
        os.execvpe(arguments[0], arguments, environment)  # noqa: S606  no shell: arguments stay apart
    except OSError as error:
        with suppress(OSError):
            print(f"{arguments[0]}: {error.strerror}", file=sys.stderr, flush=True)  # noqa: T201
        os._exit(TEMPORARY_FAILURE if is_full_disk(error) else 127)
