"""The demo: a complete small project, written out to be read and changed."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from tuning_playbook.errors import InvalidInput

ROUND = "hidden-units"


def write_demo_project(folder: Path) -> tuple[Path, ...]:
    """Copy the digits project into ``folder``.

    Returns:
        The files written; none where the demo is there already, so that it can be gone on with.

    Raises:
        InvalidInput: when the folder holds something else.
    """
    if (folder / "rounds" / f"{ROUND}.toml").exists():
        return ()
    if folder.exists() and any(folder.iterdir()):
        raise InvalidInput(
            f"{folder} is not empty; name another folder: playbook demo ANOTHER-FOLDER"
        )
    with as_file(files("tuning_playbook.demo") / "project") as project:
        try:
            ignored = shutil.ignore_patterns("__pycache__", ".playbook", "reports")
            shutil.copytree(project, folder, dirs_exist_ok=True, ignore=ignored)
        except OSError as error:
            raise InvalidInput(f"{folder} cannot be written: {error}") from error
    return tuple(sorted(path for path in folder.rglob("*") if path.is_file()))
