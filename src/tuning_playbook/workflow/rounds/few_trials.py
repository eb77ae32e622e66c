"""That a round has fewer trials than the checks of its answer need, before it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tuning_playbook.edges.thresholds import EdgeLimits
from tuning_playbook.project_files.reading_round import DEFAULT_TRIALS
from tuning_playbook.space import Categorical
from tuning_playbook.study import Round, Study
from tuning_playbook.words import agreeing, counted

_SAMPLED = ("quasi-random", "random")  # a grid and a list are judged by their levels


def few_trials_warning(round_: Round, studies: Sequence[Study], followed: Mapping[str, int]) -> str:
    """What the checks will not tell, and with how many trials they may; empty where they may.

    Args:
        round_: about to run.
        studies: of it.
        followed: study -> trials of earlier rounds that count in it as well.
    """
    counts = {
        study.name: study.trials + followed.get(study.name, 0)
        for study in studies
        if study.algorithm in _SAMPLED and _varies_a_number(study)
    }
    needed = EdgeLimits().fewest_trials  # as many as the check of importance needs
    few = min(counts.values(), default=needed)
    if few >= needed:
        return ""
    several = any(len(s.space.hyperparameters) > 1 for s in studies if s.name in counts)
    untold = "whether the ranges are wide enough" + (
        " and which hyperparameters matter" if several else ""
    )
    each = max(1, max(s.trials for s in studies) // round_.trials)  # values that share a study
    wanted = max(DEFAULT_TRIALS // each, round_.trials + -(-(needed - few) // each))
    return (
        f"{counted(few, 'trial')}{' in an arm' * (len(studies) > 1)} "
        f"{agreeing(few, 'does', 'do')} not tell {untold}; at least {needed} that train are "
        f"needed. Write trials = {wanted} in the round's file, since some trials may not train."
    )


def _varies_a_number(study: Study) -> bool:
    return any(not isinstance(h.domain, Categorical) for h in study.space.hyperparameters)
