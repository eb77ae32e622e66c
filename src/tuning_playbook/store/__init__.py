"""Trials, curves and the logbook that survive. May import: study, decisions, trial, space.

SQLAlchemy and Alembic are imported only when a schema is made or changed.
"""

from __future__ import annotations

from pathlib import Path

from tuning_playbook.store.base import CurveChunk, Store, StoreReader
from tuning_playbook.store.locked import locked
from tuning_playbook.store.memory import MemoryStore

__all__ = ["CurveChunk", "MemoryStore", "Store", "StoreReader", "locked", "open_store"]


def open_store(url: str, *, folder: Path | None = None, must_exist: bool = False) -> Store:
    """The store at ``url``; see `tuning_playbook.store.opening.open_store`."""
    from tuning_playbook.store.opening import open_store as opened

    return opened(url, folder=folder, must_exist=must_exist)
