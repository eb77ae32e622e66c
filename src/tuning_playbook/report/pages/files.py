"""Pages of text on disk."""

from __future__ import annotations

from pathlib import Path

from tuning_playbook.errors import InvalidInput
from tuning_playbook.whole_files import written_whole


def write_page(text: str, path: Path, *, failure: str = "") -> None:
    """Write a page, all at once or not at all, in a folder that is made if it is not there.

    Args:
        text: of the page.
        path: where to.
        failure: what is said before the system's reason where that fails; without it, that the
            path cannot be written.

    Raises:
        InvalidInput: when it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            # a text of others may hold half a surrogate pair, which no encoding does
            file.write(text.encode(errors="backslashreplace"))
    except OSError as error:
        said = failure or f"{path} cannot be written"
        raise InvalidInput(f"{said}: {error.strerror}; name another file with -o") from error
