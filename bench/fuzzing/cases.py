"""One case: a sound input, damaged, and what the commands make of it; all told by two numbers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzzing.mutations import changed_files
from fuzzing.running import Failure, failure_of, result_of
from fuzzing.sample import FOLDER, NEW, Commands
from fuzzing.samples import KINDS, samples_of


@dataclass(frozen=True, slots=True)
class Case:
    """A damaged input and the commands to run on it.

    Args:
        kind: of the sample.
        sample: its name.
        files: path -> contents.
        commands: to run one after another, up to the first that fails.
    """

    kind: str
    sample: str
    files: dict[str, bytes]
    commands: Commands

    @property
    def size(self) -> int:
        """Bytes in all files."""
        return sum(map(len, self.files.values()))

    def write(self, folder: Path) -> None:
        """Write the files to a folder."""
        for name, data in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def case_of(seed: int, number: int, kind: str | None = None) -> Case:
    """The case of a seed and a number, always the same.

    Args:
        seed: of the series.
        number: in the series.
        kind: of the sample; all in turn where ``None``.
    """
    random = Random(f"{seed}/{number}")
    kind = kind or KINDS[number % len(KINDS)]
    samples = samples_of(kind)
    sample = samples[(number // len(KINDS)) % len(samples)]
    return Case(kind, sample.name, changed_files(sample, random), random.choice(sample.commands))


def run_case(case: Case) -> Failure | None:
    """How the commands fail on a case; ``None`` where none does."""
    with _called(case) as commands:
        return next((failure for words in commands if (failure := failure_of(words))), None)


def is_answered(case: Case) -> bool:
    """Whether every command of a case does its work, as it should on a sound input."""
    with _called(case) as commands:
        return all(result_of(words).exit_code in (0, 1) for words in commands)


@contextmanager
def _called(case: Case) -> Iterator[list[list[str]]]:
    """The files of a case, written; its commands with their places filled in."""
    place = Path(tempfile.mkdtemp(prefix="playbook-fuzz-"))
    try:
        folder = place / "input"
        folder.mkdir()
        case.write(folder)
        yield [
            [w.replace(FOLDER, str(folder)).replace(NEW, str(place / "new")) for w in command]
            for command in case.commands
        ]
    finally:
        shutil.rmtree(place, ignore_errors=True)
