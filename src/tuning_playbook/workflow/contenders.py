"""The two configurations that a round's decision is about, and what their reruns came to."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tuning_playbook.decide.candidates import (
    Candidate,
    baseline_config,
    best_candidate,
    whole_config,
)
from tuning_playbook.decide.reruns import counts_as_rerun, pooled_deviation, rerun_values
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.errors import InvalidInput
from tuning_playbook.provenance import code_digest
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.study import Objective, Project, Provenance, Study
from tuning_playbook.words import counted
from tuning_playbook.workflow.arms import Arm, arms_of_round
from tuning_playbook.workflow.opening import OpenProject
from tuning_playbook.workflow.round_facts import RoundFacts, facts_of_rounds


@dataclass(frozen=True, slots=True)
class Reruns:
    """What the reruns of one configuration came to, with the present code and protocol.

    Args:
        role: ``candidate`` or ``baseline``.
        study: that holds them, in the store or not yet.
        values: objective of each that has ended; NaN for one that did not train to its end.
        planned: how many were asked for.
        elsewhere: number of ended reruns of the same configuration with other code, and with
            another protocol.
    """

    role: str
    study: Study
    values: tuple[float, ...]
    planned: int
    elsewhere: tuple[int, int] = (0, 0)

    @property
    def config(self) -> Config:
        """Every hyperparameter by key."""
        return self.study.fixed

    @property
    def finite(self) -> tuple[float, ...]:
        """Values of the reruns that trained to their end."""
        return tuple(v for v in self.values if math.isfinite(v))

    @property
    def mean(self) -> float:
        """Of the finite values; NaN without one."""
        return math.fsum(self.finite) / len(self.finite) if self.finite else math.nan

    @property
    def deviation(self) -> float:
        """Standard deviation of the finite values; NaN for fewer than two."""
        found = pooled_deviation([self.values])
        return math.nan if found is None else found

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "role": self.role,
            "study": self.study.name,
            "config": dict(self.config),
            "values": list(self.values),
            "planned": self.planned,
            "mean": self.mean,
            "deviation": self.deviation,
        }

    def text(self, objective: Objective) -> str:
        """One line for a person."""
        failed = len(self.values) - len(self.finite)
        count = counted(len(self.values), "rerun")
        words = [count, *[f"{failed} failed"] * bool(failed)]
        words += [f"{self.planned - len(self.values)} to go"] * (self.planned > len(self.values))
        spread = f" ± {self.deviation:.2g}" if math.isfinite(self.deviation) else ""
        mean = f"{objective.metric} {self.mean:.5g}{spread} " if self.finite else ""
        return f"{self.role:<9}  {mean}({', '.join(words)})"


@dataclass(frozen=True, slots=True, eq=False)
class Contenders:
    """A round's candidate and the baseline.

    Args:
        round: its name.
        facts: what its file said when it ran.
        arms: as they are analysed.
        candidate: the best trial, with its configuration as the project declares it today.
        incumbent: the project's baseline.
        unfinished: trials of the round that have not ended.
    """

    round: str
    facts: RoundFacts
    arms: tuple[Arm, ...]
    candidate: Candidate
    incumbent: Config
    unfinished: int


def contenders_of(opened: OpenProject, store: Store, round_name: str) -> Contenders:
    """The configurations that a decision on a round would be about.

    Raises:
        InvalidInput: when the round was not run, or no trial of it trained.
    """
    project = opened.project
    facts = facts_of_rounds(store)
    arms = arms_of_round(store, round_name, facts=facts, chance_level=project.chance_level)
    unfinished = sum(
        count
        for arm in arms
        for status, count in store.counts(arm.study.name).items()
        if not status.is_finished
    )
    found = best_candidate([(arm.trials, arm.table) for arm in arms])
    if found is None:
        raise InvalidInput(
            f"no trial of round {round_name!r} trained, so it brings no candidate up; see why "
            f"with: playbook status {round_name}"
        )
    config = whole_config(project, found.config)
    return Contenders(
        round=round_name,
        facts=facts.get(round_name, RoundFacts()),
        arms=arms,
        candidate=Candidate(found.study, found.trial, config, found.value),
        incumbent=baseline_config(project),
        unfinished=unfinished,
    )


def present_code(opened: OpenProject) -> Provenance:
    """The version of the training program, without the cost of asking for its commit."""
    return Provenance(code=code_digest(opened.folder))


def reruns_of(
    store: Store, project: Project, config: Config, *, role: str, provenance: Provenance
) -> Reruns:
    """The reruns of a configuration that are comparable with ones made now."""
    study = rerun_study(project, config, provenance=provenance)
    found, code, protocol = None, 0, 0
    for other in store.studies():
        if other.purpose != "rerun" or dict(other.fixed) != dict(config):
            continue
        if other.name == study.name:
            found = other
        elif has_protocol(other, project):
            code += len(_values(store, other))
        else:
            protocol += len(_values(store, other))
    if found is None:
        return Reruns(role, study, (), 0, (code, protocol))
    planned = sum(map(counts_as_rerun, store.trials(found.name)))
    return Reruns(role, found, _values(store, found), planned, (code, protocol))


def earlier_deviation(store: Store, project: Project, *, without: tuple[str, ...]) -> float | None:
    """Standard deviation between reruns of any configuration and code, under this protocol.

    Args:
        store: with all reruns of the project.
        project: gives the protocol.
        without: studies that are looked at on their own.
    """
    return pooled_deviation(
        _values(store, s)
        for s in store.studies()
        if s.purpose == "rerun" and s.name not in without and has_protocol(s, project)
    )


def _values(store: Store, study: Study) -> tuple[float, ...]:
    # Only a smoothed objective cannot be told from the summaries, which cost far less to read.
    smoothed = study.objective.reduction == "smoothed-best"
    curves = store.curves(study.name, metrics=[study.objective.metric]) if smoothed else {}
    return rerun_values(study, store.trials(study.name), curves)


def has_protocol(study: Study, project: Project) -> bool:
    """Whether a study was trained and evaluated as the project says now."""
    return study.objective == project.objective and study.training == project.training
