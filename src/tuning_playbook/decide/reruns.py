"""Reruns of one configuration with fresh seeds, as a study, and what they came to."""

from __future__ import annotations

import hashlib
import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tuning_playbook.analysis.building import study_table
from tuning_playbook.space import Config, SearchSpace
from tuning_playbook.study import Objective, Project, Provenance, Study, TrainingProtocol
from tuning_playbook.trial import Curves, Reason, Status, Trial

_PREFIX = "rerun/"
_HEXADECIMAL_DIGITS = 16
# The machine's or the user's doing: such a rerun says nothing about the configuration.
_NO_EVIDENCE = (Reason.LOST, Reason.CANCELLED)


def rerun_study(project: Project, config: Config, *, provenance: Provenance) -> Study:
    """The study that holds all reruns of ``config`` with the present code and protocol.

    Its name and seed are a function of what a rerun is: the configuration, the objective, the way
    of training and the code. Reruns of the baseline therefore serve every later round, and what was
    rerun before a change of the program is another study. It varies nothing; the trials of a random
    search in an empty space differ by their seeds alone, and more can be added at any time.

    Args:
        project: as it is now.
        config: every hyperparameter by key.
        provenance: with the digest of the code.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    identity = {
        "config": config,
        "protocol": protocol_digest(project.objective, project.training),
        "code": provenance.code,
    }
    digest = _digest(identity)
    return Study(
        name=f"{_PREFIX}{digest}",
        space=SearchSpace(()),
        trials=1,
        objective=project.objective,
        training=project.training,
        question="reruns of one configuration",
        fixed=dict(config),
        algorithm="random",
        seed=int(digest[:15], 16),
        purpose="rerun",
        provenance=provenance,
    )


def protocol_digest(objective: Objective, training: TrainingProtocol) -> str:
    """Which way of training and evaluating this is: 16 hexadecimal digits."""
    target = {"type": type(training.target).__name__, **asdict(training.target)}
    return _digest({"objective": asdict(objective), **asdict(training), "target": target})


def rerun_values(
    study: Study, trials: Sequence[Trial], curves: Mapping[int, Curves]
) -> tuple[float, ...]:
    """Objective of each rerun that has ended, as logged; NaN for one that did not train to its end.

    Reruns that the machine lost or their user ended are left out.

    Args:
        study: of reruns.
        trials: its trials.
        curves: by index; what a smoothed objective is computed from.
    """
    ended = [t for t in trials if counts_as_rerun(t) and t.status.is_finished]
    loss = study_table(study, ended, curves).loss
    sign = study.objective.direction.sign
    return tuple(
        sign * float(value) if trial.status is Status.COMPLETE else math.nan
        for trial, value in zip(ended, loss, strict=True)
    )


def counts_as_rerun(trial: Trial) -> bool:
    """Whether a rerun is one of those asked for: not where it was lost or cancelled."""
    return trial.status is not Status.CANCELLED and trial.reason not in _NO_EVIDENCE


def pooled_deviation(groups: Iterable[Sequence[float]]) -> float | None:
    """Standard deviation inside groups of reruns, pooled over the groups; values not finite aside.

    The square root of the sum of (n_i - 1) s_i² over the sum of (n_i - 1).

    Returns:
        ``None`` where no group has two values.

    Example:
        >>> pooled_deviation([[1.0, 3.0], [10.0, 12.0], [5.0]])
        1.4142135623730951
    """
    squares, freedom = 0.0, 0
    for group in groups:
        values = [v for v in group if math.isfinite(v)]
        if len(values) > 1:
            squares += (len(values) - 1) * statistics.variance(values)
            freedom += len(values) - 1
    return math.sqrt(squares / freedom) if freedom else None


def _digest(document: Mapping[str, Any]) -> str:
    text = json.dumps(_plain(document), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HEXADECIMAL_DIGITS]


def _plain(value: Any) -> Any:
    """One spelling for values that mean the same: 1.0 for a file's 1."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
