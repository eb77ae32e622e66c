"""What the user says of a study's columns, which is the last word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy, metrics_of
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.columns.by_name import role_by_name
from tuning_playbook.importers.columns.column_values import (
    column_values,
    is_list_of_values,
    sampled_rows,
)
from tuning_playbook.importers.columns.curves import stray_text
from tuning_playbook.importers.columns.logged_curves import role_of_curve
from tuning_playbook.importers.columns.naming_columns import column_named, columns_named
from tuning_playbook.importers.metrics.metric_choice import metrics_in_words
from tuning_playbook.importers.relations.copies import copies_of_settings
from tuning_playbook.importers.roles.by_values import with_metric
from tuning_playbook.importers.runs_of_tools import VARIANT
from tuning_playbook.importers.taken_as import SEARCHED, SETTINGS, Role, TakenAs
from tuning_playbook.vocabulary import (
    is_coefficient,
)

Cells = Sequence[Any]

_DECIMAL_COMMA = re.compile(r"-?\d+,\d+(e-?\d+)?", re.IGNORECASE)
SAID = "you said so"
# What a tool's configuration may hold beside hyperparameters.
_NO_CURVE: LongCurve = ((), (), ())
_BESIDE = frozenset({Role.SEED, Role.BOOKKEEPING, Role.IDENTIFIER})


@dataclass(frozen=True, slots=True)
class ToldColumns:
    """Which columns are what, by any of their names; the program's guess where empty.

    Args:
        parameters: hyperparameters; all others are none then.
        results: what was measured.
        seed: what tells repetitions of one configuration apart.
        steps: what counts the steps of training: how long each trial trained.
    """

    parameters: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    steps: str = ""


def described(foreign: ForeignStudy) -> ForeignStudy:
    """The study with the role of each column, also where its tool declares hyperparameters.

    A configuration holds paths, devices and seeds too; they become metadata, unless the tool
    declares a range for them.
    """
    if foreign.columns:
        return foreign
    rows = sampled_rows(len(foreign.ids))
    searched = set() if foreign.space is None else {h.name for h in foreign.space.hyperparameters}
    taken = [_declared(n, c, rows, n in searched) for n, c in foreign.parameters.items()]
    taken = _with_copies(taken, foreign, searched)
    # A learning rate is often logged along the way under its own name.
    own = [metric for metric in metrics_of(foreign) if metric not in foreign.parameters]
    taken += [_declared_result(foreign, metric) for metric in own]
    beside = {
        one.name: foreign.parameters[one.name]
        for one in taken
        if one.role in _BESIDE or (one.role is Role.COMPUTED and one.name in foreign.parameters)
    }
    kept = {name: c for name, c in foreign.parameters.items() if name not in beside}
    return replace(
        foreign,
        parameters=kept,
        metadata={**foreign.metadata, **beside},
        columns=tuple(taken),
    )


def _with_copies(
    taken: Sequence[TakenAs], foreign: ForeignStudy, declared: Collection[str]
) -> list[TakenAs]:
    """The roles of settings, without those that repeat another one in every run.

    A configuration often holds one setting in several places: ``lr`` and ``optimizer.lr``.
    """
    rows = sampled_rows(len(foreign.ids))
    found = {one.name: one for one in taken if one.role in SEARCHED and one.name not in declared}
    values = {name: column_values(foreign.parameters[name], rows) for name in found}
    copies = copies_of_settings(found, values, foreign.parameters)
    repeats = {n: one for n, one in copies.items() if one.reason.startswith("repeats")}
    return [repeats.get(one.name, one) for one in taken]


def _declared(name: str, cells: Cells, rows: Any, searched: bool) -> TakenAs:
    values = column_values(cells, rows)
    if name == VARIANT and not searched:
        reason = "what else differs in the names of runs"
        return TakenAs(name, name, Role.HYPERPARAMETER, reason, certain=False)
    by_name = role_by_name(name, name, values, ())
    if not searched:
        if by_name is not None and by_name.role in _BESIDE:
            return by_name
        if values.levels <= 1:
            return TakenAs(name, name, Role.CONSTANT, "the same in every trial")
    if by_name is not None and by_name.role is Role.TRAINING_LENGTH:
        return replace(by_name, certain=True)
    return TakenAs(name, name, Role.HYPERPARAMETER, "declared as a hyperparameter")


def _declared_result(foreign: ForeignStudy, metric: str) -> TakenAs:
    """A logged metric, or what programs log beside them: steps, learning rates, gradient norms."""
    beside = role_of_curve(metric, foreign.curves.get(metric, _NO_CURVE))
    role, reason = beside or (Role.RESULT, "declared as a result")
    return TakenAs(metric, metric, role, reason)


def as_told(foreign: ForeignStudy, told: ToldColumns) -> ForeignStudy:
    """The study with its columns where the user says that they belong.

    Raises:
        InvalidInput: for a name that no column has, or text in a column that has to hold numbers.
    """
    study = described(foreign)
    known = [*study.columns, *_unlisted(study)]
    name = study.name
    parameters = columns_named(told.parameters, known, study=name, what="parameter")
    results = columns_named(told.results, known, study=name)
    seeds = columns_named(told.seed, known, study=name)
    lengths, reached = _steps_told(study, told.steps, known)
    roles = {one.column: one for one in known}
    if parameters:
        left_out = "left out by --params"
        roles.update(
            (c, replace(one, role=Role.BOOKKEEPING, reason=left_out, certain=True))
            for c, one in roles.items()
            if one.role in SETTINGS and one.role is not Role.CONSTANT
        )
    for found, role in (
        (parameters, Role.HYPERPARAMETER),
        (results, Role.RESULT),
        (seeds, Role.SEED),
        (lengths, Role.TRAINING_LENGTH),
        (reached, Role.PROGRESS),
    ):
        roles.update(
            (one.column, replace(one, role=role, reason=SAID, certain=True)) for one in found
        )
    settled = {one.name for one in (*seeds, *reached)}
    chosen, measured, others = _moved(
        study,
        to_parameters=[one.name for one in (*parameters, *lengths)],
        to_results=[one.name for one in results],
        to_others=settled,
    )
    return replace(
        study,
        parameters=chosen,
        results=measured,
        metadata=others,
        columns=tuple(roles.values()),
    )


def _steps_told(
    study: ForeignStudy, asked: str, known: Sequence[TakenAs]
) -> tuple[list[TakenAs], list[TakenAs]]:
    """The column of steps, where no curves go by it: a length that was chosen, or one reached.

    A length that was chosen has few values.
    """
    if not asked or study.curves:
        return [], []
    one = column_named(asked, known, study=study.name)
    columns: dict[str, Cells] = {**study.metadata, **study.results, **study.parameters}
    cells = columns.get(one.name, ())
    chosen = is_list_of_values(column_values(cells, sampled_rows(len(cells))))
    if one.role is Role.TRAINING_LENGTH or (chosen and one.role is not Role.PROGRESS):
        return [one], []
    return [], [one]


def with_roles(foreign: ForeignStudy, *, metric: str) -> ForeignStudy:
    """The study with the metric that decides among its results.

    A column that is the metric in other words, which shows only now, is no hyperparameter.

    Args:
        foreign: as told.
        metric: what decides; any column of numbers may, by any of its names. The study has it under
            the name that was asked for.

    Raises:
        InvalidInput: for a metric that is not there, or text in a column that has to hold numbers.
    """
    study = described(foreign)
    study, metric = with_metric_named(study, metric)
    if metric not in metrics_of(study) or metric in study.parameters:
        chosen, measured, others = _moved(
            study, to_parameters=(), to_results=[metric], to_others=()
        )
        study = replace(study, parameters=chosen, results=measured, metadata=others)
    deciding = [
        replace(one, role=Role.HELD_OUT if one.role is Role.HELD_OUT else Role.RESULT, certain=True)
        if one.name == metric
        else one
        for one in study.columns
    ]
    guessed = any(one.name == metric and _is_guess(one) for one in study.columns)
    study = replace(study, columns=tuple(deciding))
    if guessed:
        study = _without_siblings_of(study, metric)
    study = _without_copies_of(study, metric)
    for name, cells in study.parameters.items():
        _require_numbers(name, cells, study.ids)
    return study


def with_metric_named(study: ForeignStudy, asked: str) -> tuple[ForeignStudy, str]:
    """The study with its metric under the name that was asked for, and that name.

    Raises:
        InvalidInput: for a metric that is not there.
    """
    if asked in metrics_of(study):
        return study, asked
    known = [*study.columns, *_unlisted(study)]
    try:
        found = column_named(asked, known, study=study.name, what="metric")
    except InvalidInput as error:
        if "may be" in str(error):
            raise
        what = str(error).partition(" It has:")[0]
        raise InvalidInput(f"{what} {metrics_in_words(study)}") from error
    if found.name == asked or found.column != asked:
        return study, found.name
    renamed = {found.name: asked}
    return replace(
        study,
        parameters=_renamed(study.parameters, renamed),
        results=_renamed(study.results, renamed),
        curves=_renamed(study.curves, renamed),
        metadata=_renamed(study.metadata, renamed),
        columns=tuple(replace(o, name=asked) if o == found else o for o in study.columns),
    ), asked


def _renamed(columns: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): cells for name, cells in columns.items()}


def _unlisted(study: ForeignStudy) -> list[TakenAs]:
    """What a tool keeps beside configurations and results."""
    listed = {one.name for one in study.columns}
    return [
        TakenAs(name, name, Role.BOOKKEEPING, "kept beside the trials")
        for name in study.metadata
        if name not in listed
    ]


def _moved(
    study: ForeignStudy,
    *,
    to_parameters: Iterable[str],
    to_results: Iterable[str],
    to_others: Iterable[str],
) -> tuple[dict[str, Cells], dict[str, Sequence[float | None]], dict[str, Cells]]:
    """Parameters, results and metadata with some columns in another place."""
    homes: tuple[dict[str, Any], ...] = (
        dict(study.parameters),
        dict(study.results),
        dict(study.metadata),
    )
    for goal, names in zip(homes, (to_parameters, to_results, to_others), strict=True):
        for name in names:
            home = next((h for h in homes if name in h and h is not goal), None)
            if home is None or name in goal:
                continue
            cells = home.pop(name)
            goal[name] = _as_numbers(name, cells, study.ids) if goal is homes[1] else cells
    return homes[0], homes[1], homes[2]


def _without_copies_of(study: ForeignStudy, metric: str) -> ForeignStudy:
    """Guessed settings that say the metric again, taken from the settings."""
    cells = study.results.get(metric)
    guesses = [one for one in study.columns if _is_guess(one)]
    if cells is None or not guesses:
        return study
    rows = sampled_rows(len(study.ids))
    values = {metric: column_values(cells, rows)}
    values |= {
        o.column: column_values(study.parameters[o.name], rows)
        for o in guesses
        if o.name in study.parameters
    }
    again = {
        one.column: with_metric(one, values, metric) for one in guesses if one.column in values
    }
    return _retaken(study, again)


def _without_siblings_of(study: ForeignStudy, metric: str) -> ForeignStudy:
    """Guessed settings right beside a metric that was as unknown, with numbers of its size.

    A table of ``melody, rhythm, timbre, overall`` has four results, of which one decides.
    """
    place = next(at for at, one in enumerate(study.columns) if one.name == metric)
    deciding = [c for c in study.results.get(metric, ()) if c is not None and c == c]
    if not deciding:
        return study
    reason = f"stands beside {metric}, with values of about its size; neither name says what it is"
    again: dict[str, TakenAs] = {}
    for beside in (reversed(study.columns[:place]), study.columns[place + 1 :]):
        for one in beside:
            cells = study.parameters.get(one.name, ())
            told = not _is_guess(one) or is_coefficient(one.name)
            if told or not _is_measured_like(cells, deciding):
                break
            again[one.column] = replace(one, role=Role.RESULT, reason=reason)
    return _retaken(study, again)


def _is_guess(one: TakenAs) -> bool:
    return not one.certain and one.role is Role.HYPERPARAMETER


def _is_measured_like(cells: Cells, deciding: Sequence[float]) -> bool:
    """Whether numbers differ in most rows and lie where those of the metric do."""
    numbers = [c for c in cells if is_number(c) and c == c]
    if not numbers or len(numbers) < sum(c is not None for c in cells):
        return False
    free = 2 * len(set(numbers)) > len(numbers)
    return free and min(numbers) <= max(deciding) and max(numbers) >= min(deciding)


def _retaken(study: ForeignStudy, again: Mapping[str, TakenAs]) -> ForeignStudy:
    """The study with other roles of some settings; those that are none any more stand beside."""
    gone = [o.name for o in again.values() if o.role is not Role.HYPERPARAMETER]
    return replace(
        study,
        parameters={n: c for n, c in study.parameters.items() if n not in gone},
        metadata={**study.metadata, **{n: study.parameters[n] for n in gone}},
        columns=tuple(again.get(one.column, one) for one in study.columns),
    )


def _as_numbers(name: str, cells: Cells, ids: Sequence[str]) -> list[float | None]:
    wrong = [
        row for row, c in enumerate(cells) if c is not None and not isinstance(c, (int, float))
    ]
    if wrong:
        cell = cells[wrong[0]]
        others = f" (the first of {len(wrong)})" if len(wrong) > 1 else ""
        cure = "correct that cell or leave it empty"
        if _DECIMAL_COMMA.fullmatch(str(cell)):
            cure = "write a decimal point instead of the comma"
        raise InvalidInput(
            f"the metric {name!r} must be a number, but trial {ids[wrong[0]]} has {cell!r}"
            f"{others}; {cure}"
        )
    return [None if cell is None else float(cell) for cell in cells]


def _require_numbers(name: str, cells: Cells, ids: Sequence[str]) -> None:
    stray = stray_text(cells)
    if stray is not None:
        raise InvalidInput(
            f"column {name!r} holds numbers, but trial {ids[stray]} has {cells[stray]!r}; correct "
            "that cell, leave it empty, or name the hyperparameters without it: --params a,b,c"
        )
