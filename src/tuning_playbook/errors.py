"""Everything this package raises on purpose.

    PlaybookError
    ├── InvalidInput          a value or file that cannot be used, with what was expected
    │   └── InvalidFile       a project or round file; carries every mistake at once
    ├── RefusedByPlaybook     a valid request that the playbook advises against; names the passage
    ├── TargetError           the training program cannot be found, imported or started
    ├── StoreError            the store cannot do what was asked
    │   ├── StoreTooNew       written by a newer version of this package
    │   ├── StoreUnavailable  locked, full, damaged, or not reachable
    │   │   ├── StoreReadOnly it can be read, but not changed
    │   │   └── NoStoreYet    nothing was run so far
    │   ├── StudyConflict     a study of that name exists with another design
    │   └── LeaseLost         another worker has taken this trial over
    └── TrialDiverged         ends a trial from inside: a metric stopped being finite

Every message says what was found, what was expected, and what to type next.
"""

from __future__ import annotations

from dataclasses import dataclass


class PlaybookError(Exception):
    """Base of every error raised on purpose."""


class InvalidInput(PlaybookError, ValueError):
    """A value that cannot be used."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file: where it is, what is wrong, and what to write instead.

    Args:
        path: dotted path inside the file, such as ``hyperparameters.momentum.log``.
        line: line number from 1, or ``None`` where it cannot be told.
        message: what was found and what was expected.
        suggestion: what to write instead, or an empty string.
    """

    path: str
    line: int | None
    message: str
    suggestion: str = ""


class InvalidFile(InvalidInput):
    """A project or round file with one or more mistakes, all of them listed."""

    def __init__(self, file: str, mistakes: tuple[Mistake, ...]) -> None:
        self.file = file
        self.mistakes = mistakes
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> list[str]:
        count = len(self.mistakes)
        lines = [f"{self.file}: {count} mistake{'s' if count != 1 else ''}"]
        for mistake in self.mistakes:
            where = f"line {mistake.line}, " if mistake.line is not None else ""
            lines.append(f"  {where}{mistake.path}: {mistake.message}")
            if mistake.suggestion:
                lines.append(f"    {mistake.suggestion}")
        return lines


class RefusedByPlaybook(PlaybookError, ValueError):
    """A request that the playbook advises against.

    Args:
        message: what was asked, why it is refused, and what to do instead.
        source: key of the passage in `tuning_playbook.sources`.
    """

    def __init__(self, message: str, *, source: str) -> None:
        self.source = source
        super().__init__(message)


class TargetError(PlaybookError):
    """The training program cannot be found, imported or started."""


class StoreError(PlaybookError):
    """The store cannot do what was asked."""


class StoreTooNew(StoreError):
    """The store was written by a newer version of this package."""


class StoreUnavailable(StoreError):
    """The store is locked, read-only, full, or not reachable."""


class StoreReadOnly(StoreUnavailable):
    """The store can be read, but not changed."""


class NoStoreYet(StoreUnavailable):
    """There is no store, because no round was run so far."""


class StudyConflict(StoreError):
    """A study of that name exists with another design."""


class LeaseLost(StoreError):
    """Another worker has taken this trial over; its results are no longer ours to write."""


class TrialDiverged(PlaybookError):
    """A metric stopped being finite, so the rest of this trial would be wasted."""
