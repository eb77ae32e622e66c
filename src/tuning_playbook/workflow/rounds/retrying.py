"""Running trials again that did not complete, and starting begun ones from their beginning."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.imports import import_facts
from tuning_playbook.run.places import TRIALS_FOLDER, trial_folder
from tuning_playbook.store import Store
from tuning_playbook.study import Study
from tuning_playbook.trial import Event, Reason, Status, Trial
from tuning_playbook.words import listed

Retried: TypeAlias = Literal["failed", "infeasible", "stopped"]

_STATUSES: dict[str, Status] = {
    "failed": Status.FAILED,
    "infeasible": Status.INFEASIBLE,
    "stopped": Status.CANCELLED,
}
TO_BE_RUN_AGAIN = "to-be-run-again"  # kind of the event that keeps how an attempt ended
_STAYS = ("attempt-", "before-attempt-")


def trials_to_retry(
    known: Snapshot,
    studies: Sequence[Study],
    kinds: Collection[Retried],
    *,
    required: bool = True,
) -> tuple[Trial, ...]:
    """The trials that are to be run again: those of some kinds that have run here.

    Args:
        known: of the project.
        studies: of the round.
        kinds: how they ended.
        required: whether there must be some.

    Raises:
        InvalidInput: where there are none and some are required.
    """
    statuses = {_STATUSES[kind] for kind in kinds}
    found = tuple(
        trial
        for study in studies
        if statuses and import_facts(known.events(study.name)) is None
        for trial in known.trials(study.name)
        if trial.status in statuses
    )
    if kinds and required and not found:
        name = studies[0].round or studies[0].name if studies else "this round"
        raise InvalidInput(
            f"{name} has no {listed(sorted(kinds))} trials to run again; what it has is shown by: "
            f"playbook status {name}"
        )
    return found


def starts_afresh(trial: Trial, *, program: str) -> bool:
    """Whether a trial that is run again starts from its beginning, and not its last checkpoint.

    A machine's fault, or its user's stop, says nothing against what was trained so far.
    """
    return trial.reason not in (Reason.LOST, Reason.CANCELLED) or trial.program != program


def reopen(store: Store, folder: Path, trials: Sequence[Trial], *, program: str) -> None:
    """Let trials that have ended run again, with the same configuration, seed and index.

    How they had ended stays on record as an event, and what they printed in their folders.

    Args:
        store: of the project.
        folder: of the project.
        trials: to be run again.
        program: digest of the present one.
    """
    for trial in trials:
        fresh = starts_afresh(trial, program=program)
        if fresh:
            set_aside(folder, trial)
        end = {
            "status": trial.status.value,
            "reason": trial.reason.value,
            "detail": trial.detail,
            "attempt": trial.attempts,
            "program": trial.program,
            "fresh": fresh,
        }
        message = f"attempt {trial.attempts} ended as {trial.status.value}: {trial.detail}"
        event = Event(time.time(), TO_BE_RUN_AGAIN, message, trial.index, end)
        store.reopen(trial.study, trial.index, event=event, fresh=fresh)


def set_aside(folder: Path, trial: Trial) -> None:
    """Move what a trial has saved out of the way of its next attempt, which starts anew.

    What it printed stays where it is; checkpoints and all other files go to a folder beside it.
    """
    place = trial_folder(folder / TRIALS_FOLDER, trial)
    aside = place / f"before-attempt-{trial.attempts + 1}"
    for path in sorted(place.glob("*")):
        if path.name.startswith(_STAYS) and path.suffix not in (".journal", ".jsonl"):
            continue
        aside.mkdir(exist_ok=True)
        path.rename(aside / path.name)
