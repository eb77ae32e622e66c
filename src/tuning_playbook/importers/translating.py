"""A foreign study as a study of a project: the same trials under the project's names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tuning_playbook.analysis.table.summaries import summaries_of
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.space import (
    Categorical,
    Config,
    Constant,
    Domain,
    Hyperparameter,
    SearchSpace,
    Value,
    conditions_of,
    misfit,
)
from tuning_playbook.trial import Curve, Curves, MetricSummary, Reason, Status, Trial

Candidates = Mapping[str, tuple[Hyperparameter, ...]]
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Translated:
    """What the trials of a foreign study are under the project's names.

    Args:
        space: what varied, with the ranges of the foreign study.
        fixed: what did not, as far as it was recorded.
        configs: one per trial: its varied hyperparameters that exist.
    """

    space: SearchSpace
    fixed: Config
    configs: tuple[Config, ...]


def translated(table: TrialTable, foreign: ForeignStudy, candidates: Candidates) -> Translated:
    """The configurations of a foreign study under the names of a project.

    A name may stand for several declared hyperparameters, such as the learning rates of two
    optimizers; a trial's value then belongs to the one that exists in it.

    Args:
        table: of the foreign study.
        foreign: as read.
        candidates: key in ``table.space`` -> the declared hyperparameters that it may be, parents
            before their children.
    """
    declared = {h.key: h for found in candidates.values() for h in found}
    sources = {h.key: source for source, found in candidates.items() for h in found}
    order = _parents_first(declared)
    fixed = constants(table, foreign)
    configs = []
    for row in range(len(table)):
        config: dict[str, Value] = {}
        for h in order:
            value = table.values[sources[h.key]][row]
            if value is not None and _exists(h, declared, {**fixed, **config}):
                config[h.key] = value
        configs.append(config)
    there = {key for config in configs for key in config}
    space = SearchSpace(
        tuple(
            _with_range(h, searched_domain(h, table, sources[h.key]), table.space[sources[h.key]])
            for h in order
            if h.key in there
        )
    )
    return Translated(space, fixed, tuple(configs))


def constants(table: TrialTable, foreign: ForeignStudy) -> dict[str, Value]:
    """Hyperparameters that every trial has with one and the same value."""
    found: dict[str, Value] = {}
    for name in foreign.parameters:
        column = table.metadata.get(name)
        if column is None or name in table.space.keys or not len(column):
            continue
        first = column[0]
        plain = isinstance(first, (bool, int, str)) or (
            isinstance(first, float) and math.isfinite(first)
        )
        if plain and len(str(first)) <= _LONGEST_TEXT and all(_same(v, first) for v in column):
            found[name] = first
    return found


def trial_of(
    study: str,
    table: TrialTable,
    row: int,
    *,
    foreign: ForeignStudy,
    index: int,
    config: Config,
    metric: str,
) -> tuple[Trial, Curves]:
    """One finished trial and its curves.

    Args:
        study: name of the study that it goes to.
        table: of the foreign study.
        row: in the table.
        foreign: as read.
        index: in the study.
        config: every hyperparameter.
        metric: what the project calls the metric that decides.
    """
    own = table.objective.metric
    curves: dict[str, Curve] = {}
    for name, column in table.curves.items():
        curve = column.of(row)
        if len(curve.steps):
            curves[metric if name == own else name] = curve
    final = {name: values[row] for name, values in foreign.results.items()}
    summaries = {
        (metric if name == own else name): _single(float(value))
        for name, value in final.items()
        if value is not None and math.isfinite(value)
    }
    trial_id = str(table.ids[row])
    return Trial(
        study=study,
        index=index,
        config=config,
        seed=0,
        status=Status(table.status[row]),
        reason=Reason(table.reason[row] or ""),
        detail="" if trial_id == str(index) else f"imported trial {trial_id}",
        attempts=1,
        worker="import",
        created_at=_moment(foreign, "started_at", row),
        started_at=_moment(foreign, "started_at", row),
        finished_at=_moment(foreign, "finished_at", row),
        summaries=summaries | summaries_of(curves),
    ), curves


def _single(value: float) -> MetricSummary:
    """A final value without a curve: at a step that nobody knows."""
    return MetricSummary(
        count=1,
        last_step=-1,
        last=value,
        minimum_step=-1,
        minimum=value,
        maximum_step=-1,
        maximum=value,
        non_finite=0,
    )


def _parents_first(declared: Mapping[str, Hyperparameter]) -> list[Hyperparameter]:
    return sorted(declared.values(), key=lambda h: len(conditions_of(h, declared)))


def _exists(h: Hyperparameter, declared: Mapping[str, Hyperparameter], config: Config) -> bool:
    """Whether ``h`` exists beside ``config``; a parent that was not recorded rules nothing out."""
    return all(_same(config.get(c.parent, c.value), c.value) for c in conditions_of(h, declared))


def _same(a: Any, b: Any) -> bool:
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def searched_domain(h: Hyperparameter, table: TrialTable, key: str) -> Domain:
    """What was searched, as the project declares it: numbers may be choices there.

    Args:
        h: as declared.
        table: of the foreign study.
        key: of the hyperparameter in it.
    """
    found = table.space[key].domain
    if not isinstance(h.domain, Categorical) or isinstance(found, Categorical):
        return found
    tried = [value for value in table.values[key] if value is not None]
    if not all(map(h.domain.contains, tried)):
        return found
    return Categorical(tuple(value for value in h.domain.values if value in tried))


def _with_range(h: Hyperparameter, domain: Domain, found: Hyperparameter) -> Hyperparameter:
    """The declared hyperparameter with the range that was searched."""
    default = h.default
    if misfit(domain, default):
        default = domain.values[0] if isinstance(domain, Categorical) else found.default
    natural = (None, None) if isinstance(domain, (Categorical, Constant)) else h.natural
    return replace(h, domain=domain, default=default, natural=natural)


def _moment(foreign: ForeignStudy, name: str, row: int) -> float:
    column = foreign.metadata.get(name)
    value = None if column is None else column[row]
    return float(value) if isinstance(value, (int, float)) and value > 0 else math.nan
