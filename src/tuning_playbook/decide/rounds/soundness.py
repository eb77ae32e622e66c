"""Whether the arms of a round were tuned well enough for its answer to hold."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from types import MappingProxyType
from typing import Any

from tuning_playbook.decisions import Soundness
from tuning_playbook.errors import InvalidInput
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.words import percent

# What can be held against a comparison, most important first.
_WORST = (Soundness.VOID, Soundness.UNFAIR, Soundness.WEAK)
_IMPORTANCE = (
    "different-protocols",
    "direction-sanity",
    "no-feasible-trial",
    "infeasible-fraction",
    "too-few-trials",
    "failed-trials",
    "hardly-learnt",
    "search-space-boundary",
    "unequal-budgets",
    "overfitting",
    "rising-train-loss",
    "instability",
    "sampling-density",
)


# With fewer trials that trained, an arm says little about how good it can be.
_FEW = 8


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that speaks against the answer of a round.

    Args:
        arm: whom it concerns; empty for the round as a whole.
        about: id of the check, or ``different-protocols``, ``no-feasible-trial``,
            ``too-few-trials``, ``failed-trials``, ``hardly-learnt``, ``unequal-budgets``.
        soundness: what the comparison is at best with this against it.
        reason: one sentence that names the arm.
    """

    arm: str
    about: str
    soundness: Soundness
    reason: str


