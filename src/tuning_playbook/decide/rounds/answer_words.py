"""The answer of a round in words: what was reached, how sure that is, what it does not count."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np

from tuning_playbook.analysis.comparison.isolation import ArmComparison, ArmResult
from tuning_playbook.analysis.comparison.naming import stated_confidence
from tuning_playbook.analysis.comparison.tuning_ease import TuningEase
from tuning_playbook.analysis.statistics.repetition import rank_reached_by_most
from tuning_playbook.decide.launches.fresh_seeds import FreshSeeds
from tuning_playbook.decide.rounds.chance import Chance
from tuning_playbook.decide.rounds.standing import Standing
from tuning_playbook.space import Config
from tuning_playbook.study import Objective
from tuning_playbook.words import counted, listed, percent, short

_NO_COINCIDENCE = 5  # different results that two arms share one by one

_NO_SAMPLE = (
    "it is not known what a repeated search would find, since the search chose or stopped "
    "trials by the results of others"
)


def single_sentence(comparison: ArmComparison, config: Config, *, is_sample: bool = True) -> str:
    """What the only arm of a round reached, and where; `answer` describes ``is_sample``."""
    arm, metric = comparison.arms[0], comparison.objective.metric
    if not math.isfinite(arm.best_value):
        return f"None of the {arm.trials} trials trained."
    where = ", ".join(f"{key} = {short(value)}" for key, value in config.items())
    return (
        f"The best of {arm.trials} trials reaches {metric} = {arm.best_value:.4g}"
        + (f" with {where}" if where else "")
        + (f" (trial {arm.best_trial}); " if arm.best_trial else "; ")
        + (_bad_end(comparison, arm) if is_sample else _NO_SAMPLE)
        + "."
    )


def compared_sentence(comparison: ArmComparison, standing: Standing, chance: Chance) -> str:
    """Which arm is best, or which one leads and why it is not named."""
    of_label = {arm.label: arm for arm in comparison.arms}
    best = of_label[standing.contenders[0]]
    if not math.isfinite(best.value) and not math.isfinite(best.best_value):
        return "No trial of any arm trained."
    if standing.reruns is not None:
        return _rerun_sentence(comparison, standing, standing.reruns)
    reached = (
        f"{comparison.objective.metric} = {_value(best)} at "
        f"{counted(comparison.budget, 'trial')} each ({_bad_end(comparison, best)})"
    )
    ranked = [comparison.arms[i] for i in comparison.order if comparison.arms[i] is not best]
    if standing.winner is not None:
        words = f"{best.label} is best: it reaches {reached}, "
        words += f"the next, {ranked[0].label}, {_value(ranked[0])}. "
        sure = percent(stated_confidence(comparison))
        return words + (
            f"That is about {sure} sure; this accounts for {chance.counted}, but not "
            f"for {chance.left_out}."
        )
    rivals = [of_label[label] for label in standing.contenders[1:]]
    equal = [arm.label for arm in rivals if arm.value == best.value]
    if equal:
        words = f"No clear winner: {listed([best.label, *equal])} are equally good with {reached}"
        rivals = [arm for arm in rivals if arm.label not in equal]
    else:
        words = f"No clear winner: {best.label} leads with {reached}"
    words += "".join(f", {arm.label} reaches {_value(arm)}" for arm in rivals[:3])
    if len(rivals) > 3:
        words += f", and {counted(len(rivals) - 3, 'other arm')} may be as good"
    words += "." if equal else f". {_why_not(comparison, standing, chance, best, rivals[0])}"
    behind = [arm for arm in ranked if arm.label not in standing.contenders]
    if behind:
        others = "the other one" if len(behind) == 1 else f"the other {len(behind)}, at best"
        words += f" Clearly behind: {others} {_value(behind[0])}."
    return words


def leading_sentence(comparison: ArmComparison, standing: Standing) -> str:
    """Which arm is ahead and what the next one reached, where no answer is drawn from it."""
    of_label = {arm.label: arm for arm in comparison.arms}
    best = of_label[standing.contenders[0]]
    if not math.isfinite(best.value) and not math.isfinite(best.best_value):
        return "No trial of any arm trained."
    following = next(comparison.arms[i] for i in comparison.order if comparison.arms[i] is not best)
    reached = f"{comparison.objective.metric} = {_value(best)}"
    each = f"{counted(comparison.budget, 'trial')} each"
    if following.value == best.value:
        return f"So far {best.label} and {following.label} are equally good: {reached} at {each}."
    return (
        f"So far {best.label} leads with {reached} at {each}; {following.label} reaches "
        f"{_value(following)}."
    )


def fresh_seeds_sentences(fresh: FreshSeeds) -> str:
    """What the reruns of the arms' best configurations say of each other, in two sentences.

    Example:
        >>> found = FreshSeeds(("adam", "sgd"), (0.205, 0.305), (2, 2), 0.1, 0.051, True, 0.98,
        ...                    "error")
        >>> fresh_seeds_sentences(found)
        'With fresh seeds adam reaches error = 0.205 (2 reruns) and sgd reaches 0.305 (2 reruns). \
adam is ahead of sgd by 0.1, and with 98 % confidence by more than 0.051.'
    """
    words = [
        f"{arm} reaches {f'{fresh.metric} = ' * (i == 0)}{mean:.4g} ({counted(count, 'rerun')})"
        for i, (arm, mean, count) in enumerate(
            zip(fresh.order, fresh.means, fresh.counts, strict=True)
        )
    ]
    lead = f"{fresh.order[0]} is ahead of {fresh.order[1]} by {fresh.gain:.2g}"
    if fresh.lower > 0:
        lead += f", and with {percent(fresh.confidence)} confidence by more than {fresh.lower:.2g}"
    else:
        lead += ", which may be due to the luck of the seed"
    return f"With fresh seeds {listed(words)}. {lead}."


def _rerun_sentence(comparison: ArmComparison, standing: Standing, fresh: FreshSeeds) -> str:
    """The answer where reruns say who is ahead: their means first, the search's best beside."""
    shown = [arm for arm in fresh.order if standing.winner or arm in standing.contenders]
    of_arm = {
        arm: f"{mean:.4g} (mean of {counted(count, 'rerun')})"
        for arm, mean, count in zip(fresh.order, fresh.means, fresh.counts, strict=True)
    }
    first, second = shown[:2]
    if standing.winner is not None:
        words = f"{first} is best: its best configuration reaches {fresh.metric} = "
        words += f"{of_arm[first]} with fresh seeds, the next, {second}, reaches {of_arm[second]}."
    else:
        words = _no_winner_by_reruns(standing, fresh, first, second, of_arm)
    found = {arm.label: _value(arm) for arm in comparison.arms}
    return f"{words} The best trials of the search reached {found[first]} and {found[second]}."


