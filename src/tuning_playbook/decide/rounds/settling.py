"""Which reruns would settle a round without a winner."""

from __future__ import annotations

import math
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
    gain: float,
    chance: Chance,
    seed_deviation: float | None,
    fresh: FreshSeeds | None,
    made: int = 0,
    crashed: int = 0,
) -> Settling:
    """What would tell the leading arms apart, with the command; nothing where a winner is named.

    Args:
        standing: of the arms.
        round_name: for the command.
        gain: of the leading arm over the next one, as observed.
        chance: counted in the answer.
        seed_deviation: between reruns of one configuration; ``None`` where there are none.
        fresh: reruns of the arms' best configurations so far; ``None`` without two that ended well
            in each of two arms.
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
    gain = abs(gain if fresh is None else fresh.gain)
    if chance.resolution is not None and 0 < gain <= chance.resolution:
        return Settling(
            f"Reruns on the same {chance.examples:,} evaluation examples cannot decide about a "
            f"difference of {gain:.2g}; a larger evaluation set can."
        )
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
