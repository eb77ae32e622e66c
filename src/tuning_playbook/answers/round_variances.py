"""How much the answer of a round owes to luck: of seeds, of the search, of the examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tuning_playbook.analysis.comparison.isolation import ArmComparison, arm_losses
from tuning_playbook.analysis.statistics.variances import (
    Variances,
    data_spread,
    repeated_study_spread,
    study_spread,
    trial_spread,
)
from tuning_playbook.answers.reruns import rerun_groups
from tuning_playbook.answers.round_comparison import Compared
from tuning_playbook.decide.candidates import Candidate, best_candidate
from tuning_playbook.records.arm import Arm
from tuning_playbook.records.reruns import has_protocol
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.space import Config
from tuning_playbook.study import Study


def round_variances(
    record: RoundRecord,
    compared: Sequence[Compared],
    comparison: ArmComparison,
    repeated: Mapping[str, Sequence[Arm]],
) -> Variances:
    """The sources of variation of a round's result, each a number of its own.

    Args:
        record: of the round.
        compared: the arms, or the slices of a joint study.
        comparison: of them.
        repeated: study of each arm -> other ended searches of its kind.
    """
    first, arms = comparison.order[0], record.arms
    losses = arm_losses(compared[first].table)
    leading = arms[first] if len(arms) == len(compared) else arms[0]
    return Variances(
        trial=trial_spread(rerun_groups(record.reruns, arms[0].study)),
        study=study_spread(losses, budget=min(comparison.budget, len(losses))),
        data=data_spread(
            comparison.arms[first].best_value,
            record.project.evaluation_examples,
            metric=comparison.objective.metric,
        ),
        repeated=repeated_study_spread(
            selected_by_searches(record, leading, repeated[leading.study.name])
        ),
    )


def selected_by_searches(
    record: RoundRecord, arm: Arm, repeated: Sequence[Arm]
) -> list[tuple[float, ...]]:
    """What each search of an arm's kind has selected: its own, and those with other seeds.

    Args:
        record: of the round.
        arm: of it.
        repeated: the other searches.

    Returns:
        For each search the objective of the reruns of its best configuration, else of its best
        trial; empty where the search was not repeated.
    """
    if not repeated or not all(trial.status.is_finished for trial in arm.trials):
        return []
    exact = [one.study.fixed for one in record.reruns]
    best = [best_candidate([(a.trials, a.table)], exact=exact) for a in (arm, *repeated)]
    return [_values(record, arm.study, one) for one in best if one is not None]


def _is_rerun_of(study: Study, config: Config) -> bool:
    return dict(study.fixed) == {k: v for k, v in config.items() if k not in study.derived}


def _values(record: RoundRecord, like: Study, selected: Candidate) -> tuple[float, ...]:
    same = record.same_programs
    code = same.first(like.provenance.code)
    for one in record.reruns:
        if (
            one.values
            and _is_rerun_of(one.study, selected.config)
            and has_protocol(one.study, like)
            and same.first(one.study.provenance.code) == code
        ):
            return one.values
    return (selected.value,)
