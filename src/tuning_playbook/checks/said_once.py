"""Findings that cause or contradict each other, said as one: the cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tuning_playbook.findings import Advice, Finding, Verdict

_ALARMS = (Verdict.FAIL, Verdict.WARN)

# Cause -> what follows from it. Causes come before what they explain.
_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    # Seen the wrong way round, the worst trials are the best, and a curve that improves gets worse.
    "direction-sanity": (
        "learning-progress",
        "overfitting",
        "best-step",
        "saturated-early",
        "still-improving",
        "late-variance",
        "rising-train-loss",
        "edge-of-stability",
        "search-space-boundary",
        "infeasible-fraction",
        "sampling-density",
    ),
    # Bugs that undo training make it unstable, and the validation metric worse.
    "rising-train-loss": (
        "learning-progress",
        "instability",
        "overfitting",
        "best-step",
        "saturated-early",
        "late-variance",
    ),
    "instability": (
        "learning-progress",
        "overfitting",
        "best-step",
        "saturated-early",
        "late-variance",
    ),
    # No trial that trained, so that none of them improves.
    "infeasible-fraction": ("learning-progress",),
    "periodicity": ("late-variance", "instability"),
    # What turns early was best early, and is as good as it gets early.
    "overfitting": ("learning-progress", "best-step", "saturated-early"),
    "learning-progress": ("best-step", "saturated-early", "late-variance"),
    "saturated-early": ("best-step",),
    "still-improving": ("best-step",),
}

# A note about trials above the best learning rate asks whether they keep it low.
_QUESTION, _ANSWER = "instability", "edge-of-stability"


def said_once(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, where those that follow from another one are notes that name it.

    A note keeps its numbers: ``evidence.explained_by`` names the cause and
    ``evidence.verdict_alone`` what the check says by itself. Its advice is dropped, except that
    to train for less, which the cause takes over: it holds whatever the cause. A note that only
    asks what another check has answered with no is passed; ``evidence.answered_by`` names that.

    Args:
        findings: of one study, in any order.

    Example:
        >>> said_once([Finding("overfitting", Verdict.FAIL, "It overfits."),
        ...            Finding("best-step", Verdict.WARN, "All were best early.")])[1].summary
        'Follows from overfitting: All were best early.'
    """
    found = list(findings)
    alarms = {f.check: f for f in found if f.verdict in _ALARMS}
    causes: dict[str, str] = {}
    for cause, effects in _FOLLOWS.items():
        if cause in alarms and cause not in causes:
            causes.update({e: cause for e in effects if e in alarms and e not in causes})
    answered = any(f.check == _ANSWER and f.verdict is Verdict.PASS for f in found)
    told = [_answered(f) if answered and f.check == _QUESTION else f for f in found]
    return [
        _as_cause(f, causes, alarms) if f.check not in causes else _as_effect(f, causes)
        for f in told
    ]


def _answered(finding: Finding) -> Finding:
    if finding.verdict is not Verdict.NOTE:
        return finding
    told = {"answered_by": _ANSWER, "verdict_alone": finding.verdict.value}
    return replace(finding, verdict=Verdict.PASS, evidence={**finding.evidence, **told}, advice=())


def _as_effect(finding: Finding, causes: Mapping[str, str]) -> Finding:
    if finding.verdict not in _ALARMS:
        return finding
    cause = causes[finding.check]
    return replace(
        finding,
        verdict=Verdict.NOTE,
        summary=f"Follows from {cause}: {finding.summary}",
        evidence={
            **finding.evidence,
            "explained_by": cause,
            "verdict_alone": finding.verdict.value,
        },
        advice=(),
    )


def _as_cause(
    finding: Finding, causes: Mapping[str, str], alarms: Mapping[str, Finding]
) -> Finding:
    if finding.check != "overfitting" or finding.verdict not in _ALARMS:
        return finding
    effects = [alarms[effect] for effect, cause in causes.items() if cause == finding.check]
    shorter = [a for effect in effects for a in effect.advice if a.action == "train-shorter"]
    lowest = max(
        (c["lowest_at_step"] for c in finding.evidence.get("curves", ()) if c["overfits"]),
        default=0,
    )
    return replace(finding, advice=(*finding.advice, *(_not_below(a, lowest) for a in shorter[:1])))


def _not_below(advice: Advice, lowest: int) -> Advice:
    """The advice to train for less, but until what overfits is at its lowest."""
    if advice.arguments["max_train_steps"] >= lowest:
        return advice
    return Advice(
        advice.action,
        {**advice.arguments, "max_train_steps": lowest},
        "no best trial gets better later",
    )
