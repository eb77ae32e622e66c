"""How many trials a round came to have, which may be more than its file says."""

from __future__ import annotations

from dataclasses import replace

from tuning_playbook.decide.next_step.project_state import RoundState
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.study import Round


def as_it_ran(written: Round, answered: AnsweredRound | None) -> Round:
    """The round with as many trials as it came to have, which may be more than its file says."""
    if answered is None or written.joint:
        return written
    return replace(written, trials=max(written.trials, *answered.trials.values(), 0))


def was_extended(current: RoundState, answered: AnsweredRound) -> bool:
    """Whether its arms have at least twice the trials that its file asked for."""
    written = current.written
    if written is None or written.joint or not answered.trials:
        return False
    return max(answered.trials.values()) >= 2 * written.trials
