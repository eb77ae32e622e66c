"""Where the files of a project lie: playbook.toml, and one file a round in rounds/."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from tuning_playbook.errors import InvalidInput

PROJECT_FILE = "playbook.toml"
ROUNDS_FOLDER = "rounds"


def find_project(start: Path) -> Path:
    """The folder of the project that ``start`` lies in: itself or the nearest one above.

    Raises:
        InvalidInput: when there is none.
    """
    start = start.resolve()
    if start.is_file():
        return start.parent
    if not start.is_dir():
        raise InvalidInput(f"the folder {start} does not exist")
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise InvalidInput(
        f"no {PROJECT_FILE} in {start} or any folder above it; to make one, type: playbook init"
    )


def find_round(folder: Path, name: str) -> Path:
    """The file of a round, by its name or path.

    Raises:
        InvalidInput: when there is none; the message lists those that are there.
    """
    rounds = folder / ROUNDS_FOLDER
    stem = name.removesuffix(".toml")
    for path in (rounds / f"{stem}.toml", Path(name), Path(f"{stem}.toml")):
        if path.is_file():
            return path
    names = sorted(p.stem for p in rounds.glob("*.toml"))
    near = get_close_matches(stem, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names) or 'none yet'}"
    raise InvalidInput(f"no round {name!r} in {rounds}; {hint}")
