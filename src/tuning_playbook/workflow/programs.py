"""Versions of a project's training program: which one is there, and which ones train alike."""

from __future__ import annotations

import time
from collections.abc import Iterable

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.provenance import program_digest, program_files
from tuning_playbook.store import Store
from tuning_playbook.store.logbook import PROGRAM, SAME_PROGRAM, told_entry
from tuning_playbook.study import describe_target
from tuning_playbook.words import listed
from tuning_playbook.workflow.opening import OpenProject

_MOST_FILES = 5
_MOST_REMEMBERED = 5000  # files of a version; more are data that lies among the program


def present_program(opened: OpenProject) -> str:
    """Digest of the training program as it is now."""
    return program_digest(opened.folder, opened.project.training.target)


class SamePrograms:
    """Which versions of the program were declared to train alike.

    Args:
        store: of the project.
    """

    def __init__(self, store: Store) -> None:
        self._first: dict[str, str] = {}
        for entry in store.logbook(kind=SAME_PROGRAM):
            earlier, present = _declared_same(entry)
            for one in earlier:
                self._join(one, present)

    def first(self, digest: str) -> str:
        """The earliest version that trains like this one; itself where nothing was declared."""
        return self._first.get(digest, digest)

    def _join(self, earlier: str, later: str) -> None:
        kept, given_up = self.first(earlier), self.first(later)
        known = {*self._first, earlier, later}
        self._first |= {d: kept for d in known if self.first(d) in (kept, given_up)}


@told_entry
def _declared_same(entry: LogbookEntry) -> tuple[list[str], str]:
    """Earlier versions, and the one that trains like them."""
    return [str(earlier) for earlier in entry.data["earlier"]], str(entry.data["present"])


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


def what_changed(opened: OpenProject, store: Store, earlier: Iterable[str]) -> str:
    """What differs between earlier versions of the program and the present one, in words."""
    known = {e.message: _program(e) for e in store.logbook(kind=PROGRAM)}
    found: dict[str, None] = {}
    files = program_files(opened.folder)
    target = describe_target(opened.project.training.target)
    for digest in earlier:
        if digest not in known:
            continue
        before, started = known[digest]
        if before:
            both = sorted({*before, *files})
            found |= dict.fromkeys(
                f"{name} {_change(name in before, name in files)}"
                for name in both
                if before.get(name) != files.get(name)
            )
        if started != target:
            found[f"it was started as {started} and is as {target}"] = None
    more = len(found) - _MOST_FILES
    shown = [*list(found)[:_MOST_FILES], *([f"{more} more"] if more > 0 else [])]
    return listed(shown) or "what has changed was not recorded"


@told_entry
def _program(entry: LogbookEntry) -> tuple[dict[str, str], str]:
    """The files of a version of the program, and how it was started."""
    return dict(entry.data["files"]), str(entry.data["target"])


def _change(was: bool, is_: bool) -> str:
    return "has changed" if was and is_ else "is new" if is_ else "is gone"
