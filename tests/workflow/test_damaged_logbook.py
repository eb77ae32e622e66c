"""An entry of the logbook that holds something else is told with the cure, by every command."""

import sqlite3

import pytest

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.records.imports import IMPORTED, import_facts
from tuning_playbook.records.logbook import decision_of, launch_of
from tuning_playbook.trial import Event
from tuning_playbook.workflow.rounds.remembering import remember_round


@pytest.fixture
def project(made, typed_project):
    store, round_ = made.store, made.round("first")
    remember_round(store, round_)
    store.close()
    return typed_project(made.folder)


def change(project, kind, data):
    with sqlite3.connect(project.folder / ".playbook" / "store.db") as connection:
        connection.execute("DELETE FROM logbook WHERE kind = ?", (kind,))
        row = (1e9, kind, "first", "m", data)
        statement = "INSERT INTO logbook (at, kind, round, message, data) VALUES (?, ?, ?, ?, ?)"
        connection.execute(statement, row)


@pytest.mark.parametrize(
    ("kind", "data", "command"),
    [
        ("round", "{}", ["next"]),
        ("round", '{"kind": "understand", "mode": "explore"}', ["status", "first"]),
        ("round", "[]", ["history"]),
        (
            "round",
            (
                '{"kind": "improve", "mode": "explore", "follows": [], "complexity_cost": 0, '
                '"reasons": {}}'
            ),
            ["next"],
        ),
        ("answer", '{"studies": 1, "findings": {}}', ["history"]),
        ("answer", '{"findings": [1]}', ["history"]),
        ("answer", '{"soundness": "sound"}', ["next"]),
        ("look", '{"set": "test", "value": "x"}', ["history"]),
        ("exploration-over", '{"still_open": 1}', ["history"]),
        ("launch", '{"choice": "adopt"}', ["history"]),
    ],
)
def test_an_entry_that_holds_something_else_is_told(project, kind, data, command):
    change(project, kind, data)
    assert "damaged" in project.refused(*command)


@pytest.mark.parametrize("read", [decision_of, launch_of])
def test_the_message_names_the_round(read):
    with pytest.raises(StoreUnavailable, match=r"about 'first' is damaged .* restore the store"):
        read(LogbookEntry(1.0, "k", "first", "m", {"choice": 3}))


@pytest.mark.parametrize("index", [1.5, ["a"], None])
def test_a_damaged_event_of_an_import_is_told(index):
    data = {"index": index, "max_train_steps": 10, "inferred_ranges": True}
    with pytest.raises(StoreUnavailable, match="the event of an import is damaged"):
        import_facts([Event(1e9, IMPORTED, "", data=data)])
