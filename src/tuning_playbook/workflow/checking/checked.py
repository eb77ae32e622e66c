"""What the checks say of one study or several, for a terminal, programs, notebooks and pages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.fates import (
    BY_HAND,
    BY_MACHINE,
    BY_PROGRAM,
    INFEASIBLE,
    JUDGED,
    RUNNING,
    STOPPED,
    WAITING,
    account,
)
from tuning_playbook.analysis.table.feasibility import feasibility, without_value
from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.checks.doubts import constant_metric
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.importers.taken_as import TakenAs
from tuning_playbook.plots.theme import Figure
from tuning_playbook.project_files.domains import domain_to_toml
from tuning_playbook.records.finding_documents import finding_document
from tuning_playbook.report.phrases.advice_words import advice_words
from tuning_playbook.report.verdicts.in_short import verdicts_in_short
from tuning_playbook.report.verdicts.text import VerdictsView, notes_below, verdicts
from tuning_playbook.words import counted, printable, short
from tuning_playbook.workflow.checking.columns_taken import columns_document, columns_view
from tuning_playbook.workflow.checking.frames import frame_of, with_arguments
from tuning_playbook.workflow.checking.header_names import evidence_in_header_names, with_headers

_TITLES = {check.id: check.title for check in all_checks()}
_LONGEST_NAME = 40
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CheckedStudy:
    """One study with its verdicts.

    Args:
        table: of its trials.
        findings: failed ones first.
        notes: what was guessed, repaired or left out.
        columns: what each column of a foreign study was taken for.
        kind: what kind of study it is, in words.
        headers: name of a hyperparameter -> that of its column, where they differ.
    """

    table: TrialTable
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    columns: tuple[TakenAs, ...] = ()
    kind: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __repr__(self) -> str:
        return verdicts_in_short(_for_python(_view(self)))

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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Checked:
    """What the checks say.

    Args:
        studies: with their verdicts.
        unusable: name -> why it was left out, where others could be checked.
        library: that data frames are handed out in; the first that is installed where empty.
    """

    studies: tuple[CheckedStudy, ...]
    unusable: tuple[tuple[str, str], ...] = ()
    library: str = ""

    def __repr__(self) -> str:
        unusable = [f"not checked: {with_arguments(why)}" for _, why in self.unusable]
        return "\n".join([*map(repr, self.studies), *unusable])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of all studies, one study after the other, failed ones first."""
        return tuple(finding for study in self.studies for finding in study.findings)

    @property
    def failed(self) -> bool:
        """Whether any check of any study failed."""
        return any(finding.verdict is Verdict.FAIL for finding in self.findings)

    def as_document(self) -> dict[str, Any]:
        """For ``--json``: one study, or a list of them."""
        if len(self.studies) == 1 and not self.unusable:
            return {"schema": 1, **self.studies[0].as_document()}
        return {
            "schema": 1,
            "studies": [study.as_document() for study in self.studies],
            "unusable": [{"study": name, "error": why} for name, why in self.unusable],
        }

    def to_frame(self, library: str = "") -> Any:
        """One row for each finding, as a data frame of ``pandas`` or ``polars``.

        Args:
            library: which of them; that of the data frame that was checked where empty.
        """
        return frame_of(
            [
                {
                    "study": study.table.study,
                    "check": finding.check,
                    "verdict": finding.verdict.value,
                    "confidence": finding.confidence,
                    "summary": finding.summary,
                    "advice": "; ".join(advice_words(advice) for advice in finding.advice),
                }
                for study in self.studies
                for finding in study.findings
            ],
            library or self.library,
        )

    def figures(self) -> dict[str, Figure]:
        """Every figure of a report by name, as `plotly.graph_objects.Figure` takes it.

        Names are ``axis:HYPERPARAMETER``, ``curve:METRIC`` or a word; of several studies, the
        study's name and a slash stand before them.
        """
        from tuning_playbook.report.rounds.figures import study_plots

        several = len(self.studies) > 1
        return {
            (f"{study.table.study}/" if several else "") + plot.key: plot.figure
            for study in self.studies
            for plot in study_plots(study.table)
        }

    def write_html(self, path: str | Path) -> None:
        """Write the verdicts with their figures as one page that loads nothing."""
        from tuning_playbook.report.rounds.section import table_section
        from tuning_playbook.report.verdicts.page import write_verdicts

        name = self.studies[0].table.study
        count = len(self.studies)
        write_verdicts(
            self._views(),
            [table_section(study.table, study.findings) for study in self.studies],
            Path(path),
            title=f"Verdicts on {name}" if count == 1 else f"Verdicts on {count} studies",
            version=version("tuning-playbook"),
            unusable=[why for _, why in self.unusable],
        )

    def _repr_html_(self) -> str:
        from tuning_playbook.report.verdicts.page import verdicts_fragment

        views = list(map(_for_python, self._views()))
        unusable = [with_arguments(why) for _, why in self.unusable]
        return verdicts_fragment(views, titles=_TITLES, unusable=unusable)

    def renderable(self, *, verbose: bool = False) -> Any:
        """For a terminal."""
        from rich.console import Group
        from rich.text import Text

        several = len(self.studies) > 1
        shared = [n for n in self.studies[0].notes if all(n in s.notes for s in self.studies)]
        parts: list[Any] = []
        for view in self._views():
            notes = tuple(n for n in view.notes if not (several and n in shared))
            parts += [Text()] * bool(parts)
            parts += [verdicts(replace(view, notes=notes), titles=_TITLES, verbose=verbose)]
        if self.unusable:
            parts.append(Text())
        parts += [Text(f"not checked: {printable(why)}") for _, why in self.unusable]
        return Group(*parts, *(notes_below(shared) if several else []))

    def _views(self) -> list[VerdictsView]:
        return list(map(_view, self.studies))


def _view(study: CheckedStudy) -> VerdictsView:
    return VerdictsView(
        study.table.study,
        with_headers(_facts(study.table), study.headers),
        tuple(evidence_in_header_names(finding, study.headers) for finding in study.findings),
        study.notes,
        has_curves=study.table.objective.metric in study.table.curves,
        curves_of=tuple(study.table.curves),
        columns=columns_view(study.columns, study.kind) if study.columns else None,
    )


def _for_python(view: VerdictsView) -> VerdictsView:
    return replace(
        view,
        findings=tuple(replace(f, summary=with_arguments(f.summary)) for f in view.findings),
        notes=tuple(map(with_arguments, view.notes)),
    )


def _facts(table: TrialTable) -> str:
    judged = feasibility(table)
    objective = table.objective
    facts = ", ".join([counted(len(table), "trial"), *_lost(table)])
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


def _lost(table: TrialTable) -> Iterator[str]:
    """What the trials came to that did not train to their end, fates of one kind together.

    An empty cell is no failure: only a status or a reason tells of one.
    """
    found = account(table)
    empty = int(without_value(table).sum())
    kinds = {
        "infeasible": (INFEASIBLE, JUDGED),
        "failed": (BY_PROGRAM, BY_MACHINE),
        "stopped before the end": (STOPPED, BY_HAND),
        "unfinished": (WAITING, RUNNING),
    }
    for words, fates in kinds.items():
        count = sum(found.fates.get(fate, 0) for fate in fates)
        count -= empty if words == "failed" else 0
        if count:
            yield f"{count:,} {words}"
    if empty:
        yield f"{empty:,} without a value of {table.objective.metric}"


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
    count = int(found.counts[best])
    if count == 1:
        return f", best {value:.5g}{setting}"
    return f", best mean {value:.5g} of {counted(count, 'repeat')}{setting}"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..."
