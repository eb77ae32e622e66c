"""Which checkpoints are kept: the best few and the last, chosen after the fact."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tuning_playbook.errors import LeaseLost, StoreUnavailable
from tuning_playbook.numerals import whole_number
from tuning_playbook.study import Direction
from tuning_playbook.training.state import load_state, save_state
from tuning_playbook.trial import Checkpoint, Step
from tuning_playbook.whole_files import written_whole


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
        is_superseded: whether another process has begun to run the trial since.
    """

    def __init__(
        self,
        folder: Path,
        *,
        direction: Direction,
        keep_best: int,
        is_superseded: Callable[[], bool] = lambda: False,
    ) -> None:
        self._folder = folder
        self._is_superseded = is_superseded
        self._direction = direction
        self._keep_best = keep_best

    def saved(self) -> tuple[Checkpoint, ...]:
        """What is kept now, in order of steps; paths are absolute.

        Where the disk has damaged the index, the files speak for themselves; only their values are
        not known then.
        """
        try:
            rows = json.loads((self._folder / "index.json").read_bytes())
            found = [
                Checkpoint(int(row["step"]), str(self._folder / row["file"]), float(row["value"]))
                for row in rows
            ]
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError, LookupError):
            found = self._from_files()
        return tuple(c for c in found if Path(c.path).exists())

    def _from_files(self) -> list[Checkpoint]:
        steps = (
            (path.stem.removeprefix("step-"), path)
            for path in self._folder.iterdir()
            if path.suffix == ".checkpoint"
        )
        found = [
            Checkpoint(step, str(path), math.nan)
            for name, path in steps
            if (step := whole_number(name)) is not None
        ]
        return sorted(found, key=lambda checkpoint: checkpoint.step)

    def save(self, step: Step, value: float, parts: dict[str, Any]) -> tuple[Checkpoint, ...]:
        """Save ``parts`` as the state at ``step`` and drop what need not be kept.

        Returns:
            All kept checkpoints.

        Raises:
            StoreUnavailable: when the disk is full or read-only; earlier checkpoints stay as they
                are.
            LeaseLost: when another process has begun to run the trial, which may have restored
                one of them.
        """
        path = self._folder / f"step-{step:08d}.checkpoint"
        # Later steps are of an earlier attempt that this one did not go on from.
        before = [c for c in self.saved() if c.step < step]
        made = Checkpoint(step, str(path), value)
        kept = kept_checkpoints([*before, made], self._direction, keep_best=self._keep_best)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with written_whole(path) as file:
                save_state(file, parts)
                self._require_own_trial()
            self._write_index(kept)
        except OSError as error:
            raise StoreUnavailable(
                f"the checkpoint of step {step} cannot be written to {path}: {error.strerror}; "
                "free some space or lower training.keep_best_checkpoints, then type: playbook run"
            ) from error
        stay = {Path(checkpoint.path).name for checkpoint in kept}
        for found in self._folder.iterdir():  # finds what a killed process left, too
            if found.suffix in (".checkpoint", ".partial") and found.name not in stay:
                found.unlink(missing_ok=True)
        return kept

    def _require_own_trial(self) -> None:
        if self._is_superseded():
            raise LeaseLost(
                f"another worker has taken over the trial that writes to {self._folder}, because "
                "this one did not renew its lease in time; this one saves no more checkpoints"
            )

    def load_last(self, parts: dict[str, Any]) -> Step:
        """Restore ``parts`` from the last checkpoint that is whole.

        Returns:
            Its step; 0 where there is none.
        """
        for checkpoint in reversed(self.saved()):
            try:
                with Path(checkpoint.path).open("rb") as file:
                    load_state(file, parts)
            except (zipfile.BadZipFile, EOFError):
                continue  # the disk damaged it; an earlier one may be whole
            return checkpoint.step
        return 0

    def _write_index(self, kept: Sequence[Checkpoint]) -> None:
        rows = [{"step": c.step, "file": Path(c.path).name, "value": repr(c.value)} for c in kept]
        with written_whole(self._folder / "index.json") as file:
            file.write(json.dumps(rows).encode())
