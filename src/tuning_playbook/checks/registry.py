"""Choosing among the checks by id, and running them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Check
from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.checks.doubts import with_doubts
from tuning_playbook.checks.said_once import said_once
from tuning_playbook.checks.sampling_density import SamplingDensity
from tuning_playbook.errors import InvalidInput
from tuning_playbook.findings import Finding, Verdict

_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.NOTE, Verdict.PASS)


def with_tolerance(checks: Sequence[Check], tolerance: float | None) -> tuple[Check, ...]:
    """The checks, told which gain of the metric is too small to matter.

    Raises:
        InvalidInput: for a tolerance that is not above 0.
    """
    if tolerance is not None and not tolerance > 0:
        raise InvalidInput(
            f"--tolerance {tolerance:g} is not a valid gain: give a number above 0, in the "
            "metric's units"
        )
    return tuple(
        replace(check, tolerance=tolerance) if isinstance(check, SamplingDensity) else check
        for check in checks
    )


def selected_checks(
    checks: Sequence[Check], *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[Check, ...]:
    """The checks among ``checks`` that were asked for, in their order.

    Args:
        checks: to choose from.
        select: ids of the checks to keep; all where empty.
        ignore: ids of the checks to leave out.

    Raises:
        InvalidInput: for an id that no check has.
    """
    known = [check.id for check in checks]
    for asked in (*select, *ignore):
        if asked not in known:
            near = difflib.get_close_matches(asked, known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise InvalidInput(
                f"there is no check {asked!r}{hint} The checks are: {', '.join(known)}"
            )
    return tuple(c for c in checks if (not select or c.id in select) and c.id not in ignore)


def run_checks(
    table: TrialTable,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    checks: Sequence[Check] | None = None,
) -> tuple[Finding, ...]:
    """What the checks say about a study, failed ones first, passes last.

    What one finding explains of another is said once, see `said_once`.

    Args:
        table: the study.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out.
        checks: which checks to choose from, with thresholds of one's own; all of this package
            where ``None``.

    Raises:
        InvalidInput: for an id that no check has.
    """
    available = all_checks() if checks is None else checks
    chosen = selected_checks(available, select=select, ignore=ignore)
    said = said_once([finding for check in chosen for finding in check.run(table)])
    findings = with_doubts(table, said)
    # A stable sort keeps the order of weight among findings of one verdict.
    return tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.verdict)))
