"""Why a launch is decided as it is, in sentences that can be argued with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, stdev

from tuning_playbook.decide.gain_bounds import MOST_RERUNS, GainBounds
from tuning_playbook.decisions import Choice
from tuning_playbook.words import counted, listed

_DEAR_RERUNS = 50


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a launch is decided on.

    Args:
        candidate, incumbent: objective of each rerun; not finite for one that failed.
        bounds: of the gain, from the reruns that finished.
        complexity_cost: gain that the change must bring.
        past_deviation: between reruns, measured earlier; ``None`` where nothing is known.
        past_is_stale: whether the reruns contradict it, so that it was left out.
        confidence: of each bound.
        same: whether candidate and incumbent are one configuration.
    """

    candidate: tuple[float, ...]
    incumbent: tuple[float, ...]
    bounds: GainBounds
    complexity_cost: float
    past_deviation: float | None
    past_is_stale: bool
    confidence: float
    same: bool

    @property
    def candidate_finished(self) -> tuple[float, ...]:
        """Values of the candidate's reruns that trained to a finite value."""
        return tuple(v for v in self.candidate if math.isfinite(v))

    @property
    def incumbent_finished(self) -> tuple[float, ...]:
        """Values of the incumbent's reruns that trained to a finite value."""
        return tuple(v for v in self.incumbent if math.isfinite(v))

    @property
    def candidate_fails_more(self) -> bool:
        """Whether a larger share of the candidate's reruns failed than of the incumbent's."""
        failed = len(self.candidate) - len(self.candidate_finished)
        allowed = len(self.incumbent) - len(self.incumbent_finished)
        return failed * len(self.incumbent) > allowed * len(self.candidate)


def reasons_of(evidence: Evidence, choice: Choice, reruns_needed: int) -> tuple[str, ...]:
    """The reasons, most important first.

    Args:
        evidence: what was measured.
        choice: what follows from it.
        reruns_needed: of each, to settle it.
    """
    return (
        _headline(evidence, choice),
        *_failures(evidence),
        *_means(evidence),
        *_spread(evidence),
        *_way_on(evidence, choice, reruns_needed),
    )


def _headline(evidence: Evidence, choice: Choice) -> str:
    bounds, show = evidence.bounds, _writer(evidence)
    sure = f"with {100 * evidence.confidence:g} % confidence"
    cost = f"the change must bring more than {show(evidence.complexity_cost)}"
    if evidence.same:
        return "The candidate is the baseline, value by value: there is nothing to adopt."
    if not evidence.incumbent_finished or (choice is Choice.KEEP and evidence.candidate_fails_more):
        return _failing(evidence)
    if not evidence.candidate_finished:
        return "The candidate was not rerun, and the trial that selected it is no evidence for it."
    if math.isnan(bounds.deviation):
        return (
            f"The gain of {show(bounds.gain)} comes from one rerun of each, and nothing is known "
            "of how far two reruns of one configuration lie apart."
        )
    if bounds.lower == bounds.upper:
        return (
            f"The gain is {show(bounds.gain)} and {cost}; all reruns of one configuration have the "
            "same value, so no chance is seen to be involved."
        )
    if choice is Choice.INCONCLUSIVE:
        return (
            f"The gain is {show(bounds.gain)} on average; {sure} it is above {show(bounds.lower)}, "
            f"and with as much below {show(bounds.upper)}, while {cost}."
        )
    if choice is Choice.ADOPT:
        found, bound, side = f"better by {show(bounds.gain)}", bounds.lower, "more"
    elif bounds.upper < 0:
        found, bound, side = f"worse by {show(-bounds.gain)}", -bounds.upper, "more"
    else:
        found, bound, side = f"better by {show(bounds.gain)}", bounds.upper, "less"
    return f"The candidate is {found} on average and, {sure}, by {side} than {show(bound)}; {cost}."


def _failing(evidence: Evidence) -> str:
    if evidence.incumbent_finished:
        return (
            "The candidate's reruns fail more often than the baseline's, and a configuration that "
            "does not always train is not adopted for how well it does otherwise."
        )
    if evidence.incumbent:
        return (
            "No rerun of the baseline finished: find out why it no longer trains before "
            "anything is compared with it."
        )
    return "The baseline was not rerun, so there is nothing to compare the candidate with."


