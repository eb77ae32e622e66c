"""Studies of other tools as their user tells them: which of several, what decides, what varied."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tuning_playbook.analysis.search.study_design import ended_rows
from tuning_playbook.analysis.table.repeats import configuration_count
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.design.range_words import describe_domain
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy, foreign_table, within
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.declared_space import with_space, within_ranges
from tuning_playbook.importers.files.limits import MOST_SEARCHED, require_plain_files
from tuning_playbook.importers.metrics.metric_choice import metric_choice
from tuning_playbook.importers.opening import is_read_as_table, open_foreign
from tuning_playbook.importers.readers import named_study
from tuning_playbook.importers.roles.told_columns import (
    ToldColumns,
    as_told,
    with_metric_named,
    with_roles,
)
from tuning_playbook.importers.rows.range_tests import require_no_range_test
from tuning_playbook.importers.rows.rows_without_settings import without_rows_without_settings
from tuning_playbook.importers.runs.other_metrics import without_other_metrics
from tuning_playbook.importers.runs.repeats_by_name import with_repeats_by_name
from tuning_playbook.importers.runs.rungs import without_early_stops
from tuning_playbook.importers.runs.unended import without_unended
from tuning_playbook.importers.splitting import by_numbers, by_task, split_study
from tuning_playbook.importers.tables.one_by_one import each_swept_alone
from tuning_playbook.importers.tables.unknown_levels import require_levels_told
from tuning_playbook.importers.taken_as import SEARCHED, Role
from tuning_playbook.space import Constant, Domain, Float, Integer
from tuning_playbook.study import Direction, Objective
from tuning_playbook.trial import Status
from tuning_playbook.vocabulary import is_step_count, may_be_unwanted, metric_direction
from tuning_playbook.words import counted, short

_MOST_ALIKE = 1.5  # trials for each configuration, beyond which repeats are spoken of


@dataclass(frozen=True, slots=True)
class Told:
    """What the user says of a foreign study; empty is for what its tool knows or can be guessed.

    Args:
        metric: what decides.
        direction: ``minimize`` or ``maximize``.
        parameters: which columns are hyperparameters.
        results: which columns were measured.
        seed: which columns tell repetitions of one configuration apart.
        steps: which column counts the steps of training.
        space: file with the searched ranges.
        chance_level: metric of a model that has learnt nothing.
        curves: long table of curves beside a table of trials.
        study: which of several studies.
        by: columns that tell the studies in one table apart.
    """

    metric: str = ""
    direction: str = ""
    parameters: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    steps: str = ""
    space: Path | None = None
    chance_level: float | None = None
    curves: Path | None = None
    study: str = ""
    by: tuple[str, ...] = ()


def foreign_studies(target: str, told: Told, *, shared: Sequence[str] = ()) -> list[ForeignStudy]:
    """The studies of another tool at ``target``, or the one that was told.

    Args:
        target: where they are.
        told: what the user says of them.
        shared: columns besides the seeds that rows share, and that so name no trials.
    """
    whole = open_foreign(
        target,
        curves=told.curves,
        study=None if told.by else told.study or None,
        by=told.by,
        steps=told.steps,
        shared=(*told.seed, *shared),
    )
    if not (told.seed or told.parameters):
        whole = tuple(map(with_repeats_by_name, whole))
    if not told.by:
        return list(whole)
    parts = [part for study in whole for part in split_study(study, told.by)]
    return list(named_study(tuple(parts), told.study or None, target))


def studies_to_judge(target: str, told: Told, *, shared: Sequence[str] = ()) -> list[ForeignStudy]:
    """The studies at ``target``, a table of several tasks taken apart, or the one that was told.

    Args:
        target, told, shared: see `foreign_studies`.

    Raises:
        InvalidInput: see `require_levels_told`, too.
    """
    if told.by or not is_read_as_table(Path(target)):
        return foreign_studies(target, told, shared=shared)
    whole = foreign_studies(target, replace(told, study=""), shared=shared)
    for study in whole:
        require_levels_told(study, target, named=told.parameters, metric=told.metric)
    parts: list[ForeignStudy] = []
    for study in whole:
        own = [part for one in by_numbers(study) for part in each_swept_alone(one)]
        own = [part for one in own for part in by_task(one, told.parameters)]
        parts += within(study.name, own) if len(whole) > 1 else own
    return list(named_study(tuple(parts), told.study or None, target))


def table_as_told(study: ForeignStudy, told: Told) -> tuple[ForeignStudy, TrialTable]:
    """A study with its columns where they belong, and the table that the checks see.

    Raises:
        InvalidInput: where it is not known what decides, or what was told does not fit.
    """
    if told.chance_level is not None and not math.isfinite(told.chance_level):
        raise InvalidInput(f"the chance level is a finite number, found {told.chance_level}")
    study = as_told(study, ToldColumns(told.parameters, told.results, told.seed, told.steps))
    study = without_rows_without_settings(study)
    notes: list[str] = []
    if told.metric:
        study, metric = with_metric_named(study, told.metric)
    else:
        choice = metric_choice(study)
        metric, notes = choice.metric, [choice.reason] if choice.reason else []
    study = with_roles(study, metric=metric)
    require_no_range_test(study, told.parameters)
    objective = _objective(study.objective, metric, told.direction, notes)
    if any(one.name == metric and one.role is Role.HELD_OUT for one in study.columns):
        notes.append(
            f"{metric} is measured on test data: a configuration that is chosen by it has no "
            "unseen data left for an unbiased estimate."
        )
    study = without_other_metrics(study, metric)
    whole = without_early_stops(study, metric)
    if whole is study:
        notes += [*_stopped(study, metric), *_unequal_lengths(study)]
        whole = without_unended(study, objective)
    study = replace(whole, notes=(*whole.notes, *notes))
    _require_few(study)
    if told.space is not None:
        return _within_declared_space(study, told.space, objective, told.chance_level)
    chosen = [one.name for one in study.columns if one.role in SEARCHED]
    table = foreign_table(
        study,
        objective=objective,
        parameters=chosen if told.parameters else (),
        chance_level=told.chance_level,
    )
    if table.inferred_ranges:
        ranges = "; ".join(f"{h.key} {_range(h.domain)}" for h in table.space.hyperparameters)
        note = (
            f"Hyperparameters, with the values tried: {ranges}. Declare ranges with --space."
            if ranges
            else "No hyperparameter varies."
        )
        study = replace(study, notes=(*study.notes, note))
    return replace(study, notes=(*study.notes, *_repeats_without_seeds(study, table))), table


def _within_declared_space(
    study: ForeignStudy, file: Path, objective: Objective, chance_level: float | None
) -> tuple[ForeignStudy, TrialTable]:
    """The study with the ranges of a file of its own, and its trials that lie inside them."""
    from tuning_playbook.project_files.reading_space import read_space

    require_plain_files(file)
    space = read_space(file)
    study = with_space(study, space)
    table = foreign_table(study, objective=objective, space=space, chance_level=chance_level)
    return study, within_ranges(table)


def _repeats_without_seeds(study: ForeignStudy, table: TrialTable) -> list[str]:
    """That rows with names of their own count as repeats where their settings are the same."""
    named = any(one.role is Role.IDENTIFIER for one in study.columns)
    seeds = any(one.role is Role.SEED for one in study.columns)
    rows = ended_rows(table)
    if not named or seeds or not len(rows) or all(str(name).isdecimal() for name in study.ids):
        return []
    count = configuration_count(table, rows)
    if count < 2 or len(rows) < _MOST_ALIKE * count:
        return []
    note = (
        f"Trials with the same settings count as repeats: {len(rows)} trials have "
        f"{count} different settings, and no column of seeds tells them apart. If their names "
        "contain another setting, give it a column of its own."
    )
    return [note]


def _stopped(study: ForeignStudy, metric: str) -> list[str]:
    """What a column of statuses says of trials that have a result all the same."""
    told = any(one.role is Role.STATUS for one in study.columns)
    values = study.results.get(metric, ())
    count = sum(
        status == Status.CANCELLED.value and value is not None
        for status, value in zip(study.status, values, strict=False)
    )
    if not told or not count or metric in study.curves:
        return []
    note = (
        f"{counted(count, 'trial')} stopped before the end: {metric} of a stopped trial is from an "
        "earlier step, so it is not compared with finished trials."
    )
    return [note]


def _unequal_lengths(study: ForeignStudy) -> list[str]:
    """What a table of last results hides: that a scheduler stopped most trials early."""
    columns = {**study.results, **study.metadata}
    notes = []
    for one in study.columns:
        if study.curves or one.role is not Role.PROGRESS or not is_step_count(one.name):
            continue
        numbers = [c for c in columns.get(one.name, ()) if is_number(c) and math.isfinite(c)]
        if numbers and max(numbers) >= 2 * min(numbers) > 0:
            notes.append(
                f"{one.column} ends between {short(min(numbers))} and {short(max(numbers))}: "
                "trials that were stopped early are judged by their last values."
            )
    return notes


def _require_few(study: ForeignStudy) -> None:
    searched = [one.name for one in study.columns if one.role in SEARCHED]
    if len(searched) > MOST_SEARCHED:
        raise InvalidInput(
            f"{len(searched):,} columns of {study.name} vary like hyperparameters "
            f"({', '.join(searched[:3])}, ...), more than the {MOST_SEARCHED} that are judged; "
            "name those that were tuned: --params A,B,..."
        )


def _objective(
    known: Objective | None, metric: str, direction_told: str, notes: list[str]
) -> Objective:
    """Metric and direction: as told, as the tool knows it, or as an unmistakable name says."""
    same = known is not None and known.metric == metric
    if direction_told:
        direction = Direction(direction_told)
        return (
            replace(known, direction=direction) if known and same else Objective(metric, direction)
        )
    if known is not None and same:
        return known
    by_name = None if may_be_unwanted(metric) else metric_direction(metric)
    if by_name is None:
        raise InvalidInput(
            f"cannot tell from the name {metric} whether to minimize or maximize it; add "
            "--direction minimize or --direction maximize"
        )
    notes.append(f"By its name, {metric} is to be {by_name}d; if that is wrong, give --direction.")
    return Objective(metric, Direction(by_name))


def _range(domain: Domain) -> str:
    """A range in words, and of many values the first."""
    if isinstance(domain, (Float, Integer)):
        return describe_domain(domain, digits=4)
    values = [short(v) for v in (() if isinstance(domain, Constant) else domain.values)]
    return ", ".join(values[:6]) + (f", ... ({len(values)})" if len(values) > 6 else "")
