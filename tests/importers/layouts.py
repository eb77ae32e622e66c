"""What the tests of folders share: writing and damaging files, and the one study that is found."""

import json
from contextlib import suppress

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.opening import open_foreign


def write(path, text):
    """Write a file, and make its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def only(path):
    """The single study at a path."""
    (study,) = open_foreign(str(path))
    return study


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
