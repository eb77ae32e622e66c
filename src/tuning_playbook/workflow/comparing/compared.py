"""The answer of a comparison as its user holds it: verdicts, document, table, pictures, page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.plots.theme import Figure
from tuning_playbook.report.comparison.document import comparison_document, comparison_row
from tuning_playbook.report.comparison.in_short import comparison_in_short
from tuning_playbook.report.comparison.page import comparison_fragment, write_comparison
from tuning_playbook.report.comparison.picture import comparison_figure
from tuning_playbook.report.comparison.text import comparison_text
from tuning_playbook.report.comparison.view import ComparisonView, with_short_labels
from tuning_playbook.workflow.checking.frames import frame_of, with_arguments


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compared:
    """The answer to "is B better than A?".

    Args:
        view: everything that is said and drawn.
        library: that data frames are handed out in; the first that is installed where empty.
    """

    view: ComparisonView
    library: str = ""

    def __repr__(self) -> str:
        return with_arguments(comparison_in_short(with_short_labels(self.view)))

    @property
    def verdicts(self) -> dict[tuple[str, str], str]:
        """Baseline and candidate -> ``better``, ``worse``, ``equivalent`` or ``cannot-tell``."""
        pairs = self.view.answers[0].pairs
        return {
            (p.comparison.baseline, p.comparison.candidate): p.judged.verdict.value for p in pairs
        }

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return comparison_document(self.view)

    def to_frame(self, library: str = "") -> Any:
        """One row for each comparison, as a data frame of ``pandas`` or ``polars``.

        Args:
            library: which of them; that of the data frame that was compared where empty.
        """
        return frame_of(
            [comparison_row(pair) for pair in self.view.answers[0].pairs], library or self.library
        )

    def renderable(self) -> Any:
        """For a terminal."""
        return comparison_text(with_short_labels(self.view))

    def figures(self) -> dict[str, Figure]:
        """Pictures by question, as `plotly.graph_objects.Figure` takes them.

        The first is called ``metric``, or ``best-of-k`` where searches are compared.
        """
        return {a.key: comparison_figure(a) for a in with_short_labels(self.view).answers}

    def write_html(self, path: str | Path) -> None:
        """Write the answer and its pictures as one page that loads nothing."""
        write_comparison(with_short_labels(self.view), list(self.figures().values()), Path(path))

    def _repr_html_(self) -> str:
        return comparison_fragment(with_short_labels(self.view))
