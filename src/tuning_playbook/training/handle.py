"""What a training function gets: its configuration, and where its measurements go."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from numpy.typing import ArrayLike

from tuning_playbook.errors import InvalidInput, TrialDiverged
from tuning_playbook.space import Value, plain_config
from tuning_playbook.training.attempt import Attempt, is_superseded
from tuning_playbook.training.checkpoints import CheckpointFolder
from tuning_playbook.training.journal import Journal, JournalWriter
from tuning_playbook.training.predictions import PREDICTIONS, PredictionFolder, as_array
from tuning_playbook.trial import Step


class TrialHandle:
    """One trial, from inside its training function.

    Args:
        attempt: what this process was started for.
        journal: where measurements go; the attempt's own file by default.

    Attributes:
        config: hyperparameters by the names that the program knows; read-only.
        seed: of this training run; the global random streams are seeded with it already.
        study, index: which trial this is.
        max_train_steps: how long to train.
        evaluation_interval: steps between evaluations.
        folder: where this trial may keep files of its own.
    """

    def __init__(self, attempt: Attempt, *, journal: Journal | None = None) -> None:
        self.config: Mapping[str, Value] = MappingProxyType(plain_config(attempt.config))
        self.seed = attempt.seed
        self.study = attempt.study
        self.index = attempt.index
        self.max_train_steps = attempt.training.max_train_steps
        self.evaluation_interval = attempt.training.evaluation_interval
        self.folder = Path(attempt.trial_folder)
        self._step_limit = attempt.step_limit or self.max_train_steps
        self._metric = attempt.objective.metric
        self._watched = frozenset(attempt.training.stop_on_non_finite)
        self._journal = journal or JournalWriter(attempt.journal)
        self._checkpoints = CheckpointFolder(
            self.folder / "checkpoints",
            direction=attempt.objective.direction,
            keep_best=attempt.training.keep_best_checkpoints,
            is_superseded=lambda: is_superseded(attempt),
        )
        self._predictions = PredictionFolder(self.folder / PREDICTIONS)
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

        Raises:
            InvalidInput: for a part that cannot be saved, or a step out of range.
            StoreUnavailable: when the disk is full; earlier checkpoints stay as they are.

        Source: playbook, "Saving checkpoints and retrospectively selecting the best checkpoint".
        """
        step = self._checked(step)
        evaluated_at, value = self._evaluated
        self._journal.sync()  # after a power cut, no step before the checkpoint is missing
        kept = self._checkpoints.save(
            step, value if evaluated_at == step else math.nan, _named(parts, named_parts)
        )
        rows = [{"step": c.step, "path": c.path, "value": repr(c.value)} for c in kept]
        self._journal.write_event("checkpoints", {"kept": rows})

    def restore(self, *parts: Any, **named_parts: Any) -> Step:
        """Bring the parts and the global random streams to the last checkpoint's state, in place.

        Args:
            parts, named_parts: as they were given to `checkpoint`.

        Returns:
            The checkpoint's step; 0 where the trial starts afresh.
        """
        step = self._checkpoints.load_last(_named(parts, named_parts))
        self._journal.write_event("restored", {"step": step})
        return step

    def resumed(self, step: Step, /) -> None:
        """Say that this start goes on from the program's own checkpoint, before logging anything.

        Programs that save by `checkpoint` and load by `restore` need not say it. Without it, what
        earlier starts logged before this one's first row stays.

        Args:
            step: of the checkpoint; what earlier starts logged after it is replaced.
        """
        self._journal.write_event("restored", {"step": self._checked(step)})

    def predictions(self, step: Step, /, ids: ArrayLike, **values: ArrayLike) -> None:
        """Keep predictions on a fixed sample of examples, for a look after training.

        Args:
            step: the step just done.
            ids: shape (n,), the same examples in the same order at every step.
            values: name -> shape (n, ...), such as ``probabilities=...``.

        Raises:
            InvalidInput: when the examples are not those of earlier steps, a value has another
                number of rows, or the step is out of range.
        """
        step, examples = self._checked(step), as_array("ids", ids)
        arrays = {name: as_array(name, value) for name, value in values.items()}
        for name, array in arrays.items():
            if array.shape[:1] != examples.shape[:1]:
                raise InvalidInput(
                    f"{name} has the shape {array.shape} at step {step}, but there are "
                    f"{len(examples)} examples; give one row for each id"
                )
        self._predictions.save(step, examples, arrays)

    def record_event(self, kind: str, data: Mapping[str, Any]) -> None:
        """Write an event of the run itself; for the process that calls the training function."""
        self._journal.write_event(kind, data)

    def _record(self, step: Step, metrics: dict[str, Any], *, evaluation: bool) -> None:
        if type(step) is not int or not 0 <= step <= self._step_limit:
            step = self._checked(step)  # not called for every step: logging must cost nothing
        diverged = ""
        for name, value in metrics.items():
            if type(value) is not float:
                metrics[name] = value = self._number(step, name, value)
            if value - value != 0 and self._ends_trial(name, evaluation):  # NaN or infinite
                diverged = diverged or name
        if not metrics:
            raise InvalidInput(f"step {step}: no metrics given; write log(step, train_loss=...)")
        self._journal.write_row(step, metrics, evaluation=evaluation)
        if evaluation and self._metric in metrics:
            self._evaluated = (step, metrics[self._metric])
        if diverged:
            found = {"metric": diverged, "step": step, "value": repr(metrics[diverged])}
            self._journal.write_event("diverged", found)
            raise TrialDiverged(f"{diverged} was {metrics[diverged]} at step {step}")

    def _checked(self, step: Any) -> Step:
        if type(step) is not int:
            try:
                step = operator.index(step)
            except TypeError:
                raise InvalidInput(
                    f"expected a whole number as step, found {step!r} ({type(step).__name__}); "
                    "steps count finished updates of the parameters"
                ) from None
        if not 0 <= step <= self._step_limit:
            raise InvalidInput(
                f"step {step} is outside 0 .. {self._step_limit}, the length of every trial "
                "(training.max_train_steps in playbook.toml); steps count finished updates, or "
                "epochs: train for trial.max_train_steps of them, or change the length there"
            )
        return int(step)

    def _ends_trial(self, name: str, evaluation: bool) -> bool:
        return name in self._watched or (evaluation and name == self._metric)

    def _number(self, step: Step, name: str, value: Any) -> float:
        if not isinstance(value, (str, bytes)):
            try:
                # A loss that still has its graph is what PyTorch programs have at hand.
                return float(value.detach() if hasattr(value, "detach") else value)
            except (TypeError, ValueError, OverflowError, RuntimeError):
                pass  # PyTorch raises a RuntimeError for a tensor of several values
        found = {"metric": name, "step": step, "value": str(value)[:80]}
        self._journal.write_event("not-a-number", found)
        raise InvalidInput(
            f"{name} at step {step} is {found['value']} ({type(value).__name__}), which is not a "
            "number; log one number, such as loss.item()"
        )


def _named(parts: tuple[Any, ...], named_parts: dict[str, Any]) -> dict[str, Any]:
    return {**{f"part{i}": part for i, part in enumerate(parts)}, **named_parts}
