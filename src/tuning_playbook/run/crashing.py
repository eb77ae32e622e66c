"""Whether all trials of a program would end badly. No clock, disk or process."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tuning_playbook.run.failed_alike import way_to_fail
from tuning_playbook.trial import Outcome, Reason, Status, Trial

FIRST_ALIKE = 3


def all_fail_alike(trials: Iterable[Trial]) -> bool:
    """Whether enough trials of a study have ended, and all of them by the same fault."""
    ended = [t for t in trials if t.status.is_finished]
    by_program = all(t.failed_by_program for t in ended)
    return len(ended) >= FIRST_ALIKE and by_program and len(set(map(way_to_fail, ended))) == 1


class FirstEnds:
    """How the first trials of each study ended in this run.

    Args:
        alike: so many that fail alike, and none that ends otherwise, are enough.
    """

    def __init__(self, *, alike: int = FIRST_ALIKE) -> None:
        self._alike = alike
        self._ways: dict[str, list[str]] = {}
        self._timeouts: dict[str, list[bool]] = {}
        self._has_earlier = False

    def note_earlier(self) -> None:
        """A trial had ended before this run began, and its user runs the rest all the same."""
        self._has_earlier = True

    def note(self, study: str, outcome: Outcome) -> None:
        """A trial of ``study`` has ended."""
        by_program = outcome.status is Status.FAILED and outcome.reason is not Reason.LOST
        ways = self._ways.setdefault(study, [])
        if len(ways) < self._alike:
            ways.append(way_to_fail(outcome) if by_program else "")
        self._timeouts.setdefault(study, []).append(outcome.reason is Reason.TIMEOUT)

    def all_timed_out(self, studies: Collection[str]) -> bool:
        """Whether the first trials of each study, and all that have ended, took too long."""
        ends = [self._timeouts.get(study, []) for study in studies]
        return not self._has_earlier and all(len(own) >= self._alike and all(own) for own in ends)

    @property
    def crashing(self) -> frozenset[str]:
        """Studies whose first trials all failed alike, so that the rest would as well."""
        return frozenset(
            study
            for study, ways in self._ways.items()
            if len(ways) == self._alike and ways[0] and len(set(ways)) == 1
        )
