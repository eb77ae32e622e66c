"""The checks of a study of the project, told what its round knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tuning_playbook.checks.base import Check
from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.checks.late_variance import LateVariance
from tuning_playbook.checks.overfitting import Overfitting
from tuning_playbook.checks.registry import run_checks, with_tolerance
from tuning_playbook.checks.sampling_density import SamplingDensity
from tuning_playbook.decide.rounds.edges_to_off import with_off_compared
from tuning_playbook.decide.rounds.problem_kind import believed_for
from tuning_playbook.design.arms import ON
from tuning_playbook.findings import Finding
from tuning_playbook.records.arm import Arm
from tuning_playbook.study import ProblemKind, Study


def arm_findings(
    arms: Sequence[Arm],
    *,
    deviation: float | None,
    kind: ProblemKind = "supervised",
    tolerance: float | None = None,
    examples: int | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> dict[str, tuple[Finding, ...]]:
    """Study -> verdicts of the checks, the same for ``check``, ``report`` and the round's answer.

    Args:
        arms: of one round.
        deviation: standard deviation between reruns; ``None`` where unknown.
        kind: of the project's problem.
        tolerance: gain of the metric that is too small to matter; ``None`` where nobody said.
        examples: size of the set that the metric is computed on; ``None`` where nobody said.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out.

    Raises:
        InvalidInput: for an id that no check has.
    """
    found = {}
    for arm in arms:
        checks = round_checks(
            arm.study, deviation=deviation, tolerance=tolerance, examples=examples
        )
        findings = run_checks(arm.table, checks=checks, select=select, ignore=ignore)
        off = _compared_with_off(arm.study)
        found[arm.study.name] = believed_for(kind, with_off_compared(findings, off))
    return found


def _compared_with_off(study: Study) -> frozenset[str]:
    """The strengths that a study searches and that are 0 in another arm of its round."""
    searched = {h.key for h in study.space.hyperparameters}
    return frozenset(key for key, value in study.scientific.items() if value == ON) & searched


def round_checks(
    study: Study,
    *,
    deviation: float | None = None,
    tolerance: float | None = None,
    examples: int | None = None,
) -> tuple[Check, ...]:
    """All checks, with what the study's round knows and a table of trials does not.

    A round that compares a regularizer expects overfitting at its weak values, so that the check
    must know which hyperparameters are compared. Whether more trials would help is judged against
    what seeds differ by and against the gain that matters; the noise of evaluations against what
    so many examples leave. Each where it is known.

    Args:
        study: whose table will be checked.
        deviation: standard deviation between reruns; ``None`` where unknown.
        tolerance: gain of the metric that is too small to matter; ``None`` where nobody said.
        examples: size of the set that the metric is computed on; ``None`` where nobody said.
    """
    compared = (*study.scientific, *study.joint)
    checks = with_tolerance(all_checks(), tolerance)
    return tuple(_told(check, compared, deviation, examples) for check in checks)


def _told(
    check: Check, compared: tuple[str, ...], deviation: float | None, examples: int | None
) -> Check:
    if isinstance(check, Overfitting):
        return replace(check, scientific=compared)
    if isinstance(check, SamplingDensity):
        return replace(check, noise=deviation)
    if isinstance(check, LateVariance):
        return replace(check, validation_examples=examples)
    return check
