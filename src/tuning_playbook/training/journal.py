"""The append-only file in which the process of a trial writes what it measures.

Why not the store: a training process must not wait for a database, and a row that was written with
one ``write`` stays when the process is killed a moment later. The driver follows the file and folds
it into the store.

Layout: records of one kind byte, a length, and a body. ``S`` names a set of metrics, ``R`` is one
row of it (step and float64 values, little-endian), ``E`` is an event in JSON. A set is known by a
hash of its names, not by a counter, so that a second writer of the same file (a forked data loader
that logs) can only repeat a definition. A record that is cut short by a kill is left out.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.trial import Step

_HEADER = struct.Struct("<cI")
_SET = struct.Struct("<Q")
_LONGEST_DOCUMENT_BYTES = 1 << 24  # anything longer is damage, not an event


@dataclass(frozen=True, slots=True, eq=False)
class JournalRows:
    """Rows with the same metrics, in the order in which they were written.

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


class Journal(Protocol):
    """Where a trial's handle writes."""

    def write_row(self, step: Step, metrics: Mapping[str, float], *, evaluation: bool) -> None:
        """Take the values of one step."""
        ...

    def write_event(self, kind: str, data: Mapping[str, Any]) -> None:
        """Take anything else that happened."""
        ...

    def sync(self) -> None:
        """Make what was written safe."""
        ...


