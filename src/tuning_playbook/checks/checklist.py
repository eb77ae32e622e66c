"""The checks, one line for each: what invalidates, then what costs most, then what helps."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from tuning_playbook.checks.base import Check, Premise
from tuning_playbook.checks.checks_of_packages import checks_of_packages

# File in this folder and class in it, in the order in which findings of one verdict are told.
_CHECKS = (
    "direction_sanity.DirectionSanity",
    "rising_train_loss.RisingTrainLoss",
    "infeasible_fraction.InfeasibleFraction",
    "learning_progress.LearningProgress",
    "search_space_boundary.SearchSpaceBoundary",
    "edge_of_stability.EdgeOfStability",
    "instability.Instability",
    "overfitting.Overfitting",
    "still_improving.StillImproving",
    "sampling_density.SamplingDensity",
    "saturated_early.SaturatedEarly",
    "best_step.BestStep",
    "late_variance.LateVariance",
    "periodicity.Periodicity",
    "importance.HyperparameterImportance",
)


@cache
def own_checks() -> tuple[Check, ...]:
    """Every check of this package with its default thresholds."""
    return tuple(map(_check, _CHECKS))


@cache
def all_checks() -> tuple[Check, ...]:
    """The same, and those of other installed packages after them."""
    own = own_checks()
    return (*own, *checks_of_packages([check.id for check in own]))


@cache
def ids_with(premise: Premise) -> tuple[str, ...]:
    """Ids of the checks that take something for granted, in the order of the checklist."""
    return tuple(check.id for check in all_checks() if premise in check.premises)


def _check(line: str) -> Check:
    file, name = line.split(".")
    check: Check = getattr(import_module(f"tuning_playbook.checks.{file}"), name)()
    return check
