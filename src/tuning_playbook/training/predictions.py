"""Predictions on a fixed sample of examples, kept for a look after training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.trial import Step
from tuning_playbook.whole_files import written_whole

Array: TypeAlias = np.ndarray[Any, Any]


class PredictionFolder:
    """One file ``step-NNNNNNNN.npz`` for each step, and ``ids.npy`` with the sample.

    Args:
        folder: where they go; made when first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, step: Step, ids: Array, values: Mapping[str, Array]) -> None:
        """Keep the predictions of one step.

        Raises:
            InvalidInput: when the examples are not those of earlier steps.
        """
        sample = self._folder / "ids.npy"
        if sample.exists():
            if not np.array_equal(np.load(sample, allow_pickle=False), ids):
                raise InvalidInput(
                    f"predictions at step {step} are for other examples than before; choose a "
                    "sample once and keep it, so that steps can be compared"
                )
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            with written_whole(sample) as file:
                np.save(file, ids, allow_pickle=False)
        with written_whole(self._folder / f"step-{step:08d}.npz") as file:
            np.savez_compressed(file, **dict[str, Any](values))


def as_array(name: str, value: Any) -> Array:
    """``value`` as an array, from a tensor on any device too.

    Raises:
        InvalidInput: for values that are neither numbers nor strings.
    """
    found = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
    if found.dtype.hasobject or found.ndim == 0:
        raise InvalidInput(f"{name} is {value!r:.80}; give one number or string for each example")
    return found
