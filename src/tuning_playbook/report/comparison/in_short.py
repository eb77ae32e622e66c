"""A comparison in a few plain lines, as Python shows it."""

from __future__ import annotations

from tuning_playbook.decide.comparisons.comparison_answer import Answered, Pair
from tuning_playbook.decide.comparisons.comparison_verdict import CompareVerdict
from tuning_playbook.report.comparison.text import MOST_TOLD, comparison_facts
from tuning_playbook.report.comparison.view import ComparisonView, pair_sentence
from tuning_playbook.words import counted, printable

_MOST_NAMED = 6


def comparison_in_short(view: ComparisonView) -> str:
    """What was compared, a sentence for each of a few pairs with its doubts, or counts of many.

    Args:
        view: of the comparison.
    """
    first = view.answers[0]
    lines = [f"{view.study}: {comparison_facts(view)}"]
    if len(first.pairs) <= MOST_TOLD:
        for pair in first.pairs:
            lines.append(f"  {pair.judged.verdict.value}: {pair_sentence(first, pair)}")
            lines += [f"    doubt: {doubt.words}" for doubt in pair.doubts]
    else:
        lines += _by_verdict(view, first)
    return "\n".join(map(printable, lines))


def _by_verdict(view: ComparisonView, answer: Answered) -> list[str]:
    lines = []
    for verdict in CompareVerdict:
        found = [_named(view, pair) for pair in answer.pairs if pair.judged.verdict is verdict]
        if found:
            more = f" and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
            lines.append(f"  {verdict.value}: {', '.join(found[:_MOST_NAMED])}{more}")
    doubted = sum(bool(pair.doubts) for pair in answer.pairs)
    if doubted:
        lines.append(f"  {counted(doubted, 'comparison')} with doubts")
    return lines


def _named(view: ComparisonView, pair: Pair) -> str:
    c = pair.comparison
    return c.candidate if view.baseline is not None else f"{c.candidate} against {c.baseline}"
