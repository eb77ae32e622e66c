"""Which reruns would settle a round without a winner."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tuning_playbook.decide.launches.fresh_seeds import FreshSeeds
from tuning_playbook.decide.launches.gain_bounds import reruns_to_settle
from tuning_playbook.decide.launches.looks import AFFORDABLE_RERUNS, USUAL_LOOKS
from tuning_playbook.decide.rounds.chance import Chance
from tuning_playbook.decide.rounds.standing import Standing
from tuning_playbook.words import counted


@dataclass(frozen=True, slots=True)
class Settling:
    """What would tell the leading arms of a round apart.

    Args:
        text: in a sentence; empty where nothing is to be settled.
        command: that runs it; empty where no affordable reruns do.
    """

    text: str = ""
    command: str = ""


NOTHING_TO_SETTLE = Settling()


def settling_reruns(
    standing: Standing,
    round_name: str,
    *,
    search_gain: float,
    chance: Chance,
    complexity_cost: float = 0.0,
    seed_deviation: float | None,
    made: int = 0,
    crashed: int = 0,
) -> Settling:
    """What would tell the leading arms apart, with the command; nothing where a winner is named.

    Args:
        standing: of the arms.
        round_name: for the command.
        search_gain: of the leading arm over the next one by the trials of the search.
        chance: counted in the answer.
        complexity_cost: gain that is required, in the metric's units.
        seed_deviation: between reruns of one configuration; ``None`` where there are none.
        made: ended reruns of the arm that has the fewest, those that failed among them.
        crashed: reruns of all arms that failed by the training program.
    """
    if standing.winner is not None or len(standing.contenders) < 2:
        return NOTHING_TO_SETTLE
    if crashed:
        command = f"playbook rerun {round_name} --arms --times {max(made, USUAL_LOOKS[0])}"
        return Settling(
            f"{counted(crashed, 'rerun')} of the arms failed by an error of the training program, "
            f"which says nothing about the arms; once it is corrected: {command}.",
            command,
        )
    fresh = standing.reruns
    gain = abs(search_gain) if fresh is None else _gain_by_reruns(standing.contenders, fresh)
    words = _beyond_reruns(standing, gain, chance, complexity_cost)
    if words:
        return Settling(words)
    if fresh is None and made >= USUAL_LOOKS[0]:
        return Settling(
            f"{counted(made, 'rerun')} of each arm are not enough, since too few trained to "
            "their end; find out why they fail."
        )
    if fresh is None or seed_deviation is None:
        command = f"playbook rerun {round_name} --arms --times {USUAL_LOOKS[0]}"
        return Settling(
            "The best configuration of every arm again, with fresh seeds, may be enough to "
            f"decide, or show how many reruns are needed: {command}.",
            command,
        )
    if not gain or not math.isfinite(gain):
        return Settling(
            "The reruns so far show no difference; take the arm that is simpler or cheaper."
        )
    if not seed_deviation:
        return NOTHING_TO_SETTLE
    return _more_reruns(fresh, round_name, gain, seed_deviation, made)


def _gain_by_reruns(contenders: Sequence[str], fresh: FreshSeeds) -> float:
    """Of the leading arm over the next one that may be the best."""
    of_arm = dict(zip(fresh.order, fresh.means, strict=True))
    return abs(of_arm[contenders[0]] - of_arm[contenders[1]])


def _beyond_reruns(standing: Standing, gain: float, chance: Chance, cost: float) -> str:
    """Why no number of reruns names a winner; empty where they may."""
    fresh, leading = standing.reruns, standing.contenders[0]
    ahead = fresh is not None and fresh.settled
    if chance.resolution is not None and 0 < gain <= chance.resolution:
        known = f"The reruns show that {leading} is better on these evaluation examples. "
        return (
            f"{known * ahead}With {chance.examples:,} evaluation examples, a difference of up to "
            f"{chance.resolution:.2g} between two arms may be due to the choice of examples "
            "(a cautious estimate from their number). "
            f"{'The' if ahead else 'A'} difference of {gain:.2g} is smaller, so more reruns on "
            "the same examples cannot decide which arm is better on others; a larger evaluation "
            "set can."
        )
    if ahead and gain <= cost:
        return (
            f"The reruns show that {leading} is better, but by {gain:.2g} only, and a gain of more "
            f"than {cost:.2g} is required (complexity_cost); take the arm that is simpler or "
            "cheaper."
        )
    return ""


def _more_reruns(
    fresh: FreshSeeds, round_name: str, gain: float, seed_deviation: float, made: int
) -> Settling:
    needed = reruns_to_settle(
        gain, seed_deviation, past=False, confidence=(1 + fresh.confidence) / 2
    )
    needed = max(needed, made + 1)
    if needed > AFFORDABLE_RERUNS:
        return Settling(
            f"If the true difference is the observed {gain:.2g}, more than {AFFORDABLE_RERUNS} "
            "reruns of each arm are needed to decide; take the arm that is simpler or cheaper."
        )
    command = f"playbook rerun {round_name} --arms --times {needed}"
    return Settling(
        f"If the true difference is the observed {gain:.2g}, {counted(needed, 'rerun')} of each "
        f"arm in all decide it with a probability of 80 %: {command}.",
        command,
    )
