"""Folders of folders: each study in them is read by its own reader, and what was found is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TypeAlias

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.readers import Reader, named_study, reader_of, unzipped
from tuning_playbook.importers.runs.log_files import stage_of_log
from tuning_playbook.importers.runs.run_places import is_run_folder
from tuning_playbook.vocabulary import split_of

_DEEPEST = 3
_MOST_PARTS = 100
_MOST_CLAIMED = 200  # sub-folders; those of one tool are alike
_STORAGES = (".db", ".sqlite", ".sqlite3", ".log", ".journal")
_MOST_TABLES, _MOST_READ = 5, 20
_SPLITS = ("validation", None, "training", "test")
# Where a Trainer logs, beside the runs of its search.
_OF_TRAINER = frozenset({"runs", "logs"})


_Claims: TypeAlias = Mapping[Path, Reader]  # sub-folder -> who knows it


@dataclass(frozen=True, slots=True)
class _Part:
    """Studies that were found together.

    Args:
        place: of the folder or file, below the one that was asked for; empty for itself.
        tool: whose files they are.
        studies: as read; none where they cannot be read.
        error: why not.
    """

    place: str
    tool: str
    studies: tuple[ForeignStudy, ...] = ()
    error: str = ""


def read_folder(folder: Path, study: str | None) -> tuple[ForeignStudy, ...]:
    """The studies in a folder and below it, or the one of that name; none where nothing is known.

    A folder that one tool has written is read whole. What several tools have written there are
    studies of their own, told by their places.

    Raises:
        InvalidInput: where none of them can be read, or none has that name.
    """
    reader = reader_of(folder)
    storages = list(islice(_storages(folder, folder), _MOST_PARTS))
    mixed = _mixed(folder, reader)
    if reader is not None and mixed is None and not storages:
        return reader.read(folder, study)
    found = chain(storages, _below(folder, folder, reader, mixed, 0))
    parts = list(islice(found, _MOST_PARTS))
    if parts and all(part.error for part in parts):
        raise InvalidInput(parts[0].error)
    return named_study(_told(folder, parts), study, str(folder)) if parts else ()


def tables_in(folder: Path) -> list[Path]:
    """Some of the tables in a folder and the folders in it, the most telling first.

    These are tables of trials, then logs of runs, then what is named after validation data.
    """
    files = [*folder.iterdir(), *(file for below in _folders(folder) for file in below.iterdir())]
    tables = [file for file in files if file.is_file() and table_ending(file)]
    tables.sort(key=lambda p: (len(p.parts), not p.name.startswith(("trials", "runs")), str(p)))
    some = tables[:_MOST_READ]
    some.sort(key=_place_among_tables)
    return some[:_MOST_TABLES]


def _place_among_tables(table: Path) -> tuple[bool, bool, int]:
    of_trials = table.name.startswith(("trials", "runs"))
    is_log = not of_trials and stage_of_log(table) in ("log", "several")
    return not of_trials, not is_log, _SPLITS.index(split_of(table.stem))


def _parts(top: Path, folder: Path, reader: Reader | None, depth: int) -> Iterator[_Part]:
    yield from _storages(top, folder)
    mixed = _mixed(folder, reader) if depth < _DEEPEST else None
    yield from _below(top, folder, reader, mixed, depth)


def _below(
    top: Path, folder: Path, reader: Reader | None, mixed: _Claims | None, depth: int
) -> Iterator[_Part]:
    if mixed is not None:
        yield from _of_folders(top, folder, reader, mixed, depth)
    elif reader is not None:
        yield _read(top, folder, reader)


def _of_folders(
    top: Path, folder: Path, reader: Reader | None, claims: _Claims, depth: int
) -> Iterator[_Part]:
    """What lies in the sub-folders; those with a single run make one study where they are alike."""
    single: dict[str, list[Path]] = defaultdict(list)
    others: list[_Part] = []
    for below in _folders(folder):
        found = (
            list(_parts(top, below, claims.get(below), depth + 1))
            if (below in claims or not _is_of_trainer(below, claims))
            else []
        )
        one_run = len(found) == 1 and [len(study.ids) for study in found[0].studies] == [1]
        if one_run and below in claims and claims[below].read_some is not None:
            single[claims[below].tool].append(below)
        else:
            others += found
    if reader is not None and reader.read_some is not None and not others and len(single) > 1:
        yield _read(top, folder, reader)  # runs of one study that have logged in several ways
        return
    yield from others
    for places in single.values():
        yield _read(top, folder, claims[places[0]], [place.name for place in places])


def _mixed(folder: Path, reader: Reader | None) -> _Claims | None:
    """The sub-folders that readers know; ``None`` where all that is known belongs to one reader."""
    if reader is not None and reader.read_some is None:
        if not any(reader.looks_like(below) for below in _folders(folder)[:_MOST_CLAIMED]):
            return None
    elif reader is not None and is_run_folder(folder):
        return None
    claims = _claims(folder)
    one = reader is not None and len({claim.tool for claim in claims.values()}) < 2
    return None if one else claims


def _claims(folder: Path) -> _Claims:
    """The sub-folders that a reader knows, without those in which a Trainer logs."""
    known = {below: reader_of(below) for below in _folders(folder)[:_MOST_CLAIMED]}
    found = {below: reader for below, reader in known.items() if reader is not None}
    return {below: r for below, r in found.items() if not _is_of_trainer(below, found)}


def _is_of_trainer(below: Path, claims: _Claims) -> bool:
    others = [reader.tool for place, reader in claims.items() if place != below]
    return below.name in _OF_TRAINER and "Hugging Face" in others


def _folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and p.name[:1] != ".")


def _storages(top: Path, folder: Path) -> Iterator[_Part]:
    """The studies in databases and journals, perhaps zipped."""
    for file in sorted(folder.iterdir()):
        plain = file.name.lower().removesuffix(".gz")
        if file.is_file() and file.name[:1] != "." and plain.endswith(_STORAGES):
            yield from _of_storage(top, file)


def _of_storage(top: Path, file: Path) -> Iterator[_Part]:
    """What a file holds; nothing where it is no database of a known tool, or cannot be unpacked."""
    place = "/".join(file.relative_to(top).parts)
    with suppress(InvalidInput), unzipped(file) as inside:
        reader = reader_of(inside)
        if reader is None:
            return
        try:
            yield _Part(place, reader.tool, reader.read(inside, None))
        except InvalidInput as error:
            yield _Part(place, reader.tool, error=str(error).replace(str(inside), str(file)))


def _read(top: Path, folder: Path, reader: Reader, only: Sequence[str] = ()) -> _Part:
    place = "/".join(folder.relative_to(top).parts)
    try:
        if only and reader.read_some is not None:
            return _Part(place, reader.tool, reader.read_some(folder, only))
        return _Part(place, reader.tool, reader.read(folder, None))
    except InvalidInput as error:
        return _Part(place, reader.tool, error=str(error))


def _told(folder: Path, parts: Sequence[_Part]) -> tuple[ForeignStudy, ...]:
    """The studies under their places, each with a note of all that was found."""
    if len(parts) == 1 and not parts[0].place:
        return parts[0].studies
    name = folder.resolve().name
    found = ", ".join(f"{part.place or name} ({part.tool})" for part in parts if part.studies)
    notes = [f"Found below {name}: {found}.", *(f"Not read: {p.error}." for p in parts if p.error)]
    return tuple(
        replace(one, name=_named(part.place, one.name), notes=(*notes, *one.notes))
        for part in parts
        for one in part.studies
    )


def _named(place: str, own: str) -> str:
    return place if own == place.rsplit("/", 1)[-1] else "/".join(filter(None, (place, own)))
