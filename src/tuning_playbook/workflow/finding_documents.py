"""Findings as JSON values and back: one form for ``playbook check --json`` and the logbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning_playbook.findings import Advice, Finding, Verdict


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as JSON values; an advice's arguments stand beside its action.

    Example:
        >>> advice = Advice("add-trials", {"trials": 40}, "few points lie in the good region")
        >>> found = Finding("sampling-density", Verdict.WARN, "Thin.", advice=(advice,))
        >>> document = finding_document(found)
        >>> document["advice"][0]["trials"], finding_of(document) == found
        (40, True)
    """
    return {
        "check": finding.check,
        **_verdict(finding),
        "summary": finding.summary,
        "evidence": dict(finding.evidence),
        "advice": [
            {"action": advice.action, **advice.arguments, "reason": advice.reason}
            for advice in finding.advice
        ],
        "source": finding.source,
        "confidence": finding.confidence,
    }


def _verdict(finding: Finding) -> dict[str, Any]:
    """A note has no verdict: programs that know four verdicts read it as ``unknown``."""
    if finding.verdict is Verdict.NOTE:
        return {"verdict": Verdict.UNKNOWN.value, "note": True}
    return {"verdict": finding.verdict.value}


def finding_of(document: Mapping[str, Any]) -> Finding:
    """The finding of a document; answers were once stored without evidence and confidence."""
    return Finding(
        check=document["check"],
        verdict=Verdict.NOTE if document.get("note") else Verdict(document["verdict"]),
        summary=document["summary"],
        evidence=document.get("evidence", {}),
        advice=tuple(map(_advice_of, document["advice"])),
        source=document["source"],
        confidence=document.get("confidence", "high"),
    )


def _advice_of(document: Mapping[str, Any]) -> Advice:
    arguments = {name: v for name, v in document.items() if name not in ("action", "reason")}
    return Advice(document["action"], arguments, document["reason"])
