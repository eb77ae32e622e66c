"""A study of another tool as columns, and the table that the checks read."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from tuning_playbook.analysis.table.building import LongCurve, table_from_columns
from tuning_playbook.analysis.table.inferred_space import usable_names
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.taken_as import Role, TakenAs
from tuning_playbook.space import SearchSpace
from tuning_playbook.study import Objective
from tuning_playbook.trial import Reason, Status


@dataclass(frozen=True, slots=True, eq=False)
class ForeignStudy:
    """A study as its tool has kept it, one entry per trial in every column.

    Args:
        name: of the study.
        ids: what its user calls each trial, distinct.
        parameters: hyperparameter -> values; ``None`` where a trial does not have it.
        results: metric -> one number per trial; ``None`` where there is none. NaN and infinities
            are results: the trial diverged.
        curves: metric -> (row of the trial, step, value), three arrays of one length.
        status: one of `tuning_playbook.trial.Status` per trial.
        reason: one of `tuning_playbook.trial.Reason` per trial.
        objective: what decides, where the tool knows it.
        space: declared ranges, where the tool knows them.
        metadata: anything else by column name: tags, users, durations.
        notes: what was guessed, repaired or left out, one sentence each.
        max_train_steps: common length of the trials, where the tool knows it; inferred otherwise.
        columns: what each column was taken for; empty where the tool declares all of them.
        kind: what kind of study it is, in words, where reading has shown it: one run's log.
        endings_told: whether the tool says which runs have ended; logs do not.
    """

    name: str
    ids: tuple[str, ...]
    parameters: Mapping[str, Sequence[Any]]
    results: Mapping[str, Sequence[float | None]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    curves: Mapping[str, LongCurve] = field(default_factory=lambda: MappingProxyType({}))
    status: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    objective: Objective | None = None
    space: SearchSpace | None = None
    metadata: Mapping[str, Sequence[Any]] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
    max_train_steps: int | None = None
    columns: tuple[TakenAs, ...] = ()
    kind: str = ""
    endings_told: bool = True


def foreign_table(
    foreign: ForeignStudy,
    *,
    objective: Objective | None = None,
    space: SearchSpace | None = None,
    parameters: Sequence[str] = (),
    chance_level: float | None = None,
) -> TrialTable:
    """The table of a foreign study.

    Args:
        foreign: as read.
        objective: what decides; the tool's own where ``None``.
        space: declared ranges; the tool's own where ``None``, inferred where it has none.
        parameters: which columns are hyperparameters; all of the study's where empty.
        chance_level: objective, as logged, of a model that has learnt nothing.

    Raises:
        InvalidInput: where nobody says what decides, or no trial has that metric, or a parameter
            is not there.

    Example:
        >>> runs = ForeignStudy("sweep", ("a", "b", "c"), {"lr": [0.1, 0.01, 0.3]},
        ...                     results={"error": [0.4, 0.2, 0.9]})
        >>> foreign_table(runs, objective=Objective("error", "minimize")).loss.tolist()
        [0.4, 0.2, 0.9]
    """
    decides = objective or foreign.objective
    if decides is None:
        raise InvalidInput(
            f"{foreign.name} does not say which metric decides; add --metric NAME --direction "
            f"minimize|maximize. Its metrics: {_listed(metrics_of(foreign))}"
        )
    _require_known(decides.metric, metrics_of(foreign), "metric", foreign.name)
    for name in parameters:
        _require_known(name, list(foreign.parameters), "parameter", foreign.name)
    chosen = {k: v for k, v in foreign.parameters.items() if not parameters or k in parameters}
    unchosen = {k: v for k, v in foreign.parameters.items() if k not in chosen}
    status, reason = _with_divergences(foreign, decides.metric)
    table = table_from_columns(
        foreign.name,
        ids=foreign.ids,
        values=chosen,
        objective=decides,
        status=status,
        reason=reason,
        curves=foreign.curves,
        metric_values=_numbers(foreign.results.get(decides.metric)),
        space=space or _declared(foreign, parameters),
        max_train_steps=foreign.max_train_steps,
        chance_level=chance_level,
        metadata={**foreign.metadata, **unchosen},
    )
    if not table.inferred_ranges:
        return table
    guesses = {one.name for one in foreign.columns if not one.certain}
    lengths = {one.name for one in foreign.columns if one.role is Role.TRAINING_LENGTH}
    usable = usable_names(list(chosen))
    trained = {usable[name] for name in chosen if name in lengths}
    space = SearchSpace(
        tuple(
            replace(h, kind="training_length") if h.name in trained else h
            for h in table.space.hyperparameters
        )
    )
    names = (usable[name] for name in chosen if name in guesses)
    guessed = tuple(name for name in names if name in space.keys)  # one that never varies is none
    return replace(table, space=space, guessed=guessed)


def _with_divergences(
    foreign: ForeignStudy, metric: str
) -> tuple[Sequence[str] | None, Sequence[str] | None]:
    """Status and reason of every trial, where a result that is not finite is a divergence."""
    column = foreign.results.get(metric, ())
    rows = [row for row, v in enumerate(column) if v is not None and not math.isfinite(v)]
    status = list(foreign.status) or [Status.COMPLETE.value] * len(foreign.ids)
    reason = list(foreign.reason) or [Reason.NONE.value] * len(foreign.ids)
    for row in rows:
        if Status(status[row]).is_finished and reason[row] in ("", Reason.CANCELLED.value):
            status[row], reason[row] = Status.INFEASIBLE.value, Reason.NON_FINITE.value
    if not rows:
        return foreign.status or None, foreign.reason or None
    return status, reason


def _declared(foreign: ForeignStudy, parameters: Sequence[str]) -> SearchSpace | None:
    """The tool's own ranges of the chosen parameters, where it has one for each of them."""
    if foreign.space is None or not parameters:
        return foreign.space
    names = {h.name for h in foreign.space.hyperparameters}
    if not names.issuperset(parameters):
        return None
    kept = [h for h in foreign.space.hyperparameters if h.name in parameters]
    return SearchSpace(
        tuple(
            h
            if h.condition is None or h.condition.parent in parameters
            else replace(h, condition=None)
            for h in kept
        )
    )


def metrics_of(foreign: ForeignStudy) -> list[str]:
    """Every metric that the study has, with curves first."""
    return list(dict.fromkeys((*foreign.curves, *foreign.results)))


def _numbers(column: Sequence[float | None] | None) -> list[float] | None:
    return None if column is None else [float("nan") if v is None else float(v) for v in column]


def _require_known(name: str, known: Sequence[str], kind: str, study: str) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise InvalidInput(f"{study} has no {kind} {name!r}{hint} It has: {_listed(known)}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:15]) or "none"
    return shown + (f" and {len(names) - 15} more" if len(names) > 15 else "")


def within(whole: str, parts: Sequence[ForeignStudy]) -> list[ForeignStudy]:
    """Studies that are parts of one among several, with its name before theirs."""
    return [
        part if part.name == whole else replace(part, name=f"{whole}/{part.name}") for part in parts
    ]
