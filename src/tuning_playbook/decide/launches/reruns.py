"""What reruns of one configuration came to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tuning_playbook.analysis.table.building import study_table
from tuning_playbook.analysis.table.feasibility import NO_PROGRESS, feasibility
from tuning_playbook.study import Study
from tuning_playbook.trial import Curves, Reason, Status, Trial

# The machine's or the user's doing: such a rerun says nothing about the configuration.
_NO_EVIDENCE = (Reason.LOST, Reason.CANCELLED)

SEED_IS_LOST = (
    "All reruns are identical: the training program does not seem to use the seed, so these are "
    "no independent repeats, and no decision can use them. Seed the program from trial.seed, or "
    "from {seed} in the command, and from nothing else."
)


def rerun_values(
    study: Study,
    trials: Sequence[Trial],
    curves: Mapping[int, Curves],
    *,
    chance_level: float | None = None,
    best: float = math.nan,
) -> tuple[float, ...]:
    """Objective of each rerun that has ended, as logged; NaN for one that did not train.

    Such a rerun did not come to its end, or, where the chance level is declared, is no better than
    a model that has learnt nothing: what `feasibility` says of any trial. Reruns that the machine
    lost or their user ended are left out.

    Args:
        study: of reruns.
        trials: its trials.
        curves: by index; what a smoothed objective is computed from.
        chance_level: objective, as logged, of a model that has learnt nothing.
        best: of all trials, as a loss, from which progress is measured; NaN where not known. Where
            all reruns stayed at chance level, they alone do not tell what progress is.
    """
    ended = [t for t in trials if counts_as_rerun(t) and t.status.is_finished]
    table = study_table(study, ended, curves, chance_level=chance_level)
    trained = np.array([trial.status is Status.COMPLETE for trial in ended], dtype=bool)
    if chance_level is not None and ended:
        trained &= feasibility(table).feasible
        chance = study.objective.direction.sign * chance_level
        if chance > best:
            trained &= table.loss <= chance - NO_PROGRESS * (chance - best)
    sign = study.objective.direction.sign
    return tuple((sign * np.where(trained, table.loss, math.nan)).tolist())


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
        values = np.array([v for v in group if math.isfinite(v)])
        if len(values) > 1:
            # Equal values have no spread, not that of rounding their mean.
            squares += float(np.sum((values - values.mean()) ** 2)) if np.ptp(values) else 0.0
            freedom += len(values) - 1
    return math.sqrt(squares / freedom) if freedom else None


def all_identical(groups: Iterable[Sequence[float]]) -> bool:
    """Whether repeats agree to the last digit in every group that has some; failed ones aside.

    Example:
        >>> all_identical([[0.5, 0.5], [0.7]]), all_identical([[0.5, 0.5], [0.7, 0.8]])
        (True, False)
    """
    finite = [{v for v in group if math.isfinite(v)} for group in groups if _repeats(group)]
    return bool(finite) and all(len(values) == 1 for values in finite)


def _repeats(group: Sequence[float]) -> bool:
    return sum(map(math.isfinite, group)) > 1
