"""What the reruns of a configuration came to, and which of them can be compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

from tuning_playbook.decide.reruns import (
    all_identical,
    counts_as_rerun,
    pooled_deviation,
    rerun_values,
)
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.study import Objective, Project, Provenance, Study
from tuning_playbook.words import counted
from tuning_playbook.workflow.opening import OpenProject
from tuning_playbook.workflow.programs import SamePrograms, present_program

Protocol: TypeAlias = Project | Study  # either says how is trained and judged


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

    def text(self, objective: Objective, *, width: int = len("candidate")) -> str:
        """One line for a person; the role takes ``width`` characters."""
        failed = len(self.values) - len(self.finite)
        count = counted(len(self.values), "rerun")
        words = [count, *[f"{failed} failed"] * bool(failed)]
        words += [f"{self.planned - len(self.values)} to go"] * (self.planned > len(self.values))
        spread = f" ± {self.deviation:.2g}" if math.isfinite(self.deviation) else ""
        mean = f"{objective.metric} {self.mean:.5g}{spread} " if self.finite else ""
        return f"{self.role:<{width}}  {mean}({', '.join(words)})"


def present_code(opened: OpenProject, store: Store) -> Provenance:
    """The version of the training program, without the cost of asking for its commit.

    The earliest version that was declared to train like the present one stands for it.
    """
    return Provenance(code=SamePrograms(store).first(present_program(opened)))


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
            code += len(values_of_reruns(store, other))
        else:
            protocol += len(values_of_reruns(store, other))
    if found is None:
        return Reruns(role, study, (), 0, (code, protocol))
    planned = sum(map(counts_as_rerun, store.trials(found.name)))
    return Reruns(role, found, values_of_reruns(store, found), planned, (code, protocol))


def earlier_deviation(store: Store, project: Project, *, without: tuple[str, ...]) -> float | None:
    """Standard deviation between reruns of any configuration and code, under this protocol.

    Args:
        store: with all reruns of the project.
        project: gives the protocol.
        without: studies that are looked at on their own.
    """
    return pooled_deviation(rerun_groups(store, project, without=without))


def rerun_groups(
    store: Store, protocol: Protocol, *, without: tuple[str, ...] = ()
) -> list[tuple[float, ...]]:
    """Objective of every rerun under one protocol: one group for each configuration and code.

    Groups of identical reruns are left out: the seed did not reach the program, so they say nothing
    of its luck.

    Args:
        store: with all reruns of the project.
        protocol: a project, or a study, that says how is trained and judged.
        without: studies to leave out.
    """
    groups = [
        values_of_reruns(store, s)
        for s in store.studies()
        if s.purpose == "rerun" and s.name not in without and has_protocol(s, protocol)
    ]
    return [group for group in groups if not all_identical([group])]


def has_protocol(study: Study, protocol: Protocol) -> bool:
    """Whether a study was trained and judged as ``protocol`` says."""
    return study.objective == protocol.objective and study.training == protocol.training


def values_of_reruns(store: Store, study: Study) -> tuple[float, ...]:
    """Objective of each rerun of a study that has ended; NaN for one that failed."""
    # Only a smoothed objective cannot be told from the summaries, which cost far less to read.
    smoothed = study.objective.reduction == "smoothed-best"
    curves = store.curves(study.name, metrics=[study.objective.metric]) if smoothed else {}
    return rerun_values(study, store.trials(study.name), curves)
