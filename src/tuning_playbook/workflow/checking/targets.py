"""Whether what is to be checked or compared is a round of a project, or a file of another tool."""

from __future__ import annotations

import difflib
from contextlib import suppress
from pathlib import Path

from tuning_playbook.errors import InvalidInput, PlaybookError
from tuning_playbook.project_files.places import PROJECT_FILE, ROUNDS_FOLDER, find_project


def names_a_round(target: str) -> bool:
    """Whether there is no such file, but a project around the working folder with such a round."""
    path = Path(target)
    if ":" in target or (path.exists() and path.suffix != ".toml"):
        return False
    try:
        folder = find_project(Path())
    except InvalidInput:
        return False
    if path.suffix == ".toml" or (folder / ROUNDS_FOLDER / f"{target}.toml").is_file():
        return True
    return "/" not in target and target in _stored_rounds(folder)


def _stored_rounds(folder: Path) -> tuple[str, ...]:
    """Rounds in the project's store: an imported one has no file."""
    # Imported here: a file of another tool needs no store.
    from tuning_playbook.gather.opening import open_project, opened_store
    from tuning_playbook.gather.snapshot import round_names

    with suppress(PlaybookError), opened_store(open_project(folder)) as store:
        return round_names(store.studies())
    return ()


def refuse_near_misses(target: str) -> None:
    """A misspelt round, or a project instead of one of its rounds."""
    path = Path(target)
    inside = (path / PROJECT_FILE).is_file()
    if ":" in target or (path.exists() and not inside):
        return
    try:
        folder = path if inside else find_project(Path())
    except InvalidInput:
        return
    files = {p.stem for p in (folder / ROUNDS_FOLDER).glob("*.toml")}
    names = sorted({*files, *_stored_rounds(folder)})
    near = difflib.get_close_matches(target, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"its rounds: {', '.join(names) or 'none yet'}"
    what = "is a project" if inside else "is no file or folder, and no round of this project"
    raise InvalidInput(f"{target} {what}; name one of its rounds. {hint[0].upper()}{hint[1:]}")
