"""The logbook: an older store gains one, and what is entered comes back."""

import json
import math
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect

from tuning_playbook.decisions import Choice, Decision, Launch, LogbookEntry
from tuning_playbook.records.logbook import decision_entry, decision_of, launch_entry, launch_of
from tuning_playbook.store import open_store
from tuning_playbook.store.connections import Connections
from tuning_playbook.store.database import Database
from tuning_playbook.store.migrations import REVISION_TABLE
from tuning_playbook.store.sql import SqlStore
from tuning_playbook.testing.example_studies import example_chunk, example_study, example_trials
from tuning_playbook.trial import Status

OLD_STORE = Path(__file__).parent / "data" / "store-0001.db"  # written before there was a logbook

TEXT = st.text(max_size=8)
VALUES = st.one_of(st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False), TEXT)
CONFIGS = st.dictionaries(TEXT, VALUES, max_size=3)
NUMBERS = st.floats(allow_nan=True)
DECISIONS = st.builds(
    Decision,
    round=TEXT,
    choice=st.sampled_from(Choice),
    candidate=CONFIGS,
    incumbent=CONFIGS,
    candidate_values=st.lists(NUMBERS, max_size=4).map(tuple),
    incumbent_values=st.lists(NUMBERS, max_size=4).map(tuple),
    gain=NUMBERS,
    lower=NUMBERS,
    upper=NUMBERS,
    confidence=st.floats(0.5, 0.99),
    complexity_cost=st.floats(0, 1),
    trial_deviation=NUMBERS,
    reruns_needed=st.integers(0, 10**6),
    reasons=st.lists(TEXT, max_size=3).map(tuple),
)
LAUNCHES = st.builds(
    Launch, round=TEXT, at=st.floats(0, 2e9), before=CONFIGS, after=CONFIGS,
    choice=st.sampled_from(Choice), reason=TEXT, instead_of=CONFIGS,
)  # fmt: skip


def _stored(entry):
    """The entry as a database gives it back."""
    data = json.loads(json.dumps(dict(entry.data)))
    return LogbookEntry(entry.at, entry.kind, entry.round, entry.message, data)


@given(DECISIONS)
def test_a_decision_comes_back_with_every_type(decision):
    entry = decision_entry(decision, at=1.0, evidence={"code": "abc"})
    assert (entry.kind, entry.round, entry.data["code"]) == ("decision", decision.round, "abc")
    assert repr(decision_of(_stored(entry))) == repr(decision)


@given(LAUNCHES)
def test_a_launch_comes_back_with_every_type(launch):
    entry = launch_entry(launch)
    assert (entry.kind, entry.round, entry.message) == ("launch", launch.round, launch.reason)
    assert repr(launch_of(_stored(entry))) == repr(launch)


def test_a_store_from_before_the_logbook_is_brought_up_and_keeps_its_data(tmp_path):
    shutil.copy(OLD_STORE, tmp_path / "store.db")
    store = open_store("sqlite:///store.db", folder=tmp_path, must_exist=True)
    assert store.logbook() == ()
    store.enter(LogbookEntry(1.0, "decision", "first"))
    store.close()
    store = open_store("sqlite:///store.db", folder=tmp_path, must_exist=True)
    assert [e.kind for e in store.logbook()] == ["decision"]
    (study,) = store.studies()
    assert study == example_study()
    assert store.counts("study") == {
        Status.COMPLETE: 1, Status.RUNNING: 1, Status.WAITING: 1,
    }  # fmt: skip
    assert store.curves("study")[0]["loss"].values.tolist() == [1.1, 2.1, 3.1, 4.1, 5.1]
    assert store.trials("study")[0].checkpoints[0].path == "a/5"
    assert [e.message for e in store.events("study")] == ["before the logbook"]
    store.close()


@pytest.mark.postgres
def test_a_postgresql_store_from_before_the_logbook_is_brought_up(postgres_url):
    import psycopg

    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        _migrate_to(connection, "0001")
        # Today's statements write the old rows, and name this column.
        connection.exec_driver_sql("ALTER TABLE trial ADD COLUMN program TEXT")
    assert "logbook" not in inspect(engine).get_table_names()
    connections = Connections(lambda: psycopg.connect(postgres_url))
    old = SqlStore(Database(connections, place="old", server=True))
    old.create(example_study(), example_trials(2))
    old.claim("study", worker="w", count=1, now=0.0, lease_seconds=60)
    chunk = example_chunk(range(1, 3))
    old.append("study", 0, worker="w", now=0.0, lease_seconds=60, chunks=[chunk])
    old.close()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE trial DROP COLUMN program")
    engine.dispose()
    store = open_store(postgres_url)
    store.enter(LogbookEntry(1.0, "launch", "first", data={"gain": math.inf}))
    assert store.logbook(kind="launch")[0].data == {"gain": math.inf}
    assert store.counts("study") == {Status.RUNNING: 1, Status.WAITING: 1}
    assert store.curves("study")[0]["loss"].values.tolist() == [1.1, 2.1]
    assert [t.program for t in store.trials("study")] == ["", ""]
    store.close()


def _migrate_to(connection, revision):
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    from tuning_playbook.store import schema

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    with EnvironmentContext(
        config, scripts, fn=lambda found, _: scripts._upgrade_revs(revision, found)
    ) as environment:
        environment.configure(connection=connection, version_table=REVISION_TABLE)
        environment.run_migrations()
