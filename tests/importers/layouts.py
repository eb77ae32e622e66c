"""What the tests of importers share: writing and damaging files, and the study that is found."""

import csv
import gzip
import json
from contextlib import suppress

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign
from tuning_playbook.importers.tables.studies import read_table


def write(path, text):
    """Write a file, and make its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def only(path):
    """The single study at a path."""
    (study,) = open_foreign(str(path))
    return study


def written(folder, header, *rows):
    """A table of lines as they are."""
    path = folder / "results.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def write_csv(path, rows, **options):
    """A table of mappings, compressed where its name says so."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    opener = gzip.open if path.name.endswith(".gz") else open
    with opener(path, "wt", newline="", encoding=options.pop("encoding", "utf-8")) as file:
        writer = csv.DictWriter(file, columns, restval="", **options)
        writer.writeheader()
        writer.writerows(rows)
    return path


def read_tables(folder, trials, points=None):
    """A table of trials, with one of curves."""
    curves = None if points is None else write_csv(folder / "c.csv", points)
    return read_table(write_csv(folder / "t.csv", trials), curves=curves)


def roles(path):
    """What each column of the single study at a path was taken for."""
    return {one.column: one.role for one in only(path).columns}


_WRONG = (3, 0.5, "text", None, True, [1], [None], {"a": 1}, float("nan"))


def require_told_where_damaged(folder):
    """Damage one file of each name in every way below; each time it is read or refused in words.

    Cut short, emptied, filled with something else, and in JSON each value of a wrong kind in turn.
    An error of another type than `InvalidInput` is a mistake of the reader.
    """
    files = {file.name: file for file in sorted(folder.rglob("*")) if file.is_file()}
    for file in files.values():
        sound = file.read_bytes()
        for damaged in _damaged(sound, is_json=file.suffix == ".json"):
            file.write_bytes(damaged)
            with suppress(InvalidInput):
                open_foreign(str(folder))
        file.write_bytes(sound)


def _damaged(sound, *, is_json):
    yield from (sound[: len(sound) // 2], b"", b"null", b"[]", b"{}", b"\x00\xff\xfe")
    if is_json:
        yield from (json.dumps(other).encode() for other in _with_wrong_values(json.loads(sound)))


def _with_wrong_values(document):
    """The document with each of its values in turn of another kind."""
    yield from _WRONG
    if isinstance(document, dict):
        for key, value in document.items():
            yield {k: v for k, v in document.items() if k != key}
            yield from ({**document, key: other} for other in _with_wrong_values(value))
    elif isinstance(document, list):
        for place, value in enumerate(document[:3]):
            for other in _with_wrong_values(value):
                yield [*document[:place], other, *document[place + 1 :]]
