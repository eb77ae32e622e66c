"""What a training function gets: its configuration, and where its measurements go."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tuning_playbook.errors import InvalidInput, TrialDiverged
from tuning_playbook.space import Value, plain_config
from tuning_playbook.training.attempt import Attempt
from tuning_playbook.training.checkpoints import CheckpointFolder
from tuning_playbook.training.journal import JournalWriter
from tuning_playbook.trial import Step


class TrialHandle:
    """One trial, from inside its training function.

    Args:
        attempt: what this process was started for.

    Attributes:
        config: hyperparameters by the names that the program knows; read-only.
        seed: of this training run; the global random streams are seeded with it already.
        study, index: which trial this is.
        max_train_steps: how long to train.
        evaluation_interval: steps between evaluations.
        folder: where this trial may keep files of its own.
    """

    def __init__(self, attempt: Attempt) -> None:
        self.config: Mapping[str, Value] = MappingProxyType(plain_config(attempt.config))
        self.seed = attempt.seed
        self.study = attempt.study
        self.index = attempt.index
        self.max_train_steps = attempt.training.max_train_steps
        self.evaluation_interval = attempt.training.evaluation_interval
        self.folder = Path(attempt.trial_folder)
        self._metric = attempt.objective.metric
        self._watched = frozenset(attempt.training.stop_on_non_finite)
        self._journal = JournalWriter(attempt.journal)
        self._checkpoints = CheckpointFolder(
            self.folder / "checkpoints",
            direction=attempt.objective.direction,
            keep_best=attempt.training.keep_best_checkpoints,
        )
        self._evaluated: tuple[Step, float] = (-1, math.nan)

    def steps(self, start: Step = 0) -> range:
        """Steps still to do after ``start``: ``start + 1`` to ``max_train_steps``."""
        return range(start + 1, self.max_train_steps + 1)

    def log(self, step: Step, /, **metrics: Any) -> None:
        """Record training metrics of one step. What it has returned from survives a kill.

        Args:
            step: 0 (the untrained model) to ``max_train_steps``.
            metrics: numbers; NaN and infinities are recorded too.

        Raises:
            TrialDiverged: after recording a non-finite training loss.
            InvalidInput: for a metric that is not a number, or a step out of range.
        """
        self._record(step, metrics, evaluation=False)

    def evaluate(self, step: Step, /, **metrics: Any) -> None:
        """Record what the model reaches on held-out data after ``step`` steps.

        Args:
            step: 0 (the untrained model) to ``max_train_steps``.
            metrics: numbers, the objective's metric among them.

        Raises:
            TrialDiverged: after recording a non-finite objective metric or training loss.
            InvalidInput: for a metric that is not a number, or a step out of range.
        """
        if self._metric in metrics:
            self._evaluated = (step, _finite_or_nan(metrics[self._metric]))
        self._record(step, metrics, evaluation=True)

    def evaluation_due(self, step: Step) -> bool:
        """Whether to evaluate after ``step``: at every interval of steps and at the last step.

        Source: playbook, "Setting up periodic evaluations".
        """
        return step % self.evaluation_interval == 0 or step == self.max_train_steps

    def checkpoint(self, step: Step, /, *parts: Any, **named_parts: Any) -> None:
        """Save the state after ``step``; only the best few checkpoints and the last are kept.

        Args:
            step: the step just done; call `evaluate` first, so that the checkpoint has a value.
            parts: dicts of arrays, numpy generators, or objects with ``state_dict``.
            named_parts: the same, under names.

        Source: playbook, "Saving checkpoints and retrospectively selecting the best checkpoint".
        """
        evaluated_at, value = self._evaluated
        kept = self._checkpoints.save(
            step, value if evaluated_at == step else math.nan, _named(parts, named_parts)
        )
        rows = [{"step": c.step, "path": c.path, "value": repr(c.value)} for c in kept]
        self._journal.write_event("checkpoints", {"kept": rows})

    def restore(self, *parts: Any, **named_parts: Any) -> Step:
        """Bring the parts to the last checkpoint's state, in place.

        Args:
            parts, named_parts: as they were given to `checkpoint`.

        Returns:
            The checkpoint's step; 0 where the trial starts afresh.
        """
        step = self._checkpoints.load_last(_named(parts, named_parts))
        self._journal.write_event("restored", {"step": step})
        return step

    def predictions(self, step: Step, /, ids: ArrayLike, **values: ArrayLike) -> None:
        """Keep predictions on a fixed sample of examples, for a look after training.

        Args:
            step: the step just done.
            ids: shape (n,), the same examples in the same order at every step.
            values: name -> shape (n, ...), such as ``probabilities=...``.

        Raises:
            InvalidInput: when the examples are not those of earlier steps.
        """
        folder = self.folder / "predictions"
        folder.mkdir(exist_ok=True)
        sample, examples = folder / "ids.npy", np.asarray(ids)
        if not sample.exists():
            np.save(sample, examples, allow_pickle=False)
        elif not np.array_equal(np.load(sample, allow_pickle=False), examples):
            raise InvalidInput(
                f"predictions at step {step} are for other examples than before; choose a sample "
                "once and keep it, so that steps can be compared"
            )
        arrays = {name: np.asarray(value) for name, value in values.items()}
        for name, array in arrays.items():
            if array.shape[:1] != examples.shape[:1]:
                raise InvalidInput(f"{name} has {array.shape} values for {len(examples)} examples")
        np.savez_compressed(folder / f"step-{step:08d}.npz", allow_pickle=False, **arrays)

    def record_event(self, kind: str, data: Mapping[str, Any]) -> None:
        """Write an event of the run itself; for the process that calls the training function."""
        self._journal.write_event(kind, data)

    def _record(self, step: Step, metrics: dict[str, Any], *, evaluation: bool) -> None:
        if not 0 <= step <= self.max_train_steps:
            raise InvalidInput(
                f"step {step} is outside 0 .. {self.max_train_steps}; steps count finished updates"
            )
        diverged = ""
        for name, value in metrics.items():
            if type(value) is not float:
                metrics[name] = value = self._number(step, name, value)
            if value - value != 0 and self._ends_trial(name, evaluation):  # NaN or infinite
                diverged = name
        if not metrics:
            raise InvalidInput(f"step {step}: no metrics given; write log(step, train_loss=...)")
        self._journal.write_row(step, metrics, evaluation=evaluation)
        if diverged:
            found = {"metric": diverged, "step": step, "value": repr(metrics[diverged])}
            self._journal.write_event("diverged", found)
            raise TrialDiverged(f"{diverged} was {metrics[diverged]} at step {step}")

    def _ends_trial(self, name: str, evaluation: bool) -> bool:
        return name in self._watched or (evaluation and name == self._metric)

    def _number(self, step: Step, name: str, value: Any) -> float:
        if not isinstance(value, (str, bytes)):
            try:
                return float(value)
            except (TypeError, ValueError):
                pass
        found = {"metric": name, "step": step, "value": str(value)[:80]}
        self._journal.write_event("not-a-number", found)
        raise InvalidInput(
            f"{name} at step {step} is {value!r} ({type(value).__name__}), which is not a number"
        )


def _named(parts: tuple[Any, ...], named_parts: dict[str, Any]) -> dict[str, Any]:
    return {**{f"part{i}": part for i, part in enumerate(parts)}, **named_parts}


def _finite_or_nan(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return math.nan
    return number if math.isfinite(number) else math.nan
