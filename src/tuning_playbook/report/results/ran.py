"""What running a round came to, and how it is said."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.analysis.table.fates import Account
from tuning_playbook.decide.next_step.overtime import Overtime
from tuning_playbook.decide.next_step.running_steps import retry_after_mending
from tuning_playbook.decide.rounds.answer import Answer
from tuning_playbook.records.finding_documents import account_document
from tuning_playbook.records.programs import POOLED
from tuning_playbook.report.phrases.accounts import account_text
from tuning_playbook.report.phrases.failures import (
    edited_text,
    failed_document,
    failed_text,
    timed_out_text,
)
from tuning_playbook.run.crashing import FIRST_ALIKE
from tuning_playbook.run.failed_alike import FailedAlike
from tuning_playbook.trial import Status
from tuning_playbook.words import agreeing, counted, listed


@dataclass(frozen=True, slots=True)
class RoundResult:
    """What running a round came to.

    Args:
        round: its name.
        counts: trials in each status, over all its studies.
        account: what happened to them, measurements judged; ``None`` before any has ended.
        interrupted: whether trials are left.
        answer: what the round says; ``None`` before it has ended.
        report: the file written, if any.
        failures: trials that failed, by way to fail.
        crashing: arms of which no more trials were started, since the first ones failed alike.
        edited: files of the program that were edited, so that no more trials were started.
        overtime: of all of them, where no more were started since all took too long.
        of_others: trials of rounds that it follows, which count in its answer as well.
    """

    round: str
    counts: dict[Status, int]
    interrupted: bool
    answer: Answer | None = None
    report: Path | None = None
    failures: tuple[FailedAlike, ...] = ()
    crashing: tuple[str, ...] = ()
    account: Account | None = None
    edited: tuple[str, ...] = ()
    overtime: Overtime | None = None
    of_others: int = 0

    @property
    def needs_its_user(self) -> bool:
        """Whether no more trials were started before something is corrected."""
        return bool(self.crashing or self.edited or self.overtime)

    @property
    def complete_trials(self) -> int:
        """Trials that completed."""
        return self.counts.get(Status.COMPLETE, 0)


def ran_document(ran: RoundResult) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "round": ran.round,
        "counts": {status.value: count for status, count in ran.counts.items()},
        "account": None if ran.account is None else account_document(ran.account),
        "interrupted": ran.interrupted,
        "answer": None if ran.answer is None else asdict(ran.answer),
        "report": None if ran.report is None else str(ran.report),
        "crashing": list(ran.crashing),
        "edited": list(ran.edited),
        "all_timed_out": ran.overtime is not None,
        "failures": [failed_document(found) for found in ran.failures],
    }


def ran_text(ran: RoundResult) -> str:
    """For a person."""
    words = ", ".join(f"{count} {status.value}" for status, count in ran.counts.items())
    lines = [f"{ran.round}: {account_text(ran.account) if ran.account else words}"]
    if ran.of_others and ran.answer is not None:
        agrees = agreeing(ran.of_others, "counts", "count")
        lines.append(
            f"{counted(ran.of_others, 'trial')} of earlier rounds {agrees} as well, since "
            f"{agreeing(ran.of_others, 'it lies', 'they lie')} in its ranges"
        )
    lines += [failed_text(found) for found in ran.failures]
    if ran.edited:
        lines.append(edited_text(ran.edited, f"playbook run {ran.round}"))
    elif ran.crashing:
        lines.append(
            f"stopped: the first {FIRST_ALIKE} trials of {listed(ran.crashing)} failed "
            "in the same way, so no more of them were started; to continue after a correction: "
            f"{retry_after_mending(ran.round, sum(ran.counts.get(s, 0) for s in POOLED))}"
        )
    elif ran.overtime:
        then = (
            "and run the trials under a new name, since their training has changed; what to type "
            "is told by: playbook next"
        )
        lines.append(timed_out_text(ran.overtime, f"playbook run {ran.round}", then=then))
    elif ran.interrupted:
        lines.append(f"stopped; to continue: playbook run {ran.round}")
    if ran.answer is not None:
        lines += ["", f"{ran.answer.sentence} ({ran.answer.soundness.value})"]
        lines += [f"  {reason}" for reason in ran.answer.reasons]
        lines += [f"  {ran.answer.settling}"] if ran.answer.settling else []
        lines += ["", "what now: playbook next"]
    if ran.report is not None:
        lines.append(f"report: {ran.report}")
    return "\n".join(lines)
