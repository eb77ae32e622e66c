"""Saving and restoring the state of a training run, without ever unpickling an object.

A checkpoint is a zip archive: for each part one JSON member with its plain values and its layout,
and one member for each array (numpy's format, no objects) or tensor (PyTorch's, read back with
``weights_only``). Zip keeps a checksum of each member, so damage is found when it is read.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Mapping, MutableMapping
from typing import IO, Any

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.training.torch_state import (
    copy_tensor,
    is_tensor,
    read_tensor,
    restore_torch_streams,
    torch_streams,
    write_tensor,
)

_GLOBAL_STREAMS = "tuning_playbook.random_streams"


def save_state(file: IO[bytes], parts: Mapping[str, Any]) -> None:
    """Write ``parts`` and the state of the global random streams.

    Args:
        file: open for writing.
        parts: name -> a dict of arrays and plain values, a `numpy.random.Generator`, or anything
            with ``state_dict`` and ``load_state_dict`` (modules, optimizers, schedules).

    Raises:
        InvalidInput: for a part that cannot be saved.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, part in {**parts, _GLOBAL_STREAMS: _streams()}.items():
            document = _Writer(archive, name).document(_state_of(name, part))
            archive.writestr(f"{name}.json", json.dumps(document))


def load_state(file: IO[bytes], parts: Mapping[str, Any]) -> None:
    """Bring ``parts`` and the global random streams to the saved state, in place.

    Everything is read before anything is changed.

    Raises:
        InvalidInput: when the checkpoint holds no such part, or one of another shape.
        zipfile.BadZipFile: when the file is damaged.
    """
    with zipfile.ZipFile(file) as archive:
        states = {name: _read_part(archive, name) for name in parts}
        streams = _read_part(archive, _GLOBAL_STREAMS)
    for name, part in parts.items():
        _restore(name, part, states[name])
    _restore_streams(streams)


def _state_of(name: str, part: Any) -> Any:
    if isinstance(part, np.random.Generator):
        return part.bit_generator.state
    if hasattr(part, "state_dict") and hasattr(part, "load_state_dict"):
        return part.state_dict()
    if isinstance(part, MutableMapping):
        return part
    raise InvalidInput(
        f"{name} is a {type(part).__name__}, which cannot be checkpointed; pass a dict of arrays "
        "and numbers, a numpy random generator, or an object with state_dict and load_state_dict"
    )


