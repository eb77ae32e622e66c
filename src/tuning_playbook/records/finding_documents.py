"""Findings and accounts of trials as JSON values: of ``playbook check --json`` and the logbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning_playbook.analysis.table.fates import Account
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
    # A note judges nothing; programs that know four verdicts read it as unknown.
    noted = finding.verdict is Verdict.NOTE
    return {
        "check": finding.check,
        "verdict": (Verdict.UNKNOWN if noted else finding.verdict).value,
        "summary": finding.summary,
        "evidence": {**finding.evidence, **({"note": True} if noted else {})},
        "advice": [
            {"action": advice.action, **advice.arguments, "reason": advice.reason}
            for advice in finding.advice
        ],
        "source": finding.source,
        "confidence": finding.confidence,
    }


def account_document(account: Account) -> dict[str, Any]:
    """What happened to the trials, as the evidence of a finding and for ``--json``."""
    return {
        "fates": dict(account.fates),
        "infeasible_as_run": dict(account.as_run),
        "judged_infeasible": dict(account.judged),
    }


def finding_of(document: Mapping[str, Any]) -> Finding:
    """The finding of a document; answers were once stored without evidence and confidence."""
    evidence = dict(document.get("evidence", {}))
    noted = bool(evidence.pop("note", False))
    return Finding(
        check=document["check"],
        verdict=Verdict.NOTE if noted else Verdict(document["verdict"]),
        summary=document["summary"],
        evidence=evidence,
        advice=tuple(map(_advice_of, document["advice"])),
        source=document["source"],
        confidence=document.get("confidence", "high"),
    )


def _advice_of(document: Mapping[str, Any]) -> Advice:
    arguments = {name: v for name, v in document.items() if name not in ("action", "reason")}
    return Advice(document["action"], arguments, document["reason"])
