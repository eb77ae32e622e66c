"""What a round fixes, and whether it says why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tuning_playbook.design.adam import is_beyond_budget
from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.roles import compared_keys
from tuning_playbook.space import Constant
from tuning_playbook.study import Project, Round, Study


def fixing_damage(
    round_: Round, studies: Sequence[Study], moving: Mapping[str, Collection[tuple[str, str]]]
) -> tuple[str, ...]:
    """Objections to fixing what earlier rounds have shown to have no one best value.

    Args:
        round_: what it compares.
        studies: of it.
        moving: earlier round -> pairs of keys: the best value of the second moves with the first.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    fixed = {key for study in studies for key in study.fixed.keys() - study.scientific.keys()}
    found = {
        pair: earlier
        for earlier, pairs in moving.items()
        for pair in pairs
        if earlier != round_.name and pair[0] in compared_keys(round_) and pair[1] in fixed
    }
    return tuple(
        f"{second} stays fixed, but in round {earlier} its best value depended on {first}, by more "
        f"than chance explains. A fixed {second} favours the values of {first} that it suits. "
        f"Add {second} to nuisance."
        for (first, second), earlier in found.items()
    )


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
