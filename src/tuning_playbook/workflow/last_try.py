"""What the last short run of the training program showed, kept for plans and the first round."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tuning_playbook.trial import Seconds, Step
from tuning_playbook.whole_files import written_whole

TRIED_FILE = Path(".playbook") / "tried.json"  # below the project's folder


@dataclass(frozen=True, slots=True)
class Tried:
    """A short run that trained, evaluated and returned finite metrics.

    Args:
        program: digest of the training program.
        steps: how many it was given.
        seconds: from the start of its process to its end.
    """

    program: str
    steps: Step
    seconds: Seconds

    @property
    def seconds_per_step(self) -> Seconds:
        """Rather too long: the start of the program is in it."""
        return self.seconds / self.steps


def remember_tried(folder: Path, tried: Tried) -> None:
    """Keep what was found; where the folder cannot be written, it is found again."""
    with suppress(OSError):
        (folder / TRIED_FILE).parent.mkdir(exist_ok=True)
        with written_whole(folder / TRIED_FILE) as file:
            file.write(json.dumps(asdict(tried)).encode())


def last_tried(folder: Path) -> Tried | None:
    """What was kept; ``None`` for a project that was never tried."""
    try:
        found = json.loads((folder / TRIED_FILE).read_bytes())
        return Tried(str(found["program"]), int(found["steps"]), float(found["seconds"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
