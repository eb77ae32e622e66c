"""Which checkpoints are kept: the best few and the last, chosen after the fact."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuning_playbook.errors import PlaybookError
from tuning_playbook.study import Direction
from tuning_playbook.training.state import load_state, save_state
from tuning_playbook.trial import Checkpoint, Step


def best_checkpoints(
    checkpoints: Sequence[Checkpoint], direction: Direction, *, count: int
) -> tuple[Checkpoint, ...]:
    """The ``count`` best checkpoints, best first.

    The earliest wins a tie; one without a finite value is never chosen.

    Args:
        checkpoints: in any order.
        direction: which way the value gets better.
        count: 0 or more.

    Source: playbook, "Saving checkpoints and retrospectively selecting the best checkpoint".
    """
    measured = [c for c in checkpoints if math.isfinite(c.value)]
    ranked = sorted(measured, key=lambda c: (direction.sign * c.value, c.step))
    return tuple(ranked[:count])


def kept_checkpoints(
    checkpoints: Sequence[Checkpoint], direction: Direction, *, keep_best: int
) -> tuple[Checkpoint, ...]:
    """The best ``keep_best`` checkpoints and the last one, in order of steps."""
    if not checkpoints:
        return ()
    last = max(checkpoints, key=lambda c: c.step)
    kept = {c.step: c for c in (*best_checkpoints(checkpoints, direction, count=keep_best), last)}
    return tuple(kept[step] for step in sorted(kept))


class CheckpointFolder:
    """The checkpoints of one trial on disk.

    A file is written aside, flushed to the disk and renamed, so that a checkpoint either is whole
    or is not there; the index of kept ones likewise.

    Args:
        folder: where they go; made when first needed.
        direction: of the objective.
        keep_best: how many of the best stay beside the last.
    """

    def __init__(self, folder: Path, *, direction: Direction, keep_best: int) -> None:
        self._folder = folder
        self._direction = direction
        self._keep_best = keep_best

    def saved(self) -> tuple[Checkpoint, ...]:
        """What is kept now, in order of steps; paths are absolute."""
        index = self._folder / "index.json"
        if not index.exists():
            return ()
        found = (
            Checkpoint(c["step"], str(self._folder / c["file"]), _number(c["value"]))
            for c in json.loads(index.read_text())
        )
        return tuple(c for c in found if Path(c.path).exists())

    def save(self, step: Step, value: float, parts: dict[str, Any]) -> tuple[Checkpoint, ...]:
        """Save ``parts`` as the state at ``step`` and drop what need not be kept.

        Returns:
            All kept checkpoints.

        Raises:
            PlaybookError: when the disk is full or read-only; earlier checkpoints stay as they are.
        """
        path = self._folder / f"step-{step:08d}.checkpoint"
        aside = path.with_suffix(".partial")
        before = [c for c in self.saved() if c.step != step]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with aside.open("wb") as file:
                save_state(file, parts)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
            made = Checkpoint(step, str(path), value)
            kept = kept_checkpoints([*before, made], self._direction, keep_best=self._keep_best)
            self._write_index(kept)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise PlaybookError(
                f"the checkpoint of step {step} cannot be written to {path}: {error.strerror}; "
                "free some space or lower training.keep_best_checkpoints, then run again"
            ) from error
        for checkpoint in before:
            if checkpoint not in kept:
                Path(checkpoint.path).unlink(missing_ok=True)
        return kept

    def load_last(self, parts: dict[str, Any]) -> Step:
        """Restore ``parts`` from the last checkpoint; 0 where there is none."""
        saved = self.saved()
        if not saved:
            return 0
        with Path(saved[-1].path).open("rb") as file:
            load_state(file, parts)
        return saved[-1].step

    def _write_index(self, kept: Sequence[Checkpoint]) -> None:
        rows = [{"step": c.step, "file": Path(c.path).name, "value": repr(c.value)} for c in kept]
        aside = self._folder / "index.partial"
        aside.write_text(json.dumps(rows))
        aside.replace(self._folder / "index.json")


def _number(text: str) -> float:
    return float(text)
