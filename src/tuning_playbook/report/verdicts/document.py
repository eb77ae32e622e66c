"""Verdicts for programs: as one JSON document, and as the rows of a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.findings import Finding
from tuning_playbook.importers.taken_as import TakenAs
from tuning_playbook.project_files.domains import domain_to_toml
from tuning_playbook.records.finding_documents import finding_document
from tuning_playbook.report.phrases.advice_words import advice_words
from tuning_playbook.report.verdicts.columns_taken import columns_document


def study_document(
    table: TrialTable,
    findings: Iterable[Finding],
    *,
    notes: Iterable[str] = (),
    columns: Sequence[TakenAs] = (),
    kind: str = "",
) -> dict[str, Any]:
    """The verdicts on one study.

    Args:
        table: of its trials.
        findings: failed ones first.
        notes: what was guessed, repaired or left out.
        columns: what each column of a foreign study was taken for.
        kind: what kind of study it is, in words.
    """
    read = {"kind": kind, "columns": columns_document(columns)} if columns else {}
    return {
        "study": table.study,
        "metric": table.objective.metric,
        "direction": table.objective.direction.value,
        "trials": len(table),
        "ranges": {h.key: f"{{ {domain_to_toml(h.domain)} }}" for h in table.space.hyperparameters},
        "inferred_ranges": table.inferred_ranges,
        **read,
        "notes": list(notes),
        "findings": [finding_document(finding) for finding in findings],
    }


def verdicts_document(
    studies: Sequence[dict[str, Any]], unusable: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """What ``playbook check --json`` prints: one study, or a list of them.

    Args:
        studies: by `study_document`.
        unusable: name -> why it was left out.
    """
    if len(studies) == 1 and not unusable:
        return {"schema": 1, **studies[0]}
    return {
        "schema": 1,
        "studies": list(studies),
        "unusable": [{"study": name, "error": why} for name, why in unusable],
    }


def finding_row(study: str, finding: Finding) -> dict[str, Any]:
    """A finding in one row."""
    return {
        "study": study,
        "check": finding.check,
        "verdict": finding.verdict.value,
        "confidence": finding.confidence,
        "summary": finding.summary,
        "advice": "; ".join(advice_words(advice) for advice in finding.advice),
    }
