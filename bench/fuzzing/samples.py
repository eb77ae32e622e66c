"""All sound inputs, by kind; made once in a process."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from fuzzing import sample_folders, sample_projects, sample_stores, sample_tables
from fuzzing.sample import Sample

_MAKERS: dict[str, Callable[[], list[Sample]]] = {
    "tables": sample_tables.samples,
    "folders": sample_folders.samples,
    "stores": sample_stores.samples,
    "toml": sample_projects.samples,
}
KINDS = tuple(_MAKERS)


@cache
def samples_of(kind: str) -> tuple[Sample, ...]:
    """The sound inputs of a kind."""
    return tuple(_MAKERS[kind]())
