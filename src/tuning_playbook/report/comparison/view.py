"""What is said of a comparison, as plain data, and its sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from tuning_playbook.analysis.comparison.many_arms import LevelEffect
from tuning_playbook.analysis.comparison.repeats_of_two import Comparison, moments, runs_of
from tuning_playbook.analysis.comparison.size import MOST_REPEATS
from tuning_playbook.decide.comparisons.comparison_answer import Answered, Pair
from tuning_playbook.decide.comparisons.comparison_verdict import (
    CompareVerdict,
    Ground,
    failures_stand_against_the_mean,
)
from tuning_playbook.report.comparison.wins import p_words, sentence_of_wins, wins_in_words
from tuning_playbook.study import Objective
from tuning_playbook.vocabulary import is_fold
from tuning_playbook.words import counted, listed, probability, to_scale


@dataclass(frozen=True, slots=True, eq=False)
class ComparisonView:
    """A comparison with everything around it.

    Args:
        study: name of what was read.
        objective: what decides.
        arm: columns that make an arm.
        seed: column of the seeds; empty without one.
        tasks: column of the tasks that methods are compared over; empty without.
        kind: whether arms hold repeats of one setting, trials of a search, or results on tasks.
        baseline: label of the baseline; ``None`` where all pairs are compared.
        margin: difference that is too small to matter; 0 where none is stated.
        answers: of the metric first, then of its curves.
        effects: main effects of a grid's factors.
        lengths: training lengths and batch sizes that differ between the arms.
        seconds: mean duration of a run; ``None`` where unknown.
        notes: what was guessed, repaired or left out.
    """

    study: str
    objective: Objective
    arm: tuple[str, ...]
    seed: str
    kind: Literal["repeats", "searches", "tasks"]
    baseline: str | None
    margin: float
    answers: tuple[Answered, ...]
    effects: tuple[LevelEffect, ...]
    lengths: tuple[str, ...]
    seconds: float | None
    notes: tuple[str, ...]
    tasks: str = ""


def with_short_labels(view: ComparisonView) -> ComparisonView:
    """The view to be read: arms without what all their names begin with, up to a ``/``.

    Programs get the names as they are.
    """
    labels = [arm.label for arm in view.answers[0].arms]
    folders = [labels[0][: i + 1] for i, letter in enumerate(labels[0]) if letter == "/"]
    start = max((f for f in folders if all(x.startswith(f) for x in labels)), key=len, default="")
    if not start:
        return view

    def short(label: str) -> str:
        return label.removeprefix(start)

    def of_arms(answer: Answered) -> Answered:
        arms = tuple(replace(arm, label=short(arm.label)) for arm in answer.arms)
        pairs = tuple(
            replace(
                pair,
                comparison=replace(
                    pair.comparison,
                    baseline=short(pair.comparison.baseline),
                    candidate=short(pair.comparison.candidate),
                ),
                doubts=tuple(replace(d, words=d.words.replace(start, "")) for d in pair.doubts),
            )
            for pair in answer.pairs
        )
        return replace(answer, arms=arms, pairs=pairs)

    return replace(
        view,
        baseline=None if view.baseline is None else short(view.baseline),
        answers=tuple(of_arms(answer) for answer in view.answers),
        lengths=tuple(words.replace(start, "") for words in view.lengths),
        notes=(*view.notes, f"The names of all arms begin with {start}, left out here."),
    )


def pair_sentence(answer: Answered, pair: Pair) -> str:
    """The verdict on two arms in one sentence."""
    c = pair.comparison
    if pair.judged.ground is Ground.FAILURES:
        return (
            f"{c.candidate} is {pair.judged.verdict.value} than {c.baseline}: {c.infeasible[1]} of "
            f"its {counted(c.repeats[1], 'run')} failed and {c.infeasible[0]} of {c.repeats[0]} of "
            f"{c.baseline}, which chance does not explain (p = {p_words(c.failure_p_value)})."
        )
    if pair.judged.ground is Ground.WINS:
        return sentence_of_wins(pair)
    values = _values(answer, c)
    if pair.judged.verdict in (CompareVerdict.BETTER, CompareVerdict.WORSE):
        return f"{c.candidate} is {pair.judged.verdict.value} than {c.baseline}: {values}."
    if pair.judged.verdict is CompareVerdict.EQUIVALENT:
        return f"{c.candidate} and {c.baseline} are equivalent within {answer.margin:g}: {values}."
    if pair.judged.ground is Ground.MEAN_AGAINST_FAILURES:
        against = failures_stand_against_the_mean(c, answer.sign)
        who = "the arm with the better mean" if against else "one of them"
        return (
            f"Whether {c.candidate} is better than {c.baseline} cannot be told: {who} fails more "
            f"often, and the metric does not say what a failed run costs. Of the runs that "
            f"trained: {values}."
        )
    return f"Whether {c.candidate} is better than {c.baseline} cannot be told: {values}."


def _values(answer: Answered, c: Comparison) -> str:
    scale = _scale(c)
    means = [to_scale(m, scale) if math.isfinite(m) else "no finite value" for m in c.means]
    kind = "" if answer.key != "best-of-k" else f"best of {counted(c.compared[0], 'trial')} "
    words = f"{kind}{answer.metric} {means[1]} instead of {means[0]}"
    if answer.key == "over-tasks":
        words = f"mean {words} over {counted(c.compared[0], 'task')}"
    if math.isnan(c.difference):
        return words
    if c.difference:
        way = "lower" if c.difference < 0 else "higher"
        words += f", {way} by {to_scale(abs(c.difference), scale)}"
    if math.isnan(c.p_value):
        return words
    return f"{words} ({_limits(c, scale)}, p = {p_words(c.p_value)})"


def _limits(c: Comparison, scale: float) -> str:
    if math.isinf(c.low) and math.isinf(c.high):
        return "any difference is possible"
    return f"95 % interval {limits_in_words(c, scale)}"


def limits_in_words(c: Comparison, scale: float) -> str:
    """The ends of an interval; a search that excludes nothing to one side has no end there."""
    low, high = to_scale(c.low, scale), to_scale(c.high, scale)
    if math.isinf(c.low) and math.isinf(c.high):
        return "any"
    if math.isinf(c.low):
        return f"up to {high}"
    if math.isinf(c.high):
        return f"from {low}"
    return f"{low} to {high}"


def after_the_verdict(view: ComparisonView, answer: Answered, pair: Pair) -> tuple[str, ...]:
    """What follows from a comparison of repeats: a new seed, pairing, how many more runs."""
    c = pair.comparison
    told = []
    if pair.wins is not None and pair.judged.ground is not Ground.WINS:
        told.append(wins_in_words(pair.wins, c.candidate))
    if not math.isnan(c.chance_new_seed):
        told.append(_next_time(view, c))
    if c.paired and not math.isnan(c.pairing_gain):
        told.append(_pairing(c, unit_of_pairs(view)))
    needed = needed_words(view, answer, pair)
    if needed:
        told.append(needed)
    open_ = pair.judged.verdict is CompareVerdict.CANNOT_TELL
    open_ = open_ and pair.wins is None  # what tasks to come may bring is not excluded
    if open_ and pair.judged.ground is Ground.MEAN and math.isfinite(c.high - c.low):
        worst = max(abs(c.low), abs(c.high))
        told.append(f"Differences above {to_scale(worst, _scale(c))} are excluded.")
    if answer.margin and pair.judged.verdict in (CompareVerdict.BETTER, CompareVerdict.WORSE):
        inside = abs(c.difference) <= answer.margin
        told += [f"The difference is smaller than the margin of {answer.margin:g}."] * inside
    return tuple(told)


def unit_of_pairs(view: ComparisonView) -> str:
    """What runs of two arms share: a seed, a fold of a cross-validation, or a task."""
    if view.kind == "tasks":
        return "task"
    return "fold" if view.seed and is_fold(view.seed) else "seed"


def _next_time(view: ComparisonView, c: Comparison) -> str:
    """Which arm will be better when both are trained once more."""
    chance = f"with a chance of {probability(c.chance_new_seed)}."
    if unit_of_pairs(view) == "fold":
        return f"On a new fold, {c.candidate} is better than {c.baseline} {chance}"
    same = " with the same seed" if c.paired else ""
    return f"A new run of {c.candidate} is better than a new run of {c.baseline}{same} {chance}"


def needed_words(view: ComparisonView, answer: Answered, pair: Pair) -> str:
    """How many runs would settle it, and what they cost; empty where that is not known."""
    c, needed = pair.comparison, pair.repeats_needed
    if pair.judged.verdict is not CompareVerdict.CANNOT_TELL or view.kind == "tasks":
        return ""
    if failures_stand_against_the_mean(c, answer.sign):
        return _blocked(c)
    if needed is None:
        beyond = pair.judged.ground is Ground.MEAN and c.standard_error > 0
        return (
            f"If the difference is what it seems, more than {MOST_REPEATS} repeats of each would "
            "be needed to see it; state with --margin which difference matters."
        ) * beyond
    more = sum(
        math.ceil(max(0, needed - n) * runs / (runs - lost))
        for n, runs, lost in zip(c.compared, c.repeats, c.infeasible, strict=True)
    )
    cost = ""
    if view.seconds is not None:
        cost = f", {_duration(more * view.seconds)} at {_duration(view.seconds)} a run"
    folds = unit_of_pairs(view) == "fold"
    unit = ("folds" if folds else "pairs") if c.paired else "repeats of each"
    unit += " that train" * any(c.infeasible)
    return (
        f"If difference and spread are what they seem, about {needed} {unit} would settle it four "
        f"times out of five: {counted(more, 'more run')}{cost}"
        f"{', in a cross-validation that is repeated with other splits' if folds else ''}."
    )


def _blocked(c: Comparison) -> str:
    """What to do where failures, and not the number of runs, keep the answer open."""
    label, lost, runs = max(
        zip((c.baseline, c.candidate), c.infeasible, c.repeats, strict=True),
        key=lambda arm: arm[1] / arm[2],
    )
    return (
        f"More runs would not settle it: {lost} of {counted(runs, 'run')} of {label} failed. Find "
        "out why; once both fail equally rarely, their means decide."
    )


def best_words(answer: Answered) -> str:
    """Which arms may be the best; empty where that was not asked."""
    if answer.best is None:
        return ""
    labels = [answer.arms[i].label for i in answer.best.candidates]
    leader = answer.arms[answer.best.leader]
    failed = runs_of(leader) - moments(leader).runs
    if failed:
        labels[0] += f" ({failed} of {counted(runs_of(leader), 'run')} failed)"
    share = f"{100 * answer.best.confidence:.0f} %"
    if len(labels) == 1:
        return f"{labels[0]} has the best {answer.metric} of all ({share} confidence)."
    if len(labels) == len(answer.arms):
        return f"No arm can be ruled out as the best; {labels[0]} has the best mean."
    rest = listed(labels[1:9])
    if len(labels) > 9:
        rest = f"{', '.join(labels[1:9])} and {len(labels) - 9} more"
    words = (
        f"{labels[0]} has the best mean of {len(answer.arms)}; {rest} cannot be told from the best "
        f"({share} confidence)."
    )
    if _told_apart_below(answer):
        words += " That asks of all arms at once; a verdict below asks of two of them."
    return words


def _told_apart_below(answer: Answered) -> bool:
    """Whether a verdict tells two arms apart that may both be the best of all."""
    assert answer.best is not None  # noqa: S101  asked by best_words alone
    may_be_best = {answer.arms[i].label for i in answer.best.candidates}
    return any(
        pair.judged.verdict in (CompareVerdict.BETTER, CompareVerdict.WORSE)
        and {pair.comparison.baseline, pair.comparison.candidate} <= may_be_best
        for pair in answer.pairs
    )


def effect_words(effect: LevelEffect) -> str:
    """One level of a factor against another."""
    c = effect.comparison
    scale = _scale(c)
    known = f"{_limits(c, scale)}, p = {p_words(c.p_value)}"
    if math.isnan(c.p_value):
        known = "nothing varies, so it has no interval"
    lost = counted(effect.left_out, "cell")
    return (
        f"{effect.factor} {effect.level} instead of {effect.baseline}: "
        f"{'+' if c.difference > 0 else '-'}{to_scale(abs(c.difference), scale)} on average over "
        f"{effect.cells} cells ({known}), with that sign in {effect.agreeing} of them"
        + f"; {lost} in which one of them failed left out" * bool(effect.left_out)
        + "."
    )


def _pairing(c: Comparison, unit: str) -> str:
    if c.pairing_gain > 1.1:
        return (
            f"Runs of one {unit} are paired, which makes the standard error {c.pairing_gain:.2g} "
            f"times smaller (correlation {c.correlation:.2f})."
        )
    return (
        f"Runs of one {unit} are paired, which does not help here (correlation "
        f"{c.correlation:.2f}): the {unit} does not make both arms good or bad together."
    )


def _scale(c: Comparison) -> float:
    width = c.high - c.low
    if width > 0 and math.isfinite(width):
        return width / 4
    return max(abs(c.difference) / 10, 0.0) if math.isfinite(c.difference) else 0.0


def _duration(seconds: float) -> str:
    for unit, size in (("days", 172_800.0), ("hours", 7_200.0), ("min", 120.0)):
        if seconds >= size:
            per = {"days": 86_400, "hours": 3_600, "min": 60}[unit]
            return f"{seconds / per:.3g} {unit}"
    return f"{seconds:.3g} s"
