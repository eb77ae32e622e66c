"""Connections to one database that are kept for the next transaction, of whichever thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Connections:
    """A pool of DB-API connections.

    Args:
        connect: opens a connection.
        ping: the SQL that tries a kept connection before it is handed out again, so that a server
            which restarted costs a new connection and not an error; empty without a server.
    """

    def __init__(self, connect: Callable[[], Any], *, ping: str = "") -> None:
        self.connect = connect
        self._ping = ping
        self._idle: list[Any] = []  # taken and given back by one atomic call each

    def take(self) -> Any:
        """A connection outside any transaction, for the caller alone until it is given back."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self.connect()
            if not self._ping or _answers(connection, self._ping):
                return connection
            connection.close()

    def give_back(self, connection: Any) -> None:
        """Keep a connection for the next caller; what it did not commit is undone."""
        try:
            connection.rollback()
        except Exception:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close all connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()


def _answers(connection: Any, ping: str) -> bool:
    try:
        connection.cursor().execute(ping)
        connection.rollback()
    except Exception:
        return False
    return True
