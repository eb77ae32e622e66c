"""A fork of the fork server in which imports are tried that no trial depends on."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from tuning_playbook.run.forked import stand_alone
from tuning_playbook.run.preloading import Preloader, Tried

_LONGEST_SECONDS = 120


class ImportTrials:
    """Tries, in one fork at a time, what ended trials have imported; the server goes on meanwhile.

    Args:
        preloader: of the server.
        kill: ends a fork and everything that it started.
    """

    def __init__(self, preloader: Preloader, kill: Callable[[int], None]) -> None:
        self._preloader = preloader
        self._kill = kill
        self._names: tuple[str, ...] = ()
        self._pid = self._told = 0

    def trial_ended(self, output: Path) -> None:
        """Look at what a trial has imported."""
        names = self._preloader.take_word(output)
        if names and not self._pid:
            self._names = names
            self._told, telling = os.pipe()
            server = os.getpid()
            self._pid = os.fork()
            if self._pid == 0:
                _try(self._preloader, names, telling, server)
            os.close(telling)

    def child_ended(self) -> None:
        """Import what the fork found safe, where it has ended."""
        if not self._pid or not os.waitpid(self._pid, os.WNOHANG)[0]:
            return
        self.close()
        os.set_blocking(self._told, False)
        told = b""
        with suppress(BlockingIOError):
            told = os.read(self._told, 1 << 16)
        os.close(self._told)
        names, self._names, self._pid = self._names, (), 0
        self._preloader.adopt(names, _read(told))

    def close(self) -> None:
        """End what is still being tried."""
        if self._pid:
            self._kill(self._pid)


def _try(preloader: Preloader, names: Sequence[str], telling: int, server: int) -> NoReturn:
    try:
        stand_alone(server)
        signal.alarm(_LONGEST_SECONDS)  # a module may wait for something that never comes
        nothing = os.open(os.devnull, os.O_RDWR)
        for place in (0, 1, 2):
            os.dup2(nothing, place)
        os.closerange(3, telling)  # the server's own files
        os.closerange(telling + 1, 256)
        os.write(telling, json.dumps(asdict(preloader.tried(names))).encode())
    finally:
        os._exit(0)


def _read(told: bytes) -> Tried:
    try:
        found = json.loads(told)
    except ValueError:
        return Tried()
    return Tried(tuple(found["safe"]), found["refused"])
