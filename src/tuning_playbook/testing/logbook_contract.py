"""What every store's logbook keeps to; part of the store's contract."""

# ruff: noqa: S101  asserting is what a contract suite is for

from __future__ import annotations

import math

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.store.base import Store


class _Logbook:
    """Entries come back as they were entered."""

    def test_entries_come_in_the_order_of_entering(self, store: Store) -> None:
        entries = (
            LogbookEntry(5.0, "decision", "first", "adopt", {"gain": 0.5, "values": [1, None]}),
            LogbookEntry(3.0, "launch", "first", "clock of another machine"),
            LogbookEntry(7.5, "decision", "second"),
            LogbookEntry(8.0, "exploration-over"),
        )
        assert store.logbook() == ()
        for entry in entries:
            store.enter(entry)
        assert store.logbook() == entries
        assert store.logbook(kind="decision") == (entries[0], entries[2])
        assert store.logbook(kind="look") == ()

    def test_entries_are_data_whatever_they_say(self, store: Store) -> None:
        text = "'; DROP TABLE logbook; -- %s ? :p \u00e9\u4e2d\U0001f642"
        entry = LogbookEntry(1.0, text, text, text, {text: [text, math.inf]})
        store.enter(entry)
        assert store.logbook(kind=text) == (entry,)
        store.enter(LogbookEntry(2.0, "k\0", "r\0", "a\0b\ud800c"))
        mended = store.logbook()[-1]
        assert (mended.kind, mended.round, mended.message) == ("k\ufffd", "r\ufffd", "a\ufffdb?c")

    def test_an_entry_belongs_to_the_store_once_it_is_entered(self, store: Store) -> None:
        values = [1.0]
        store.enter(LogbookEntry(1.0, "decision", data={"values": values}))
        values.append(2.0)
        assert store.logbook()[0].data == {"values": [1.0]}
