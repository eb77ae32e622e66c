"""Trials that failed, once for each way to fail."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tuning_playbook.run.failing_region import where_they_fail
from tuning_playbook.run.places import last_output_of
from tuning_playbook.space import Config
from tuning_playbook.trial import Outcome, Reason, Status, Trial

_NUMBER = re.compile(r"0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class FailedAlike:
    """Trials of one study that failed in the same way.

    Args:
        study: its name.
        round: that the study belongs to.
        trials: their indices.
        reason: of the first.
        detail: of the first: the exception, the exit code and the last line printed.
        output: what the first printed; relative to the project's folder.
        where: which values they share and no other trial has; empty for none.
    """

    study: str
    round: str
    trials: tuple[int, ...]
    reason: Reason
    detail: str
    output: Path
    where: str = ""


def way_to_fail(outcome: Outcome | Trial) -> str:
    """The same text for failures that differ at most in numbers, such as addresses and steps.

    Example:
        >>> a, b = (Outcome(Status.FAILED, Reason.EXCEPTION, f"KeyError: {n}") for n in (3, 14))
        >>> way_to_fail(a) == way_to_fail(b)
        True
    """
    return f"{outcome.reason.value}: {_NUMBER.sub('#', outcome.detail)}"


def failed_alike(trials: Iterable[Trial], *, round_name: str) -> tuple[FailedAlike, ...]:
    """The failed ones among ``trials``, by study and way to fail, the most frequent first.

    The others tell where in the search space they failed.

    Args:
        trials: of one round, or of the reruns of one configuration.
        round_name: what a person types for them: the round's name, or the study's.
    """
    groups: dict[tuple[str, str], list[Trial]] = {}
    trained: dict[str, list[Config]] = {}
    for trial in trials:
        if trial.status in (Status.COMPLETE, Status.INFEASIBLE):
            trained.setdefault(trial.study, []).append(trial.config)
        if trial.status is Status.FAILED:
            groups.setdefault((trial.study, way_to_fail(trial)), []).append(trial)
    found = [
        FailedAlike(
            study=group[0].study,
            round=round_name,
            trials=tuple(t.index for t in group),
            reason=group[0].reason,
            detail=group[0].detail,
            output=last_output_of(group[0]),
            where=where_they_fail([t.config for t in group], trained.get(group[0].study, [])),
        )
        for group in groups.values()
    ]
    return tuple(sorted(found, key=lambda f: -len(f.trials)))
