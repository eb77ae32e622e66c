"""The checks of a study of the project, told what its round knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuning_playbook.checks.base import Check
from tuning_playbook.checks.overfitting import Overfitting
from tuning_playbook.checks.registry import all_checks, run_checks
from tuning_playbook.checks.sampling_density import SamplingDensity
from tuning_playbook.findings import Finding
from tuning_playbook.study import Study
from tuning_playbook.workflow.arms import Arm


def arm_findings(
    arms: Sequence[Arm],
    *,
    deviation: float | None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> dict[str, tuple[Finding, ...]]:
    """Study -> verdicts of the checks, the same for ``check``, ``report`` and the round's answer.

    Args:
        arms: of one round.
        deviation: standard deviation between reruns; ``None`` where unknown.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out.

    Raises:
        InvalidInput: for an id that no check has.
    """
    return {
        arm.study.name: run_checks(
            arm.table,
            checks=round_checks(arm.study, deviation=deviation),
            select=select,
            ignore=ignore,
        )
        for arm in arms
    }


def round_checks(study: Study, *, deviation: float | None = None) -> tuple[Check, ...]:
    """All checks, with what the study's round knows and a table of trials does not.

    A round that compares a regularizer expects overfitting at its weak values, so that the check
    must know which hyperparameters are compared. Where reruns have told how much seeds differ, what
    lies within that counts as equally good, or sampling would never be dense enough.

    Args:
        study: whose table will be checked.
        deviation: standard deviation between reruns; ``None`` where unknown.
    """
    compared = (*study.scientific, *study.joint)
    return tuple(_told(check, compared, deviation) for check in all_checks())


def _told(check: Check, compared: tuple[str, ...], deviation: float | None) -> Check:
    if isinstance(check, Overfitting):
        return replace(check, scientific=compared)
    if isinstance(check, SamplingDensity) and deviation is not None:
        return replace(check, noise=deviation)
    return check
