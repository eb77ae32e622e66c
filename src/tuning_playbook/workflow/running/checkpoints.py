"""Where the best checkpoint of a round, or of one of its trials, is."""

from __future__ import annotations

import math
from pathlib import Path

from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.report.results.checkpoint import BestCheckpoint
from tuning_playbook.trial import Checkpoint, Status, Trial
from tuning_playbook.workflow.running.trial_choice import chosen_trial


def best_checkpoint(folder: str | Path, round_name: str, trial: str = "") -> BestCheckpoint:
    """The best checkpoint that a round has kept, by the metric that decides.

    Args:
        folder: of the project.
        round_name: of a round that was run.
        trial: one of its trials, see `chosen_trial`; of all where empty. The earlier trial and the
            earlier step on ties.

    Returns:
        The checkpoint; load ``path`` with the library that saved it.

    Raises:
        InvalidInput: where no checkpoint was kept, or its file is gone.

    Source: playbook, "Saving checkpoints and retrospectively selecting the best checkpoint".
    """
    opened = open_project(Path(folder))
    with opened_store(opened) as store:
        trials = _trials(Snapshot(opened, store), round_name.removesuffix(".toml"), trial)
    sign = opened.project.objective.direction.sign
    kept = [(t, c) for t in trials for c in t.checkpoints if math.isfinite(c.value)]
    kept = kept or [(t, c) for t in trials for c in t.checkpoints[-1:]]
    if not kept:
        raise InvalidInput(
            f"no trial of round {round_name!r} has kept a checkpoint; save one with "
            "trial.checkpoint(step, model, optimizer) where trial.evaluation_due(step)"
        )
    owner, best = min(kept, key=lambda pair: _loss(pair[1], sign))
    path = opened.folder / best.path
    if not path.exists():
        raise InvalidInput(
            f"the best checkpoint was written to {path}, and that file no longer exists"
        )
    return BestCheckpoint(owner.study, owner.index, best.step, best.value, path, dict(owner.config))


def _trials(known: Snapshot, round_name: str, wanted: str) -> list[Trial]:
    if wanted:
        return [chosen_trial(known, round_name, wanted)[1]]
    studies = known.round_studies(round_name)
    return [t for s in studies for t in known.trials(s.name) if t.status is Status.COMPLETE]


def _loss(checkpoint: Checkpoint, sign: int) -> float:
    return sign * checkpoint.value if math.isfinite(checkpoint.value) else math.inf
