import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tuning_playbook.errors import (
    InvalidInput,
    StoreReadOnly,
    StoreTooNew,
    StoreUnavailable,
)
from tuning_playbook.store import MemoryStore, open_store, opening, schema
from tuning_playbook.store.network_folder import network_type
from tuning_playbook.store.read_only import holds_something_else
from tuning_playbook.testing.example_studies import example_study, example_trials
from tuning_playbook.trial import Event

_URL = "sqlite:///.playbook/store.db"


def _made(folder):
    store = open_store(_URL, folder=folder)
    store.create(example_study(), example_trials(2))
    store.close()
    return folder / ".playbook" / "store.db"


def test_a_store_moves_with_its_folder(tmp_path):
    _made(tmp_path / "a")
    shutil.move(tmp_path / "a", tmp_path / "b")
    store = open_store(_URL, folder=tmp_path / "b", must_exist=True)
    assert len(store.trials("study")) == 2
    store.close()
    assert not (tmp_path / "a").exists()


def test_memory_needs_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert isinstance(open_store("memory:"), MemoryStore)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["", "store.db", "mysql://u@h/d", "sqlite://", "sqlite:///:memory:", "nonsense://x"]
)
def test_other_urls_are_refused_with_an_example(url):
    with pytest.raises(InvalidInput, match="write"):
        open_store(url)


def test_a_reader_makes_no_store(tmp_path):
    with pytest.raises(StoreUnavailable, match="playbook run ROUND"):
        open_store(_URL, folder=tmp_path, must_exist=True)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_no_store_for_a_reader(tmp_path):
    (tmp_path / "store.db").touch()
    with pytest.raises(StoreUnavailable, match="is empty"):
        open_store("sqlite:///store.db", folder=tmp_path, must_exist=True)


def test_a_store_of_a_newer_version_names_both_revisions_and_the_cure(store_url):
    store = open_store(store_url)
    with store._database.writing() as transaction:
        transaction.execute("UPDATE playbook_revision SET version_num = '0042'", {})
    store.close()
    with pytest.raises(StoreTooNew, match=r"0042.*0003.*pip install --upgrade tuning-playbook"):
        open_store(store_url)


