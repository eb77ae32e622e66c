"""Which rounds would not run as their files are now."""

from __future__ import annotations

from collections.abc import Sequence

from tuning_playbook.errors import PlaybookError
from tuning_playbook.gather.opening import OpenProject, open_round
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.study import Round
from tuning_playbook.workflow.rounds.planning import planned_round


def refused_rounds(
    opened: OpenProject, known: Snapshot | None, names: Sequence[str]
) -> dict[str, str]:
    """What `playbook run` would say instead of running a round.

    Args:
        opened: the project.
        known: what has run of it; ``None`` before the first round.
        names: of rounds that have files and trials left.

    Returns:
        The refusal of each that is refused, with paths from the project's folder.
    """
    found = {}
    for name in names:
        try:
            planned_round(opened, known, open_round(opened, name))
        except PlaybookError as error:
            found[name] = str(error).replace(f"{opened.folder}/", "")
    return found


def runnable_now(names: Sequence[str], readable: Sequence[Round]) -> tuple[str, ...]:
    """Rounds that never ran, without those that go on with the trials of another of them."""
    after = {r.name for r in readable if r.follows in names and r.follows != r.name}
    return tuple(name for name in names if name not in after)
