"""Verdicts on a study: one of the project's rounds, or one that something else has run."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.feasibility import feasibility
from tuning_playbook.analysis.repeats import distinct_configurations
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.checks.doubts import constant_metric
from tuning_playbook.checks.registry import all_checks, run_checks, selected_checks, with_tolerance
from tuning_playbook.decide.reruns import pooled_deviation
from tuning_playbook.errors import InvalidInput, PlaybookError
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.importers.taken_as import TakenAs
from tuning_playbook.project_files import PROJECT_FILE, ROUNDS_FOLDER, find_project
from tuning_playbook.project_files.domains import domain_to_toml
from tuning_playbook.report.verdicts import VerdictsView, notes_below, verdicts
from tuning_playbook.trial import Status
from tuning_playbook.words import counted, printable, short
from tuning_playbook.workflow.arms import arms_of_round
from tuning_playbook.workflow.columns_taken import (
    columns_document,
    columns_view,
    kind_of_study,
)
from tuning_playbook.workflow.finding_documents import finding_document
from tuning_playbook.workflow.foreign import Told, foreign_studies, table_as_told
from tuning_playbook.workflow.opening import open_project, project_store, round_names
from tuning_playbook.workflow.reruns import rerun_groups
from tuning_playbook.workflow.round_checks import arm_findings
from tuning_playbook.workflow.round_facts import facts_of_rounds

_LONGEST_NAME = 40
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True, eq=False)
class CheckedStudy:
    """One study with its verdicts.

    Args:
        table: of its trials.
        findings: failed ones first.
        notes: what was guessed, repaired or left out.
        columns: what each column of a foreign study was taken for.
        kind: what kind of study it is, in words.
    """

    table: TrialTable
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    columns: tuple[TakenAs, ...] = ()
    kind: str = ""

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        table = self.table
        read = (
            {"kind": self.kind, "columns": columns_document(self.columns)} if self.columns else {}
        )  # fmt: skip
        return {
            "study": table.study,
            "metric": table.objective.metric,
            "direction": table.objective.direction.value,
            "trials": len(table),
            "ranges": {h.key: f"{{ {domain_to_toml(h.domain)} }}"
                       for h in table.space.hyperparameters},
            "inferred_ranges": table.inferred_ranges,
            **read,
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
                columns=columns_view(study.columns, study.kind) if study.columns else None,
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
    tolerance: float | None = None,
) -> Checked:
    """Go through the checklist of the study or the studies at ``target``.

    Args:
        target: a round of the project, or a file, folder or URL with a study of another tool.
        project: folder of the project that the round belongs to. Where ``None``, a file or folder
            named ``target`` comes first, then a round of the project around the working folder.
        told: what the user says of a foreign study.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out.
        tolerance: gain of the metric that is too small to matter; the complexity cost of a round
            where ``None``.

    Raises:
        InvalidInput: where nothing usable is at ``target``.
    """
    told = told or Told()
    selected_checks(all_checks(), select=select, ignore=ignore)  # a wrong id before any reading
    if project is None and not names_a_round(target):
        refuse_near_misses(target)
        return _check_foreign(target, told, select, ignore, tolerance)
    if told != Told():
        raise InvalidInput(
            f"{target} is a round of the project, which knows its metric, ranges and curves; leave "
            "out the options that describe a study of another tool"
        )
    return _check_round(project or Path(), Path(target).stem, select, ignore, tolerance)


def names_a_round(target: str) -> bool:
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


def refuse_near_misses(target: str) -> None:
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


def _check_round(
    folder: Path,
    name: str,
    select: Sequence[str],
    ignore: Sequence[str],
    tolerance: float | None,
) -> Checked:
    opened = open_project(folder)
    store = project_store(opened, must_exist=True)
    try:
        facts = facts_of_rounds(store)
        arms = arms_of_round(store, name, facts=facts, chance_level=opened.project.chance_level)
        deviation = pooled_deviation(rerun_groups(store, arms[0].study))
    finally:
        store.close()
    if tolerance is None and name in facts:
        tolerance = facts[name].complexity_cost or None
    found = arm_findings(
        arms,
        deviation=deviation,
        tolerance=tolerance,
        examples=opened.project.evaluation_examples,
        select=select,
        ignore=ignore,
    )
    return Checked(tuple(CheckedStudy(a.table, found[a.study.name], a.notes) for a in arms))


def _check_foreign(
    target: str,
    told: Told,
    select: Sequence[str],
    ignore: Sequence[str],
    tolerance: float | None,
) -> Checked:
    checked, unusable = [], []
    studies = foreign_studies(target, told)
    checks = with_tolerance(all_checks(), tolerance)
    for study in studies:
        try:
            read, table = table_as_told(study, told)
        except InvalidInput as error:
            if len(studies) == 1:
                raise
            unusable.append((study.name, str(error)))
            continue
        findings = run_checks(table, select=select, ignore=ignore, checks=checks)
        kind = read.kind or kind_of_study(table)
        checked.append(CheckedStudy(table, findings, read.notes, read.columns, kind))
    if not checked:
        others = ", ".join(name for name, _ in unusable[1:6])
        more = f". Nor can these be checked: {others}" if others else ""
        raise InvalidInput(unusable[0][1] + more)
    return Checked(tuple(checked), tuple(unusable))


def _facts(table: TrialTable) -> str:
    judged = feasibility(table)
    count = len(table)
    objective = table.objective
    facts = counted(count, "trial")
    lost = int(judged.infeasible.sum())
    stopped = int(np.sum(~judged.judged & (table.status == Status.CANCELLED.value)))
    unfinished = count - int(judged.judged.sum()) - stopped
    facts += f", {lost} infeasible" if lost else ""
    facts += f", {stopped} stopped before the end" if stopped else ""
    facts += f", {unfinished} unfinished" if unfinished else ""
    facts += f"; {objective.direction.value} {objective.metric}"
    constant = constant_metric(table)
    if constant is not None:
        return f"{facts}, which is {constant:g} in every trial"
    rows = np.flatnonzero(judged.feasible & np.isfinite(table.loss))
    repeated = _best_mean(table, rows)
    if repeated:
        return facts + repeated
    if len(rows):
        best = int(rows[np.argmin(table.loss[rows])])
        value = objective.direction.sign * float(table.loss[best])
        if math.isfinite(value):
            name = _short(str(table.ids[best]))
            facts += f", best {value:.5g} ({'' if 'trial' in name else 'trial '}{name})"
    return facts


def _best_mean(table: TrialTable, rows: NDArray[np.int64]) -> str:
    """The best configuration by the mean of its repeats, where most configurations have some."""
    found = distinct_configurations(table, rows)
    if len(found.rows) < 2 or float(np.median(found.counts)) < 2:
        return ""
    best = int(np.argmin(found.loss))
    value = table.objective.direction.sign * float(found.loss[best])
    named = [f"{h.key} {short(table.values[h.key][found.rows[best]])}"
             for h in table.space.hyperparameters]  # fmt: skip
    setting = f" ({', '.join(named[:_MOST_NAMED])})" if named else ""
    return f", best mean {value:.5g} of {counted(int(found.counts[best]), 'repeat')}{setting}"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."
