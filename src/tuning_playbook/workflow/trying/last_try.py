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
        start: of them, until it first logged anything.
        metric: that it evaluated and that decides; empty where that was not kept.
    """

    program: str
    steps: Step
    seconds: Seconds
    start: Seconds = 0.0
    metric: str = ""

    def seconds_of(self, steps: Step) -> Seconds:
        """How long so many steps take; rather too long, for a short run evaluates more often."""
        return self.start + (self.seconds - self.start) / self.steps * steps


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
        return Tried(
            str(found["program"]),
            int(found["steps"]),
            float(found["seconds"]),
            float(found.get("start", 0.0)),
            str(found.get("metric", "")),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
