"""How the searched range of each hyperparameter changed from round to round, and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tuning_playbook.design.range_words import describe_domain
from tuning_playbook.space import Categorical, Constant, Domain, Float, Integer, Ordered

_LISTED = (Categorical, Constant, Ordered)


@dataclass(frozen=True, slots=True)
class SearchedRanges:
    """What one round searched.

    Args:
        round: its name.
        domains: hyperparameter -> range.
        reasons: hyperparameter -> why its range is what it is.
        findings: documents of what its checks found, with their advice.
    """

    round: str
    domains: Mapping[str, Domain]
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    findings: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class RangeStep:
    """The range of one hyperparameter in one round.

    Args:
        hyperparameter: its key.
        round: that searched it.
        range: in words.
        change: against the last round that searched it: ``first``, ``unchanged``, ``wider``,
            ``narrower``, ``moved``, ``other scale`` or ``other values``.
        why: the reason in the round's file, or the advice that was followed; empty where neither
            is known.
        span: its ends between the smallest (0) and the largest value (1) that any round searched,
            on its own scale; ``None`` for listed values.
    """

    hyperparameter: str
    round: str
    range: str
    change: str
    why: str
    span: tuple[float, float] | None


def range_history(rounds: Sequence[SearchedRanges]) -> tuple[RangeStep, ...]:
    """Every searched range: hyperparameters in order of their first search, rounds in time.

    Args:
        rounds: what each searched, oldest first.

    Source: playbook, "Exploration vs exploitation".
    """
    keys = dict.fromkeys(key for searched in rounds for key in searched.domains)
    return tuple(step for key in keys for step in _steps(key, rounds))


def _steps(key: str, rounds: Sequence[SearchedRanges]) -> Iterator[RangeStep]:
    having = [searched for searched in rounds if key in searched.domains]
    spans = _spans([searched.domains[key] for searched in having])
    before: SearchedRanges | None = None
    for searched, span in zip(having, spans, strict=True):
        domain = searched.domains[key]
        change = "first" if before is None else range_change(before.domains[key], domain)
        why = searched.reasons.get(key, "")
        if before is not None and not why and change != "unchanged":
            why = _followed_advice(key, before, domain)
        yield RangeStep(key, searched.round, describe_domain(domain), change, why, span)
        before = searched


def range_change(before: Domain, after: Domain) -> str:
    """One word or two for what became of a range.

    Example:
        >>> range_change(Float(0.1, 1.0, "log"), Float(0.1, 10.0, "log"))
        'wider'
        >>> range_change(Float(0.1, 1.0, "log"), Float(0.5, 10.0, "log"))
        'moved'
    """
    if before == after:
        return "unchanged"
    if isinstance(before, _LISTED) or isinstance(after, _LISTED):
        old, new = _values(before), _values(after)
        if old is None or new is None:
            return "other scale"
        return "wider" if old < new else "narrower" if new < old else "other values"
    if before.scale != after.scale:
        return "other scale"
    lower, higher = after.low < before.low, after.high > before.high
    raised, lowered = after.low > before.low, after.high < before.high
    if not (raised or lowered):
        return "wider" if lower or higher else "unchanged"
    return "narrower" if not (lower or higher) else "moved"


def _values(domain: Domain) -> set[object] | None:
    if isinstance(domain, (Ordered, Categorical)):
        return set(domain.values)
    return {domain.value} if isinstance(domain, Constant) else None


def _followed_advice(key: str, before: SearchedRanges, domain: Domain) -> str:
    """The advice of the round before that this range carries out."""
    for finding in before.findings:
        for advice in finding.get("advice", ()):
            if advice.get("hyperparameter") == key and _carries_out(
                advice, before.domains[key], domain
            ):
                reason = advice.get("reason") or finding.get("summary", "")
                return f"{finding.get('check', 'a check')} in {before.round}: {reason}"
    return ""


def _carries_out(advice: Mapping[str, Any], before: Domain, after: Domain) -> bool:
    change = range_change(before, after)
    if advice["action"] not in ("expand", "try-level"):
        return change in ("narrower", "moved") and advice["action"] == "shrink"
    edge = advice.get("edge")
    if isinstance(before, _LISTED) or isinstance(after, _LISTED):
        return change == "wider"
    if edge == "low":
        return after.low < before.low
    return after.high > before.high if edge == "high" else change == "wider"


def _spans(domains: Sequence[Domain]) -> list[tuple[float, float] | None]:
    """Ends of each range between the extremes of all ranges on the newest one's scale."""
    numeric = [d for d in domains if isinstance(d, (Float, Integer))]
    if not numeric:
        return [None] * len(domains)
    scale = numeric[-1].scale
    ends = [
        (_position(d.low, scale), _position(d.high, scale))
        if isinstance(d, (Float, Integer)) and d.scale == scale
        else None
        for d in domains
    ]
    known = [e for e in ends if e is not None]
    low, high = min(e[0] for e in known), max(e[1] for e in known)
    width = (high - low) or 1.0
    return [None if e is None else ((e[0] - low) / width, (e[1] - low) / width) for e in ends]


def _position(value: float, scale: str) -> float:
    if scale == "log":
        return math.log(value)
    return -math.log1p(-value) if scale == "reverse_log" else float(value)
