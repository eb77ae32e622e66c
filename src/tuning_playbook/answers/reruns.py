"""What the reruns of a configuration came to, and which of them can be compared."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from tuning_playbook.decide.launches.apparent_chance import Side
from tuning_playbook.decide.launches.reruns import all_identical, pooled_deviation
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.records.reruns import Protocol, StoredReruns, has_protocol
from tuning_playbook.space import Config
from tuning_playbook.study import Project, Provenance, Study


@dataclass(frozen=True, slots=True)
class Reruns:
    """What the reruns of one configuration came to, with the present code and protocol.

    Args:
        role: ``candidate`` or ``baseline``.
        study: that holds them, in the store or not yet.
        values: objective of each that has ended; NaN for one that did not train to its end.
        planned: how many were asked for.
        crashed: how many failed by the training program, which says nothing about the
            configuration.
        elsewhere: number of ended reruns of the same configuration with other code, and with
            another protocol.
        idle: which of the values seem to be those of models that have learnt nothing.
        measured: the values as they came out, whatever is declared as chance level.
    """

    role: str
    study: Study
    values: tuple[float, ...]
    planned: int
    crashed: int = 0
    elsewhere: tuple[int, int] = (0, 0)
    idle: tuple[bool, ...] = ()
    measured: tuple[float, ...] = ()

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

    @property
    def side(self) -> Side:
        """The values, and which of them may be no results of training."""
        name = f"the {self.role}" if self.role in ("candidate", "baseline") else self.role
        return Side(name, self.values, self.idle)


def reruns_of(
    stored: Sequence[StoredReruns], project: Project, config: Config, *, role: str, code: str
) -> Reruns:
    """The reruns of a configuration that are comparable with ones made now.

    Args:
        stored: all of the project.
        project: gives the protocol.
        config: every hyperparameter by key.
        role: what the configuration is called.
        code: version of the training program as it is now.
    """
    study = rerun_study(project, config, provenance=Provenance(code=code))
    found, other_code, other_protocol = None, 0, 0
    for one in stored:
        if dict(one.study.fixed) != dict(config):
            continue
        if one.study.name == study.name:
            found = one
        elif has_protocol(one.study, project):
            other_code += len(one.values)
        else:
            other_protocol += len(one.values)
    elsewhere = other_code, other_protocol
    if found is None:
        return Reruns(role, study, (), 0, elsewhere=elsewhere)
    return Reruns(
        role,
        found.study,
        found.values,
        found.planned,
        found.crashed,
        elsewhere,
        found.idle,
        found.measured,
    )


def with_measured_baseline(reruns: tuple[Reruns, ...]) -> tuple[Reruns, ...]:
    """Reruns with a baseline that counts as measured where only the candidate learns something.

    A baseline that ends at the declared chance level every time is a known value to compare with; a
    candidate beside it that trains is better. One that crashes or diverges is not.

    Args:
        reruns: of the candidate, and last of the baseline.
    """
    candidate, baseline = reruns[0], reruns[-1]
    ended = bool(baseline.measured) and all(map(math.isfinite, baseline.measured))
    if not candidate.finite or baseline.finite or not ended:
        return reruns
    return (*reruns[:-1], replace(baseline, values=baseline.measured))


def rerun_groups(
    stored: Sequence[StoredReruns], protocol: Protocol, *, without: Collection[str] = ()
) -> list[tuple[float, ...]]:
    """Objective of every rerun under one protocol: one group for each configuration and code.

    Groups of identical reruns are left out: the seed did not reach the program, so they say nothing
    of its luck. Nor do reruns that seem to have learnt nothing.

    Args:
        stored: all of the project.
        protocol: a project, or a study, that says how is trained and judged.
        without: studies to leave out.
    """
    groups = [
        Side("", one.values, one.idle).as_failed
        for one in stored
        if one.study.name not in without and has_protocol(one.study, protocol)
    ]
    return [group for group in groups if not all_identical([group])]
