"""Why a launch is decided as it is, in sentences that can be argued with."""

from __future__ import annotations

import math
from statistics import fmean, stdev

from tuning_playbook.decide.launches.digits import Digits, digits_for
from tuning_playbook.decide.launches.gain_bounds import MOST_RERUNS
from tuning_playbook.decide.launches.launch_evidence import Evidence
from tuning_playbook.decide.launches.looks import AFFORDABLE_RERUNS, QUESTION_ERROR
from tuning_playbook.decide.launches.more_reruns import gain_settled_at_most
from tuning_playbook.decide.launches.rerun_failures import failure_sentences
from tuning_playbook.decisions import Choice
from tuning_playbook.words import counted, percent


def reasons_of(evidence: Evidence, choice: Choice, needed: int, asked: int) -> tuple[str, ...]:
    """The reasons, most important first.

    Args:
        evidence: what was measured.
        choice: what follows from it.
        needed: reruns of each that settle it should the true gain be the one found.
        asked: reruns of each that are worth making; 0 for none.
    """
    adopted = choice is Choice.ADOPT
    return (
        _headline(evidence, choice),
        *failure_sentences(evidence.failures, adopted=adopted),
        *_means(evidence),
        *_spread(evidence),
        *_examples(evidence),
        *_looks(evidence),
        *(_way_on(evidence, needed, asked) if choice is Choice.INCONCLUSIVE else ()),
    )


def _headline(evidence: Evidence, choice: Choice) -> str:
    bounds, show = evidence.bounds, _writer(evidence)
    sure = f"with {_percent(evidence.confidence)} confidence"
    cost = f"a gain of more than {show(evidence.complexity_cost)} is required"
    without = _without_bounds(evidence, choice)
    if without:
        return without
    if choice is Choice.INCONCLUSIVE and bounds.lower > evidence.complexity_cost:
        return (
            f"The candidate is better by {show(bounds.gain)} on average where it trains, but "
            "more of its reruns failed than of the baseline's, and there are too few reruns to "
            "tell whether that is chance."
        )
    if choice is Choice.INCONCLUSIVE:
        return (
            f"The gain is {show(bounds.gain)} on average; {sure} it is above {show(bounds.lower)}, "
            f"and, with the same confidence, below {show(bounds.upper)}, while {cost}."
        )
    if choice is Choice.ADOPT:
        found, bound, side = f"better by {show(bounds.gain)}", bounds.lower, "more"
    elif bounds.upper < 0:
        found, bound, side = f"worse by {show(-bounds.gain)}", -bounds.upper, "more"
    else:
        found, bound, side = f"better by {show(bounds.gain)}", bounds.upper, "less"
    return f"The candidate is {found} on average and, {sure}, by {side} than {show(bound)}; {cost}."


def _without_bounds(evidence: Evidence, choice: Choice) -> str:
    """The headline where no bounds of the gain decide; empty where they do."""
    if evidence.same:
        return "The candidate has the same values as the baseline: there is nothing to adopt."
    if not evidence.incumbent_finished or (choice is Choice.KEEP and evidence.failures.told_apart):
        return _failing(evidence)
    if not evidence.candidate:
        return (
            "The candidate was not rerun, and the trial that was selected for its result is no "
            "evidence."
        )
    if not evidence.candidate_finished:
        return "No rerun of the candidate finished, and there are too few to reject it for that."
    if evidence.is_identical:
        return _identical(evidence)
    if math.isnan(evidence.bounds.deviation):
        return (
            f"The gain of {_writer(evidence)(evidence.bounds.gain)} comes from one rerun of "
            "each, so it is not known how much reruns of one configuration differ."
        )
    return ""


def _failing(evidence: Evidence) -> str:
    if evidence.incumbent_finished:
        return (
            "The candidate's reruns fail more often than the baseline's, and a configuration "
            "that does not always train is not adopted, however good its other reruns are."
        )
    if evidence.incumbent:
        return (
            "No rerun of the baseline finished: find out why it does not train before anything is "
            "compared with it."
        )
    return "The baseline was not rerun, so there is nothing to compare the candidate with."


def _identical(evidence: Evidence) -> str:
    return (
        f"The gain is {_writer(evidence)(evidence.bounds.gain)}, but all reruns of one "
        "configuration have the same value to the last digit: the training program does not "
        "seem to use the seed, so these are no independent repeats and do not show the "
        "variation between seeds."
    )


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


def _spread(evidence: Evidence) -> list[str]:
    bounds, show, past = evidence.bounds, _writer(evidence), evidence.past_deviation
    if math.isnan(bounds.deviation) or evidence.is_identical:
        return []
    taken = f"The bounds assume a standard deviation of {show(bounds.deviation)} between reruns"
    earlier = ""
    if past is not None:
        earlier = (
            f"; reruns of other configurations in this project have one of {show(past)}, "
            "which counts in this estimate like five reruns"
        )
    if past is not None and evidence.past_is_stale:
        earlier = (
            f"; reruns of other configurations in this project have one of {show(past)}, "
            "which is too small for these reruns and left out"
        )
    found = [f"{taken}{earlier}."]
    sides = evidence.candidate_finished, evidence.incumbent_finished
    if min(map(len, sides)) >= 4 and stdev(sides[0]) > 3 * stdev(sides[1]):
        found.append(
            "The candidate's reruns vary more than three times as much as the baseline's: a "
            "single run of it can be far from its mean."
        )
    return found


