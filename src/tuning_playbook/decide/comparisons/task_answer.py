"""Methods compared over the tasks that they share: what many wins and a better mean amount to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.comparison.over_tasks import (
    Wins,
    fewest_tasks,
    have_one_scale,
    wins_over_tasks,
)
from tuning_playbook.analysis.comparison.repeats_of_two import Comparison, Repeats, compare_repeats
from tuning_playbook.analysis.statistics.multiple_tests import holm
from tuning_playbook.decide.comparisons.comparison_answer import Answered, Pair, positions_of_pairs
from tuning_playbook.decide.comparisons.comparison_doubts import Doubt
from tuning_playbook.decide.comparisons.comparison_verdict import (
    LEVEL,
    CompareVerdict,
    Ground,
    Judged,
    judged_comparison,
)
from tuning_playbook.words import agreeing, counted

_FEW = 10
_CAUTION = (
    "A task is no seed: these are {} that somebody chose, each counts once, and nothing here shows "
    "how much a method varies from run to run on one of them."
)


def answered_over_tasks(
    metric: str,
    arms: Sequence[Repeats],
    *,
    sign: int,
    baseline: int | None,
    margin: float = 0.0,
) -> Answered:
    """Compare methods in pairs by task, with one value for each task.

    Where the tasks have one scale, the mean over them decides, and both the t test of the
    differences and the test of their signed ranks have to agree: a mean that one task makes is
    none. Where they have not, wins and losses decide alone.

    Args:
        metric: what the values are, in words.
        arms: whose seeds are the tasks, each once.
        sign: 1 where low values are better, -1 where high ones are.
        baseline: its position; ``None`` to compare all pairs.
        margin: difference of the means that is too small to matter.
    """
    tasks = list(dict.fromkeys(task for arm in arms for task in arm.seeds))
    table = _table(arms, tasks)
    one_scale = have_one_scale(table, is_share=sign < 0)
    places = positions_of_pairs(len(arms), baseline)
    found = [_compared(arms, table, pair, sign, one_scale=one_scale) for pair in places]
    adjusted = holm([comparison.p_value for comparison, _ in found])
    pairs = []
    for (comparison, wins), p_value in zip(found, adjusted, strict=True):
        if one_scale:
            judged = judged_comparison(comparison, sign=sign, margin=margin, p_value=p_value)
        else:
            judged = _judged_by_wins(wins, p_value)
        several = p_value if len(found) > 1 else None
        doubts = tuple(_doubts(comparison, wins, len(found), one_scale=one_scale))
        pairs.append(Pair(comparison, judged, several, None, doubts, wins))
    caution = _CAUTION.format(counted(len(tasks), "task"))
    return Answered("over-tasks", metric, sign, margin, tuple(arms), tuple(pairs), None, caution)


def _table(arms: Sequence[Repeats], tasks: Sequence[object]) -> NDArray[np.float64]:
    """Shape (arms, tasks); NaN where an arm has no value."""
    table = np.full((len(arms), len(tasks)), np.nan)
    place = {task: column for column, task in enumerate(tasks)}
    for row, arm in enumerate(arms):
        for task, value in zip(arm.seeds, arm.values.tolist(), strict=True):
            table[row, place[task]] = value if math.isfinite(value) else math.nan
    return table


def _compared(
    arms: Sequence[Repeats],
    table: NDArray[np.float64],
    pair: tuple[int, int],
    sign: int,
    *,
    one_scale: bool,
) -> tuple[Comparison, Wins]:
    """Two arms on the tasks that both have a value of; no means where the scales differ."""
    both = np.flatnonzero(np.isfinite(table[list(pair)]).all(axis=0))
    sides = [Repeats(arms[i].label, table[i, both], tuple(both.tolist())) for i in pair]
    wins = wins_over_tasks(sign * (sides[0].values - sides[1].values))
    counts = [int(np.isfinite(table[i]).sum()) for i in pair]
    nan = math.nan
    if not len(both):
        sides = [replace(side, values=np.array([nan]), seeds=(0,)) for side in sides]
    comparison = replace(
        compare_repeats(sides[0], sides[1], sign=sign),
        repeats=(counts[0], counts[1]),
        infeasible=(0, 0),
        failure_p_value=1.0,
        compared=(len(both), len(both)),
        paired=True,
        chance_new_seed=nan,
        pairing_gain=nan,
    )
    if one_scale:
        p_value = nan
        if not math.isnan(comparison.p_value):
            p_value = max(comparison.p_value, wins.rank_p_value)
        return replace(comparison, p_value=p_value), wins
    p_value = wins.sign_p_value if wins.tasks else nan
    return replace(
        comparison,
        means=(nan, nan),
        deviations=(nan, nan),
        difference=nan,
        low=nan,
        high=nan,
        standard_error=nan,
        degrees=nan,
        correlation=nan,
        chance_mean=nan,
        p_value=p_value,
    ), wins


def _judged_by_wins(wins: Wins, p_value: float) -> Judged:
    verdict = CompareVerdict.CANNOT_TELL
    if p_value < LEVEL:
        better = wins.wins > wins.losses
        verdict = CompareVerdict.BETTER if better else CompareVerdict.WORSE
    return Judged(verdict, Ground.WINS)


def _doubts(comparison: Comparison, wins: Wins, tests: int, *, one_scale: bool) -> Iterator[Doubt]:
    """What to know before believing the comparison of two methods, the gravest first."""
    fewest = fewest_tasks(LEVEL, tests)
    if wins.tasks < fewest:
        yield Doubt(
            "few-tasks",
            f"With {counted(wins.tasks, 'task')}, even wins on all of them may be luck; "
            f"{fewest} or more can give an answer.",
        )
    elif wins.tasks < _FEW:
        yield Doubt(
            "few-tasks",
            f"{counted(wins.tasks, 'task')} {agreeing(wins.tasks, 'shows', 'show')} little of "
            "others: one more task of another kind may change the answer.",
        )
    alone = sum(comparison.repeats) - 2 * wins.tasks
    if alone:
        yield Doubt(
            "without-partner",
            f"{counted(alone, 'result')} on tasks on which the other method has none "
            f"{agreeing(alone, 'is', 'are')} left out; where a method was left out because it "
            "failed, that counts against it.",
        )
    if not one_scale:
        yield Doubt(
            "scales",
            "The results on the tasks differ so much in size that their mean would be that of a "
            "few tasks, so wins and losses are counted instead, however small they are.",
        )
