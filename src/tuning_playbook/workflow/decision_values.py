"""What a decision is made on: the values, the earlier looks, what is known of the examples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuning_playbook.analysis.held_out import held_out_value
from tuning_playbook.decide.example_luck import Examples, difference_variance
from tuning_playbook.decide.looks import reruns_of_each
from tuning_playbook.decide.reruns import all_identical, counts_as_rerun, pooled_deviation
from tuning_playbook.decisions import Decision
from tuning_playbook.errors import InvalidInput
from tuning_playbook.run.places import TRIALS_FOLDER, trial_folder
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.store.logbook import DECISION, decision_of
from tuning_playbook.study import Objective, Project, Study
from tuning_playbook.training.predictions import ExampleValues, example_values
from tuning_playbook.trial import Status, Trial
from tuning_playbook.workflow.contenders import Contenders
from tuning_playbook.workflow.opening import OpenProject
from tuning_playbook.workflow.reruns import Reruns, earlier_deviation, has_protocol


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


def on_confirm(store: Store, project: Project, reruns: Sequence[Reruns]) -> tuple[Reruns, ...]:
    """The reruns with their values on the examples that chose nothing.

    Each value is the one at the step that the validation metric chose.

    Raises:
        InvalidInput: where a rerun that trained did not log the metric.
    """
    found = tuple(replace(r, values=_confirmed(store, r.study, project)) for r in reruns)
    for before, after in zip(reruns, found, strict=True):
        silent = len(before.finite) - len(after.finite)
        if silent > 0:
            raise InvalidInput(
                f"{silent} of the {len(before.values)} reruns of the {before.role} did not log "
                f"{project.confirm_metric!r}, which playbook.toml names under [metric] as confirm; "
                "evaluate it in the training program beside the metric that decides, "
                f"trial.evaluate(step, {project.objective.metric}=..., "
                f"{project.confirm_metric}=...), then rerun both"
            )
    return found


def past_deviation(store: Store, project: Project, *, without: tuple[str, ...]) -> float | None:
    """Standard deviation between earlier reruns, in the metric that decides."""
    if not project.confirm_metric:
        return earlier_deviation(store, project, without=without)
    groups = (
        _confirmed(store, s, project)
        for s in store.studies()
        if s.purpose == "rerun" and s.name not in without and has_protocol(s, project)
    )
    return pooled_deviation(group for group in groups if not all_identical([group]))


def earlier_looks(
    store: Store, contenders: Contenders, reruns: Sequence[Reruns], *, metric: str, code: str
) -> EarlierLooks:
    """The looks that the logbook knows: at this change, and of the project.

    Args:
        store: with the logbook.
        contenders: what is decided about.
        reruns: of the candidate first, of the baseline last.
        metric: that decides.
        code: version of the training program.
    """
    now = reruns_of_each(len(reruns[0].finite), len(reruns[-1].finite))
    seen: set[float] = set()
    spent: dict[str, float] = {}
    for entry in store.logbook(kind=DECISION):
        made = decision_of(entry)
        evidence = repr((made.candidate_values, made.incumbent_values))
        if evidence == repr((reruns[0].values, reruns[-1].values)):
            continue  # this look, made before
        spent[evidence] = max(spent.get(evidence, 0.0), 1 - made.confidence)
        where = str(entry.data.get("code", "")), str(entry.data.get("metric", ""))
        if where == (code, metric) and _is_about(made, contenders):
            seen.add(reruns_of_each(*map(_finite, (made.candidate_values, made.incumbent_values))))
    before = tuple(sorted(n for n in seen if 0 < n < now))
    return EarlierLooks(before, len(spent), sum(spent.values()))


def known_examples(
    opened: OpenProject, store: Store, contenders: Contenders, reruns: Sequence[Reruns]
) -> Examples:
    """What is known of the examples that the reruns are evaluated on.

    Args:
        opened: the project.
        store: with the curves.
        contenders: the round's trials chose the candidate, unless a metric confirms it.
        reruns: of the candidate first, of the baseline last.
    """
    project = opened.project
    declared = project.confirm_examples if project.confirm_metric else project.evaluation_examples
    trials = sum(t.status is Status.COMPLETE for arm in contenders.arms for t in arm.trials)
    chose_among = 0 if project.confirm_metric else trials
    sides = [_predicted(opened, store, r.study) for r in (reruns[0], reruns[-1])]
    kept = [run for side in sides for run in side]
    comparable = all(sides) and all(np.array_equal(run.ids, kept[0].ids) for run in kept)
    if not comparable:
        return Examples(declared, None, chose_among)
    sample = len(kept[0].ids)
    whole = all(run.is_whole for run in kept)
    variance = difference_variance(*([run.values for run in side] for side in sides))
    return Examples(sample if whole else declared or sample, variance, chose_among)


def _is_about(decision: Decision, contenders: Contenders) -> bool:
    def same(a: Config, b: Config) -> bool:
        return dict(a) == dict(b)

    return same(decision.candidate, contenders.candidate.config) and same(
        decision.incumbent, contenders.incumbent
    )


def _finite(values: Sequence[float]) -> int:
    return sum(map(math.isfinite, values))


def _ended(store: Store, study: Study) -> list[Trial]:
    return [t for t in store.trials(study.name) if counts_as_rerun(t) and t.status.is_finished]


def _confirmed(store: Store, study: Study, project: Project) -> tuple[float, ...]:
    """Value on the confirming examples of each rerun that has ended; NaN where there is none."""
    metrics = [project.confirm_metric, project.objective.metric]
    curves = store.curves(study.name, metrics=metrics)
    found = []
    for trial in _ended(store, study):
        logged = curves.get(trial.index, {})
        confirm, chosen_by = (logged.get(m) for m in metrics)
        value = math.nan
        if trial.status is Status.COMPLETE and confirm is not None and chosen_by is not None:
            value, _ = held_out_value(confirm, chosen_by, project.objective)
        found.append(value)
    return tuple(found)


def _predicted(opened: OpenProject, store: Store, study: Study) -> list[ExampleValues]:
    """Of each rerun that trained, the metric on each example; empty where one did not keep it."""
    metric = deciding_objective(opened.project).metric
    curves = store.curves(study.name, metrics=[metric])
    folder = opened.folder / TRIALS_FOLDER
    found = [
        example_values(trial_folder(folder, t), metric, curves.get(t.index, {}).get(metric))
        for t in _ended(store, study)
        if t.status is Status.COMPLETE
    ]
    kept = [run for run in found if run is not None]
    return kept if len(kept) == len(found) else []
