"""Wins and losses over tasks in sentences, and how a p-value is written."""

from __future__ import annotations

import math

from tuning_playbook.analysis.comparison.over_tasks import Wins
from tuning_playbook.decide.comparisons.comparison_answer import Pair
from tuning_playbook.decide.comparisons.comparison_verdict import LEVEL, CompareVerdict
from tuning_playbook.words import counted


def p_words(p_value: float) -> str:
    """A p-value to be read.

    Example:
        >>> p_words(0.0312), p_words(0.00001), p_words(float("nan"))
        ('0.031', '1e-05', 'unknown')
        >>> p_words(0.0498), p_words(0.0501)  # on the side of the level that they are on
        ('0.0498', '0.0501')
    """
    if math.isnan(p_value):
        return "unknown"
    digits = next((d for d in (2, 3, 4) if float(f"{p_value:.{d}g}") != LEVEL), 2)
    return f"{p_value:.{digits}g}"


def wins_in_words(wins: Wins, candidate: str) -> str:
    """On how many tasks a candidate is better, worse and equal.

    Example:
        >>> wins_in_words(Wins(5, 1, 0, 0.21875, 0.0625), "B")
        'B is better on 5 of 6 tasks and worse on 1 (sign test, p = 0.22).'
    """
    equal = f", equal on {wins.ties}" if wins.ties else ""
    return (
        f"{candidate} is better on {wins.wins} of {counted(wins.tasks, 'task')} and worse on "
        f"{wins.losses}{equal} (sign test, p = {p_words(wins.sign_p_value)})."
    )


def sentence_of_wins(pair: Pair) -> str:
    """The verdict on two methods that only their wins tell apart."""
    c, wins = pair.comparison, pair.wins
    assert wins is not None  # noqa: S101  asked of comparisons over tasks alone
    words = wins_in_words(wins, "it")
    if pair.judged.verdict is CompareVerdict.CANNOT_TELL:
        return f"Whether {c.candidate} is better than {c.baseline} cannot be told: {words}"
    return f"{c.candidate} is {pair.judged.verdict.value} than {c.baseline}: {words}"
