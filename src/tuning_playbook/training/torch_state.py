"""PyTorch's part of a checkpoint: tensors and random streams. The only file that imports torch.

Nothing here imports it before the training program has done so.
"""

from __future__ import annotations

import sys
from typing import IO, Any

from tuning_playbook.errors import InvalidInput


def is_tensor(value: Any) -> bool:
    """Whether ``value`` is a PyTorch tensor."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def write_tensor(file: IO[bytes], tensor: Any) -> None:
    """Write one tensor, from wherever it lives."""
    import torch

    # A copy: a view would take the whole of what it looks at along into the file.
    torch.save(tensor.detach().to("cpu", copy=True), file)


def read_tensor(file: IO[bytes]) -> Any:
    """The tensor that `write_tensor` wrote, in main memory."""
    import torch

    return torch.load(file, weights_only=True, map_location="cpu")


def copy_tensor(target: Any, source: Any, name: str) -> None:
    """Bring ``target`` to the values of ``source``, in place and on its own device.

    Raises:
        InvalidInput: for another shape.
    """
    if target.shape != source.shape:
        raise InvalidInput(
            f"{name} has the shape {tuple(target.shape)}, but {tuple(source.shape)} in the "
            "checkpoint; restore into the same model as was checkpointed"
        )
    target.detach().copy_(source)


def torch_streams() -> dict[str, Any]:
    """State of PyTorch's random streams; empty where it is not imported."""
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    streams = {"torch": torch.get_rng_state().numpy()}
    if torch.cuda.is_available() and torch.cuda.is_initialized():
        streams["cuda"] = [state.numpy() for state in torch.cuda.get_rng_state_all()]
    return streams


def restore_torch_streams(streams: dict[str, Any]) -> None:
    """Bring PyTorch's random streams to what `torch_streams` returned."""
    torch = sys.modules.get("torch")
    if torch is None or "torch" not in streams:
        return
    torch.set_rng_state(torch.from_numpy(streams["torch"]))
    if torch.cuda.is_available():
        # The machine that goes on may have fewer accelerators than the one before.
        present = streams.get("cuda", [])[: torch.cuda.device_count()]
        for device, state in enumerate(present):
            torch.cuda.set_rng_state(torch.from_numpy(state), device)
