"""What other tools call the ways in which a trial ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from tuning_playbook.trial import Reason, Status

# A pruned trial was stopped: nobody knows where it would have ended, and what it reported last
# belongs to an earlier step than the results of the others.
# Whether a change that was tried has stayed, once its run had ended.
_DECISIONS = ("keep", "kept", "discard", "discarded", "accepted", "rejected", "reverted")
_WORDS = {
    Status.COMPLETE: ("complete", "completed", "finished", "finish", "done", "success", "succeeded",
                      "successful", "ok", "terminated", "early stopped", *_DECISIONS),
    Status.RUNNING: ("running", "active", "started", "in progress", "paused", "stopping"),
    Status.WAITING: ("waiting", "pending", "queued", "scheduled", "created", "requested"),
    Status.INFEASIBLE: ("infeasible", "diverged", "nan", "oom", "out of memory", "timeout"),
    Status.FAILED: ("failed", "fail", "failure", "error", "errored", "crashed", "crash"),
    Status.CANCELLED: ("cancelled", "canceled", "pruned", "killed", "stopped", "aborted",
                       "preempted", "preempting", "skipped", "abandoned"),
}  # fmt: skip
_STATUS_OF = {word: status for status, words in _WORDS.items() for word in words}
_REASON_OF_STATUS = {
    "diverged": Reason.NON_FINITE, "nan": Reason.NON_FINITE, "oom": Reason.OUT_OF_MEMORY,
    "out of memory": Reason.OUT_OF_MEMORY, "timeout": Reason.TIMEOUT,
}  # fmt: skip
_REASON_WORDS = (
    (Reason.OUT_OF_MEMORY, r"\b(out of memory|out-of-memory|outofmemory\w*|oom)\b"),
    (Reason.TIMEOUT, r"\b(timeout|timed out|time limit)"),
    (Reason.NON_FINITE, r"\b(nan|nans|inf|non-?finite|not finite|infinity|diverged?)\b"),
    (Reason.CANCELLED, r"\b(cancell?ed|keyboardinterrupt)\b"),
    (Reason.LOST, r"\b(preempt\w*|node fail\w*|heartbeat)\b"),
)
_STATUS_OF_REASON = {
    Reason.OUT_OF_MEMORY: Status.INFEASIBLE, Reason.TIMEOUT: Status.INFEASIBLE,
    Reason.NON_FINITE: Status.INFEASIBLE, Reason.CANCELLED: Status.CANCELLED,
    Reason.LOST: Status.FAILED,
}  # fmt: skip
_MOST_ROWS = 0.8
_LONGEST_ENDING = 80


class Ending(NamedTuple):
    """How a trial ended, and why."""

    status: Status
    reason: Reason


def status_of(word: Any) -> Status | None:
    """The status that another tool's word stands for; ``None`` where it is not known.

    Example:
        >>> status_of("TrialState.FAIL").value, status_of("KILLED").value, status_of("Ohio")
        ('failed', 'cancelled', None)
    """
    return _STATUS_OF.get(_plain(word))


def reason_of(text: Any, status: Status) -> Reason:
    """Why a trial did not complete, from what another tool has written down.

    Args:
        text: a reason of ours, an error's message, or nothing.
        status: how the trial ended.

    Example:
        >>> reason_of("CUDA out of memory", Status.FAILED).value
        'out-of-memory'
    """
    if status is Status.COMPLETE or not status.is_finished:
        return Reason.NONE
    written = "" if text is None else str(text).lower()
    if written in {reason.value for reason in Reason} - {""}:
        return Reason(written)
    for reason, words in _REASON_WORDS:
        if re.search(words, written):
            return reason
    return Reason.EXCEPTION if written and status is Status.FAILED else Reason.NONE


def reason_of_status(word: Any) -> Reason:
    """The reason that a word for a status names beside it: ``oom``, ``diverged``."""
    return _REASON_OF_STATUS.get(_plain(word), Reason.NONE)


def ending_in(text: str) -> Ending | None:
    """How a trial ended that has this text in place of a number; ``None`` where it does not tell.

    That a trial has completed is no reason to lack a number.

    Example:
        >>> [ending_in(text) for text in ("see below", "done")]
        [None, None]
        >>> ending_in("OOM (24 GB)").reason.value, ending_in("Crashed").status.value
        ('out-of-memory', 'failed')
    """
    if len(text) > _LONGEST_ENDING:
        return None
    status = status_of(text) or status_of(re.split(r"[:(\[]", text)[0])
    if status is None:
        written = text.lower()
        reason = next((r for r, words in _REASON_WORDS if re.search(words, written)), None)
        return None if reason is None else Ending(_STATUS_OF_REASON[reason], reason)
    if status is Status.COMPLETE:
        return None
    return Ending(status, reason_of_status(text) or reason_of(text, status))


def are_statuses(words: Sequence[Any]) -> bool:
    """Whether words tell how trials ended: half of them are known, or those of most rows.

    Example:
        >>> are_statuses(["done", "x", "y"]), are_statuses([*["keep"] * 4, "x", "y", "z"])
        (False, False)
        >>> are_statuses([*["keep", "discard"] * 8, "tentative", "repair", "support"])
        True
    """
    there = [w for w in words if w is not None]
    distinct = {*there}
    known = {w for w in distinct if status_of(w) is not None}
    rows = sum(w in known for w in there)
    return bool(distinct) and (2 * len(known) >= len(distinct) or rows >= _MOST_ROWS * len(there))


def are_decisions(words: Sequence[Any]) -> bool:
    """Whether statuses tell which changes were kept and which were not.

    Example:
        >>> are_decisions(["keep", "discard", "crash"]), are_decisions(["done", "crash"])
        (True, False)
    """
    return len({_plain(word) for word in words} & {*_DECISIONS}) > 1


def _plain(word: Any) -> str:
    return str(word).lower().rsplit(".", 1)[-1].replace("_", " ").replace("-", " ").strip()
