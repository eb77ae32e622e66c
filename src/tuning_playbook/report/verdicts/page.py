"""The verdicts on studies as a fragment for notebooks, and as a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tuning_playbook.findings import Verdict
from tuning_playbook.report.pages.files import write_page
from tuning_playbook.report.pages.templates import page_environment, scripted
from tuning_playbook.report.rounds.page import section_figures
from tuning_playbook.report.rounds.section import StudySection
from tuning_playbook.report.verdicts.text import VerdictsView
from tuning_playbook.sources import SOURCES

_WORDS = {
    Verdict.FAIL: "Fail",
    Verdict.WARN: "Warning",
    Verdict.UNKNOWN: "Cannot tell",
    Verdict.NOTE: "Note",
    Verdict.PASS: "Pass",
}


def verdicts_fragment(
    views: Sequence[VerdictsView], *, titles: Mapping[str, str], unusable: Sequence[str] = ()
) -> str:
    """Verdicts, advice and sources as HTML without scripts.

    Args:
        views: one for each study.
        titles: check -> its question.
        unusable: why studies could not be checked.
    """
    template = page_environment().get_template("verdicts.html.j2")
    fragment: str = template.render(
        views=views, titles=titles, unusable=unusable, sources=SOURCES, words=_WORDS
    )
    return fragment


def write_verdicts(
    views: Sequence[VerdictsView],
    sections: Sequence[StudySection],
    path: Path,
    *,
    title: str,
    version: str,
    unusable: Sequence[str] = (),
) -> None:
    """Write the verdicts with all figures as one page, all at once or not at all.

    Args:
        views: one for each study.
        sections: of the same studies.
        path: where to.
        title: of the page.
        version: of this package.
        unusable: why studies could not be checked.

    Raises:
        InvalidInput: when the file cannot be written.
    """
    figures = {"sections": [section_figures(section) for section in sections]}
    template = page_environment().get_template("verdicts_page.html.j2")
    page: str = template.render(
        views=views,
        sections=sections,
        title=title,
        version=version,
        unusable=unusable,
        sources=SOURCES,
        **scripted("report.js", figures),
    )
    write_page(page, path, failure=f"the page cannot be written to {path}")
