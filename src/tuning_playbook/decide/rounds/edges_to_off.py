"""The low end of a strength, where an arm without it is compared: beyond that end lies that arm."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.words import agreeing, listed

_BOUNDARY = "search-space-boundary"
_COMPLAINTS = ("tight", "open")


def with_off_compared(findings: Sequence[Finding], off: Collection[str]) -> tuple[Finding, ...]:
    """The findings of an arm without the wish for smaller strengths that another arm covers.

    Args:
        findings: of an arm.
        off: keys of strengths that the arm searches and that are 0 in another arm of the round.
    """
    return tuple(_covered(f, off) if f.check == _BOUNDARY else f for f in findings)


def _covered(finding: Finding, off: Collection[str]) -> Finding:
    advice = tuple(a for a in finding.advice if not _widens_to_off(a, off))
    if len(advice) == len(finding.advice):
        return finding
    edges = [e for e in finding.evidence.get("edges", ()) if e.get("verdict") in _COMPLAINTS]
    others = [e for e in edges if e["edge"] != "low" or e["hyperparameter"] not in off]
    if others:
        return replace(finding, advice=advice)
    keys = sorted({e["hyperparameter"] for e in edges})
    return replace(
        finding,
        verdict=Verdict.NOTE,
        summary=f"The best trials lie at the low end of {listed(keys)}. A smaller strength comes "
        f"close to 0, and the round has an arm in which {agreeing(len(keys), 'it is', 'they are')} "
        "0.",
        advice=advice,
    )


def _widens_to_off(advice: Advice, off: Collection[str]) -> bool:
    given = advice.arguments
    widens = advice.action in ("expand", "try-level")
    return widens and given.get("edge") == "low" and given.get("hyperparameter") in off
