"""Predictions on a fixed sample of examples, kept for a look after training."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from tuning_playbook.errors import InvalidInput
from tuning_playbook.trial import Curve, Step
from tuning_playbook.whole_files import written_whole

Array: TypeAlias = np.ndarray[Any, Any]


PREDICTIONS = "predictions"  # below the trial's folder


@dataclass(frozen=True, slots=True, eq=False)
class ExampleValues:
    """A metric of one run on each example of a fixed sample.

    Args:
        ids: of the examples, shape (n,).
        values: float64, shape (n,), in the same order.
        is_whole: whether their mean is the metric as it was logged, so that the sample is the
            evaluation set.
    """

    ids: Array
    values: Array
    is_whole: bool


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
                    f"the ids at step {step} differ from those of earlier steps; give the "
                    "predictions of the same examples at every step, so that steps can be compared"
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


def example_values(trial_folder: Path, metric: str, curve: Curve | None) -> ExampleValues | None:
    """The metric on each example at the last step whose predictions were kept.

    It is the array named as the metric, or else the one whose mean is what was logged at that step.

    Args:
        trial_folder: of the trial.
        metric: name of the metric.
        curve: of the metric, as logged; ``None`` where there is none.

    Returns:
        ``None`` where no such array was kept, or its file cannot be read.
    """
    folder = trial_folder / PREDICTIONS
    steps = sorted(folder.glob("step-*.npz"), key=lambda path: int(path.stem.rpartition("-")[2]))
    if not steps:
        return None
    try:
        ids = np.load(folder / "ids.npy", allow_pickle=False)
        with steps[-1].open("rb") as file, np.load(file, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except (OSError, ValueError, zipfile.BadZipFile):
        return None
    logged = _logged(curve, int(steps[-1].stem.rpartition("-")[2]))
    numeric = {
        name: np.asarray(array, dtype=np.float64)
        for name, array in arrays.items()
        if array.shape == ids.shape and array.dtype.kind in "biuf"
    }
    whole = {
        name: bool(np.isclose(array.mean(), logged, rtol=1e-5, atol=1e-9))
        for name, array in numeric.items()
        if len(array)
    }
    name = metric if metric in whole else next((n for n, fits in whole.items() if fits), "")
    if not name or not np.isfinite(numeric[name]).all():
        return None
    return ExampleValues(ids, numeric[name], whole[name])


def _logged(curve: Curve | None, step: Step) -> float:
    if curve is None:
        return float("nan")
    rows = np.flatnonzero(curve.steps == step)
    return float(curve.values[rows[-1]]) if len(rows) else float("nan")
