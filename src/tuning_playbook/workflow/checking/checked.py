"""What the checks say of one study or several, for a terminal, programs, notebooks and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.importers.taken_as import TakenAs
from tuning_playbook.plots.theme import Figure
from tuning_playbook.provenance import package_version
from tuning_playbook.report.verdicts.columns_taken import columns_view
from tuning_playbook.report.verdicts.document import finding_row, study_document, verdicts_document
from tuning_playbook.report.verdicts.facts import facts_line
from tuning_playbook.report.verdicts.in_short import verdicts_in_short
from tuning_playbook.report.verdicts.text import VerdictsView, several_verdicts
from tuning_playbook.workflow.checking.frames import frame_of, with_arguments
from tuning_playbook.workflow.checking.header_names import evidence_in_header_names, with_headers

_TITLES = {check.id: check.title for check in all_checks()}


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
        return study_document(
            self.table, self.findings, notes=self.notes, columns=self.columns, kind=self.kind
        )


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
        return verdicts_document([s.as_document() for s in self.studies], self.unusable)

    def to_frame(self, library: str = "") -> Any:
        """One row for each finding, as a data frame of ``pandas`` or ``polars``.

        Args:
            library: which of them; that of the data frame that was checked where empty.
        """
        return frame_of(
            [finding_row(s.table.study, finding) for s in self.studies for finding in s.findings],
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
            version=package_version(),
            unusable=[why for _, why in self.unusable],
        )

    def _repr_html_(self) -> str:
        from tuning_playbook.report.verdicts.page import verdicts_fragment

        views = list(map(_for_python, self._views()))
        unusable = [with_arguments(why) for _, why in self.unusable]
        return verdicts_fragment(views, titles=_TITLES, unusable=unusable)

    def renderable(self, *, verbose: bool = False) -> Any:
        """For a terminal."""
        unusable = [why for _, why in self.unusable]
        return several_verdicts(self._views(), titles=_TITLES, unusable=unusable, verbose=verbose)

    def _views(self) -> list[VerdictsView]:
        return list(map(_view, self.studies))


def _view(study: CheckedStudy) -> VerdictsView:
    return VerdictsView(
        study.table.study,
        with_headers(facts_line(study.table), study.headers),
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
