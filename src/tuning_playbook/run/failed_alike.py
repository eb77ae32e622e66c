"""Trials that failed, told once for each way to fail, with what to read and to type."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.run.failing_region import where_they_fail
from tuning_playbook.run.places import last_output_of
from tuning_playbook.space import Config
from tuning_playbook.trial import Outcome, Reason, Status, Trial
from tuning_playbook.words import counted

_NUMBER = re.compile(r"0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MOST_INDICES = 4


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

    @property
    def by_machine(self) -> bool:
        """Whether the machine is at fault, and not the program."""
        return self.reason is Reason.LOST

    @property
    def logs_command(self) -> str:
        """What shows what the first of them printed."""
        arm = self.study.removeprefix(f"{self.round}/")
        name = f"{self.trials[0]}" if arm == self.round else f"{arm}/{self.trials[0]}"
        quoted = f"'{name}'" if re.search(r"[^\w=./:+-]", name) else name
        return f"playbook logs {self.round} {quoted}"

    def text(self) -> str:
        """For a person: what happened, where in the space, and the way to what was printed."""
        which = ", ".join(map(str, self.trials[:_MOST_INDICES]))
        more = len(self.trials) - _MOST_INDICES
        which += f" and {more} more" * (more > 0)
        number = "trial" if len(self.trials) == 1 else "trials"
        alike = "" if len(self.trials) == 1 else " alike"
        return (
            f"{counted(len(self.trials), 'trial')} of {self.study} failed{alike}, "
            f"{number} {which}: {self.detail or self.reason.value}\n"
            + f"  where: {self.where}\n" * bool(self.where)
            + f"  what was printed: {self.logs_command} ({self.output})"
        )

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "study": self.study,
            "trials": list(self.trials),
            "reason": self.reason.value,
            "detail": self.detail,
            "output": str(self.output),
            "where": self.where,
        }


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
