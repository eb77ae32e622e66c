"""Verdicts on a study that something else has run."""

from __future__ import annotations

from collections.abc import Sequence

from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.checks.registry import run_checks, with_tolerance
from tuning_playbook.errors import InvalidInput
from tuning_playbook.report.verdicts.columns_taken import kind_of_study
from tuning_playbook.workflow.checking.check_completion import over_tasks, with_command
from tuning_playbook.workflow.checking.checked import Checked, CheckedStudy
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge, table_as_told
from tuning_playbook.workflow.checking.header_names import (
    headers_of,
    in_header_names,
    with_headers,
)
from tuning_playbook.workflow.checking.nothing_to_compare import nothing_to_compare

_MOST_SHOWN = 5  # of the studies of a table


def check_foreign(
    target: str,
    told: Told,
    select: Sequence[str],
    ignore: Sequence[str],
    tolerance: float | None,
) -> Checked:
    """Go through the checklist of each study at ``target``.

    Args:
        target: a file, folder or URL.
        told: what the user says of it.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out.
        tolerance: gain of the metric that is too small to matter.

    Raises:
        InvalidInput: where no study can be judged.
    """
    checked: list[CheckedStudy] = []
    unusable: list[tuple[str, str]] = []
    studies = studies_to_judge(target, told)
    checks = with_tolerance(all_checks(), tolerance)
    for study in studies:
        nothing = nothing_to_compare(study, told)
        if nothing and len(studies) == 1:
            raise InvalidInput(nothing)
        if nothing:
            unusable.append((study.name, nothing))
            continue
        try:
            read, table = table_as_told(study, told)
        except InvalidInput as error:
            refusal = over_tasks(error, study, target, told)
            if not unusable and refusal is error:
                typed = {"select": select, "ignore": ignore, "tolerance": tolerance}
                refusal = with_command(error, study, target, told, typed)
            if len(studies) == 1:
                raise refusal from error
            unusable.append((study.name, str(refusal)))
            continue
        findings = run_checks(table, select=select, ignore=ignore, checks=checks)
        kind = read.kind or kind_of_study(table)
        headers = headers_of(read, table)
        said = in_header_names(findings, headers)
        notes = tuple(with_headers(note, headers) for note in read.notes)
        checked.append(CheckedStudy(table, said, notes, read.columns, kind, headers))
    if not checked:
        others = [name for name, _ in unusable[1:]]
        shown = ", ".join(others[:_MOST_SHOWN])
        shown += f" and {len(others) - _MOST_SHOWN} more" if len(others) > _MOST_SHOWN else ""
        more = f". Nor can the other studies be checked: {shown}" if others else ""
        raise InvalidInput(unusable[0][1] + more)
    return Checked(tuple(checked), tuple(unusable))
