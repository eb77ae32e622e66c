"""Where the code of a study came from: commit, uncommitted changes, versions."""

from __future__ import annotations

import hashlib
import os
import platform
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tuning_playbook.study import Provenance, Target, describe_target

# A patch beyond this size is a sign of data under version control, not of a change to code.
PATCH_LIMIT_CHARACTERS = 1_000_000

_LARGEST_PROGRAM_BYTES = 2_000_000
_PROGRAM_SUFFIXES = frozenset(
    {".py", ".pyx", ".pxd", ".c", ".cc", ".cpp", ".cxx", ".cu", ".cuh", ".h", ".hpp", ".rs", ".go",
     ".java", ".scala", ".jl", ".r", ".lua", ".js", ".ts", ".swift", ".sh", ".bash", ".toml",
     ".yaml", ".yml", ".json", ".jsonnet", ".ini", ".cfg", ".conf", ".gin"}
)  # fmt: skip
# Not the program: what this package writes, what programs write into their folder while they train,
# and other people's code.
_OTHER_FOLDERS = frozenset(
    {"rounds", "reports", "export", "__pycache__", "node_modules", "site-packages", "wandb",
     "mlruns", "lightning_logs", "outputs", "runs", "logs", "checkpoints", "results", "build",
     "dist"}
)  # fmt: skip
_OTHER_FILES = frozenset({"playbook.toml"})
# A repository's settings name programs for git to run; telling what has changed needs none of them.
_NO_PROGRAMS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
                "-c", "protocol.allow=never")  # fmt: skip


def package_version() -> str:
    """The version of this package that is installed."""
    from importlib.metadata import version  # imported here: most commands do not need it

    return version("tuning-playbook")


def provenance_of(folder: Path, *, command: str, target: Target | None = None) -> Provenance:
    """What is needed to run a study again.

    Args:
        folder: the project's folder, inside a git repository or not.
        command: what the user typed.
        target: what is started of the program; it belongs to the version of the program.

    Returns:
        Empty commit and patch outside a repository. The patch holds changes to tracked files and
        names untracked ones.

    Source: playbook, "Setting up experiment tracking".
    """
    commit = _git(folder, "rev-parse", "HEAD")
    return replace(
        provenance_of_import(folder, command=command),
        commit=commit,
        patch=_patch(folder) if commit else "",
        code=code_digest(folder) if target is None else program_digest(folder, target),
        python=platform.python_version(),
    )


def provenance_of_import(folder: Path, *, command: str) -> Provenance:
    """The same for trials that something else has run: neither commit nor interpreter is known.

    Git is not asked, whose settings in a folder of others can name programs to run.

    Args:
        folder: the project's folder.
        command: what the user typed.
    """
    return Provenance(
        command=command,
        code=code_digest(folder),
        package=package_version(),
        host=socket.gethostname(),
    )


def program_digest(folder: Path, target: Target) -> str:
    """Which version of the training program this is, and which part of it is started.

    Args:
        folder: the project's folder.
        target: a function of it, or a command.

    Returns:
        16 hexadecimal digits.
    """
    text = f"{code_digest(folder)}\0{describe_target(target)}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def program_files(folder: Path) -> dict[str, str]:
    """Name -> digest of every file that `code_digest` counts, to tell later which have changed."""
    return {
        name: hashlib.sha256(
            _content(path) if size <= _LARGEST_PROGRAM_BYTES else str(size).encode()
        ).hexdigest()[:16]
        for name, path, size in sorted(_program_files(str(folder), ""))
    }


def code_digest(folder: Path) -> str:
    """Which version of the training program this is: 16 hexadecimal digits.

    The program is every file below ``folder`` that is program text or settings by its suffix, or
    may be executed; data, notebooks, documents and outputs are not. Left out are playbook.toml and
    the folders ``rounds``, ``reports`` and ``export``, hidden files and folders, virtual
    environments, and folders that training programs usually write to. A file of more than 2 MB
    counts by its name and size. Names are relative to ``folder``, so a copy has the same digest,
    committed or not.

    Args:
        folder: the project's folder.

    Returns:
        Digest of names and contents.
    """
    digest = hashlib.sha256()
    for name, path, size in sorted(_program_files(str(folder), "")):
        digest.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
        if size <= _LARGEST_PROGRAM_BYTES:
            digest.update(_content(path))
    return digest.hexdigest()[:16]


def _program_files(folder: str, prefix: str) -> Iterator[tuple[str, str, int]]:
    """Name, path and size of each. `os.scandir` knows types without asking for each file."""
    try:
        with os.scandir(folder) as found:
            entries = [e for e in found if not e.name.startswith(".")]
    except OSError:
        return
    if any(e.name == "pyvenv.cfg" for e in entries):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _OTHER_FOLDERS:
                yield from _program_files(entry.path, f"{prefix}{entry.name}/")
        elif entry.name not in _OTHER_FILES and entry.is_file() and _is_program(entry):
            yield f"{prefix}{entry.name}", entry.path, entry.stat().st_size


def _is_program(entry: os.DirEntry[str]) -> bool:
    return Path(entry.name).suffix.lower() in _PROGRAM_SUFFIXES or os.access(entry.path, os.X_OK)


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""  # its name and size count


def _patch(folder: Path) -> str:
    changes = _git(
        folder, *_without_filters(folder), "diff", "--no-ext-diff", "--no-textconv",
        "--ignore-submodules=dirty", "HEAD", "--", ".",
    )  # fmt: skip
    untracked = _git(folder, "ls-files", "--others", "--exclude-standard", "--", ".")
    if untracked:
        names = "".join(f"# untracked: {name}\n" for name in untracked.splitlines())
        changes = f"{names}{changes}"
    if len(changes) > PATCH_LIMIT_CHARACTERS:
        return f"# {len(changes):,} characters of changes, not kept\n"
    return changes


def _without_filters(folder: Path) -> list[str]:
    """Settings that empty every filter of the repository: git runs them on files that changed."""
    keys = _git(folder, "config", "--name-only", "--get-regexp", r"^filter\.").splitlines()
    names = sorted({key.removeprefix("filter.").rpartition(".")[0] for key in keys})
    return [
        argument
        for name in names
        for setting in ("clean=", "smudge=", "process=", "required=false")
        for argument in ("-c", f"filter.{name}.{setting}")
    ]


def _git(folder: Path, *arguments: str) -> str:
    """Output of a git command; empty where there is no repository or no git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *_NO_PROGRAMS, *arguments],
            capture_output=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"},
            text=True,
            errors="replace",
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
