"""Saving and restoring the state of a training run, without ever unpickling an object.

A checkpoint is a zip archive with one member for each part. Arrays are saved as arrays, plain
values as JSON, and state with PyTorch tensors by PyTorch itself, which reads it back with
``weights_only``.
"""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from collections.abc import Mapping
from typing import IO, Any

import numpy as np

from tuning_playbook.errors import InvalidInput

_GLOBAL_STREAMS = "tuning_playbook.random_streams"


def save_state(file: IO[bytes], parts: Mapping[str, Any]) -> None:
    """Write ``parts`` and the state of the global random streams.

    Args:
        file: open for writing.
        parts: name -> a dict of arrays and numbers, a `numpy.random.Generator`, or anything with
            ``state_dict`` and ``load_state_dict`` (modules, optimizers, schedules).

    Raises:
        InvalidInput: for a part that cannot be saved.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, part in {**parts, _GLOBAL_STREAMS: _stream_state()}.items():
            state = _state_of(name, part)
            if _holds_tensor(state):
                archive.writestr(f"{name}.pt", _torch_bytes(state))
            else:
                arrays: dict[str, np.ndarray[Any, Any]] = {}
                archive.writestr(f"{name}.json", json.dumps(_flatten(state, arrays, name)))
                for key, array in arrays.items():
                    buffer = io.BytesIO()
                    np.save(buffer, array, allow_pickle=False)
                    archive.writestr(key, buffer.getvalue())


def load_state(file: IO[bytes], parts: Mapping[str, Any]) -> None:
    """Bring ``parts`` and the global random streams to the saved state, in place.

    Raises:
        InvalidInput: when the checkpoint holds no such part.
    """
    with zipfile.ZipFile(file) as archive:
        for name, part in parts.items():
            _restore(part, _read_part(archive, name))
        _restore_streams(_read_part(archive, _GLOBAL_STREAMS))


def _state_of(name: str, part: Any) -> Any:
    if isinstance(part, np.random.Generator):
        return part.bit_generator.state
    if hasattr(part, "state_dict") and hasattr(part, "load_state_dict"):
        return part.state_dict()
    if isinstance(part, Mapping):
        return part
    raise InvalidInput(
        f"{name} is a {type(part).__name__}, which cannot be checkpointed; pass a dict of arrays "
        "and numbers, a numpy random generator, or an object with state_dict and load_state_dict"
    )


def _restore(part: Any, state: Any) -> None:
    if isinstance(part, np.random.Generator):
        part.bit_generator.state = state
    elif hasattr(part, "load_state_dict"):
        part.load_state_dict(state)
    else:
        for key, value in state.items():
            if isinstance(part.get(key), np.ndarray) and isinstance(value, np.ndarray):
                np.copyto(part[key], value)
            else:
                part[key] = value


def _read_part(archive: zipfile.ZipFile, name: str) -> Any:
    members = set(archive.namelist())
    if f"{name}.pt" in members:
        return _torch_state(archive.read(f"{name}.pt"))
    if f"{name}.json" not in members:
        held = sorted({m.split(".")[0] for m in members} - {"tuning_playbook"})
        raise InvalidInput(
            f"the checkpoint holds no part {name!r}, only {held}; restore the same parts, under "
            "the same names and in the same order, as were checkpointed"
        )
    return _unflatten(json.loads(archive.read(f"{name}.json")), archive)


def _flatten(value: Any, arrays: dict[str, np.ndarray[Any, Any]], name: str) -> Any:
    """``value`` as JSON; arrays are put aside and referred to, other types are tagged."""
    if isinstance(value, np.ndarray):
        key = f"{name}.{len(arrays)}.npy"
        arrays[key] = value
        return {"array": key}
    if isinstance(value, np.generic):
        return {"scalar": _flatten(np.asarray(value), arrays, name)}
    if isinstance(value, Mapping):
        return {"dict": [[_plain_key(k), _flatten(v, arrays, name)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [_flatten(v, arrays, name) for v in value]}
    if value is None or isinstance(value, (bool, int, float, str)):
        return {"value": value}
    raise InvalidInput(f"{name} holds a {type(value).__name__}, which cannot be checkpointed")


def _plain_key(key: Any) -> str | int:
    if isinstance(key, (str, int)):
        return key
    raise InvalidInput(f"a state's keys must be strings or integers, found {key!r}")


def _unflatten(document: dict[str, Any], archive: zipfile.ZipFile) -> Any:
    ((kind, content),) = document.items()
    if kind == "array":
        return np.load(io.BytesIO(archive.read(content)), allow_pickle=False)
    if kind == "scalar":
        return _unflatten(content, archive)[()]
    if kind == "dict":
        return {key: _unflatten(value, archive) for key, value in content}
    if kind in ("list", "tuple"):
        items = [_unflatten(item, archive) for item in content]
        return tuple(items) if kind == "tuple" else items
    return content


def _holds_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    if isinstance(value, torch.Tensor):
        return True
    if isinstance(value, Mapping):
        return any(_holds_tensor(v) for v in value.values())
    return isinstance(value, (list, tuple)) and any(_holds_tensor(v) for v in value)


def _torch_bytes(state: Any) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def _torch_state(data: bytes) -> Any:
    import torch

    return torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")


def _stream_state() -> dict[str, Any]:
    state: dict[str, Any] = {"python": random.getstate(), "numpy": np.random.get_state()}  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch is not None:
        state["torch"] = torch.get_rng_state().numpy()
        if torch.cuda.is_available() and torch.cuda.is_initialized():
            state["cuda"] = [s.numpy() for s in torch.cuda.get_rng_state_all()]
    return state


def _restore_streams(state: dict[str, Any]) -> None:
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch is not None and "torch" in state:
        torch.set_rng_state(torch.from_numpy(state["torch"].copy()))
        if "cuda" in state and torch.cuda.is_available():
            torch.cuda.set_rng_state_all([torch.from_numpy(s.copy()) for s in state["cuda"]])
