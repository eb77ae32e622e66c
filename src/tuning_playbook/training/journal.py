"""The append-only file in which the process of a trial writes what it measures.

Why not the store: a training process must not wait for a database, and a row that was written with
one ``write`` stays when the process is killed a moment later. The driver follows the file and folds
it into the store.

Layout: records of one kind byte, a length, and a body. ``S`` names a set of metrics, ``R`` is one
row of it (step and float64 values, little-endian), ``E`` is an event in JSON. A record that is cut
short by a kill is left out by the reader.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.trial import Step

_HEADER = struct.Struct("<cI")


@dataclass(frozen=True, slots=True, eq=False)
class JournalRows:
    """Consecutive rows with the same metrics.

    Args:
        metrics: names of the columns.
        steps: shape (n,), int64.
        values: shape (n, len(metrics)), float64, bit-exact.
        evaluation: whether they come from ``evaluate`` instead of ``log``.
    """

    metrics: tuple[str, ...]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    evaluation: bool


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """Anything else that happened: ``diverged``, ``checkpoints``, ``exception``, ..."""

    kind: str
    data: Mapping[str, Any]


JournalEntry: TypeAlias = JournalRows | JournalEvent


class JournalWriter:
    """Appends rows and events to one file; each is one ``write``, safe from a kill right after."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._rows: dict[tuple[str, ...], tuple[struct.Struct, int]] = {}
        self._evaluations: dict[tuple[str, ...], tuple[struct.Struct, int]] = {}
        self._sets = 0

    def write_row(self, step: Step, metrics: Mapping[str, float], *, evaluation: bool) -> None:
        """Append the values of one step."""
        names = tuple(metrics)
        known = self._evaluations if evaluation else self._rows
        found = known.get(names)
        if found is None:
            found = self._write_names(names, evaluation)
            known[names] = found
        row, number = found
        os.write(
            self._file, row.pack(b"R", row.size - _HEADER.size, number, step, *metrics.values())
        )

    def _write_names(self, names: tuple[str, ...], evaluation: bool) -> tuple[struct.Struct, int]:
        number = self._sets
        self._sets += 1
        self._write(b"S", {"set": number, "metrics": names, "evaluation": evaluation})
        return struct.Struct(f"<cIIq{len(names)}d"), number

    def write_event(self, kind: str, data: Mapping[str, Any]) -> None:
        """Append an event; ``data`` holds JSON values."""
        self._write(b"E", {"kind": kind, "data": dict(data)})

    def _write(self, kind: bytes, document: Mapping[str, Any]) -> None:
        body = json.dumps(document).encode()
        os.write(self._file, _HEADER.pack(kind, len(body)) + body)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class JournalReader:
    """Follows a journal: every `read` returns what is new and complete since the last one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._sets: dict[int, tuple[tuple[str, ...], bool]] = {}

    def read(self) -> tuple[JournalEntry, ...]:
        """New entries; empty while the file is missing."""
        data = _read_from(self._path, self._offset)
        entries: list[JournalEntry] = []
        position = 0
        while position + _HEADER.size <= len(data):
            kind, length = _HEADER.unpack_from(data, position)
            end = position + _HEADER.size + length
            if end > len(data):
                break
            if kind == b"R":
                rows, end = self._rows(data, position, length)
                entries.append(rows)
            else:
                document = json.loads(data[position + _HEADER.size : end])
                if kind == b"S":
                    names = tuple(document["metrics"])
                    self._sets[document["set"]] = (names, document["evaluation"])
                else:
                    entries.append(JournalEvent(document["kind"], document["data"]))
            position = end
        self._offset += position
        return tuple(entries)

    def _rows(self, data: bytes, position: int, length: int) -> tuple[JournalRows, int]:
        """The run of rows of one set that starts at ``position``, and where it ends."""
        number = struct.unpack_from("<I", data, position + _HEADER.size)[0]
        names, evaluation = self._sets[number]
        size = _HEADER.size + length
        row = np.dtype(
            [
                ("kind", "S1"),
                ("length", "<u4"),
                ("set", "<u4"),
                ("step", "<i8"),
                ("values", "<f8", (len(names),)),
            ]
        )
        rows = np.frombuffer(data, row, count=(len(data) - position) // size, offset=position)
        same = (rows["kind"] == b"R") & (rows["length"] == length) & (rows["set"] == number)
        count = len(rows) if same.all() else int(np.argmin(same))
        rows = rows[:count]
        values = np.ascontiguousarray(rows["values"], dtype=np.float64)
        found = JournalRows(names, rows["step"].astype(np.int64), values, evaluation)
        return found, position + count * size


class LinesReader:
    """Follows the JSON lines that a program in another language writes.

    ``{"step": 10, "train_loss": 0.3}`` logs, ``{"step": 10, "evaluation": true, "error": 0.1}``
    evaluates, ``{"event": "restored", "step": 10}`` is an event. ``NaN`` and ``Infinity`` are
    numbers here. A line that is none of these becomes an event of its own, never an exception.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> tuple[JournalEntry, ...]:
        """New entries; empty while the file is missing."""
        data = _read_from(self._path, self._offset)
        complete = data[: data.rfind(b"\n") + 1]
        self._offset += len(complete)
        lines = complete.decode("utf-8", errors="replace").splitlines()
        return tuple(_entry_of(line) for line in lines if line.strip())


def _entry_of(line: str) -> JournalEntry:
    malformed = JournalEvent("malformed-line", {"line": line[:200]})
    try:
        document = json.loads(line)
    except ValueError:
        return malformed
    if not isinstance(document, dict):
        return malformed
    if isinstance(document.get("event"), str):
        return JournalEvent(document.pop("event"), document)
    step, evaluation = document.pop("step", None), bool(document.pop("evaluation", False))
    if not isinstance(step, int) or isinstance(step, bool) or not document:
        return malformed
    for name, value in document.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            found = {"metric": name, "step": step, "value": str(value)[:80]}
            return JournalEvent("not-a-number", found)
    values = np.array([list(document.values())], dtype=np.float64)
    return JournalRows(tuple(document), np.array([step], dtype=np.int64), values, evaluation)


def _read_from(path: Path, offset: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read()
    except FileNotFoundError:
        return b""
