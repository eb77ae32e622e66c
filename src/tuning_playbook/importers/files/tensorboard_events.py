"""TensorBoard's event files: records, scalars, and what the hparams plugin keeps."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.importers.files.protobuf_messages import Messages, declared_messages

_SCHEMA = {
    "Event": {"wall_time": (1, "double"), "step": (2, "int64"), "summary": (5, "Summary")},
    "Summary": {"value": (1, "Value*")},
    "Value": {"tag": (1, "string"), "simple_value": (2, "float?"), "tensor": (8, "Tensor"),
              "metadata": (9, "Metadata")},
    "Metadata": {"plugin_data": (1, "PluginData")},
    "PluginData": {"plugin_name": (1, "string"), "content": (2, "bytes")},
    "Tensor": {"dtype": (1, "int32"), "tensor_shape": (2, "Shape"), "content": (4, "bytes"),
               "half_val": (13, "int32*"), "float_val": (5, "float*"), "double_val": (6, "double*"),
               "int_val": (7, "int32*"), "int64_val": (10, "int64*"), "bool_val": (11, "bool*"),
               "string_val": (8, "bytes*")},
    "Shape": {"dim": (2, "Dimension*")},
    "Dimension": {"size": (1, "int64")},
    "HparamsData": {"experiment": (2, "Experiment"), "session_start": (3, "SessionStart"),
                    "session_end": (4, "SessionEnd")},
    "Experiment": {"hparams": (4, "HparamInfo*")},
    "HparamInfo": {"name": (1, "string"), "discrete": (5, "ValueList"),
                   "interval": (6, "Interval")},
    "ValueList": {"values": (1, "JsonValue*")},
    "Interval": {"low": (1, "double"), "high": (2, "double")},
    "SessionStart": {"hparams": (1, "HparamEntry*")},
    "HparamEntry": {"key": (1, "string"), "value": (2, "JsonValue")},
    "JsonValue": {"number": (2, "double?"), "text": (3, "string?"), "truth": (4, "bool?")},
    "SessionEnd": {"status": (1, "int32")},
}  # fmt: skip

_TYPES = {1: "<f4", 2: "<f8", 3: "<i4", 4: "u1", 5: "<i2", 6: "i1", 9: "<i8", 10: "?", 14: "<u2",
          17: "<u2", 19: "<f2", 22: "<u4", 23: "<u8"}  # fmt: skip
_BFLOAT16, _STRING = 14, 7
_TYPED_FIELDS = ("float_val", "double_val", "int_val", "int64_val", "bool_val")


@dataclass(slots=True)
class EventFile:
    """What one event file holds.

    Args:
        scalars: tag -> steps and values, in the order of logging.
        texts: tag -> the text that was logged last.
        hyperparameters: of the hparams plugin; ``None`` where it has logged none.
        domains: hyperparameter -> its declared values, or low and high end.
        ended: ``success``, ``failure`` or ``running`` where the plugin says so, else empty.
        first_time, last_time: seconds since the epoch; NaN without an event.
        damage: what is wrong with the file; empty where nothing is.
    """

    scalars: dict[str, tuple[list[int], list[float]]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    hyperparameters: dict[str, Any] | None = None
    domains: dict[str, list[Any]] = field(default_factory=dict)
    ended: str = ""
    first_time: float = math.nan
    last_time: float = math.nan
    damage: str = ""


def read_event_file(path: Path) -> EventFile:
    """Everything in an event file up to where it ends or is damaged.

    Raises:
        InvalidInput: where protobuf is not installed.
    """
    messages, found = _messages(), EventFile()
    event_of, damaged = messages.classes["Event"].FromString, 0
    try:
        data = path.read_bytes()
    except OSError as error:
        found.damage = f"cannot be read: {error.strerror}"
        return found
    for record in _records(data, found):
        try:
            event = event_of(record)
        except messages.Damaged:
            damaged += 1
            continue
        if not event.HasField("summary"):
            continue
        if math.isnan(found.first_time):
            found.first_time = event.wall_time
        found.last_time = event.wall_time
        for value in event.summary.value:
            _take(value, event.step, found)
    if damaged:
        found.damage = found.damage or f"{damaged} records are damaged"
    return found


@cache
def _messages() -> Messages:
    return declared_messages("tensorboard", _SCHEMA, extra="tensorboard")


def _records(data: bytes, found: EventFile) -> Iterator[bytes]:
    """The records of a file, each a length, its check sum, that many bytes, their check sum.

    The sum of the length is checked, so that reading stops where the file was cut or overwritten.
    The sum of the bytes is not: in pure Python it would take ten times as long as all the rest.
    """
    at, size = 0, len(data)
    while at + 12 <= size:
        length, check = struct.unpack_from("<QI", data, at)
        if check != _check_sum(length):
            found.damage = f"is damaged after byte {at} of {size}"
            return
        if at + 16 + length > size:
            break
        yield data[at + 12 : at + 12 + length]
        at += 16 + length
    if at < size:
        found.damage = f"ends within a record, at byte {size}"


@lru_cache(maxsize=4096)
def _check_sum(length: int) -> int:
    """Masked CRC-32C of a length as eight bytes."""
    remainder = 0xFFFFFFFF
    for byte in struct.pack("<Q", length):
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0x82F63B78 if remainder & 1 else 0)
    remainder ^= 0xFFFFFFFF
    return ((remainder >> 15 | remainder << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _take(value: Any, step: int, found: EventFile) -> None:
    if value.HasField("simple_value"):
        number = value.simple_value
    elif value.metadata.plugin_data.plugin_name == "hparams":
        _take_hparams(value.metadata.plugin_data.content, found)
        return
    elif value.HasField("tensor"):
        if value.tensor.dtype == _STRING and len(value.tensor.string_val) == 1:
            found.texts[value.tag] = value.tensor.string_val[0].decode(errors="replace")
        number = _scalar(value.tensor)
        if number is None:
            return
    else:
        return
    steps, values = found.scalars.setdefault(value.tag, ([], []))
    steps.append(step)
    values.append(number)


def _scalar(tensor: Any) -> float | None:
    """The one number of a tensor; ``None`` for a text or more than one number."""
    kind = _TYPES.get(tensor.dtype)
    if kind is None or any(dimension.size != 1 for dimension in tensor.tensor_shape.dim):
        return None
    numbers: Any
    if tensor.content:
        fits = len(tensor.content) == np.dtype(kind).itemsize
        numbers = np.frombuffer(tensor.content, kind) if fits else ()
    elif tensor.half_val and np.dtype(kind).itemsize == 2:
        numbers = np.array(tensor.half_val, np.uint16).view(kind)
    else:
        numbers = next((v for v in (getattr(tensor, f) for f in _TYPED_FIELDS) if len(v)), ())
    if len(numbers) != 1:
        return None
    if tensor.dtype == _BFLOAT16:  # the upper half of a float32
        return float((np.asarray(numbers, np.uint32) << 16).view(np.float32)[0])
    return float(numbers[0])


def _take_hparams(content: bytes, found: EventFile) -> None:
    messages = _messages()
    try:
        data = messages.classes["HparamsData"].FromString(content)
    except messages.Damaged:
        return
    if data.HasField("session_start"):
        found.hyperparameters = {
            entry.key: _plain(entry.value) for entry in data.session_start.hparams
        }
    if data.HasField("session_end"):
        found.ended = {1: "success", 2: "failure", 3: "running"}.get(data.session_end.status, "")
    for info in data.experiment.hparams:
        if info.HasField("interval"):
            found.domains[info.name] = [info.interval.low, info.interval.high]
        elif info.discrete.values:
            found.domains[info.name] = [_plain(value) for value in info.discrete.values]


def _plain(value: Any) -> Any:
    for name in ("number", "text", "truth"):
        if value.HasField(name):
            found = getattr(value, name)
            # The plugin knows no integers; a layer count of 3.0 was a 3.
            return int(found) if name == "number" and found.is_integer() else found
    return None
