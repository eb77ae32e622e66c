"""Which versions of a training program were declared to train alike."""

from __future__ import annotations

from collections.abc import Iterable

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.records.logbook import PROGRAM, SAME_PROGRAM, told_entry
from tuning_playbook.trial import Status

POOLED = (Status.COMPLETE, Status.INFEASIBLE)  # ends that ask for one program in all of a round


class SamePrograms:
    """Which versions of the program were declared to train alike.

    Args:
        logbook: of the project.
    """

    def __init__(self, logbook: Iterable[LogbookEntry]) -> None:
        self._first: dict[str, str] = {}
        self._ran: dict[str, int] = {}  # version -> how many had run before it did
        for entry in logbook:
            if entry.kind == PROGRAM:
                self._ran.setdefault(entry.message, len(self._ran))
            if entry.kind != SAME_PROGRAM:
                continue
            earlier, present = _declared_same(entry)
            for one in earlier:
                self._join(one, present)

    def first(self, digest: str) -> str:
        """The earliest version that trains like this one; itself where nothing was declared."""
        return self._first.get(digest, digest)

    def _join(self, earlier: str, later: str) -> None:
        # Reruns are filed under the first version: an edit that was undone changes none of them.
        both = self.first(earlier), self.first(later)
        kept, given_up = sorted(both, key=lambda digest: self._ran.get(digest, len(self._ran)))
        known = {*self._first, earlier, later}
        self._first |= {d: kept for d in known if self.first(d) in (kept, given_up)}


@told_entry
def _declared_same(entry: LogbookEntry) -> tuple[list[str], str]:
    """Earlier versions, and the one that trains like them."""
    return [str(earlier) for earlier in entry.data["earlier"]], str(entry.data["present"])
