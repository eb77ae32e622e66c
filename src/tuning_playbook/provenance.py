"""Where the code of a study came from: commit, uncommitted changes, versions."""

from __future__ import annotations

import platform
import socket
import subprocess
from importlib.metadata import version
from pathlib import Path

from tuning_playbook.study import Provenance

# A patch beyond this size is a sign of data under version control, not of a change to code.
PATCH_LIMIT_CHARACTERS = 1_000_000


def provenance_of(folder: Path, *, command: str) -> Provenance:
    """What is needed to run a study again.

    Args:
        folder: the project's folder, inside a git repository or not.
        command: what the user typed.

    Returns:
        Empty commit and patch outside a repository. The patch holds changes to tracked files and
        names untracked ones.

    Source: playbook, "Setting up experiment tracking".
    """
    commit = _git(folder, "rev-parse", "HEAD")
    return Provenance(
        command=command,
        commit=commit,
        patch=_patch(folder) if commit else "",
        python=platform.python_version(),
        package=version("tuning-playbook"),
        host=socket.gethostname(),
    )


def _patch(folder: Path) -> str:
    changes = _git(folder, "diff", "HEAD", "--", ".")
    untracked = _git(folder, "ls-files", "--others", "--exclude-standard", "--", ".")
    if untracked:
        names = "".join(f"# untracked: {name}\n" for name in untracked.splitlines())
        changes = f"{names}{changes}"
    if len(changes) > PATCH_LIMIT_CHARACTERS:
        return f"# {len(changes):,} characters of changes, not kept\n"
    return changes


def _git(folder: Path, *arguments: str) -> str:
    """Output of a git command; empty where there is no repository or no git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
