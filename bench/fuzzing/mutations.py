"""Damaged copies of sound inputs."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from random import Random
from typing import TypeAlias

from fuzzing.of_bytes import damaged
from fuzzing.of_databases import database_changed
from fuzzing.of_json import json_changed
from fuzzing.of_logs import toml_changed, wandb_changed, yaml_changed
from fuzzing.of_tables import delimited_changed, parquet_changed
from fuzzing.sample import Sample

_Change: TypeAlias = Callable[[bytes, Random], bytes]


def _packed_changed(data: bytes, random: Random) -> bytes:
    """A packed table, changed inside."""
    try:
        inside = gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return data
    return gzip.compress(delimited_changed(inside, random), mtime=0)


# What is changed in files of each ending, so that they can still be read in part.
_BY_ENDING: dict[str, _Change] = {
    "csv": delimited_changed, "tsv": delimited_changed, "gz": _packed_changed,
    "json": json_changed, "jsonl": json_changed, "log": json_changed, "parquet": parquet_changed,
    "db": database_changed, "toml": toml_changed, "yaml": yaml_changed, "wandb": wandb_changed,
}  # fmt: skip
_SHARE_OF_BYTES = 0.15


def changed_file(name: str, data: bytes, random: Random) -> bytes:
    """A file with one to three changes, most of them such as its format allows."""
    inside = _BY_ENDING.get(name.rsplit(".", 1)[-1])
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        if inside is None or random.random() < _SHARE_OF_BYTES:
            data = damaged(data, random)
        else:
            data = inside(data, random)
    return data


def changed_files(sample: Sample, random: Random) -> dict[str, bytes]:
    """All files of a sample, one to three of them changed; now and then one is gone or twice."""
    files = dict(sample.files)
    open_to_change = [name for name in files if not name.startswith(sample.spared or ("\x00",))]
    for name in random.sample(
        open_to_change, min(random.choice((1, 1, 2, 3)), len(open_to_change))
    ):
        files[name] = changed_file(name, files[name], random)
    if len(open_to_change) > 1 and random.random() < 0.1:
        del files[random.choice(open_to_change)]
    if len(open_to_change) > 1 and random.random() < 0.1:
        source = random.choice([name for name in files if name in open_to_change])
        files[random.choice(open_to_change)] = files[source]
    return files
