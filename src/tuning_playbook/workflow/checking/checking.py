"""Verdicts on a study: one of the project's rounds, or one that something else has run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.checks.registry import selected_checks
from tuning_playbook.errors import InvalidInput
from tuning_playbook.workflow.checking.checked import Checked
from tuning_playbook.workflow.checking.checking_foreign import check_foreign
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.checking.targets import names_a_round, refuse_near_misses


def check_target(
    target: str,
    *,
    project: Path | None = None,
    told: Told | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    heed: Sequence[str] = (),
    reason: str = "",
    tolerance: float | None = None,
) -> Checked:
    """Go through the checklist of the study or the studies at ``target``.

    Args:
        target: a round of the project, or a file, folder or URL with a study of another tool.
        project: folder of the project that the round belongs to. Where ``None``, a file or folder
            named ``target`` comes first, then a round of the project around the working folder.
        told: what the user says of a foreign study.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out; for a round of the project from now on.
        heed: ids of the checks of a round that count again.
        reason: why checks of a round are left out; kept in the logbook.
        tolerance: gain of the metric that is too small to matter; the complexity cost of a round
            where ``None``.

    Raises:
        InvalidInput: where nothing usable is at ``target``, or checks of a round are to be left
            out without a reason.
    """
    told = told or Told()
    # a wrong id before any reading
    selected_checks(all_checks(), select=select, ignore=(*ignore, *heed))
    if project is None and not names_a_round(target):
        refuse_near_misses(target)
        if heed or reason:
            raise InvalidInput(
                "--heed and --reason belong to a round of a project, whose logbook keeps them"
            )
        return check_foreign(target, told, select, ignore, tolerance)
    # Imported here: a file of another tool needs no store and no answers.
    from tuning_playbook.workflow.checking.checking_rounds import check_round, set_aside

    folder, name = project or Path(), Path(target).stem
    if ignore or heed:
        set_aside(folder, name, ignore, heed, reason)
    return check_round(folder, name, told, select, tolerance)
