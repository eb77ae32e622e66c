"""That the last short run of the training program failed, kept until one goes well."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tuning_playbook.decide.next_step.project_state import FailedTry
from tuning_playbook.gather.opening import OpenProject, present_program
from tuning_playbook.project_files.places import PROJECT_FILE
from tuning_playbook.trial import Seconds, Status, Tally
from tuning_playbook.whole_files import written_whole

_FILE = Path(".playbook") / "try-failed.json"  # below the project's folder


@dataclass(frozen=True, slots=True)
class _Kept:
    at: Seconds
    program: str
    project: str
    detail: str


def remember_failed_try(opened: OpenProject, detail: str) -> None:
    """Keep why it failed; where the folder cannot be written, it is found again."""
    kept = _Kept(time.time(), present_program(opened), _declared(opened), detail)
    with suppress(OSError):
        (opened.folder / _FILE).parent.mkdir(exist_ok=True)
        with written_whole(opened.folder / _FILE) as file:
            file.write(json.dumps(asdict(kept)).encode())


def forget_failed_try(opened: OpenProject) -> None:
    """The program has run well since."""
    with suppress(OSError):
        (opened.folder / _FILE).unlink()


def failed_try(opened: OpenProject, tallies: Mapping[str, Tally]) -> FailedTry | None:
    """The last short run, where it failed and nothing has gone well since.

    Args:
        opened: the project.
        tallies: of its studies.
    """
    try:
        kept = _Kept(**json.loads((opened.folder / _FILE).read_bytes()))
        since = [t for t in tallies.values() if Status.COMPLETE in t.counts]
        if any(tally.finished_at > kept.at for tally in since):
            return None
    except (OSError, ValueError, TypeError):
        return None
    now = (present_program(opened), _declared(opened))
    return FailedTry(kept.detail, changed=now != (kept.program, kept.project))


def _declared(opened: OpenProject) -> str:
    """Digest of the project's file: a mistake may lie there as well as in the program."""
    return hashlib.sha256((opened.folder / PROJECT_FILE).read_bytes()).hexdigest()[:16]
