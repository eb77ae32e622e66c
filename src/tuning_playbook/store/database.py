"""Transactions on SQLite and PostgreSQL, straight through their drivers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from tuning_playbook.store import statements
from tuning_playbook.store.connections import Connections
from tuning_playbook.store.faults import translated_faults


class Transaction:
    """An open transaction."""

    def __init__(self, cursor: Any, *, server: bool) -> None:
        self._cursor = cursor
        self._server = server

    def execute(self, statement: str, parameters: Mapping[str, Any]) -> list[Any]:
        """Run one statement; the rows that it returns, as tuples."""
        self._cursor.execute(_as_the_driver_wants(statement, server=self._server), parameters)
        return self._cursor.fetchall() if self._cursor.description else []

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows; every row names all columns that get a value."""
        if rows:
            statement = statements.insert(table, rows[0])
            self._cursor.executemany(_as_the_driver_wants(statement, server=self._server), rows)

    def lock_studies(self) -> None:
        """Let no other process add a study or trials until this transaction ends."""
        if self._server:  # SQLite has one writer at a time anyway
            self._cursor.execute("LOCK TABLE study IN SHARE ROW EXCLUSIVE MODE")


class Database:
    """One database.

    Args:
        connections: to it, made by `tuning_playbook.store.opening`.
        place: its file or address, for messages.
        server: whether it is PostgreSQL, and not SQLite.
    """

    def __init__(self, connections: Connections, *, place: str, server: bool) -> None:
        self.connections = connections
        self.place = place
        self.server = server

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Transaction]:
        """A transaction that changes something; committed at the end, undone by an exception.

        Args:
            durable: whether it must outlive a power cut. On SQLite every worker shares the
                machine, so a power cut ends the holder of a claim too, and the claim may be
                forgotten with it. On PostgreSQL, every change is durable.
        """
        level = "FULL" if durable else "NORMAL"
        # A deferred transaction that reads and then writes fails under several writers, however
        # long it may wait for the lock; an immediate one does not.
        opening = () if self.server else (f"PRAGMA synchronous = {level}", "BEGIN IMMEDIATE")
        with self._transaction(opening) as transaction:
            yield transaction

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that only reads, and holds up no writer."""
        with self._transaction(() if self.server else ("BEGIN",)) as transaction:
            yield transaction

    def close(self) -> None:
        """Let go of all connections."""
        self.connections.close()

    @contextmanager
    def _transaction(self, opening: Sequence[str]) -> Iterator[Transaction]:
        with translated_faults(self.place):
            connection = self.connections.take()
            try:
                cursor = connection.cursor()
                for sql in opening:
                    cursor.execute(sql)
                yield Transaction(cursor, server=self.server)
                connection.commit()
            finally:
                self.connections.give_back(connection)


@lru_cache(maxsize=256)
def _as_the_driver_wants(statement: str, *, server: bool) -> str:
    if server:
        return re.sub(r":(\w+)", r"%(\1)s", statement)
    return statement.replace(statements.LOCKED, "")
