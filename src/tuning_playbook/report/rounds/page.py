"""The report as one self-contained page."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tuning_playbook.report.pages.files import write_page
from tuning_playbook.report.pages.templates import page_environment, scripted
from tuning_playbook.report.rounds.section import StudySection
from tuning_playbook.report.rounds.view import RoundView
from tuning_playbook.sources import SOURCES


def write_report(view: RoundView, path: Path) -> None:
    """Write the page of ``view`` to ``path``, all at once or not at all.

    Raises:
        InvalidInput: when the file cannot be written.
    """
    write_page(report_html(view), path, failure=f"the report cannot be written to {path}")


def report_html(view: RoundView) -> str:
    """The page: text, figures' data, and the code that draws them; it loads nothing."""
    template = page_environment().get_template("report.html.j2")
    page: str = template.render(view=view, sources=SOURCES, **scripted("report.js", _figures(view)))
    return page


def _figures(view: RoundView) -> dict[str, Any]:
    """What the page's code needs: by number of section and plot."""
    return {
        "answer": {"plots": [plot.figure for plot in view.answer.plots] if view.answer else []},
        "sections": [section_figures(section) for section in view.sections],
    }


def section_figures(section: StudySection) -> dict[str, Any]:
    """Figures and trials of one study, as the page's code reads them."""
    return {
        "plots": [plot.figure for plot in section.plots],
        "hover": section.hover,
        "table": asdict(section.table),
    }
