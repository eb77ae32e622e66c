"""Numbers, trials and thresholds as JSON values, the way every finding prints them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from tuning_playbook.analysis.table.metric_roles import (
    OF_AGENT,
    OF_PARTS,
    MetricRoles,
    may_be_held_out,
)
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Check
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.vocabulary import is_of_episodes, split_of
from tuning_playbook.words import some_of


def thresholds(check: Check) -> dict[str, Any]:
    """The thresholds that ``check`` used: its fields."""
    fields: dict[str, Any] = asdict(check)  # type: ignore[call-overload]
    return {name: list(v) if isinstance(v, tuple) else v for name, v in fields.items()}


def number(value: Any, digits: int = 6) -> float | int | None:
    """``value`` as a JSON number with ``digits`` significant digits; ``None`` if not finite.

    Example:
        >>> number(0.123456789, 3), number(float("nan"))
        (0.123, None)
    """
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, int):
        return plain
    return float(f"{plain:.{digits}g}") if math.isfinite(plain) else None


def names(table: TrialTable, rows: Iterable[Any]) -> list[str]:
    """What the user calls the trials of ``rows``."""
    return [str(table.ids[int(row)]) for row in rows]


def no_training_loss(roles: MetricRoles, where: str = "", how_often: str = "") -> str:
    """Why the training loss is not known, and under which name to log it.

    Args:
        roles: of the metrics.
        where: among which metrics it was looked for, after a space.
        how_often: to log it, after a comma.
    """
    metric = roles.objective
    unsaid = metric is not None and split_of(metric) is None and not may_be_held_out(metric)
    if metric is not None and unsaid and not is_of_episodes(metric):
        return (
            f"the name {metric} does not say on which data it is measured, and no other metric "
            f"is a training loss; log the training loss as train_loss{how_often}"
        )
    if roles.how["training_loss"] == OF_PARTS:
        return (
            "the logged losses belong to networks that train against or after each other, such "
            "as a policy and its critic, and none of them has to fall"
        )
    if roles.how["training_loss"] == OF_AGENT:
        return (
            "the logged loss is that of an agent that learns from what it collects, so that its "
            "targets move, and it does not have to fall"
        )
    return (
        f"no training loss was found among the logged metrics{where}; log it as "
        f"train_loss{how_often}"
    )


def the_best(count: int, table: TrialTable) -> str:
    """The best trials of a study, so many of them, in words."""
    if len(table) == 1:
        return "the run"
    return "the best trial" if count == 1 else f"the {count} best trials"


def some_of_the_best(number: int, count: int, table: TrialTable) -> str:
    """So many of the best trials, in words; the one itself where there is no other."""
    if count == 1:
        return the_best(count, table)
    if number == count:
        return some_of(number, count, "best trial")
    return f"{number or 'none'} of {the_best(count, table)}"


def too_few_of_the_best(needed: int, have: str, table: TrialTable) -> str:
    """Why trials that have to agree cannot: there are not so many, or only one run at all.

    Args:
        needed: how many have to agree.
        have: what each of them needs, after "with".
        table: the study.
    """
    if len(table) == 1:
        return f"Cannot tell: this is one run, and the check needs {needed} runs with {have}."
    return f"Cannot tell: fewer than {needed} of the best trials have {have}."


def of_trial(table: TrialTable, row: Any) -> str:
    """Which trial, where there are several: `` of trial 7``."""
    return f" of trial {table.ids[int(row)]}" if len(table) > 1 else ""


def cannot_tell(check: Check, why: str, **evidence: Any) -> Finding:
    """The finding of a check whose data do not suffice.

    Args:
        check: which check.
        why: one sentence: what was missing, and what would do.
        evidence: what was there.
    """
    return Finding(
        check=check.id,
        verdict=Verdict.UNKNOWN,
        summary=why,
        evidence={**evidence, "thresholds": thresholds(check)},
        source=check.source,
    )


def no_curves(check: Check, table: TrialTable) -> Finding:
    """`cannot_tell` for a study without feasible trials, or without curves of its metric."""
    metric = table.objective.metric
    return cannot_tell(
        check,
        f"Cannot tell: no feasible trial has a curve of {metric}; log it at regular steps, or give "
        "the curves along with the table of trials.",
        metrics=sorted(table.curves),
    )
