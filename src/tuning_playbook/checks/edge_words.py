"""The ends of ranges in words, and what to do about them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.evidence import number
from tuning_playbook.edges.gains import SmallGains
from tuning_playbook.edges.growth import grown_range, next_level
from tuning_playbook.edges.judged import EdgeStatistics
from tuning_playbook.edges.limits import range_ends
from tuning_playbook.edges.of_choices import EdgeOfChoice, EdgesOfChoices
from tuning_playbook.edges.own_ranges import OwnRanges
from tuning_playbook.findings import Advice
from tuning_playbook.vocabulary import Family, hyperparameter_family, is_bit_width
from tuning_playbook.words import counted, listed, short

_MOST_NAMED = 4
_FEWEST_TRIED = 5


def edge_evidence(edge: EdgeStatistics) -> dict[str, Any]:
    """The statistics of one edge as JSON values."""
    values = {
        name: number(value, 3) if isinstance(value, float) else value
        for name, value in asdict(edge).items()
    }
    return {**values, "strength": number(edge.strength, 3)}


def widening(table: TrialTable, edge: EdgeStatistics, choices: EdgesOfChoices) -> Advice:
    """Search a wider range.

    Args:
        table: the study.
        edge: that is too narrow.
        choices: the ends by the trials of each value of a choice. A value whose best trials lie
            before this edge is named as an exception; and one that cannot be judged, where another
            value of the same choice is best there.
    """
    low, high = grown_range(table.space[edge.hyperparameter], edge.edge)
    alone = _at(edge, choices.alone)
    wanting = {one.choice for one in alone if one.best_there}
    unsure = [one for one in alone if not one.best_there and one.choice in wanting]
    settled = [
        {"choice": one.choice, "value": one.value} for one in (*_at(edge, choices.inside), *unsure)
    ]
    arguments = {"hyperparameter": edge.hyperparameter, "edge": edge.edge, "range": [low, high]}
    unless = listed([f"{one['choice']} = {one['value']}" for one in settled])
    return Advice(
        "expand",
        {**arguments, "except": settled} if settled else arguments,
        f"the objective still improves towards the {edge.edge} end of {edge.hyperparameter}"
        + (f", except with {unless}" if unless else "")
        + "; check again with the wider range",
    )


def _at(edge: EdgeStatistics, ends: Sequence[EdgeOfChoice]) -> list[EdgeOfChoice]:
    return [
        one for one in ends if (one.hyperparameter, one.edge) == (edge.hyperparameter, edge.edge)
    ]


def improvement(edge: EdgeStatistics) -> str:
    """How much better the end is than the middle, with its standard deviation."""
    return (
        f"{edge.effect:.2g} ± {edge.effect_deviation:.1g} standard deviations of the ranked "
        "trials over the middle of the range"
    )


def widening_question(metric: str, edges: Sequence[EdgeStatistics]) -> str:
    """What the trials suggest and do not settle, as a question.

    Example:
        >>> widening_question("loss", [EdgeStatistics(
        ...     "lr", "low", "tight", configurations=30, effect=1.2, effect_deviation=0.5)])[:60]
        'Is the low end of lr too high? loss still improves there by '
    """
    first = edges[0]
    wrong = {"low": "too high", "high": "too low"}
    asked = (
        f"Is {named(edges)} {wrong[first.edge]}?"
        if len(edges) == 1
        else f"Should the ranges be wider at {named(edges)}?"
    )
    trials = counted(first.configurations, "configuration")
    do = "does" if first.configurations == 1 else "do"
    there = "there" if len(edges) == 1 else f"at {named([first])}"
    return (
        f"{asked} {metric} still improves {there} by {improvement(first)}, but {trials} {do} not "
        "make that certain."
    )


def gains_question(metric: str, gains: SmallGains) -> str:
    """What gains say of a learning rate where the luck of the start decides the results.

    Example:
        >>> gains_question("loss", SmallGains("lr", 20, 0.0016, 0.07, 3.9, 1e-4))[:61]
        'Is the high end of lr too low? The typical trial gains 0.0016'
    """
    key = gains.hyperparameter
    return (
        f"Is the high end of {key} too low? The typical trial gains {short(gains.typical, 2)} of "
        f"{metric} in training, while the first evaluations of the {gains.trials} trials differ by "
        f"{short(gains.start, 2)} (standard deviation), so that the initialization decides which "
        f"trial is best. The gain grows with {key} up to the end of its range."
    )


def widening_by_gains(table: TrialTable, gains: SmallGains) -> Advice:
    """Search larger learning rates."""
    key = gains.hyperparameter
    low, _ = range_ends(table.space[key])
    return Advice(
        "expand",
        {"hyperparameter": key, "edge": "high", "range": [low, gains.end]},
        f"training brings little, and the more the larger {key} is; check again with the wider "
        "range",
    )


def aside_of(edges: Sequence[EdgeStatistics]) -> str:
    """What was varied and is not to be chosen by a search, once; empty where nothing was."""
    keys = list(dict.fromkeys(e.hyperparameter for e in edges if e.verdict == "not-tuned"))
    batches = [key for key in keys if hyperparameter_family(key) is Family.BATCH_SIZE]
    bits = [key for key in keys if is_bit_width(key)]
    lengths = [key for key in keys if key not in (*batches, *bits)]
    said = []
    if bits:
        said.append(
            f"{listed(bits)} {'were' if len(bits) > 1 else 'was'} varied, but more bits cost "
            "memory and time: choose by what may be spent, not by validation performance alone."
        )
    if batches:
        were, them = ("were", "them") if len(batches) > 1 else ("was", "it")
        said.append(
            f"{listed(batches)} {were} varied, but {'are' if len(batches) > 1 else 'is'} not to "
            f"be chosen by validation performance: choose {them} by training speed, then tune "
            f"the other hyperparameters for {them}."
        )
    if lengths:
        were = "were" if len(lengths) > 1 else "was"
        said.append(
            f"{listed(lengths)} {were} varied: all trials of a study should train for the same "
            "length; compare another length in a separate round."
        )
    return " ".join(said)


def said_of_choices(choices: EdgesOfChoices, metric: str) -> str:
    """What is judged for each value of a choice by itself, in words; empty where nothing is."""
    kept = {own.hyperparameter for own in choices.apart}
    rates = within_choices([e for e in choices.alone if e.hyperparameter not in kept], metric)
    apart = [_own_ranges(own, choices.alone, metric) for own in choices.apart[:_MOST_NAMED]]
    return " ".join([*apart, *([rates] if rates else [])])


def _own_ranges(own: OwnRanges, alone: Sequence[EdgeOfChoice], metric: str) -> str:
    key = own.hyperparameter
    ranges = [f"{short(low)} to {short(high)} with {name}" for name, low, high in own.ranges]
    rest = len(ranges) - _MOST_NAMED
    told = listed(ranges) if rest <= 0 else f"{', '.join(ranges[:_MOST_NAMED])} and {rest} more"
    head = (
        f"{key} was tried in another range for each {own.choice} ({told}), so that its ends are "
        "judged for each of them."
    )
    mine = [edge for edge in alone if edge.hyperparameter == key and edge.choice == own.choice]
    at_the_end = [edge for edge in mine if edge.best_there]
    if at_the_end:
        return f"{head} {_best_at_the_end(at_the_end, metric)}"
    if mine:
        return f"{head} {_not_shown(mine, key)}"
    return f"{head} They are wide enough."


def _not_shown(alone: Sequence[EdgeOfChoice], key: str) -> str:
    choices = listed(list(dict.fromkeys(edge.value for edge in alone))[:_MOST_NAMED])
    return f"The trials with {choices} do not show whether a wider range of {key} helps."


def within_choices(alone: Sequence[EdgeOfChoice], metric: str) -> str:
    """What each optimizer or model shows by itself, in words; empty where none leaves an end open.

    Args:
        alone: the ends that a choice leaves open.
        metric: what decides.
    """
    if not alone:
        return ""
    needed = f"Each {alone[0].choice} needs a learning rate of its own."
    at_the_end = [edge for edge in alone if edge.best_there]
    if at_the_end:
        return f"{needed} {_best_at_the_end(at_the_end, metric)}"
    return f"{needed} {_not_shown(alone, alone[0].hyperparameter)}"


def _best_at_the_end(edges: Sequence[EdgeOfChoice], metric: str) -> str:
    there = [f"{e.value} at {e.hyperparameter} {short(e.tried)}" for e in edges[:_MOST_NAMED]]
    more = len(edges) - len(there)
    rest = f" and {counted(more, 'more choice')}" if more else ""
    if len(edges) == 1:
        return f"Judged separately, {there[0]} has its best {metric} at the last value tried."
    return (
        f"Judged separately, {listed(there)}{rest} have their best {metric} at the last value "
        "tried."
    )


def one_more_level(table: TrialTable, edge: EdgeStatistics) -> Advice | None:
    """Try the next level; ``None`` where there is none to try, or too few were tried to say."""
    if edge.configurations < _FEWEST_TRIED:
        return None
    column = table.values[edge.hyperparameter]
    tried = sorted({v for v in column if v is not None and math.isfinite(v)})
    value = next_level(table.space[edge.hyperparameter], tried, edge.edge)
    if value is None:
        return None
    last = tried[0 if edge.edge == "low" else -1]
    return Advice(
        "try-level",
        {"hyperparameter": edge.hyperparameter, "edge": edge.edge, "values": [value]},
        f"{_best_trial(table, edge.hyperparameter)} has {edge.hyperparameter} = {short(last)}, the "
        "last level tried",
    )


def by_best_trial(
    table: TrialTable, edges: Sequence[EdgeStatistics]
) -> dict[str, list[EdgeStatistics]]:
    """The best trial in words -> the edges at which it is.

    A hyperparameter that the best trial of all does not have is judged by the trials that have it.
    """
    found: dict[str, list[EdgeStatistics]] = {}
    for edge in edges:
        found.setdefault(_best_trial(table, edge.hyperparameter), []).append(edge)
    return found


def _best_trial(table: TrialTable, hyperparameter: str) -> str:
    has = any(value is None for value in table.values[hyperparameter])
    return f"the best trial with a value of {hyperparameter}" if has else "the best trial"


def named(edges: Sequence[EdgeStatistics]) -> str:
    """The edges by name, a hyperparameter with both its ends once.

    Example:
        >>> named([EdgeStatistics("lr", "low", "inside"), EdgeStatistics("lr", "high", "inside"),
        ...        EdgeStatistics("decay", "low", "inside")])
        'both ends of lr and the low end of decay'
    """
    ends: dict[str, list[str]] = {}
    for edge in edges:
        ends.setdefault(edge.hyperparameter, []).append(edge.edge)
    words = [
        f"both ends of {key}" if len(here) > 1 else f"the {here[0]} end of {key}"
        for key, here in ends.items()
    ]
    if len(words) > _MOST_NAMED:
        rest = counted(len(words) - _MOST_NAMED + 1, "other hyperparameter")
        words = [*words[: _MOST_NAMED - 1], rest]
    return listed(words)
