"""Rounds that go on with the trials of an earlier one."""

from __future__ import annotations

from collections.abc import Sequence

from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import OpenProject
from tuning_playbook.project_files.places import ROUNDS_FOLDER
from tuning_playbook.study import Round


def refuse_unknown_followed(
    opened: OpenProject, round_: Round, ran: Sequence[str], *, ahead: bool = False
) -> None:
    """Refuse a round that goes on with trials that are not there.

    Args:
        opened: the project.
        round_: about to run, or to be planned.
        ran: names of the rounds that were run.
        ahead: whether it is only planned, so that the round it follows may still be waiting.

    Raises:
        InvalidInput: where it follows itself, or a round that was not run.
    """
    name = round_.follows
    if not name:
        return
    if name == round_.name:
        raise InvalidInput(
            f"round {name!r} follows itself; write the name of an earlier round, or remove follows"
        )
    if name in ran:
        return
    if (opened.folder / ROUNDS_FOLDER / f"{name}.toml").is_file():
        if ahead:
            return
        raise InvalidInput(
            f"round {round_.name!r} follows {name!r}, which has not been run; "
            f"type: playbook run {name}, or remove follows"
        )
    known = ", ".join(ran) or "none yet"
    raise InvalidInput(
        f"round {round_.name!r} follows {name!r}, and there is no such round; run so far: {known}. "
        "Write one of them, or remove follows"
    )
