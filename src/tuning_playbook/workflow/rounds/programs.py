"""Versions of a project's training program: which one is there, and which ones train alike."""

from __future__ import annotations

import time
from collections.abc import Iterable

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.gather.opening import OpenProject
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.provenance import program_files
from tuning_playbook.records.logbook import PROGRAM, SAME_PROGRAM, told_entry
from tuning_playbook.store import Store
from tuning_playbook.study import describe_target
from tuning_playbook.words import listed

_MOST_FILES = 5
_MOST_REMEMBERED = 5000  # files of a version; more are data that lies among the program


def remember_program(opened: OpenProject, store: Store, digest: str) -> None:
    """Enter the files of a version of the program, unless it has run before."""
    if any(entry.message == digest for entry in store.logbook(kind=PROGRAM)):
        return
    files = program_files(opened.folder)
    data = {
        "files": files if len(files) <= _MOST_REMEMBERED else {},
        "target": describe_target(opened.project.training.target),
    }
    store.enter(LogbookEntry(time.time(), PROGRAM, "", digest, data))


def declare_same(
    store: Store, round_name: str, earlier: Iterable[str], present: str, why: str
) -> None:
    """Enter that earlier versions train like the present one.

    Args:
        store: of the project.
        round_name: that the declaration was made for; empty for the baseline's reruns.
        earlier: digests.
        present: digest.
        why: in its user's words.
    """
    data = {"earlier": sorted(earlier), "present": present}
    store.enter(LogbookEntry(time.time(), SAME_PROGRAM, round_name, why, data))


def what_changed(known: Snapshot, earlier: Iterable[str]) -> str:
    """What differs between earlier versions of the program and the present one, in words."""
    ran = {e.message: _program(e) for e in known.logbook if e.kind == PROGRAM}
    found: dict[str, None] = {}
    files = program_files(known.folder)
    target = describe_target(known.project.training.target)
    for digest in earlier:
        if digest not in ran:
            continue
        before, started = ran[digest]
        if before:
            both = sorted({*before, *files})
            found |= dict.fromkeys(
                f"{name} {_change(name in before, name in files)}"
                for name in both
                if before.get(name) != files.get(name)
            )
        if started != target:
            found[f"the command or function was {started}, is now {target}"] = None
    more = len(found) - _MOST_FILES
    shown = [*list(found)[:_MOST_FILES], *([f"{more} more"] if more > 0 else [])]
    return listed(shown) or "what has changed was not recorded"


@told_entry
def _program(entry: LogbookEntry) -> tuple[dict[str, str], str]:
    """The files of a version of the program, and how it was started."""
    return dict(entry.data["files"]), str(entry.data["target"])


def _change(was: bool, is_: bool) -> str:
    return "has changed" if was and is_ else "is new" if is_ else "is gone"