def _means(evidence: Evidence) -> list[str]:
    show = _writer(evidence)
    parts = []
    for name, values in (
        ("candidate", evidence.candidate_finished),
        ("baseline", evidence.incumbent_finished),
    ):
        if not values:
            continue
        apart = f", standard deviation {show(stdev(values))}" if len(values) > 1 else ""
        parts.append(f"{name} {show(fmean(values))} ({counted(len(values), 'rerun')}{apart})")
    return [f"Mean of the {' and of the '.join(parts)}."] if parts else []


def _failures(evidence: Evidence) -> list[str]:
    sides = {"candidate": evidence.candidate, "baseline": evidence.incumbent}
    failed = {
        name: [str(i) for i, v in enumerate(values, 1) if not math.isfinite(v)]
        for name, values in sides.items()
    }
    if not any(failed.values()):
        return []
    found = []
    for name, which in failed.items():
        if which:
            runs = "Rerun" if len(which) == 1 else "Reruns"
            found.append(f"{runs} {listed(which)} of {len(sides[name])} of the {name} failed.")
        else:
            found.append(f"Of the {name}'s {counted(len(sides[name]), 'rerun')} none failed.")
    if evidence.candidate_finished and not evidence.candidate_fails_more:
        found.append("The candidate does not fail more often, so the other reruns decide.")
    return found


def _spread(evidence: Evidence) -> list[str]:
    bounds, show, past = evidence.bounds, _writer(evidence), evidence.past_deviation
    if math.isnan(bounds.deviation):
        return []
    if bounds.deviation == 0:
        rare = "Reruns that agree to the last digit are rare"
        return [f"{rare}: make sure that the seed reaches the training program."]
    taken = f"The bounds take {show(bounds.deviation)} for the standard deviation between reruns"
    earlier = ""
    if past is not None:
        earlier = f", an earlier one of {show(past)} counted as five reruns"
    if past is not None and evidence.past_is_stale:
        earlier = f"; an earlier one of {show(past)} is too small for these reruns and left out"
    found = [f"{taken}{earlier}."]
    sides = evidence.candidate_finished, evidence.incumbent_finished
    if min(map(len, sides)) >= 4 and stdev(sides[0]) > 3 * stdev(sides[1]):
        found.append(
            "The candidate's reruns lie more than three times as far apart as the baseline's: a "
            "single run of it can be far off its mean."
        )
    return found


def _way_on(evidence: Evidence, choice: Choice, needed: int) -> list[str]:
    if choice is not Choice.INCONCLUSIVE:
        return []
    sides = len(evidence.candidate_finished), len(evidence.incumbent_finished)
    show, bounds = _writer(evidence), evidence.bounds
    more = " and ".join(
        f"{needed - n} more of the {name}"
        for name, n in zip(("candidate", "baseline"), sides, strict=True)
        if needed > n
    )
    if math.isnan(bounds.deviation):
        return [f"{needed} reruns of each show what a gain is worth: {more}."]
    count = f"more than {MOST_RERUNS:,}" if needed > MOST_RERUNS else f"about {needed}"
    settle = f"Should the gain stay as it is, {count} reruns of each would settle it"
    if needed > _DEAR_RERUNS:
        stays = f"unless a gain of up to {show(bounds.upper)} matters, the baseline stays"
        return [f"{settle}, which few projects can pay: {stays}."]
    return [f"{settle} four times out of five: {more}. Until then the baseline stays."]


def _writer(evidence: Evidence) -> _Writer:
    bounds = evidence.bounds
    scale = next((s for s in (bounds.deviation, abs(bounds.gain)) if s and math.isfinite(s)), 1.0)
    return _Writer(max(0, 1 - math.floor(math.log10(scale))))


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes numbers to the digit that the spread between reruns makes worth reading."""

    decimals: int

    def __call__(self, value: float) -> str:
        if value == 0:
            return "0"
        return f"{value:.{self.decimals}f}" if self.decimals <= 9 else f"{value:.3g}"