@dataclass(frozen=True, slots=True)
class SoundnessJudgement:
    """How far the answer of a round can be trusted.

    Args:
        soundness: the worst that any objection leaves.
        objections: most important first; empty for a sound comparison.
    """

    soundness: Soundness
    objections: tuple[Objection, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The objections' sentences, most important first."""
        return tuple(objection.reason for objection in self.objections)


def judge_soundness(
    findings: Mapping[str, Sequence[Finding]],
    *,
    trials: Mapping[str, int],
    feasible: Mapping[str, int],
    leader: str | None = None,
    contenders: Collection[str] | None = None,
    unlearnt: Mapping[str, int] = MappingProxyType({}),
    progress: Mapping[str, float] = MappingProxyType({}),
    failed: Mapping[str, int] = MappingProxyType({}),
    differences: Sequence[str] = (),
    fewest_feasible: int = 5,
    equal_share: float = 0.8,
    hardly: float = 0.5,
) -> SoundnessJudgement:
    """Label a round *sound*, *weak* or *void* by the checks of every arm.

    Void: an arm was not tuned, or the arms were measured differently, so nothing was compared. An
    arm is not tuned where it still improves at an edge of its ranges, where nearly all of its
    trials failed, or where too few trained. Weak: better tuning could change the answer. An arm
    that is clearly ahead although it was not tuned would only lead by more, so there the answer is
    weak instead of void; the same holds for the single arm of a round that compares nothing.

    Thin sampling is held against an answer without a clear leader, which more trials might bring.

    The boundary check is wrong about one study in 25. Among many arms that would void many answers,
    so an edge voids where it is strong enough for the number of arms, and weakens otherwise. With
    few trials the check asks instead of failing, and a question voids nothing but a defeat: an arm
    that may be the best stays so, and the answer is weak; one that is clearly worse, and improves
    at an edge by three standard errors, may have been searched in the wrong place. An
    arm whose best trial is at the last level tried may not be tuned, and nor may one of which no
    edge can be judged. An arm of which some edges are known to be wide enough and the others
    cannot be judged is not held against an answer: that is the state of most studies.

    Where most trials of an arm learnt nothing, their values are noise and no edge shows. Where the
    best of them came less than half as far from chance as the best of all, the range was wrong
    for it, and the arm is not beaten.

    Trials that failed by an error of the program leave a part of the search out that may hold the
    best; more than a fifth of them weaken the answer.

    An objective that still improves when training ends is not held against an answer: the training
    length is fixed for all arms, and the answer says so among its caveats.

    Args:
        findings: arm -> what the checks say about it.
        trials: arm -> trials that finished.
        feasible: arm -> of them, how many trained.
        leader: the arm that is clearly better than all others; ``None`` where there is none.
        contenders: arms that may be the best; where ``None``, the leader, or all without one.
        unlearnt: arm -> trials no better than a model that has learnt nothing, where that is known.
        progress: arm -> how far its best trial came from there; NaN where unknown.
        failed: arm -> trials that failed by an error of the training program.
        differences: sentences in which the arms' protocols differ, see `protocol_differences`.
        fewest_feasible: an arm with fewer was not tuned.
        hardly: share of the furthest arm's progress below which an arm hardly learnt.
        equal_share: an arm with a smaller share of the largest arm's trials has been tuned less.

    Raises:
        InvalidInput: for no arms, or arms whose trials are not given.

    Example:
        >>> edge = Finding("search-space-boundary", Verdict.FAIL,
        ...                "error still improves at the high end of learning_rate.")
        >>> found = judge_soundness({"adam": [edge], "sgd": []}, trials={"adam": 20, "sgd": 20},
        ...                         feasible={"adam": 20, "sgd": 20}, leader="sgd")
        >>> found.soundness.value, found.reasons
        ('void', ('adam was not tuned: error still improves at the high end of learning_rate.',))

    Source: playbook, "Striking a balance between informative and affordable experiments" and
    "Extracting insight from experimental results".
    """
    arms = tuple(findings)
    missing = [arm for arm in arms if arm not in trials or arm not in feasible]
    if not arms or missing:
        raise InvalidInput(
            f"the number of trials of {missing[0]} is not given" if missing else "no arm to judge"
        )
    found = [
        Objection("", "different-protocols", Soundness.VOID, f"Not comparable: {sentence}")
        for sentence in differences
    ]
    largest = max(trials[arm] for arm in arms)
    best = contenders or ([leader] if leader is not None else arms)
    furthest = max((p for p in progress.values() if p > 0), default=math.nan)
    for arm in arms:
        # Better tuning of whoever is ahead, or alone, leaves it there.
        untuned = Soundness.WEAK if arm == leader or len(arms) == 1 else Soundness.VOID
        found += _of_counts(arm, trials[arm], feasible[arm], fewest_feasible, untuned, len(arms))
        if 2 * unlearnt.get(arm, 0) > trials[arm] and feasible[arm] >= fewest_feasible:
            share = progress.get(arm, math.nan) / furthest
            if share < hardly:
                found.append(_hardly_learnt(arm, unlearnt[arm], trials[arm], share, untuned))
        if failed.get(arm, 0) > (1 - equal_share) * trials[arm]:
            found.append(_failed_by_program(arm, failed[arm], trials[arm]))
        if trials[arm] < equal_share * largest:
            reason = (
                f"Unfair: {arm} has {trials[arm]} trials where another arm has {largest}, so it "
                "was tuned less."
            )
            found.append(Objection(arm, "unequal-budgets", Soundness.UNFAIR, reason))
        for finding in findings[arm] if feasible[arm] else ():
            if leader is not None and _is_thin(finding):
                continue  # the lead was measured against the luck of a search that thin
            possible = _of_finding(arm, finding, untuned, len(arms), arm not in best)
            found += [] if possible is None else [possible]
    found.sort(key=lambda o: (_WORST.index(o.soundness), _IMPORTANCE.index(o.about)))
    worst = found[0].soundness if found else Soundness.SOUND
    return SoundnessJudgement(worst, tuple(found))


def _of_counts(
    arm: str, trials: int, feasible: int, fewest: int, untuned: Soundness, arms: int
) -> list[Objection]:
    if not feasible:
        reason = f"{arm} was not tuned: none of its {trials} trials trained."
        return [Objection(arm, "no-feasible-trial", Soundness.VOID, reason)]
    if feasible < fewest:
        reason = (
            f"{arm} was not tuned: {feasible} of {trials} trials trained, and fewer than "
            f"{fewest} do not show how good it can be."
        )
        # Alone, a handful of trials is no answer either.
        soundness = Soundness.VOID if arms == 1 else untuned
        return [Objection(arm, "too-few-trials", soundness, reason)]
    if feasible < _FEW:
        trained = f"{feasible} of its {trials}" if feasible < trials else f"it has {trials}"
        reason = (
            f"{arm} was searched with few trials: {trained} "
            f"trials{' trained' * (feasible < trials)}."
        )
        return [Objection(arm, "too-few-trials", Soundness.WEAK, reason)]
    return []


def _failed_by_program(arm: str, failed: int, trials: int) -> Objection:
    reason = (
        f"{arm} was searched only where its trials did not fail: {failed} of {trials} failed by an "
        "error of the training program, which says nothing about their configurations."
    )
    return Objection(arm, "failed-trials", Soundness.WEAK, reason)


def _hardly_learnt(
    arm: str, unlearnt: int, trials: int, share: float, untuned: Soundness
) -> Objection:
    reason = (
        f"{arm} was not tuned: {unlearnt} of its {trials} trials learnt nothing, and the "
        f"improvement of its best trial over chance is {percent(share)} of that of the best "
        "trial of all; its ranges may be in the wrong place."
    )
    return Objection(arm, "hardly-learnt", untuned, reason)


def _is_thin(finding: Finding) -> bool:
    return (finding.check, finding.verdict) == ("sampling-density", Verdict.WARN)


def _is_hardly_sampled(finding: Finding) -> bool:
    """Whether there are fewer trials than any statement about the space needs."""
    needed = finding.evidence.get("thresholds", {}).get("fewest_trials", 0)
    return bool(finding.evidence.get("feasible_configurations", needed) < needed)


def _of_finding(
    arm: str, finding: Finding, untuned: Soundness, arms: int, beaten: bool
) -> Objection | None:
    """What one finding says against the comparison."""
    case = (finding.check, finding.verdict)
    weak = Soundness.WEAK
    if finding.check == "search-space-boundary" and _is_tight(finding, beaten):
        case = (finding.check, Verdict.FAIL if _holds_among(finding, arms) else Verdict.WARN)
    if case == ("search-space-boundary", Verdict.UNKNOWN) and not _edges_are_doubtful(finding):
        return None
    if case == ("sampling-density", Verdict.UNKNOWN) and not _is_hardly_sampled(finding):
        return None
    if finding.check == "overfitting" and not finding.advice:
        return None  # regularization is what is compared, so its weak values are meant to overfit
    judged = {
        ("direction-sanity", Verdict.FAIL): (Soundness.VOID, "was judged the wrong way round"),
        ("search-space-boundary", Verdict.FAIL): (untuned, "was not tuned"),
        ("search-space-boundary", Verdict.WARN): (weak, "may not be tuned well enough"),
        ("search-space-boundary", Verdict.UNKNOWN): (weak, "may not be tuned well enough"),
        ("infeasible-fraction", Verdict.FAIL): (untuned, "was not tuned"),
        ("infeasible-fraction", Verdict.WARN): (
            weak,
            "was tuned only on the part of its trials that trained",
        ),
        ("sampling-density", Verdict.WARN): (weak, "was searched thinly"),
        ("sampling-density", Verdict.UNKNOWN): (weak, "was searched thinly"),
        ("overfitting", Verdict.FAIL): (weak, "overfits, and might do better regularized"),
        ("rising-train-loss", Verdict.FAIL): (weak, "may have a bug"),
        ("instability", Verdict.FAIL): (weak, "is held back by instability"),
    }.get(case)
    if judged is None:
        return None
    soundness, complaint = judged
    asked = (finding.verdict, case[1]) == (Verdict.WARN, Verdict.FAIL)
    if asked:
        reason = f"{arm} cannot be called worse: {_improves_at_an_edge(finding)}"
        return Objection(arm, finding.check, soundness, reason)
    # What the check asks, or cannot tell, is a sentence of its own.
    asks = finding.check == "search-space-boundary" and finding.verdict is not Verdict.FAIL
    joint = "." if asks else ":"
    return Objection(arm, finding.check, soundness, f"{arm} {complaint}{joint} {finding.summary}")


def _is_tight(finding: Finding, beaten: bool) -> bool:
    """Whether an edge is tight, or so likely tight that the arm is not beaten by this search."""
    strongest, thresholds = _strongest(finding), finding.evidence.get("thresholds", {})
    certain = strongest >= thresholds.get("fail_rising", math.inf)
    asked = finding.verdict is Verdict.WARN
    return finding.verdict is Verdict.FAIL or (asked and certain and beaten)


def _holds_among(finding: Finding, arms: int) -> bool:
    """Whether a tight edge is no false alarm that one of many arms was bound to give."""
    needed = finding.evidence.get("thresholds", {}).get("rising")
    strongest = _strongest(finding)
    if strongest == -math.inf or needed is None:
        return True
    tail = NormalDist().cdf(-needed) / arms
    return NormalDist().cdf(-strongest) <= tail


def _strongest(finding: Finding) -> float:
    """The effect at the clearest tight edge, in its standard errors; -inf where none is known."""
    return max((edge["strength"] for edge in _tight_edges(finding)), default=-math.inf)


def _improves_at_an_edge(finding: Finding) -> str:
    """What the check of a few trials asks, as a reason for doubt."""
    edge = max(_tight_edges(finding), key=lambda edge: float(edge["strength"]))
    return (
        f"its trials still improve at the {edge['edge']} end of {edge['hyperparameter']} "
        f"({edge['strength']:.1f} standard errors), so a wider range may contain better ones."
    )


def _tight_edges(finding: Finding) -> list[Mapping[str, Any]]:
    edges = finding.evidence.get("edges", ())
    return [e for e in edges if e.get("verdict") == "tight" and e.get("strength") is not None]


def _edges_are_doubtful(finding: Finding) -> bool:
    """Whether the best is at a last level, or nothing is known of any edge."""
    verdicts = {e.get("verdict") for e in finding.evidence.get("edges", ())}
    known = {"inside", "natural-limit", "not-tuned", "unstable"}
    return "open" in verdicts or ("cannot-tell" in verdicts and not verdicts & known)
