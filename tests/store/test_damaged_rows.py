import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import StoreError
from tuning_playbook.store import CurveChunk, open_store
from tuning_playbook.testing.example_studies import example_study, example_trials
from tuning_playbook.trial import Event

_URL = "sqlite:///.playbook/store.db"
_READS = ("studies", "trials", "counts", "tallies", "curves", "events", "logbook")


def _written(tmp_path: Path) -> Path:
    store = open_store(_URL, folder=tmp_path)
    store.create(example_study(), example_trials(2))
    store.note("study", Event(1.0, "told"))
    store.enter(LogbookEntry(1.0, "k", "r", "m"))
    lease = {"worker": "w", "now": 0.0, "lease_seconds": 60.0}
    (trial,) = store.claim("study", count=1, **lease)
    chunk = CurveChunk(1, 0, ("loss",), np.array([1]), np.array([[1.0]]))
    store.append("study", trial.index, chunks=[chunk], **lease)
    store.close()
    return tmp_path / ".playbook" / "store.db"


@pytest.mark.parametrize(
    ("statement", "read"),
    [
        ("UPDATE study SET design = '{'", "studies"),
        ("UPDATE study SET design = '[]'", "studies"),
        ("UPDATE study SET design = '{\"format\": 1}'", "studies"),
        ("UPDATE study SET name = 'of another'", "studies"),
        ("UPDATE trial SET config = 'x'", "trials"),
        ("UPDATE trial SET status = 'asleep'", "trials"),
        ("UPDATE trial SET summaries = '{\"a\": [1]}'", "trials"),
        ("UPDATE trial SET checkpoints = '[1]'", "trials"),
        ("UPDATE trial SET checkpoints = '[[1, 2, 3.0]]'", "trials"),
        ("UPDATE trial SET summaries = '{\"a\": [1, 1, 0, 1, 0, 1, [0], 0]}'", "trials"),
        ("UPDATE trial SET config = '[]'", "trials"),
        ("UPDATE trial SET config = '{\"momentum\": [0.5]}'", "trials"),
        ('UPDATE trial SET config = \'{"momentum": {"a": 1}}\'', "trials"),
        ("UPDATE trial SET detail = x'80'", "trials"),
        ("UPDATE trial SET created_at = 'now'", "trials"),
        ("UPDATE trial SET created_at = 1e308", "trials"),
        ("UPDATE study SET design = json_set(design, '$.objective.metric', json('[]'))", "studies"),
        ("UPDATE study SET design = json_set(design, '$.seed', 'one')", "studies"),
        ("UPDATE event SET data = 'x'", "events"),
        ("UPDATE event SET at = 'x'", "events"),
        ("UPDATE event SET at = 4e18", "events"),
        ("UPDATE event SET kind = x'80'", "events"),
        ("UPDATE logbook SET data = '[]'", "logbook"),
        ("UPDATE logbook SET round = x'80'", "logbook"),
        ("UPDATE chunk SET data = x'00'", "curves"),
        ("UPDATE chunk SET metrics = '{'", "curves"),
        ("UPDATE chunk SET metrics = '[1.5]'", "curves"),
        ("UPDATE trial SET status = 'asleep'", "counts"),
        ("UPDATE trial SET status = 'asleep'", "tallies"),
        ("UPDATE logbook SET data = x'ff'", "logbook"),
        ("UPDATE trial SET created_at = 'now'", "tallies"),
        ("UPDATE trial SET finished_at = x'80'", "tallies"),
    ],
)
def test_a_damaged_row_is_told_with_the_cure(tmp_path, statement, read):
    file = _written(tmp_path)
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()
    store = open_store(_URL, folder=tmp_path, must_exist=True)
    with pytest.raises(StoreError, match=r"damaged.*restore "):
        getattr(store, read)(*([] if read in ("studies", "tallies", "logbook") else ["study"]))
    store.close()


@pytest.mark.parametrize("value", ["x'80'", "'now'", "-7", "0.5", "1e308", "'[1]'", "'{\"a\": 1}'"])
def test_any_value_in_any_cell_is_read_or_told(tmp_path, value):
    file = _written(tmp_path)
    with sqlite3.connect(file) as connection:
        tables = ("study", "trial", "chunk", "event", "logbook")
        cells = [(t, row[1]) for t in tables
                 for row in connection.execute(f"PRAGMA table_info({t})")]  # fmt: skip
    connection.close()
    whole = file.read_bytes()
    for table, column in cells:
        file.write_bytes(whole)
        connection = sqlite3.connect(file)
        try:
            with connection:
                connection.execute(f"UPDATE {table} SET {column} = {value}")
        except sqlite3.IntegrityError:
            continue
        finally:
            connection.close()
        try:
            store = open_store(_URL, folder=tmp_path, must_exist=True)
        except StoreError:
            continue
        with closing(store):
            for read in _READS:
                arguments = [] if read in ("studies", "tallies", "logbook") else ["study"]
                with suppress(StoreError, KeyError):  # no study has this name any more
                    found = getattr(store, read)(*arguments)
                    assert _well_typed(found), (table, column, read)


def _well_typed(found: Any) -> bool:
    if isinstance(found, dict):
        return all(map(_well_typed, found.values()))
    if isinstance(found, (list, tuple)):
        return all(map(_well_typed, found))
    kinds = {"created_at": float, "started_at": float, "finished_at": float, "at": float,
             "seed": int, "trials": int, "attempts": int, "program": str, "worker": str,
             "detail": str, "kind": str, "message": str}  # fmt: skip
    return all(
        isinstance(getattr(found, name), kind)
        for name, kind in kinds.items()
        if hasattr(found, name)
    )