class _Writer:
    """Turns the state of one part into a JSON document, and puts its arrays into the archive."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        self._members = 0

    def document(self, value: Any) -> dict[str, Any]:
        """``value`` with its type as the only key."""
        if isinstance(value, np.ndarray):
            return {"array": self._array(value)}
        if isinstance(value, np.generic):
            return {"scalar": self._array(np.asarray(value))}
        if is_tensor(value):
            buffer = io.BytesIO()
            write_tensor(buffer, value)
            return {"tensor": self._member("pt", buffer)}
        if isinstance(value, Mapping):
            return {"dict": self._mapping(value)}
        if isinstance(value, (list, tuple)):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return {kind: [self.document(item) for item in value]}
        if value is None or isinstance(value, (bool, int, float, str)):
            return {"value": value}
        raise InvalidInput(
            f"{self._name} holds a {type(value).__name__}, which cannot be checkpointed; keep "
            "arrays, numbers and strings in it"
        )

    def _mapping(self, value: Mapping[Any, Any]) -> dict[str, Any]:
        document: dict[str, Any] = {
            "type": _mapping_type(value),
            "items": [[self._key(k), self.document(v)] for k, v in value.items()],
        }
        # PyTorch keeps the versions of modules in an attribute of their state.
        metadata = getattr(value, "_metadata", None)
        if isinstance(metadata, Mapping):
            document["metadata"] = self.document(metadata)
        return document

    def _key(self, key: Any) -> str | int:
        if isinstance(key, (str, int)) and not isinstance(key, bool):
            return key
        raise InvalidInput(
            f"{self._name} has the key {key!r}; keys must be strings or integers to be checkpointed"
        )

    def _array(self, array: np.ndarray[Any, Any]) -> str:
        if array.dtype.hasobject:
            raise InvalidInput(
                f"{self._name} holds an array of Python objects, which cannot be checkpointed; "
                "use an array of numbers"
            )
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        return self._member("npy", buffer)

    def _member(self, suffix: str, buffer: io.BytesIO) -> str:
        member = f"{self._name}.{self._members}.{suffix}"
        self._members += 1
        self._archive.writestr(member, buffer.getbuffer())
        return member


def _mapping_type(value: Mapping[Any, Any]) -> str:
    for kind in (Counter, OrderedDict):
        if isinstance(value, kind):
            return kind.__name__
    return "dict"


_MAPPINGS: dict[str, type[dict[Any, Any]]] = {
    kind.__name__: kind for kind in (Counter, OrderedDict, dict)
}


def _read_part(archive: zipfile.ZipFile, name: str) -> Any:
    members = archive.namelist()
    if f"{name}.json" not in members:
        held = [m.removesuffix(".json") for m in members if m.endswith(".json")]
        raise InvalidInput(
            f"the checkpoint holds no part {name!r}, only {sorted(set(held) - {_GLOBAL_STREAMS})}; "
            "restore the same parts, under the same names and in the same order, as were "
            "checkpointed"
        )
    return _read(json.loads(archive.read(f"{name}.json")), archive)


def _read(document: dict[str, Any], archive: zipfile.ZipFile) -> Any:
    ((kind, content),) = document.items()
    if kind == "array":
        return np.load(io.BytesIO(archive.read(content)), allow_pickle=False)
    if kind == "scalar":
        return np.load(io.BytesIO(archive.read(content)), allow_pickle=False)[()]
    if kind == "tensor":
        return read_tensor(io.BytesIO(archive.read(content)))
    if kind == "dict":
        return _read_mapping(content, archive)
    if kind in ("list", "tuple"):
        items = [_read(item, archive) for item in content]
        return tuple(items) if kind == "tuple" else items
    return content


def _read_mapping(content: dict[str, Any], archive: zipfile.ZipFile) -> Any:
    found = _MAPPINGS[content["type"]]()
    for key, value in content["items"]:
        found[key] = _read(value, archive)
    if "metadata" in content:
        found._metadata = _read(content["metadata"], archive)  # type: ignore[attr-defined]
    return found


def _restore(name: str, part: Any, state: Any) -> None:
    if isinstance(part, np.random.Generator):
        part.bit_generator.state = state
    elif hasattr(part, "load_state_dict"):
        part.load_state_dict(state)
    else:
        _into(part, state, name)


def _into(current: Any, saved: Any, name: str) -> Any:
    """``saved`` as what ``current`` should be, in ``current`` itself where it can hold it.

    The program may have other names for an inner array, so arrays are filled, not replaced.
    """
    if isinstance(current, np.ndarray) and isinstance(saved, np.ndarray):
        _copy_array(current, saved, name)
        return current
    if is_tensor(current) and is_tensor(saved):
        copy_tensor(current, saved, name)
        return current
    if isinstance(current, MutableMapping) and isinstance(saved, Mapping):
        for key, value in saved.items():
            current[key] = _into(current.get(key), value, f"{name}[{key!r}]")
        return current
    if isinstance(current, list) and isinstance(saved, list) and len(current) == len(saved):
        pairs = enumerate(zip(current, saved, strict=True))
        current[:] = [_into(old, new, f"{name}[{i}]") for i, (old, new) in pairs]
        return current
    if isinstance(current, tuple) and isinstance(saved, tuple) and len(current) == len(saved):
        pairs = enumerate(zip(current, saved, strict=True))
        return tuple(_into(old, new, f"{name}[{i}]") for i, (old, new) in pairs)
    return saved


def _copy_array(current: np.ndarray[Any, Any], saved: np.ndarray[Any, Any], name: str) -> None:
    if (current.shape, current.dtype) != (saved.shape, saved.dtype):
        raise InvalidInput(
            f"{name} is {current.dtype} of shape {current.shape}, but {saved.dtype} of shape "
            f"{saved.shape} in the checkpoint; restore into the same arrays as were checkpointed"
        )
    np.copyto(current, saved)


def _streams() -> dict[str, Any]:
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  users draw from it
    return {"python": python, "numpy": numpy, **torch_streams()}


def _restore_streams(streams: dict[str, Any]) -> None:
    random.setstate(streams["python"])
    np.random.set_state(streams["numpy"])  # noqa: NPY002
    restore_torch_streams(streams)
