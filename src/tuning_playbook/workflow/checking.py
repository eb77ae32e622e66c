"""Verdicts on a study: one of the project's rounds, or one that something else has run."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.analysis.feasibility import feasibility
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.checks.registry import all_checks, run_checks, selected_checks
from tuning_playbook.errors import InvalidInput, PlaybookError
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.importers.base import ForeignStudy, foreign_table, metrics_of
from tuning_playbook.importers.column_names import direction_by_name
from tuning_playbook.importers.column_roles import SORTED_BY_NAME, with_roles
from tuning_playbook.importers.declared_space import with_space, within_ranges
from tuning_playbook.importers.opening import named_study, open_foreign
from tuning_playbook.importers.splitting import split_study
from tuning_playbook.project_files import PROJECT_FILE, ROUNDS_FOLDER, find_project, read_space
from tuning_playbook.project_files.domains import domain_to_toml
from tuning_playbook.report.verdicts import VerdictsView, notes_below, verdicts
from tuning_playbook.space import Constant, Domain, Float, Integer
from tuning_playbook.study import Direction, Objective
from tuning_playbook.words import counted, printable, short
from tuning_playbook.workflow.arms import arms_of_round
from tuning_playbook.workflow.finding_documents import finding_document
from tuning_playbook.workflow.opening import open_project, project_store, round_names
from tuning_playbook.workflow.round_checks import round_checks
from tuning_playbook.workflow.round_facts import facts_of_rounds

_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Told:
    """What the user says of a foreign study; empty is for what its tool knows or can be guessed.

    Args:
        metric: what decides.
        direction: ``minimize`` or ``maximize``.
        parameters: which columns are hyperparameters.
        space: file with the searched ranges.
        chance_level: metric of a model that has learnt nothing.
        curves: long table of curves beside a table of trials.
        study: which of several studies.
        by: columns that tell the studies in one table apart.
    """

    metric: str = ""
    direction: str = ""
    parameters: tuple[str, ...] = ()
    space: Path | None = None
    chance_level: float | None = None
    curves: Path | None = None
    study: str = ""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class CheckedStudy:
    """One study with its verdicts.

    Args:
        table: of its trials.
        findings: failed ones first.
        notes: what was guessed, repaired or left out.
    """

    table: TrialTable
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        table = self.table
        return {
            "study": table.study,
            "metric": table.objective.metric,
            "direction": table.objective.direction.value,
            "trials": len(table),
            "ranges": {h.key: f"{{ {domain_to_toml(h.domain)} }}"
                       for h in table.space.hyperparameters},
            "inferred_ranges": table.inferred_ranges,
            "notes": list(self.notes),
            "findings": [finding_document(finding) for finding in self.findings],
        }  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What the checks say.

    Args:
        studies: with their verdicts.
        unusable: name -> why it was left out, where others could be checked.
    """

    studies: tuple[CheckedStudy, ...]
    unusable: tuple[tuple[str, str], ...] = ()

    @property
    def failed(self) -> bool:
        """Whether any check of any study failed."""
        return any(f.verdict is Verdict.FAIL for s in self.studies for f in s.findings)

    def as_document(self) -> dict[str, Any]:
        """For ``--json``: one study, or a list of them."""
        if len(self.studies) == 1 and not self.unusable:
            return {"schema": 1, **self.studies[0].as_document()}
        return {
            "schema": 1,
            "studies": [study.as_document() for study in self.studies],
            "unusable": [{"study": name, "error": why} for name, why in self.unusable],
        }

    def renderable(self, *, verbose: bool = False) -> Any:
        """For a terminal."""
        from rich.console import Group
        from rich.text import Text

        titles = {check.id: check.title for check in all_checks()}
        several = len(self.studies) > 1
        shared = [n for n in self.studies[0].notes if all(n in s.notes for s in self.studies)]
        parts: list[Any] = []
        for study in self.studies:
            notes = tuple(n for n in study.notes if not (several and n in shared))
            view = VerdictsView(
                study.table.study,
                _facts(study.table),
                study.findings,
                notes,
                has_curves=study.table.objective.metric in study.table.curves,
            )
            parts += [Text()] * bool(parts) + [verdicts(view, titles=titles, verbose=verbose)]
        if self.unusable:
            parts.append(Text())
        parts += [Text(f"not checked: {printable(why)}") for _, why in self.unusable]
        return Group(*parts, *(notes_below(shared) if several else []))


