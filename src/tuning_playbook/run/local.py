"""Trials as processes on this machine."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from tuning_playbook.errors import TargetError
from tuning_playbook.run.base import Exit
from tuning_playbook.run.child import THREADS_VARIABLE
from tuning_playbook.run.fork_server import kill_group
from tuning_playbook.study import FunctionTarget, Target
from tuning_playbook.training.attempt import Attempt, write_attempt
from tuning_playbook.trial import Seconds


class LocalLauncher:
    """Starts every trial as a child of a warm fork server. See `tuning_playbook.run.Launcher`.

    Args:
        folder: of the project; trials run there.
        target: imported by the server before the first trial.
        workers: trials at the same time; unless ``OMP_NUM_THREADS`` is set, each gets its share of
            the cores for numerical threads, so that they do not fight over them.

    Raises:
        TargetError: when the target cannot be imported.
    """

    def __init__(self, folder: Path, target: Target, *, workers: int) -> None:
        named = [target.file, target.function] if isinstance(target, FunctionTarget) else []
        share = max(1, len(os.sched_getaffinity(0)) // workers)
        threads = os.environ.get("OMP_NUM_THREADS", str(share))
        environment = {
            "OPENBLAS_NUM_THREADS": threads,  # survives a fork, unlike OpenMP's threads
            **os.environ,
            "OMP_NUM_THREADS": "1",
            THREADS_VARIABLE: threads,
            "PYTHONUNBUFFERED": "1",
        }
        self._server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tuning_playbook.run.fork_server",
                str(folder.resolve()),
                *named,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches the driver alone, which then decides
        )
        self._keys: dict[str, str] = {}  # attempt file -> key
        self._pids: dict[str, int] = {}  # key -> process
        self._doomed: set[str] = set()
        self._rest = b""
        self._await_ready()

    def start(self, attempt: Attempt) -> None:
        write_attempt(attempt)
        self._keys[str(attempt.file)] = attempt.key
        assert self._server.stdin is not None  # noqa: S101
        self._server.stdin.write(f"{attempt.file}\n".encode())
        self._server.stdin.flush()

    def poll(self, timeout_seconds: Seconds) -> dict[str, Exit]:
        deadline = time.monotonic() + timeout_seconds
        exits: dict[str, Exit] = {}
        while not exits:
            left = deadline - time.monotonic()
            for message in self._messages(max(0.0, left)):
                if "started" in message:
                    self._started(self._keys.pop(message["started"]), message["pid"])
                else:
                    key = next(k for k, pid in self._pids.items() if pid == message["exited"])
                    del self._pids[key]
                    self._doomed.discard(key)
                    by_signal = message["signal"] is not None
                    exits[key] = Exit(None if by_signal else message["code"], message["signal"])
            if left <= 0:
                break
        return exits

    def kill(self, keys: Collection[str]) -> None:
        for key in keys:
            if key in self._pids:
                kill_group(self._pids[key])
            else:
                self._doomed.add(key)  # its start has not been confirmed yet

    def close(self) -> None:
        if self._server.stdin is not None:
            self._server.stdin.close()  # the server kills its children and ends
        try:
            self._server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        if self._server.stdout is not None:
            self._server.stdout.close()

    def _started(self, key: str, pid: int) -> None:
        self._pids[key] = pid
        if key in self._doomed:
            kill_group(pid)

    def _await_ready(self) -> None:
        while not (messages := self._messages(60.0)):
            pass
        if "error" in messages[0]:
            self.close()
            raise TargetError(messages[0]["error"])

    def _messages(self, timeout_seconds: Seconds) -> list[dict[str, Any]]:
        """What the server tells within the timeout; waits for the first message only."""
        assert self._server.stdout is not None  # noqa: S101
        with selectors.DefaultSelector() as selector:
            selector.register(self._server.stdout, selectors.EVENT_READ)
            if not selector.select(timeout_seconds):
                return []
        data = os.read(self._server.stdout.fileno(), 65536)
        if not data:
            raise TargetError(
                f"the process that starts trials has ended (exit code {self._server.wait()}); an "
                "import of the training program may have crashed: run the program by itself to see"
            )
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]
