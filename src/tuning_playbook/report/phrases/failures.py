"""Trials that failed, once for each way to fail, with what to read and to type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tuning_playbook.decide.next_step.overtime import Overtime, overtime_words
from tuning_playbook.run.failed_alike import FailedAlike
from tuning_playbook.words import agreeing, counted, listed

_MOST_INDICES = 4


def failed_text(failed: FailedAlike) -> str:
    """What happened, where in the space, and the way to what was printed."""
    which = ", ".join(map(str, failed.trials[:_MOST_INDICES]))
    more = len(failed.trials) - _MOST_INDICES
    which += f" and {more} more" * (more > 0)
    number = "trial" if len(failed.trials) == 1 else "trials"
    alike = "" if len(failed.trials) == 1 else " in the same way"
    return (
        f"{counted(len(failed.trials), 'trial')} of {failed.study} failed{alike}, "
        f"{number} {which}: {failed.detail or failed.reason.value}\n"
        + f"  where: {failed.where}\n" * bool(failed.where)
        + f"  what was printed: {_logs_command(failed)} ({failed.output})"
    )


def edited_text(files: Sequence[str], command: str) -> str:
    """Why no more trials were started once the program was edited, and how to continue.

    Args:
        files: that were edited.
        command: what was typed, to continue with.
    """
    return (
        f"stopped: {listed(files)} {agreeing(len(files), 'was', 'were')} edited during the run, so "
        f"trials that are started now would run another program than those before.\n"
        f"Undo the change and type: {command}\nIf the change cannot alter any result: "
        f'{command} --same-program "why"'
    )


def timed_out_text(slow: Overtime, command: str, *, then: str) -> str:
    """Why no more trials were started once the first ones took too long, and what to do.

    Args:
        slow: those that took too long.
        command: what was typed, to run the rest all the same.
        then: what to do once more time is allowed.
    """
    first = "the first trial" if slow.trials == 1 else f"the first {slow.trials} trials"
    return (
        f"stopped: {first} {overtime_words(slow)}, so no more of them were started. Raise it under "
        f"[training] in playbook.toml, or train for fewer steps, {then}\n"
        f"To run the rest all the same: {command}"
    )


def failed_document(failed: FailedAlike) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "study": failed.study,
        "trials": list(failed.trials),
        "reason": failed.reason.value,
        "detail": failed.detail,
        "output": str(failed.output),
        "where": failed.where,
    }


def _logs_command(failed: FailedAlike) -> str:
    """What shows what the first of them printed."""
    arm = failed.study.removeprefix(f"{failed.round}/")
    name = f"{failed.trials[0]}" if arm == failed.round else f"{arm}/{failed.trials[0]}"
    quoted = f"'{name}'" if re.search(r"[^\w=./:+-]", name) else name
    return f"playbook logs {failed.round} {quoted}"
