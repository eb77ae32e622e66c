"""Findings in the names of a table's header, of which the checks know a plain form each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tuning_playbook.analysis.table.inferred_space import usable_names
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.findings import Finding
from tuning_playbook.importers.base import ForeignStudy


def headers_of(study: ForeignStudy, table: TrialTable) -> dict[str, str]:
    """Name of a hyperparameter -> the name of its column, where they differ.

    Args:
        study: whose columns the table was made of.
        table: with a space that was inferred; any other has names of its own.
    """
    if not table.inferred_ranges:
        return {}
    plain = usable_names(list(study.parameters))
    return {key: name for name, key in plain.items() if key != name and key in table.space.keys}


def with_headers(text: str, headers: Mapping[str, str]) -> str:
    """A sentence with the names of the header.

    Example:
        >>> with_headers("both ends of Drop-out____ and Drop", {"Drop-out____": "Drop-out (%)"})
        'both ends of Drop-out (%) and Drop'
    """
    if not headers:
        return text
    keys = sorted(map(re.escape, headers), key=len, reverse=True)
    return re.sub(
        rf"(?<![\w-])(?:{'|'.join(keys)})(?![\w-])", lambda found: headers[found[0]], text
    )


def in_header_names(findings: Sequence[Finding], headers: Mapping[str, str]) -> tuple[Finding, ...]:
    """Findings whose sentences have the names of the header; programs keep the plain ones."""
    if not headers:
        return tuple(findings)
    return tuple(
        replace(
            finding,
            summary=with_headers(finding.summary, headers),
            advice=tuple(
                replace(advice, reason=with_headers(advice.reason, headers))
                for advice in finding.advice
            ),
        )
        for finding in findings
    )


def evidence_in_header_names(finding: Finding, headers: Mapping[str, str]) -> Finding:
    """A finding to be read, whose evidence and advice have the names of the header too."""
    if not headers:
        return finding
    return replace(
        finding,
        evidence=_named(finding.evidence, headers),
        advice=tuple(
            replace(advice, arguments=_named(advice.arguments, headers))
            for advice in finding.advice
        ),
    )


def _named(value: Any, headers: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return headers.get(value, value)
    if isinstance(value, Mapping):
        return {_named(key, headers): _named(one, headers) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(one, headers) for one in value]
    return value
