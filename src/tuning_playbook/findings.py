"""The words of judgement: verdict, advice, finding. Nothing here draws or computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

Confidence: TypeAlias = Literal["high", "medium", "low"]


class Verdict(StrEnum):
    """What a check says. Stored and printed: values are added, never changed or removed."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"  # the data do not suffice to say
    NOTE = "note"  # numbers or an observation; nothing is judged


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to do, as data that a command can carry out.

    Args:
        action: what to do, such as ``expand`` or ``add-trials``.
        arguments: what the action needs, JSON values only.
        reason: one line for a person.
    """

    action: str
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found in one study.

    Args:
        check: stable id of the check, such as ``search-space-boundary``.
        verdict: what it says.
        summary: one sentence with the numbers that matter.
        evidence: the numbers, the thresholds and the trials used; JSON values only.
        advice: what to do, most important first.
        source: key of the passage in `tuning_playbook.sources`.
        confidence: ``low`` where the playbook itself leaves the question open.
    """

    check: str
    verdict: Verdict
    summary: str
    evidence: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    advice: tuple[Advice, ...] = ()
    source: str = ""
    confidence: Confidence = "high"