def _examples(evidence: Evidence) -> list[str]:
    luck, show = evidence.luck, _writer(evidence)
    if evidence.examples is None or not luck.deviation or evidence.is_identical:
        return []
    count = evidence.examples.count
    others = f"Another set of {count:,} examples" if count else "Another set of examples"
    how = {
        "measured": "measured from the predictions of the reruns",
        "bounded": "a cautious estimate from their number",
        "assumed": "a cautious estimate, as it was not measured",
    }[luck.known]
    moved = f"{others} would change the gain by a standard deviation of {show(luck.deviation)}"
    found = [f"{moved} ({how}), which more reruns do not reduce; the bounds include it."]
    if luck.optimism:
        found.append(
            f"The candidate was the best of the {evidence.examples.chose_among} trials that "
            "trained, on these same examples, so its value is expected to be too good by "
            f"{show(luck.optimism)}; the lower bound is reduced by that."
        )
    return found


def _looks(evidence: Evidence) -> list[str]:
    if evidence.same or evidence.is_identical or math.isnan(evidence.bounds.deviation):
        return []
    if evidence.counts_looks:
        said = (
            f"This is decision {evidence.look} about this change. All decisions about it "
            "together adopt a change without effect with a probability of at most "
            f"{percent(QUESTION_ERROR)}."
        )
    else:
        said = (
            f"The confidence of {_percent(evidence.confidence)} was requested; it applies to "
            "this decision alone and does not account for earlier ones."
        )
    return [said]


def _way_on(evidence: Evidence, needed: int, asked: int) -> list[str]:
    show, bounds = _writer(evidence), evidence.bounds
    if evidence.is_identical:
        cure = "Use the seed that the trial carries (trial.seed) for initialization and data order"
        return [
            f"{cure}, then rerun both. Until then the baseline stays.",
            "Where the metric is a share of few examples, reruns can agree by chance: make more.",
        ]
    if not evidence.fewest or math.isnan(bounds.deviation):
        if not asked:
            return ["Too few of the reruns trained to their end; find out why the others did not."]
        return [f"{asked} reruns of each show how reliable a gain is: {_more(evidence, asked)}."]
    if bounds.lower > evidence.complexity_cost:
        if not asked:
            return ["The baseline stays."]
        return [f"{asked} reruns of each would show it: {_more(evidence, asked)}."]
    found = [_settles(evidence, needed)] if bounds.gain > evidence.complexity_cost else []
    if needed > AFFORDABLE_RERUNS:
        least = show(gain_settled_at_most(evidence))
        settle = (
            f"{AFFORDABLE_RERUNS} of each, as many as most projects can afford, are enough if the "
        )
        settle += f"true gain is {least} or more"
        if evidence.fewest >= AFFORDABLE_RERUNS:
            found.append(f"{settle}, and they have been made: the baseline stays.")
        elif not asked:
            found.append(
                f"{settle}, and such a large gain is unlikely after these reruns: the baseline "
                "stays."
            )
        else:
            only = found and evidence.luck.deviation and needed > MOST_RERUNS
            condition = "The true gain may be larger than measured. " if only else ""
            found.append(f"{condition}{settle}, which is still possible: {_more(evidence, asked)}.")
    else:
        found.append(f"Until then the baseline stays: {_more(evidence, asked)}.")
    return found


def _settles(evidence: Evidence, needed: int) -> str:
    show = _writer(evidence)
    gain = f"If the true gain is {show(evidence.bounds.gain)}, as measured"
    if needed <= MOST_RERUNS:
        return f"{gain}, about {needed} reruns of each decide it with a probability of 80 %."
    if evidence.luck.deviation:
        return (
            f"{gain}, no number of reruns on these examples can decide: keep the baseline, or "
            "evaluate on more examples."
        )
    return f"{gain}, even {MOST_RERUNS:,} reruns of each are not enough to decide."


def _more(evidence: Evidence, asked: int) -> str:
    sides = len(evidence.candidate_finished), len(evidence.incumbent_finished)
    return " and ".join(
        f"{asked - n} more of the {name}"
        for name, n in zip(("candidate", "baseline"), sides, strict=True)
        if asked > n
    )


def _percent(confidence: float) -> str:
    """A confidence with the digits that count near 1: 95 %, 99.5 %, 99.89 %."""
    return f"{100 * confidence:.4g} %"


def _writer(evidence: Evidence) -> Digits:
    return digits_for(evidence.bounds.deviation, evidence.bounds.gain)
