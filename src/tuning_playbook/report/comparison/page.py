"""A comparison as a fragment for notebooks, and as a page of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tuning_playbook.decide.comparisons.comparison_answer import Answered
from tuning_playbook.report.comparison.document import comparison_document
from tuning_playbook.report.comparison.text import TITLES, length_warnings
from tuning_playbook.report.comparison.view import (
    ComparisonView,
    after_the_verdict,
    best_words,
    effect_words,
    pair_sentence,
)
from tuning_playbook.report.pages.files import write_page
from tuning_playbook.report.pages.templates import page_environment, scripted
from tuning_playbook.words import listed


def comparison_fragment(view: ComparisonView) -> str:
    """Verdicts, numbers and doubts as HTML without scripts, for a notebook."""
    return _rendered("comparison.html.j2", view)


def write_comparison(view: ComparisonView, figures: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the verdicts with their pictures as one page, all at once or not at all.

    Raises:
        InvalidInput: when the file cannot be written.
    """
    page = _rendered(
        "comparison_page.html.j2",
        view,
        pictures=len(figures),
        question=_question(view),
        **scripted("comparison.js", {"figures": list(figures)}),
    )
    write_page(page, path, failure=f"the page cannot be written to {path}")


def _question(view: ComparisonView) -> str:
    pairs = view.answers[0].pairs
    if len(pairs) == 1:
        return f"Is {pairs[0].comparison.candidate} better than {pairs[0].comparison.baseline}?"
    return f"{view.study}: which {listed(view.arm)} is better?"


def _rendered(template: str, view: ComparisonView, **more: Any) -> str:
    answers = [
        {
            "title": f"{TITLES[answer.key]}: {answer.metric}" if answer.key in TITLES else "",
            "caution": answer.caution,
            "marks": _marks(view, answer),
            "best": best_words(answer),
            "pairs": [
                {
                    "verdict": pair.judged.verdict.value,
                    "sentence": pair_sentence(answer, pair),
                    "told": after_the_verdict(view, answer, pair),
                    "doubts": [doubt.words for doubt in pair.doubts],
                }
                for pair in answer.pairs
            ],
        }
        for answer in view.answers
    ]
    page: str = (
        page_environment()
        .get_template(template)
        .render(
            view=view,
            document=comparison_document(view),
            answers=answers,
            effects=[effect_words(effect) for effect in view.effects],
            warnings=length_warnings(view),
            **more,
        )
    )
    return page


def _marks(view: ComparisonView, answer: Answered) -> str:
    """What stands for the runs of an arm in its picture."""
    if view.kind == "searches":
        return "Each dot is a trial and each bar the best at the common budget"
    if view.kind == "tasks":
        return "Each dot is the result on a task and each bar the mean over the tasks"
    reported = [arm.reported is not None for arm in answer.arms]
    if not any(reported):
        return "Each dot is a run and each bar the mean"
    means = "Each bar is a mean, with one standard deviation between its runs to each side"
    return means if all(reported) else f"{means}, where the runs are not listed; each dot is a run"
