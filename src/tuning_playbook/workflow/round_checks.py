"""The checks of a study of the project, told what its round knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuning_playbook.checks.base import Check
from tuning_playbook.checks.overfitting import Overfitting
from tuning_playbook.checks.registry import all_checks, selected_checks
from tuning_playbook.study import Study


def round_checks(
    study: Study, *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[Check, ...]:
    """All checks, with what the study's round knows and a table of trials does not.

    A round that compares a regularizer expects overfitting at its weak values, so that the check
    must know which hyperparameters are compared.

    Args:
        study: whose table will be checked.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out.

    Raises:
        InvalidInput: for an id that no check has.
    """
    compared = (*study.scientific, *study.joint)
    checks = tuple(
        replace(check, scientific=compared) if isinstance(check, Overfitting) else check
        for check in all_checks()
    )
    return selected_checks(checks, select=select, ignore=ignore)
