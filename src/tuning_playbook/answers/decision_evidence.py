"""What a decision is made on: the reruns, the earlier looks, what is known of the examples."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.answers.contenders import Contenders
from tuning_playbook.answers.reruns import Reruns, reruns_of
from tuning_playbook.decide.launches.example_luck import Examples, difference_variance
from tuning_playbook.decide.launches.looks import reruns_of_each
from tuning_playbook.decisions import Decision
from tuning_playbook.errors import InvalidInput
from tuning_playbook.records.entered_decisions import EnteredDecision
from tuning_playbook.records.programs import SamePrograms
from tuning_playbook.records.reruns import StoredReruns
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.space import Config
from tuning_playbook.study import Objective, Project
from tuning_playbook.training.predictions import ExampleValues
from tuning_playbook.vocabulary import may_be_share_of_examples


@dataclass(frozen=True, slots=True)
class EarlierLooks:
    """Decisions that were entered before.

    Args:
        reruns: of each side, at each earlier look at this change, increasing.
        decisions: of the whole project, each evidence once, this one's left out.
        spent: chance that one of them is a false launch, at most.
    """

    reruns: tuple[float, ...]
    decisions: int
    spent: float


def deciding_objective(project: Project) -> Objective:
    """The objective on the examples that decide: those that chose nothing, where there are any."""
    metric = project.confirm_metric or project.objective.metric
    return replace(project.objective, metric=metric)


def reruns_of_contenders(
    record: RoundRecord, contenders: Contenders, stored: Sequence[StoredReruns]
) -> tuple[Reruns, ...]:
    """Of the candidate and the baseline; once where both are one configuration.

    Args:
        record: of the round.
        contenders: what is decided about.
        stored: all reruns of the project, with the values that decide.
    """
    configs = {"candidate": contenders.candidate.config, "baseline": contenders.incumbent}
    if configs["candidate"] == configs["baseline"]:
        del configs["candidate"]
    return tuple(
        reruns_of(stored, record.project, config, role=role, code=record.code)
        for role, config in configs.items()
    )


def require_confirmed(project: Project, before: Sequence[Reruns], after: Sequence[Reruns]) -> None:
    """Refuse reruns that did not log the metric on the examples that chose nothing.

    Args:
        project: that names the metric.
        before: reruns with their values of the metric that chose.
        after: the same with their values of the metric that confirms.

    Raises:
        InvalidInput: where a rerun that trained did not log the metric.
    """
    for chosen, confirmed in zip(before, after, strict=True):
        silent = len(chosen.finite) - len(confirmed.finite)
        if silent > 0:
            raise InvalidInput(
                f"{silent} of the {len(chosen.values)} reruns of the {chosen.role} did not log "
                f"{project.confirm_metric!r}, which playbook.toml names under [metric] as "
                "confirm; evaluate it in the training program together with the metric that "
                f"decides, trial.evaluate(step, {project.objective.metric}=..., "
                f"{project.confirm_metric}=...), then rerun both"
            )


def earlier_looks(
    decisions: Sequence[EnteredDecision],
    contenders: Contenders,
    reruns: Sequence[Reruns],
    *,
    metric: str,
    code: str,
    same: SamePrograms,
) -> EarlierLooks:
    """The looks that the logbook knows: at this change, and of the project.

    Args:
        decisions: of the project.
        contenders: what is decided about.
        reruns: of the candidate first, of the baseline last.
        metric: that decides.
        code: version of the training program, the first that trains like the present one.
        same: which versions train alike.
    """
    now = reruns_of_each(len(reruns[0].finite), len(reruns[-1].finite))
    seen: set[float] = set()
    spent: dict[str, float] = {}
    for entered in decisions:
        made = entered.decision
        evidence = repr((made.candidate_values, made.incumbent_values))
        if evidence == repr((reruns[0].values, reruns[-1].values)):
            continue  # this look, made before
        spent[evidence] = max(spent.get(evidence, 0.0), 1 - made.confidence)
        alike = same.first(entered.code) == code and entered.metric == metric
        if alike and _is_about(made, contenders):
            seen.add(reruns_of_each(*map(_finite, (made.candidate_values, made.incumbent_values))))
    before = tuple(sorted(n for n in seen if 0 < n < now))
    return EarlierLooks(before, len(spent), sum(spent.values()))


def known_examples(
    record: RoundRecord,
    reruns: Sequence[Reruns],
    predictions: Mapping[str, Sequence[ExampleValues]],
) -> Examples:
    """What is known of the examples that the reruns are evaluated on.

    Args:
        record: of the round, whose trials chose the candidate, unless a metric confirms it.
        reruns: of the candidate first, of the baseline last.
        predictions: study of reruns -> of each that trained, the metric on each example; empty
            where one did not keep it.
    """
    project = record.project
    declared = project.confirm_examples if project.confirm_metric else project.evaluation_examples
    trials = sum(int(feasibility(arm.table).feasible.sum()) for arm in record.arms)
    chose_among = 0 if project.confirm_metric else trials
    sides = [predictions.get(r.study.name, ()) for r in (reruns[0], reruns[-1])]
    kept = [run for side in sides for run in side]
    share = may_be_share_of_examples(deciding_objective(project).metric)
    comparable = all(sides) and all(np.array_equal(run.ids, kept[0].ids) for run in kept)
    if not comparable:
        return Examples(declared, None, chose_among, share)
    sample = len(kept[0].ids)
    whole = all(run.is_whole for run in kept)
    variance = difference_variance(*([run.values for run in side] for side in sides))
    return Examples(sample if whole else declared or sample, variance, chose_among, share)


def _is_about(decision: Decision, contenders: Contenders) -> bool:
    def same(a: Config, b: Config) -> bool:
        return dict(a) == dict(b)

    return same(decision.candidate, contenders.candidate.config) and same(
        decision.incumbent, contenders.incumbent
    )


def _finite(values: Sequence[float]) -> int:
    return sum(map(math.isfinite, values))
