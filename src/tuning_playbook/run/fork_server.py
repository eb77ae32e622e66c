"""A process that has imported the user's program already, and forks one child for each trial.

Why not the standard library's fork server: it swallows errors of the preloaded module, runs the
driver's main script again in every child, and leaves children alive when the driver is killed.

Standard input brings one attempt file a line; standard output tells, in JSON lines, ``ready`` or
``error``, then ``started`` and ``exited``. When the input ends, for whatever reason, all children
are killed: no trial outlives its driver.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import sys
from multiprocessing import util as multiprocessing_util
from pathlib import Path
from typing import Any, NoReturn

from tuning_playbook.errors import TargetError
from tuning_playbook.run.base import TEMPORARY_FAILURE
from tuning_playbook.run.child import is_full_disk, print_error, run_attempt
from tuning_playbook.run.forked import stand_alone
from tuning_playbook.run.import_trial import ImportTrials
from tuning_playbook.run.preloading import Preloader
from tuning_playbook.run.targets import load_function
from tuning_playbook.study import FunctionTarget


def serve(folder: Path, target: FunctionTarget | None) -> None:
    """Import the target, then fork a child for every line of standard input until it ends."""
    told = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the user's module prints must not mix with what we tell
    os.chdir(folder)
    if target is not None:
        try:
            load_function(target, folder)
        except TargetError as error:
            _tell(told, error=str(error))
            return
    wakeup, alarm = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _tell(told, ready=True)
    preloader = Preloader()
    imports = ImportTrials(preloader, kill_group)
    children: dict[int, Path] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(wakeup, selectors.EVENT_READ)
        rest = b""
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if wakeup in ready:
                os.read(wakeup, 4096)
                _reap(children, told, imports)
            if 0 in ready:
                data = os.read(0, 65536)
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    pid = _fork(Path(line.decode()), preloader)
                    children[pid] = Path(line.decode())
                    _tell(told, started=line.decode(), pid=pid)
                _reap(children, told, imports)
            imports.child_ended()
    for pid in children:
        kill_group(pid)
    imports.close()


def kill_group(pid: int) -> None:
    """Kill a trial's process and everything that it started."""
    for kill in (os.killpg, os.kill):  # a child that is not yet a group leader is killed alone
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
        return


def _reap(children: dict[int, Path], told: Any, imports: ImportTrials) -> None:
    for pid in tuple(children):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            file = children.pop(pid)
            kill_group(pid)  # what it left behind: data loader workers and the like
            code = os.waitstatus_to_exitcode(status)
            _tell(told, exited=pid, code=max(code, -1), signal=-code if code < 0 else None)
            imports.trial_ended(file)


def _tell(told: Any, **message: Any) -> None:
    print(json.dumps(message), file=told, flush=True)


def _fork(file: Path, preloader: Preloader) -> int:
    server = os.getpid()
    pid = os.fork()
    if pid == 0:
        _be_trial(file, server, preloader)
    return pid


def _be_trial(file: Path, server: int, preloader: Preloader) -> NoReturn:
    code = 1
    try:
        stand_alone(server)
        output = os.open(file.with_suffix(".output"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, place in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, place)
        os.closerange(3, 256)  # the server's own files
        code = run_attempt(file)
        preloader.leave_word(file)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException as error:
        if is_full_disk(error):  # of its journal, say, where it cannot even tell
            code = TEMPORARY_FAILURE
        print_error()
    finally:
        _leave(code)


def _leave(code: int) -> NoReturn:
    """End like a forked child must: without the server's exit handlers."""
    try:
        multiprocessing_util._exit_function()  # type: ignore[attr-defined]  # joins data loaders
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    _, project, *named = sys.argv
    serve(Path(project), FunctionTarget(*named) if named else None)