def _no_winner_by_reruns(
    standing: Standing, fresh: FreshSeeds, first: str, second: str, of_arm: Mapping[str, str]
) -> str:
    reached = f"{fresh.metric} = {of_arm[first]} with fresh seeds"
    if fresh.gain:
        words = f"No clear winner: {first} leads, its best configuration reaches {reached}, "
        words += f"{second} reaches {of_arm[second]}."
    else:
        words = f"No clear winner: the best configurations of {first} and {second} both reach "
        words += f"{reached}."
    if len(standing.contenders) > 2:
        others = counted(len(standing.contenders) - 2, "other arm")
        words += f" {others} may be as good."
    if standing.contradicted:
        return f"{words} The reruns do not confirm what the search found."
    if not fresh.gain:
        return words
    if fresh.gain <= standing.smallest_gain:
        words += f" The difference of {fresh.gain:.2g} is below the "
        return f"{words}smallest gain that counts, {standing.smallest_gain:.2g}."
    words += f" The difference of {fresh.gain:.2g} may be due to the seed"
    if math.isfinite(fresh.lower):
        words += f": at {percent(fresh.confidence)} confidence its lower bound is "
        words += f"{fresh.lower:.2g}"
    return f"{words}."


def identical_arms(comparison: ArmComparison) -> list[tuple[str, str, int]]:
    """Pairs of arms whose results agree one by one to the last digit, in how many trials.

    Arms whose settings have names of their own, such as ``adam.lr`` and ``adamw.lr``, are not
    paired, and may train the same all the same.
    """
    found = []
    for (one, first), (other, second) in combinations(
        zip(comparison.arms, comparison.losses, strict=True), 2
    ):
        if len(first) != len(second):
            continue
        both = np.isfinite(first) & np.isfinite(second)
        if np.unique(first[both]).size >= _NO_COINCIDENCE and np.all(first[both] == second[both]):
            found.append((one.label, other.label, int(both.sum())))
    return found