class JournalWriter:
    """Appends rows and events to one file; each is one ``write``, safe from a kill right after."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._rows: dict[tuple[str, ...], tuple[struct.Struct, int]] = {}
        self._evaluations: dict[tuple[str, ...], tuple[struct.Struct, int]] = {}

    def write_row(self, step: Step, metrics: Mapping[str, float], *, evaluation: bool) -> None:
        """Append the values of one step.

        Raises:
            StoreUnavailable: when the disk is full; what was written before stays readable.
        """
        names = tuple(metrics)
        known = self._evaluations if evaluation else self._rows
        found = known.get(names)
        if found is None:
            found = self._write_names(names, evaluation)
            known[names] = found
        row, number = found
        self._append(row.pack(b"R", row.size - _HEADER.size, number, step, *metrics.values()))

    def _write_names(self, names: tuple[str, ...], evaluation: bool) -> tuple[struct.Struct, int]:
        text = json.dumps([names, evaluation]).encode()
        (number,) = _SET.unpack(hashlib.blake2b(text, digest_size=_SET.size).digest())
        self._write(b"S", {"set": number, "metrics": names, "evaluation": evaluation})
        return struct.Struct(f"<cIQq{len(names)}d"), number

    def write_event(self, kind: str, data: Mapping[str, Any]) -> None:
        """Append an event; ``data`` holds JSON values.

        Raises:
            StoreUnavailable: when the disk is full.
        """
        self._write(b"E", {"kind": kind, "data": dict(data)})

    def _write(self, kind: bytes, document: Mapping[str, Any]) -> None:
        body = json.dumps(document).encode()
        self._append(_HEADER.pack(kind, len(body)) + body)

    def _append(self, record: bytes) -> None:
        try:
            written = os.write(self._file, record)
            if written != len(record):
                self._take_back(written)
        except OSError as error:
            raise StoreUnavailable(
                f"a measurement cannot be written to {self._path}: {error.strerror}; free some "
                "space, then type: playbook run (it goes on where it stopped)"
            ) from error

    def _take_back(self, written: int) -> NoReturn:
        """Remove the half record of a full disk: what came after it could not be read."""
        os.ftruncate(self._file, os.fstat(self._file).st_size - written)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def sync(self) -> None:
        """Wait until all that was written is on the disk, safe from a power cut too."""
        os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class JournalReader:
    """Follows a journal: every `read` returns what is new and complete since the last one.

    Between two events, all rows of one set of metrics come as one `JournalRows`. Where the file is
    damaged (zeros after a power cut), what precedes is returned, then one event
    ``damaged-journal``, and nothing more.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._sets: dict[int, tuple[tuple[str, ...], bool]] = {}
        self._damaged = False

    def read(self) -> tuple[JournalEntry, ...]:
        """New entries; empty while the file is missing."""
        if self._damaged:
            return ()
        data = _read_from(self._path, self._offset)
        entries: list[JournalEntry] = []
        pieces: dict[int, list[bytes]] = {}
        position = 0
        while position + _HEADER.size <= len(data):
            kind, length = _HEADER.unpack_from(data, position)
            if not _is_plausible(kind, length):
                self._damaged = True
                break
            end = position + _HEADER.size + length
            if end > len(data):
                break
            if kind == b"R":
                number = self._set_of_row(data, position, length)
                if number is None:
                    self._damaged = True
                    break
                end = _end_of_run(data, position, end - position)
                pieces.setdefault(number, []).append(data[position:end])
            else:
                event = self._document(kind, data[position + _HEADER.size : end])
                if self._damaged:
                    break
                if event is not None:
                    entries += [*self._rows(pieces), event]
                    pieces = {}
            position = end
        entries += self._rows(pieces)
        if self._damaged:
            at = {"offset": self._offset + position}
            entries.append(JournalEvent("damaged-journal", at))
        self._offset += position
        return tuple(entries)

    def is_cut(self) -> bool:
        """Whether what was read already is there no more."""
        return _is_cut(self._path, self._offset)

    def _set_of_row(self, data: bytes, position: int, length: int) -> int | None:
        """The set of the row at ``position``; none where there is no such set or length."""
        if length < _SET.size:
            return None
        (number,) = _SET.unpack_from(data, position + _HEADER.size)
        names, _ = self._sets.get(number, ((), False))
        return number if number in self._sets and length == _body_bytes(len(names)) else None

    def _document(self, kind: bytes, body: bytes) -> JournalEvent | None:
        """Learn a set, or return an event."""
        try:
            document = json.loads(body)
            if kind == b"E":
                return JournalEvent(str(document["kind"]), dict(document["data"]))
            names = tuple(str(name) for name in document["metrics"])
            self._sets[int(document["set"])] = (names, bool(document["evaluation"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            self._damaged = True
        return None

    def _rows(self, pieces: Mapping[int, list[bytes]]) -> list[JournalRows]:
        found = []
        for number, parts in pieces.items():
            names, evaluation = self._sets[number]
            row = np.dtype(
                [
                    ("kind", "S1"),
                    ("length", "<u4"),
                    ("set", "<u8"),
                    ("step", "<i8"),
                    ("values", "<f8", (len(names),)),
                ]
            )
            rows = np.frombuffer(b"".join(parts), row)
            values = np.ascontiguousarray(rows["values"], dtype=np.float64)
            found.append(JournalRows(names, rows["step"].astype(np.int64), values, evaluation))
        return found


def _is_plausible(kind: bytes, length: int) -> bool:
    return kind in (b"R", b"S", b"E") and length <= _LONGEST_DOCUMENT_BYTES


def _body_bytes(metrics: int) -> int:
    return _SET.size + 8 + 8 * metrics


def _end_of_run(data: bytes, position: int, size: int) -> int:
    """Where the run of complete rows of one set ends that starts at ``position``."""
    same = data[position : position + _HEADER.size + _SET.size]
    end, last = position + size, len(data) - size
    while end <= last and data.startswith(same, end):
        end += size
    return end


class LinesReader:
    """Follows the JSON lines that a program in another language writes.

    ``{"step": 10, "train_loss": 0.3}`` logs, ``{"step": 10, "evaluation": true, "error": 0.1}``
    evaluates, ``{"event": "restored", "step": 5}`` says from where a program went on. ``NaN`` and
    ``Infinity`` are numbers here. A line that is none of these becomes an event
    ``malformed-line``, never an exception.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def read(self) -> tuple[JournalEntry, ...]:
        """New entries; empty while the file is missing."""
        data = _read_from(self._path, self._offset)
        complete = data[: data.rfind(b"\n") + 1]
        self._offset += len(complete)
        lines = complete.decode("utf-8", errors="replace").split("\n")
        return tuple(_entry_of(line) for line in lines if line.strip())

    def is_cut(self) -> bool:
        """Whether what was read already is there no more."""
        return _is_cut(self._path, self._offset)


def _entry_of(line: str) -> JournalEntry:
    malformed = JournalEvent("malformed-line", {"line": line[:200]})
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return malformed
    if not isinstance(document, dict):
        return malformed
    step, evaluation = document.pop("step", None), bool(document.pop("evaluation", False))
    if not isinstance(step, int) or isinstance(step, bool) or not 0 <= step < 2**63:
        return malformed
    if "event" in document:
        restored = document == {"event": "restored"}
        return JournalEvent("restored", {"step": step}) if restored else malformed
    if not document:
        return malformed
    values = []
    for name, value in document.items():
        number = _number(value)
        if number is None:
            found = {"metric": name, "step": step, "value": str(value)[:80]}
            return JournalEvent("not-a-number", found)
        values.append(number)
    row = np.array([values], dtype=np.float64)
    return JournalRows(tuple(document), np.array([step], dtype=np.int64), row, evaluation)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:  # an integer beyond float64
        return None


def _read_from(path: Path, offset: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read()
    except FileNotFoundError:
        return b""


def _is_cut(path: Path, offset: int) -> bool:
    try:
        return path.stat().st_size < offset
    except FileNotFoundError:
        return offset > 0
