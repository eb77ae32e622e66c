"""Where the best checkpoint of a round, or of one of its trials, is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.trial import Step


@dataclass(frozen=True, slots=True)
class BestCheckpoint:
    """A checkpoint as its trial saved it.

    Args:
        study, trial: whose it is.
        step: at which it was taken.
        value: objective at that step; NaN where it was not evaluated.
        path: of the file.
        config: of the trial.
    """

    study: str
    trial: int
    step: Step
    value: float
    path: Path
    config: dict[str, Any]


def checkpoint_document(found: BestCheckpoint) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "study": found.study,
        "trial": found.trial,
        "step": found.step,
        "value": found.value if math.isfinite(found.value) else None,
        "path": str(found.path),
        "config": found.config,
    }