def test_the_known_revisions_are_the_migrations_that_are_shipped():
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from tuning_playbook.store.migrations import REVISIONS

    config = Config()
    config.set_main_option("script_location", str(Path(opening.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(s.revision for s in scripts)[::-1] == REVISIONS


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(connection):
        connection.exec_driver_sql("CREATE TABLE trial (id INTEGER)")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(schema, "_migrate", interrupted)
        with pytest.raises(KeyboardInterrupt):
            open_store("sqlite:///store.db", folder=tmp_path)
    open_store("sqlite:///store.db", folder=tmp_path).close()


def test_a_store_that_is_there_is_opened_without_what_only_migrations_need(tmp_path):
    _made(tmp_path)
    code = (
        "import sys; from pathlib import Path; from tuning_playbook.store import open_store\n"
        f"s = open_store({_URL!r}, folder=Path({str(tmp_path)!r}))\n"
        "assert len(s.trials('study')) == 2\n"
        "assert not {'alembic', 'sqlalchemy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_another_file_is_not_taken_for_a_store(tmp_path):
    (tmp_path / "store.db").write_bytes(b"step,loss\n" * 100)
    with pytest.raises(StoreUnavailable, match="not a store of this tool"):
        open_store("sqlite:///store.db", folder=tmp_path)
    assert (tmp_path / "store.db").read_bytes() == b"step,loss\n" * 100


def test_the_database_of_another_tool_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("CREATE TABLE studies (id)")
        connection.execute("CREATE TABLE alembic_version (version_num)")
    connection.close()
    with pytest.raises(StoreUnavailable, match=r"another program \(alembic_version, studies\)"):
        open_store("sqlite:///store.db", folder=tmp_path)


def test_a_damaged_store_is_named(tmp_path):
    file = _made(tmp_path)
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(StoreUnavailable, match=r"store\.db.*damaged"):
        open_store(_URL, folder=tmp_path).studies()


def test_a_store_whose_schema_is_no_text_is_damaged(tmp_path):
    file = _made(tmp_path)
    schema = b"CREATE TABLE"
    data = file.read_bytes()
    assert schema in data
    file.write_bytes(data.replace(schema, b"CREATE TABL\x81"))
    with pytest.raises(StoreUnavailable, match=r"store\.db.*damaged"):
        open_store(_URL, folder=tmp_path).studies()
    assert holds_something_else(file) == []


def test_a_store_that_another_process_holds_is_locked(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "BUSY_TIMEOUT_SECONDS", 0.05)
    file = _made(tmp_path)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    store = open_store(_URL, folder=tmp_path)
    assert len(store.trials("study")) == 2  # readers don't wait
    with pytest.raises(StoreUnavailable, match="another process"):
        store.claim("study", worker="w", count=1, now=0.0, lease_seconds=1.0)
    holder.execute("ROLLBACK")
    holder.close()
    assert store.claim("study", worker="w", count=1, now=0.0, lease_seconds=1.0)
    store.close()


def test_a_full_disk_is_said_and_loses_nothing(tmp_path):
    _made(tmp_path)
    store = open_store(_URL, folder=tmp_path)
    connection = store._database.connections.take()
    connection.execute("PRAGMA max_page_count = 16")  # of 4 KiB: a small disk
    store._database.connections.give_back(connection)  # and taken again below
    with pytest.raises(StoreUnavailable, match="disk is full; free some space"):
        store.create(example_study("big"), example_trials(2000, study="big"))
    assert [s.name for s in store.studies()] == ["study"]
    assert len(store.trials("study")) == 2
    store.close()


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True
    )
    if made.returncode != 0:
        pytest.skip("this user may not mount a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_really_full_disk_is_said_and_loses_nothing(small_disk):
    _made(small_disk)
    store = open_store(_URL, folder=small_disk)
    with pytest.raises(StoreUnavailable, match="free some space"):
        store.create(example_study("big"), example_trials(20_000, study="big"))
    assert [s.name for s in store.studies()] == ["study"]
    store.create(example_study("little"), example_trials(1, study="little"))
    store.close()


def test_a_read_only_disk_is_said(small_disk):
    _made(small_disk)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StoreUnavailable, match=r"read-only|cannot be opened"):
        open_store(_URL, folder=small_disk).note("study", Event(1.0, "x"))
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        open_store("sqlite:///new/store.db", folder=small_disk)


def test_a_folder_in_the_way_is_said(tmp_path):
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        open_store("sqlite:///store.db", folder=tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        open_store("sqlite:///file/store.db", folder=tmp_path)


def test_a_server_that_does_not_answer_is_said_without_the_password(silent_port):
    pytest.importorskip("psycopg", reason="the extra [postgresql] is not installed")
    with pytest.raises(StoreUnavailable, match="does not answer; start it") as refusal:
        open_store(f"postgresql://u:secret@127.0.0.1:{silent_port}/d")
    assert "secret" not in str(refusal.value)


@pytest.mark.postgres
def test_a_database_that_the_server_does_not_know_is_said(postgres_server):
    with pytest.raises(StoreUnavailable, match="createdb"):
        open_store(f"{postgres_server}/nothing")


def test_a_missing_driver_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnavailable, match=r"tuning-playbook\[postgresql\]"):
        open_store("postgresql://u@127.0.0.1/d")


def test_trials_beyond_every_index_are_not_there(store_url):
    store = open_store(store_url)
    store.create(example_study(), example_trials(2))
    assert [t.index for t in store.trials("study", indices=[1, 10**30])] == [1]
    assert store.trials("study", indices=[10**30]) == ()
    store.close()


def test_a_network_folder_is_warned_about(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "network_type", lambda folder: "nfs4")
    with pytest.warns(UserWarning, match="network file system .nfs4.*PostgreSQL"):
        open_store("sqlite:///store.db", folder=tmp_path).close()


def test_the_innermost_mount_decides(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/a / ext4 rw 0 0\nserver:/x /my\\040home nfs4 rw 0 0\n")
    assert network_type(Path("/my home/project"), mounts=mounts) == "nfs4"
    assert network_type(Path("/my"), mounts=mounts) == ""
    assert network_type(Path("/my home"), mounts=tmp_path / "missing") == ""


def _as_before(folder):
    return {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.iterdir()}


@pytest.mark.parametrize("must_exist", [True, False])
def test_a_database_of_something_else_is_left_as_it_was(tmp_path, must_exist):
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE theirs (id)")
    connection.close()
    before = _as_before(tmp_path)
    with pytest.raises(StoreUnavailable, match=r"tables of another program \(theirs\)"):
        open_store("sqlite:///other.db", folder=tmp_path, must_exist=must_exist)
    assert _as_before(tmp_path) == before


@pytest.mark.parametrize("open_elsewhere", [True, False])
@pytest.mark.parametrize("log_left", [True, False])
def test_a_store_that_cannot_be_written_is_read(tmp_path, monkeypatch, log_left, open_elsewhere):
    file = _made(tmp_path)
    writer = open_store(_URL, folder=tmp_path)
    writer.note("study", Event(1.0, "told"))
    if log_left:
        copies = {p.name: p.read_bytes() for p in file.parent.iterdir() if "-shm" not in p.name}
    if not open_elsewhere:
        writer.close()
        for name, content in copies.items() if log_left else ():
            (file.parent / name).write_bytes(content)
    monkeypatch.setattr(opening, "is_writable", lambda _: False)
    before = sorted(p.name for p in file.parent.iterdir())
    store = open_store(_URL, folder=tmp_path, must_exist=True)
    assert len(store.trials("study")) == 2
    assert [e.kind for e in store.events("study")] == ["told"]
    with pytest.raises(StoreReadOnly, match="it is read-only"):
        store.note("study", Event(2.0, "more"))
    assert len(store.trials("study")) == 2
    store.close()
    assert sorted(p.name for p in file.parent.iterdir()) == before
    writer.close()
