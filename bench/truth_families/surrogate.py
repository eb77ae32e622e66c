"""A surrogate of real tuning data: accuracy of perceptrons on 34 tabular tasks (LCBench).

Seven hyperparameters in the unit cube; each task is one response surface without seed noise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

NAMES = ("batch_size", "learning_rate", "momentum", "weight_decay", "num_layers", "max_units",
         "max_dropout")  # fmt: skip
LOW = np.array([16, 1e-4, 0.1, 1e-5, 1, 64, 0.0])
HIGH = np.array([512, 0.1, 0.99, 0.1, 5, 1024, 1.0])
LOG = np.array([1, 1, 0, 0, 0, 1, 0], dtype=bool)
WHOLE = np.array([1, 0, 0, 0, 1, 1, 0], dtype=bool)
LAYERS = 4  # the one hyperparameter with few levels
EPOCHS = 52


def values(unit: FloatArray) -> FloatArray:
    """Hyperparameters at points of the unit cube, shape (n, 7)."""
    low, high = np.log(np.where(LOG, LOW, 1)), np.log(np.where(LOG, HIGH, 1))
    found = np.where(LOG, np.exp(low + unit * (high - low)), LOW + unit * (HIGH - LOW))
    return np.where(WHOLE, np.rint(found), found)


@dataclass(frozen=True)
class Surrogate:
    """The model and its tasks.

    Args:
        folder: holds ``model.onnx`` and ``encoding.json``.
    """

    folder: Path

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        return onnxruntime.InferenceSession(
            str(self.folder / "model.onnx"), providers=["CPUExecutionProvider"]
        )

    @cached_property
    def codes(self) -> dict[str, int]:
        """Task -> its code in the model."""
        encoding = json.loads((self.folder / "encoding.json").read_text())
        return dict(next(iter(encoding.values())))

    def tasks(self, half: str = "all") -> list[str]:
        """Tasks by code: the even ones for tuning, the odd ones for judging."""
        ordered = sorted(self.codes, key=lambda task: self.codes[task])
        return {"tuning": ordered[::2], "judging": ordered[1::2], "all": ordered}[half]

    def accuracy(self, task: str, unit: FloatArray) -> FloatArray:
        """Validation accuracy in per cent after 52 epochs, shape (n,), at unit points (n, 7)."""
        numbers = np.column_stack([np.full(len(unit), EPOCHS), values(unit)]).astype(np.float32)
        code = np.full((len(unit), 1), self.codes[task], np.int32)
        feed = {i.name: code if "cat" in i.name else numbers for i in self._session.get_inputs()}
        return np.asarray(self._session.run(None, feed)[0][:, 1], dtype=np.float64)


def expected_best(accuracy: FloatArray, draws: int, weights: FloatArray | None = None) -> float:
    """Expected best of ``draws`` independent draws from a weighted sample."""
    order = np.argsort(accuracy)
    mass = np.cumsum((np.ones(len(accuracy)) if weights is None else weights)[order])
    mass = np.minimum(mass / mass[-1], 1)
    return float(accuracy[order] @ np.diff(np.concatenate([[0.0], mass**draws])))
