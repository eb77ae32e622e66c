"""Faults of databases in our own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, DBAPIError

from tuning_playbook.errors import StoreUnavailable

# A piece of the driver's message -> what it means and what to do.
_MEANINGS = {
    "database is locked": "another process holds it for longer than 30 seconds; end that process, "
    "or use PostgreSQL for many writers",
    "readonly": "it is read-only; give this user the right to write it, or move the project",
    "read-only": "it is read-only; give this user the right to write it, or move the project",
    "unable to open": "it cannot be opened; check that its folder exists and can be written",
    "disk is full": "the disk is full; free some space and run again, nothing recorded is lost",
    "disk i/o error": "the disk failed or is full; free some space and run again",
    "not a database": "the file is not a store of this tool; move it away or name another one "
    "under [store] in playbook.toml",
    "malformed": "the file is damaged; restore it from a copy, or move it away to start anew",
    "connection refused": "the server does not answer; start it, or correct its URL under [store]",
    "connection failed": "the server does not answer; start it, or correct its URL under [store]",
    "does not exist": "the server does not know that database or user; make it, or correct the URL",
}


@contextmanager
def translated_faults(place: str) -> Iterator[None]:
    """Turn a driver's operational faults into `StoreUnavailable`, with what to do about them.

    Args:
        place: the store's file or address, for the message.
    """
    try:
        yield
    except (DatabaseError, DBAPIError) as error:
        raw = str(error.orig).strip()
        lowered = raw.lower()
        for piece, meaning in _MEANINGS.items():
            if piece in lowered:
                raise StoreUnavailable(f"the store {place} cannot be used: {meaning}") from error
        if error.connection_invalidated or "operational" in type(error).__name__.lower():
            raise StoreUnavailable(f"the store {place} cannot be used: {raw}") from error
        raise
