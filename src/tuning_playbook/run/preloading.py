"""What a first trial is seen to import is imported in the fork server, for all that follow.

PyTorch imports a thousand modules when its first optimizer is made: a second of CPU time in every
trial, since the fork server has only imported what the program imports at its top. A trial that
ends leaves the names of what it has imported beside its output. A fork of the server that nothing
depends on imports them first, and the server only what left that fork safe to fork again: one
thread, no process of its own, no device, the same handling of signals, and no native library of a
package that is new, since such libraries read their numbers of threads and devices when they are
loaded. The user's own modules are never imported here.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import site
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import ModuleType

_MOST_ROUNDS = 8
_MOST_AT_ONCE = 500
_DEVICES = ("/dev/nvidia", "/dev/kfd", "/dev/dri", "/dev/accel", "/dev/davinci")


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of imports in a fork: those to do in the server, and the one that was not safe."""

    safe: tuple[str, ...] = ()
    refused: str = ""


class Preloader:
    """Remembers what has been tried. Made by the fork server, and inherited by its forks."""

    def __init__(self) -> None:
        self._loaded = frozenset(sys.modules)
        self._settled: set[str] = set()
        self._refused_packages: set[str] = set()
        self._rounds = 0

    def leave_word(self, output: Path) -> None:
        """In a trial that ends: write what it has imported beside its output."""
        if self._rounds >= _MOST_ROUNDS:
            return
        folders = _installed_folders()
        new = [
            name
            for name, module in list(sys.modules.items())
            if self._is_open(name) and _is_installed(module, folders)
        ]
        if new:
            with suppress(OSError):
                _word_of(output).write_text(json.dumps(new))

    def take_word(self, output: Path) -> tuple[str, ...]:
        """In the server: what an ended trial has imported, as far as it is to be tried."""
        try:
            names = json.loads(_word_of(output).read_text())
            _word_of(output).unlink()
        except (OSError, ValueError):
            return ()
        return tuple(filter(self._is_open, names)) if self._rounds < _MOST_ROUNDS else ()

    def tried(self, names: Sequence[str]) -> Tried:
        """In a fork of the server: import one name after the other as long as that is safe."""
        packages, safe = self._packages(), list[str]()
        for name in names:
            if name in sys.modules:
                continue
            before = Surroundings.now()
            if not _imported(name) or not before.hold_with(packages):
                return Tried(tuple(safe), name)
            safe.append(name)
            if len(safe) == _MOST_AT_ONCE:
                break
        return Tried(tuple(safe))

    def adopt(self, names: Sequence[str], tried: Tried) -> None:
        """In the server: import what was safe; what follows a refused name is tried another time.

        Args:
            names: that were tried.
            tried: what came of it; nothing where the fork died.
        """
        self._rounds += 1
        packages = self._packages()
        for name in tried.safe:
            _imported(name)
        self._loaded |= frozenset(sys.modules)
        self._settled.update([tried.refused] if tried.safe or tried.refused else names)
        package = tried.refused.partition(".")[0]
        if package not in packages:
            self._refused_packages.add(package)

    def _packages(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self._loaded)

    def _is_open(self, name: str) -> bool:
        return (
            name not in self._loaded
            and name not in self._settled
            and name.partition(".")[0] not in self._refused_packages
        )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an import may not change in a process that is to be forked."""

    libraries: frozenset[str]
    handlers: tuple[object, ...]

    @classmethod
    def now(cls) -> Surroundings:
        """Of this process."""
        return cls(_native_libraries(), tuple(map(signal.getsignal, signal.valid_signals())))

    def hold_with(self, packages: frozenset[str]) -> bool:
        """Whether this process may be forked; ``packages`` may have loaded more of their own."""
        now = Surroundings.now()
        return (
            len(list(Path("/proc/self/task").iterdir())) == 1
            and not Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            and not any(path.startswith(_DEVICES) for path in _open_files())
            and now.handlers == self.handlers
            and all(_is_known(path, packages) for path in now.libraries - self.libraries)
        )


def _is_known(library: str, packages: frozenset[str]) -> bool:
    """Whether a native library is one of the standard library or of a package already loaded."""
    parts = Path(library).parts
    return "lib-dynload" in parts or any(
        here in ("site-packages", "dist-packages") and inside in packages
        for here, inside in pairwise(parts)
    )


def _native_libraries() -> frozenset[str]:
    lines = Path("/proc/self/maps").read_text().splitlines()
    files = (line.split(maxsplit=5)[5] for line in lines if ".so" in line)
    return frozenset(file for file in files if file.startswith("/"))


def _open_files() -> list[str]:
    found = []
    for place in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found.append(str(place.readlink()))
    return found


def _imported(name: str) -> bool:
    try:
        importlib.import_module(name)
    except BaseException:  # whatever a module does when it is imported alone
        return False
    return True


def _installed_folders() -> tuple[str, ...]:
    """Where the interpreter and packages are installed; what lies elsewhere is the user's own."""
    named = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    named |= {str(Path(os.__file__).parent), site.getusersitepackages(), *site.getsitepackages()}
    return tuple(f"{folder}/" for folder in named if folder)


def _is_installed(module: object, folders: tuple[str, ...]) -> bool:
    # Not by getattr: modules that are loaded lazily would be loaded by it.
    file = module.__dict__.get("__file__") if isinstance(module, ModuleType) else None
    return isinstance(file, str) and file.startswith(folders)


def _word_of(output: Path) -> Path:
    return output.with_suffix(".imports")
