"""An arm of a round with everything that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuning_playbook.analysis.table.fates import Account, account, joined
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.study import Study
from tuning_playbook.trial import Event, Trial


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One study of a round, as it is analysed.

    Args:
        study: which.
        trials: its own and then those of followed rounds, renumbered; rows of ``table``.
        table: of them; trials of followed rounds are called ``ROUND/INDEX``.
        taken_over: how many come from followed rounds.
        notes: why trials of a followed round were left out.
        events: what was recorded of it, oldest first.
    """

    study: Study
    trials: tuple[Trial, ...]
    table: TrialTable
    taken_over: int
    notes: tuple[str, ...]
    events: tuple[Event, ...] = ()


def account_of_arms(arms: Sequence[Arm]) -> Account:
    """What happened to a round's own trials; those that it takes over are counted elsewhere."""
    return joined([account(arm.table, rows=len(arm.trials) - arm.taken_over) for arm in arms])


def arm_label(study: Study) -> str:
    """What an arm is called: its scientific values."""
    if not study.scientific:
        return study.name
    short = {key: key.rsplit(".", 1)[-1] for key in study.scientific}
    return ", ".join(f"{short[key]} = {value}" for key, value in study.scientific.items())
