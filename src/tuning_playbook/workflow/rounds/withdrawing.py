"""A round that is mended before any of its trials came out is asked as it is now."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.run.places import TRIALS_FOLDER
from tuning_playbook.store import Store
from tuning_playbook.store.conflicts import require_same_design
from tuning_playbook.store.differences import differences
from tuning_playbook.study import Study
from tuning_playbook.trial import Event, Status
from tuning_playbook.words import counted

WITHDRAWN = "withdrawn"  # kind of the event that says why a study was set aside
_GONE = "the round no longer has this arm"
_NOTHING_CAME_OUT = {Status.WAITING, Status.FAILED}
# Where nothing but the metric changes, a trial that diverged would do so again, and a complete one
# would have shown that its name was right.
_NOTHING_MEASURED = _NOTHING_CAME_OUT | {Status.INFEASIBLE, Status.CANCELLED}


def studies_to_withdraw(
    known: Snapshot, round_name: str, studies: Sequence[Study]
) -> dict[str, list[str]]:
    """Stored studies that the round as it is now replaces -> what is different.

    Those with another design, and arms that the round no longer has (with nothing different), where
    no trial of them came out: all failed or have yet to run.

    Args:
        known: of the project.
        round_name: of the round.
        studies: of the round as it is now.

    Raises:
        StudyConflict: for another design where trials came out, which would not be comparable.
    """
    wanted = {study.name: study for study in studies}
    found: dict[str, list[str]] = {}
    for stored in known.studies:
        own = wanted.get(stored.name)
        gone = own is None and stored.purpose == "search" and stored.round == round_name
        changed = [] if own is None else differences(stored, own)
        if not (gone or changed):
            continue
        judged_only = all(part.startswith("objective.") for part in changed) and not gone
        empty = _NOTHING_MEASURED if judged_only else _NOTHING_CAME_OUT
        if known.tally(stored.name).counts.keys() <= empty:
            found[stored.name] = changed
        elif own is not None:
            require_same_design(stored, own)
    return found


def withdraw(
    store: Store, known: Snapshot, found: dict[str, list[str]], *, tell: Callable[[str], None]
) -> None:
    """Set studies aside, with what their trials printed.

    Args:
        store: of the project.
        known: of it.
        found: by `studies_to_withdraw`.
        tell: called with a line for a person.
    """
    taken = {study.name for study in known.studies}
    for name, changed in found.items():
        number = next(n for n in range(1, len(taken) + 2) if f"{name}~{n}" not in taken)
        aside = f"{name}~{number}"
        failed = known.tally(name).counts.get(Status.FAILED, 0)
        if not store.withdraw(name, name=aside):
            continue
        store.note(aside, Event(time.time(), WITHDRAWN, "; ".join(changed) or _GONE))
        files = known.folder / TRIALS_FOLDER / name
        if files.exists():
            files.rename(files.with_name(f"{files.name}~{number}"))
        before = (
            f"{counted(failed, 'trial')} failed and none completed" if failed else "no trial ended"
        )
        after = (
            f"so the study starts again with the change: {'; '.join(changed)}"
            if changed
            else f"and {_GONE}"
        )
        tell(f"{name}: {before}, {after}")
