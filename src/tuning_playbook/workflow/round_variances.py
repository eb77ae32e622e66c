"""How much the answer of a round owes to luck: of seeds, of the search, of the examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuning_playbook.analysis.isolation import ArmComparison, arm_losses
from tuning_playbook.analysis.variances import (
    Variances,
    data_spread,
    repeated_study_spread,
    study_spread,
    trial_spread,
)
from tuning_playbook.decide.candidates import Candidate, best_candidate
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.study import Provenance, Study
from tuning_playbook.workflow.arms import Arm, arms_of_round
from tuning_playbook.workflow.programs import SamePrograms
from tuning_playbook.workflow.reruns import has_protocol, values_of_reruns
from tuning_playbook.workflow.round_comparison import Compared


def round_variances(
    store: Store,
    arms: Sequence[Arm],
    compared: Sequence[Compared],
    comparison: ArmComparison,
    reruns: Sequence[Sequence[float]],
    examples: int | None,
) -> Variances:
    """The sources of variation of a round's result, each a number of its own.

    Args:
        store: of the project.
        arms: of the round.
        compared: the arms, or the slices of a joint study.
        comparison: of them.
        reruns: of one configuration each.
        examples: size of the set that the metric is computed on; ``None`` where nobody said.
    """
    first = comparison.order[0]
    losses = arm_losses(compared[first].table)
    leading = arms[first] if len(arms) == len(compared) else arms[0]
    return Variances(
        trial=trial_spread(reruns),
        study=study_spread(losses, budget=min(comparison.budget, len(losses))),
        data=data_spread(comparison.arms[first].best_value, examples),
        repeated=repeated_study_spread(selected_by_searches(store, leading)),
    )


def selected_by_searches(store: Store, arm: Arm) -> list[tuple[float, ...]]:
    """What each search of an arm's kind has selected: its own, and those with other seeds.

    Of the same kind are ended searches of as many trials in the same space, with the same program,
    protocol and fixed values.

    Args:
        store: of the project.
        arm: a search.

    Returns:
        For each search the objective of the reruns of its best configuration, else of its best
        trial; empty where the search was not repeated.
    """
    if arm.taken_over:
        return []
    same = SamePrograms(store)
    kind = _kind(arm.study, same)
    rounds = {
        s.round or s.name: s.seed
        for s in store.studies()
        if s.purpose == "search" and s.seed != arm.study.seed and _kind(s, same) == kind
    }
    found = [arm]
    for name in rounds:
        others = arms_of_round(store, name, facts={}, chance_level=arm.table.chance_level)
        found += [a for a in others if _kind(a.study, same) == kind and _has_ended(a)]
    if len(found) < 2 or not _has_ended(arm):
        return []
    exact = [study.fixed for study in store.studies() if study.purpose == "rerun"]
    best = [best_candidate([(a.trials, a.table)], exact=exact) for a in found]
    return [_values(store, arm.study, one, same) for one in best if one is not None]


def _kind(study: Study, same: SamePrograms) -> Study:
    """A study without what may differ between searches that repeat one another."""
    code = same.first(study.provenance.code)
    return replace(
        study, name="repeated", round="", question="", seed=0, provenance=Provenance(code=code)
    )


def _has_ended(arm: Arm) -> bool:
    return all(trial.status.is_finished for trial in arm.trials)


def _is_rerun_of(study: Study, config: Config) -> bool:
    return dict(study.fixed) == {k: v for k, v in config.items() if k not in study.derived}


def _values(
    store: Store, like: Study, selected: Candidate, same: SamePrograms
) -> tuple[float, ...]:
    code = same.first(like.provenance.code)
    for study in store.studies():
        if (
            study.purpose == "rerun"
            and _is_rerun_of(study, selected.config)
            and has_protocol(study, like)
            and same.first(study.provenance.code) == code
            and (values := values_of_reruns(store, study))
        ):
            return values
    return (selected.value,)
