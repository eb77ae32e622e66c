"""The log of a W&B run (``run-ID.wandb``): records in blocks, as LevelDB writes its log."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.importers.cells.json_text import read_json
from tuning_playbook.importers.cells.values import as_number
from tuning_playbook.importers.files.protobuf_messages import Messages, declared_messages
from tuning_playbook.importers.runs_of_tools import Points

_SCHEMA = {
    "Record": {
        "history": (2, "Items"),
        "summary": (3, "bytes?"),
        "config": (5, "Updates"),
        "run": (17, "Run"),
        "exit": (18, "Exit"),
    },
    "Items": {"item": (1, "Item*"), "step": (2, "Step")},
    "Item": {"key": (1, "string"), "nested_key": (2, "string*"), "value_json": (16, "string")},
    "Step": {"number": (1, "int64")},
    "Updates": {"update": (1, "Item*"), "remove": (2, "Item*")},
    "Run": {
        "run_id": (1, "string"),
        "project": (3, "string"),
        "config": (4, "Updates"),
        "summary": (5, "Updates"),
        "group": (6, "string"),
        "job_type": (7, "string"),
        "display_name": (8, "string"),
        "tags": (10, "string*"),
        "sweep_id": (12, "string"),
    },
    "Exit": {"exit_code": (1, "int32")},
}

_FILE_HEADER = b":W&B\xe1\xbe\x00"
_BLOCK_BYTES, _HEADER_BYTES = 32768, 7
_FULL, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4

# In the summaries that W&B makes of each step by itself; they repeat the history.
_TYPE = "_type"  # of an image, a table or another file, beside its sizes
_AUTOMATIC = (b"_timestamp", b"_wandb")


@dataclass(slots=True)
class RunLog:
    """What a run's log holds.

    Args:
        run_id, name, project, sweep, group: as W&B has them; empty where the log is cut before.
        config: hyperparameters, nested.
        summary: values that the program has set itself, with dotted names.
        curves: metric -> steps and values, in the order of logging.
        exit_code: of the program; ``None`` where the log ends before the run did.
        damage: what is wrong with the file; empty where nothing is.
    """

    run_id: str = ""
    name: str = ""
    project: str = ""
    sweep: str = ""
    group: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, Points] = field(default_factory=dict)
    exit_code: int | None = None
    damage: str = ""


def read_run_log(path: Path) -> RunLog:
    """Everything in a log, up to where it ends; damaged blocks are left out.

    Raises:
        InvalidInput: where protobuf is not installed.
    """
    messages, found = _messages(), RunLog()
    record_of = messages.classes["Record"].FromString
    history: dict[str, tuple[list[int], list[float]]] = {}
    summary: dict[str, str] = {}
    try:
        data = path.read_bytes()
    except OSError as error:
        found.damage = f"cannot be read: {error.strerror}"
        return found
    for bytes_ in _records(data, found):
        try:
            _take(record_of(bytes_), found, history, summary)
        except messages.Damaged:
            found.damage = found.damage or "has damaged records"
    found.summary = {key: _decoded(text) for key, text in summary.items()}
    found.curves = {
        metric: (np.array(steps, np.int64), np.array(values, np.float64))
        for metric, (steps, values) in history.items()
    }
    return found


@cache
def _messages() -> Messages:
    return declared_messages("wandb", _SCHEMA, extra="wandb")


def _records(data: bytes, found: RunLog) -> Iterator[bytes]:
    """Records, put together from their pieces; none crosses the end of a block in one piece."""
    at, size, pieces = len(_FILE_HEADER), len(data), list[bytes]()
    if data[:6] != _FILE_HEADER[:6]:
        found.damage = "is no log of W&B"
        return
    while at + _HEADER_BYTES <= size:
        left = _BLOCK_BYTES - at % _BLOCK_BYTES
        if left < _HEADER_BYTES:
            at += left
            continue
        check, length, kind = struct.unpack_from("<IHB", data, at)
        piece = data[at + _HEADER_BYTES : at + _HEADER_BYTES + length]
        if len(piece) < length:
            found.damage = f"ends within a record, at byte {size}"
            return
        if check != zlib.crc32(piece, zlib.crc32(bytes((kind,)))) or not _FULL <= kind <= _LAST:
            found.damage = f"is damaged at byte {at} of {size}"
            at, pieces = at + left, []  # on with the next block
            continue
        at += _HEADER_BYTES + length
        if kind == _FULL:
            yield piece
        elif kind == _FIRST:
            pieces = [piece]
        elif pieces:
            pieces.append(piece)
            if kind == _LAST:
                yield b"".join(pieces)
                pieces = []


def _take(
    record: Any,
    found: RunLog,
    history: dict[str, tuple[list[int], list[float]]],
    summary: dict[str, str],
) -> None:
    if record.HasField("history"):
        _take_history(record.history, history)
    elif record.HasField("summary"):
        update = record.summary
        if not (_AUTOMATIC[0] in update or _AUTOMATIC[1] in update):
            _take_summary(_messages().classes["Updates"].FromString(update), summary)
    elif record.HasField("config"):
        _take_config(record.config, found.config)
    elif record.HasField("run"):
        _take_run(record.run, found, summary)
    elif record.HasField("exit"):
        found.exit_code = record.exit.exit_code


def _take_history(record: Any, history: dict[str, tuple[list[int], list[float]]]) -> None:
    step = record.step.number
    media = {tuple(item.nested_key[:-1]) for item in record.item if item.nested_key[-1:] == [_TYPE]}
    for item in record.item:
        key = _name(item)
        if key[:1] == "_" or (media and tuple(item.nested_key[:-1]) in media):
            continue
        text = item.value_json
        try:
            value = float(text)
        except ValueError:
            number = as_number(_decoded(text))
            if number is None:
                continue
            value = number
        if key not in history:
            history[key] = ([], [])
        steps, values = history[key]
        steps.append(step)
        values.append(value)


def _name(item: Any) -> str:
    nested = item.nested_key  # of one part nearly always: joining takes twice as long
    return nested[0] if len(nested) == 1 else item.key or ".".join(nested)


def _take_summary(record: Any, summary: dict[str, str]) -> None:
    for item in record.update:
        summary[_name(item)] = item.value_json
    for item in record.remove:
        summary.pop(_name(item), None)


def _take_config(record: Any, config: dict[str, Any]) -> None:
    for item in record.update:
        *above, last = item.nested_key or [item.key]
        inside = config
        for key in above:
            inside = inside.setdefault(key, {})
            if not isinstance(inside, dict):
                break
        else:
            inside[last] = _decoded(item.value_json)
    for item in record.remove:
        config.pop(item.key, None)


def _take_run(record: Any, found: RunLog, summary: dict[str, str]) -> None:
    found.run_id, found.name = record.run_id, record.display_name
    found.project, found.sweep, found.group = record.project, record.sweep_id, record.group
    _take_config(record.config, found.config)
    _take_summary(record.summary, summary)


def _decoded(text: str) -> Any:
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return None
