"""What a round fixes, and whether it says why."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tuning_playbook.design.adam import is_beyond_budget
from tuning_playbook.space import Constant
from tuning_playbook.study import Project, Round, Study, is_never_tuned


def fixed_without_reason(
    project: Project, round_: Round, studies: Sequence[Study], *, compared: Collection[str] = ()
) -> tuple[str, ...]:
    """Keys that could be tuned, are fixed in every arm, and have no reason, as declared.

    Every hyperparameter starts as a nuisance; to fix it is a simplification that needs a reason.
    None is asked for where a rule gives it: a batch size, a training length, a constant of Adam's
    that so few trials cannot tune, a hyperparameter that has no range or was compared earlier.

    Args:
        project: declares every hyperparameter.
        round_: its roles and its reasons.
        studies: of the round, see `tuning_playbook.design.studies_of`.
        compared: keys that earlier rounds have compared.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    fixed = {key for study in studies for key in study.fixed.keys() - study.scientific.keys()}
    varied = {key for study in studies for key in (*study.space.keys, *study.scientific)}
    return tuple(
        h.key
        for h in project.hyperparameters
        if h.key in fixed - varied
        and not round_.reasons.get(h.key, "").strip()
        and h.key not in compared
        and not isinstance(h.domain, Constant)
        and not is_never_tuned(h)
        and not is_beyond_budget(h.name, round_.trials)
    )