def check(
    target: str,
    *,
    project: Path | None = None,
    told: Told | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Checked:
    """Go through the checklist of the study or the studies at ``target``.

    Args:
        target: a round of the project, or a file, folder or URL with a study of another tool.
        project: folder of the project that the round belongs to. Where ``None``, a file or folder
            named ``target`` comes first, then a round of the project around the working folder.
        told: what the user says of a foreign study.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out.

    Raises:
        InvalidInput: where nothing usable is at ``target``.
    """
    told = told or Told()
    selected_checks(all_checks(), select=select, ignore=ignore)  # a wrong id before any reading
    if project is None and not _names_a_round(target):
        _refuse_near_misses(target)
        return _check_foreign(target, told, select, ignore)
    if told != Told():
        raise InvalidInput(
            f"{target} is a round of the project, which knows its metric, ranges and curves; leave "
            "out the options that describe a study of another tool"
        )
    return _check_round(project or Path(), Path(target).stem, select, ignore)


def _names_a_round(target: str) -> bool:
    """Whether there is no such file, but a project around the working folder with such a round."""
    path = Path(target)
    if ":" in target or (path.exists() and path.suffix != ".toml"):
        return False
    try:
        folder = find_project(Path())
    except InvalidInput:
        return False
    if path.suffix == ".toml" or (folder / ROUNDS_FOLDER / f"{target}.toml").is_file():
        return True
    return "/" not in target and target in _stored_rounds(folder)


def _stored_rounds(folder: Path) -> tuple[str, ...]:
    """Rounds in the project's store: an imported one has no file."""
    try:
        store = project_store(open_project(folder), must_exist=True)
    except PlaybookError:
        return ()
    try:
        return round_names(store.studies())
    finally:
        store.close()


def _refuse_near_misses(target: str) -> None:
    """A misspelt round, or a project instead of one of its rounds."""
    path = Path(target)
    inside = (path / PROJECT_FILE).is_file()
    if ":" in target or (path.exists() and not inside):
        return
    try:
        folder = path if inside else find_project(Path())
    except InvalidInput:
        return
    names = sorted(p.stem for p in (folder / ROUNDS_FOLDER).glob("*.toml"))
    near = difflib.get_close_matches(target, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"its rounds: {', '.join(names) or 'none yet'}"
    what = "is a project" if inside else "is no file or folder, and no round of this project"
    raise InvalidInput(f"{target} {what}; name one of its rounds. {hint[0].upper()}{hint[1:]}")


def _check_round(folder: Path, name: str, select: Sequence[str], ignore: Sequence[str]) -> Checked:
    opened = open_project(folder)
    store = project_store(opened, must_exist=True)
    try:
        arms = arms_of_round(
            store, name, facts=facts_of_rounds(store), chance_level=opened.project.chance_level
        )
    finally:
        store.close()
    return Checked(
        tuple(
            CheckedStudy(
                arm.table,
                run_checks(arm.table, checks=round_checks(arm.study), select=select, ignore=ignore),
                arm.notes,
            )
            for arm in arms
        )
    )


def _check_foreign(
    target: str, told: Told, select: Sequence[str], ignore: Sequence[str]
) -> Checked:
    checked, unusable = [], []
    studies = foreign_studies(target, told)
    for study in studies:
        try:
            read, table = table_as_told(study, told)
        except InvalidInput as error:
            if len(studies) == 1:
                raise
            unusable.append((study.name, str(error)))
            continue
        findings = run_checks(table, select=select, ignore=ignore)
        checked.append(CheckedStudy(table, findings, read.notes))
    if not checked:
        others = ", ".join(name for name, _ in unusable[1:6])
        more = f". Nor can these be checked: {others}" if others else ""
        raise InvalidInput(unusable[0][1] + more)
    return Checked(tuple(checked), tuple(unusable))


def foreign_studies(target: str, told: Told) -> list[ForeignStudy]:
    """The studies of another tool at ``target``, or the one that was told."""
    if not told.by:
        return list(open_foreign(target, curves=told.curves, study=told.study or None))
    whole = open_foreign(target, curves=told.curves)
    parts = [part for study in whole for part in split_study(study, told.by)]
    return list(named_study(tuple(parts), told.study or None, target))


def table_as_told(study: ForeignStudy, told: Told) -> tuple[ForeignStudy, TrialTable]:
    """A study with its columns where they belong, and the table that the checks see.

    Raises:
        InvalidInput: where it is not known what decides, or what was told does not fit.
    """
    metric, notes = _metric(study, told)
    study = with_roles(study, metric=metric, parameters=told.parameters)
    objective = _objective(study.objective, metric, told.direction, notes)
    guessed = not told.parameters and told.space is None
    read = [note for note in study.notes if guessed or note != SORTED_BY_NAME]
    study = replace(study, notes=(*read, *notes))
    if told.space is not None:
        space = read_space(told.space)
        study = with_space(study, space)
        table = foreign_table(
            study, objective=objective, space=space, chance_level=told.chance_level
        )
        return study, within_ranges(table)
    table = foreign_table(
        study, objective=objective, parameters=told.parameters, chance_level=told.chance_level
    )
    if table.inferred_ranges:
        ranges = "; ".join(f"{h.key} {_range(h.domain)}" for h in table.space.hyperparameters)
        note = (
            f"Hyperparameters, with the values tried: {ranges}. Declare ranges with --space."
            if ranges
            else "No hyperparameter varies."
        )
        study = replace(study, notes=(*study.notes, note))
    return study, table


def _metric(study: ForeignStudy, told: Told) -> tuple[str, list[str]]:
    """What decides: as told, as the tool knows it, or the only one that there is."""
    if told.metric or study.objective is not None:
        return told.metric or study.objective.metric, []  # type: ignore[union-attr]
    metrics = metrics_of(study)
    if len(metrics) != 1:
        raise InvalidInput(
            f"{study.name} does not say which metric decides; add --metric NAME. "
            f"Its metrics: {', '.join(metrics[:20]) or 'none'}"
        )
    return metrics[0], [f"{metrics[0]} is the only metric, so it decides."]


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
    by_name = direction_by_name(metric)
    if by_name is None:
        raise InvalidInput(
            f"whether {metric} is better small or large, its name does not tell; add "
            "--direction minimize or --direction maximize"
        )
    notes.append(f"By its name, {metric} is to be {by_name}d; say --direction otherwise.")
    return Objective(metric, Direction(by_name))


def _range(domain: Domain) -> str:
    """A range in words, short: ``0.001 to 10 (log)``."""
    if isinstance(domain, (Float, Integer)):
        scale = "" if domain.scale == "linear" else f" ({domain.scale.replace('_', ' ')})"
        return f"{domain.low:.4g} to {domain.high:.4g}{scale}"
    values = [short(v) for v in (() if isinstance(domain, Constant) else domain.values)]
    return ", ".join(values[:6]) + (f", ... ({len(values)})" if len(values) > 6 else "")


def _facts(table: TrialTable) -> str:
    judged = feasibility(table)
    count = len(table)
    objective = table.objective
    facts = counted(count, "trial")
    lost = int(judged.infeasible.sum())
    unfinished = count - int(judged.judged.sum())
    facts += f", {lost} infeasible" if lost else ""
    facts += f", {unfinished} unfinished" if unfinished else ""
    facts += f"; {objective.direction.value} {objective.metric}"
    rows = np.flatnonzero(judged.feasible)
    if len(rows):
        best = int(rows[np.argmin(table.loss[rows])])
        value = objective.direction.sign * float(table.loss[best])
        if math.isfinite(value):
            name = _short(str(table.ids[best]))
            facts += f", best {value:.5g} ({'' if 'trial' in name else 'trial '}{name})"
    return facts


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."