def identical_sentences(comparison: ArmComparison) -> list[str]:
    """That arms gave the same results to the last digit, so that nothing was compared."""
    where = " with the same values and the same seed" if comparison.paired else ", one by one"
    return [
        f"{one} and {other} gave exactly the same results in all {counted(trials, 'trial')}"
        f"{where}. Either the setting does not reach the training program, or it has no effect "
        "with the other settings used here."
        for one, other, trials in identical_arms(comparison)
    ]


def ease_sentence(
    ease: TuningEase | None, objective: Objective, better: str, other: str, *, winner: bool
) -> str:
    """That an arm is easier to tune and not shown to be better at its best; empty otherwise."""
    if ease is None:
        return ""
    sign = objective.direction.sign
    best, typical = ([_number(sign * v) for v in pair] for pair in (ease.best, ease.typical))
    closing = " At this budget that is enough to be the better choice." if winner else ""
    return (
        f"{better} is easier to tune than {other}: its median trial is at {typical[0]} against "
        f"{typical[1]}, the mean of its three best trials at {best[0]} against {best[1]}. These "
        f"trials do not show that its optimum is better too.{closing}"
    )


def selected_sentence(seed_deviation: float | None) -> str:
    """How much worse a rerun of the best trial is expected to be."""
    words = "The best trial was selected for its result, so a rerun is expected to be worse"
    if seed_deviation is None:
        return f"{words}; how much worse is not known until something has been rerun."
    return (
        f"{words}, by about half to one standard deviation between seeds "
        f"({seed_deviation / 2:.2g} to {seed_deviation:.2g})."
    )


def _why_not(
    comparison: ArmComparison,
    standing: Standing,
    chance: Chance,
    best: ArmResult,
    rival: ArmResult,
) -> str:
    """Why the leading arm is not called best."""
    if not (math.isfinite(best.value) and math.isfinite(rival.value)):
        return "Too few trials trained for more."
    gain = comparison.objective.direction.sign * (rival.value - best.value)
    difference = f"A difference of {gain:.2g}"
    if gain <= standing.smallest_gain:
        if chance.resolution is not None and chance.resolution >= standing.smallest_gain:
            return (
                f"{difference} is not significant with {chance.examples:,} evaluation examples; "
                f"more than {chance.resolution:.2g} is needed."
            )
        return f"{difference} is below the smallest gain that counts, {standing.smallest_gain:.2g}."
    luck = "the seed" if comparison.paired else "the search and of the seed"
    return f"{difference} may be due to the luck of {luck}."


def _bad_end(comparison: ArmComparison, arm: ArmResult) -> str:
    """What most repeated searches would see; the band's good end is the best trial itself."""
    worst = arm.high if comparison.objective.direction.sign > 0 else arm.low
    likely = (1 + comparison.confidence) / 2
    share = f"{percent(likely)} of repeated searches"
    if math.isfinite(worst):
        return f"{share} would find a trial at {worst:.4g} or better"
    if rank_reached_by_most(comparison.budget, comparison.budget, likely) is None:
        return "too few trials to say what a repeated search would find"
    return f"fewer than {share} would find a configuration that trains"


def _value(arm: ArmResult) -> str:
    return f"{arm.value:.4g}" if math.isfinite(arm.value) else "nothing that trains"


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "no training"
