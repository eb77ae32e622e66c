"""Faults of databases in our own words."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from tuning_playbook.errors import InvalidInput, PlaybookError, StoreReadOnly, StoreUnavailable

# The driver decodes SQLite's own message, which quotes what is damaged.
DAMAGE = (sqlite3.Error, UnicodeDecodeError)

# A piece of the driver's message -> what it means and what to do.
_MEANINGS = {
    "database is locked": "another process has held it for longer than 30 seconds; end that "
    "process, or use PostgreSQL for many writers",
    "lock timeout": "another process has held it for longer than 30 seconds; end that process",
    "readonly": "it is read-only; give this user the right to write to the file and its folder, "
    "or copy the project to a place that can be written",
    "read-only": "it is read-only; give this user the right to write to it",
    "unable to open": "it cannot be opened; check that its folder exists and can be written",
    "disk is full": "the disk is full; free some space and run the same command again, nothing "
    "recorded is lost",
    "disk i/o error": "the disk failed or is full; free some space and run the same command again",
    "not a database": "the file is not a store of this tool; move it away, or name another one "
    "under [store] in playbook.toml",
    "can't decode": "the file is damaged; restore it from a copy, or move it away to start anew",
    "malformed": "the file is damaged; restore it from a copy, or move it away to start anew",
    "connection refused": "the server does not answer; start it, or correct its URL under [store]",
    "failed to resolve": "its host name is unknown; correct its URL under [store]",
    "timeout expired": "the server does not answer; start it, or correct its URL under [store]",
    "does not exist": "the server does not know that database or user; make it with createdb, or "
    "correct the URL under [store]",
    "authentication failed": "the server refuses the user or the password; correct the URL",
    "permission denied": "the user may not use its tables; grant the right, or name another user",
}


@contextmanager
def translated_faults(place: str) -> Iterator[None]:
    """Turn a driver's faults into `StoreUnavailable`, with what to do about them.

    Args:
        place: the store's file or address, for the message.
    """
    try:
        yield
    except Exception as error:
        if not _is_from_a_driver(error):
            raise
        raise _in_our_words(place, getattr(error, "orig", None) or error) from error


@contextmanager
def told_damage(place: str) -> Iterator[None]:
    """Turn what a damaged row runs into while it is read into `StoreUnavailable`.

    Args:
        place: the store's file or address, for the message.
    """
    try:
        yield
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
        struct.error,
        zlib.error,
    ) as error:
        if isinstance(error, PlaybookError) and not isinstance(error, InvalidInput):
            raise
        what = f"{type(error).__name__}: {error}"[:120]
        raise StoreUnavailable(
            f"the store {place} cannot be used: a row of it is damaged ({what}); restore it from a "
            "copy, or move it away to start anew"
        ) from error


def _is_from_a_driver(error: Exception) -> bool:
    # psycopg is optional, and SQLAlchemy only imported to migrate: known by their modules
    return isinstance(error, DAMAGE) or type(error).__module__.startswith(("psycopg", "sqlalchemy"))


def _in_our_words(place: str, error: BaseException) -> StoreUnavailable:
    raw = str(error).strip()
    lowered = raw.lower()
    for piece, meaning in _MEANINGS.items():
        if piece in lowered:
            kind = StoreReadOnly if piece in ("readonly", "read-only") else StoreUnavailable
            return kind(f"the store {place} cannot be used: {meaning} ({raw})")
    return StoreUnavailable(f"the store {place} cannot be used: {raw}")
