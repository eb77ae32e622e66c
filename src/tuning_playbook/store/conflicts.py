"""The words of refusals that every store shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuning_playbook.errors import StudyConflict
from tuning_playbook.store.differences import differences
from tuning_playbook.study import Study
from tuning_playbook.words import copied_round


def require_same_design(stored: Study, wanted: Study) -> None:
    """Refuse a study whose design is not that of the stored one of its name.

    Raises:
        StudyConflict: with what differs, and the way out.
    """
    if different := differences(stored, wanted):
        raise StudyConflict(_conflict_message(wanted, different))


def _conflict_message(study: Study, different: Sequence[str]) -> str:
    """A study exists with another design: what differs, and the way out."""
    name = study.round or study.name
    lines = "\n".join(f"  {line}" for line in different)
    return (
        f"study {study.name!r} exists already with another design:\n{lines}\n"
        "Its trials would not be comparable. Undo the change, or give the round a new name, so "
        f"that both stay on record: {copied_round(name)}. (The wording of question, reasons and "
        "notes may change, and the training command.)"
    )


def withdrawn_study(stored: Study, name: str) -> Study:
    """A stored study as it is set aside under another name."""
    return replace(stored, name=name, round="", purpose="withdrawn")


def lease_lost_message(study: str, index: int, worker: str) -> str:
    """A trial belongs to somebody else by now."""
    return (
        f"trial {index} of {study!r} is no longer leased to {worker!r}: its lease ended and "
        "another worker has taken it over, or it has finished"
    )
