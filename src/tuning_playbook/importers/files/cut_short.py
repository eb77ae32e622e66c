"""Text files that end within a line: they still grow, or were copied while they did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tuning_playbook.importers.cells.spreadsheets import encoding_of

# Programs write in blocks of this size, or a multiple of it, wherever a line may be then.
_BLOCK_BYTES = 4096


def ends_within_a_line(path: Path) -> bool:
    """Whether nothing ends the last line of a file; that of a whole file may lack its end too."""
    if path.suffix.lower() == ".gz":
        return False
    with path.open("rb") as file:
        wide = encoding_of(file.read(4)) == "utf-16"
        size = file.seek(0, 2)
        file.seek(max(0, size - (2 if wide else 1)))
        return size > 0 and not {10, 13} & set(file.read())


def lines_have_ends(files: Sequence[Path]) -> bool:
    """Whether whoever wrote these files ends every line, so that one without an end is cut."""
    return 2 * sum(map(ends_within_a_line, files)) < len(files)


def is_cut(path: Path, cells: int, width: int) -> bool:
    """Whether the last row of a table is a part of one.

    A cell may be cut as well, and its number be another one then: 12.5 is 1. It shows where the
    file ends with a block.

    Args:
        path: of the table.
        cells: of its last row.
        width: cells of its header.
    """
    if cells > width or not ends_within_a_line(path):
        return False
    return cells < width or path.stat().st_size % _BLOCK_BYTES == 0


def note_on(path: Path) -> str:
    """What to say of a file whose last line was left out."""
    return (
        f"{path.name} ends within its last line, which is left out: the file still grows, or was "
        "cut when it was copied."
    )
