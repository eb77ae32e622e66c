"""Trials that took longer than allowed: how many, after how long, and how far they had come."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from tuning_playbook.study import TrainingProtocol
from tuning_playbook.trial import Reason, Seconds, Step, Trial
from tuning_playbook.words import agreeing


@dataclass(frozen=True, slots=True)
class Overtime:
    """Trials that were stopped since they took too long.

    Args:
        trials: how many.
        limit: ``timeout_seconds``, as it was for them.
        used: what the longest of them took; NaN where not known.
        reached: last step that any metric was logged at, the least and the most of them.
        length: steps that they were to train.
    """

    trials: int = 0
    limit: Seconds | None = None
    used: Seconds = math.nan
    reached: tuple[Step, Step] = (0, 0)
    length: Step = 0


NO_OVERTIME = Overtime()


def overtime_of(trials: Iterable[Trial], training: TrainingProtocol) -> Overtime:
    """What is known of those of ``trials`` that took too long.

    Args:
        trials: that were trained alike.
        training: how.
    """
    slow = [trial for trial in trials if trial.reason is Reason.TIMEOUT]
    if not slow:
        return NO_OVERTIME
    took = [trial.finished_at - trial.started_at for trial in slow]
    steps = [max((s.last_step for s in trial.summaries.values()), default=0) for trial in slow]
    return Overtime(
        trials=len(slow),
        limit=training.timeout_seconds,
        used=max((t for t in took if not math.isnan(t)), default=math.nan),
        reached=(min(steps), max(steps)),
        length=training.max_train_steps,
    )


def overtime_words(slow: Overtime) -> str:
    """What became of them, after their subject.

    Example:
        >>> overtime_words(Overtime(4, 0.5, 0.517, (6, 21), 40))
        'were stopped after 0.517 s by timeout_seconds = 0.5, at steps 6 to 21 of 40'
    """
    limit = "timeout_seconds" + ("" if slow.limit is None else f" = {slow.limit:g}")
    after = "" if math.isnan(slow.used) else f" after {slow.used:.3g} s"
    return (
        f"{agreeing(slow.trials, 'was', 'were')} stopped{after} by {limit}, "
        f"{_where(slow.reached, slow.length)}"
    )


def _where(reached: tuple[Step, Step], length: Step) -> str:
    least, most = reached
    if not most:
        return "before anything was logged"
    if least == most:
        return f"at step {most} of {length:,}"
    if not least:
        return f"at step {most} of {length:,} or before"
    return f"at steps {least} to {most} of {length:,}"
