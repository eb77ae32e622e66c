"""What a round will cost, before it does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from tuning_playbook.design.caveats import caveats_of
from tuning_playbook.design.fixed_items import fixed_without_reason
from tuning_playbook.design.range_words import describe
from tuning_playbook.design.warnings import design_warnings
from tuning_playbook.space import (
    factors_of,
)
from tuning_playbook.study import Project, Round, Study
from tuning_playbook.trial import Seconds, Step


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """One study of a round.

    Args:
        study: its name.
        trials: how many it runs.
        searched: one line for each searched hyperparameter and its range, and for each that
            follows from them.
    """

    study: str
    trials: int
    searched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a round would run.

    Args:
        round: its name.
        question: what it asks.
        arms: its studies.
        trials: of all arms.
        finished: of them, already run; failed ones are not among them.
        failed: of them, ended by a fault of the program or the machine, which may run again.
        shared: of them, already run by other rounds: the same configurations, seeds and program.
        steps: training steps of all trials that are left.
        workers: trials at the same time.
        seconds_per_trial: measured on finished trials; ``None`` before the first.
        measured_by_try: whether that is from one short run instead, its start included.
        seconds: estimate for what is left; ``None`` without a measurement.
        caveats: what the answer will hold for only.
        warnings: what the playbook would object to.
        fixed_without_reason: keys that could be tuned, stay fixed, and have no reason.
        followed: trials of the rounds it follows that count in its answer as well.
    """

    round: str
    question: str
    arms: tuple[ArmPlan, ...]
    trials: int
    finished: int
    failed: int
    shared: int
    steps: Step
    workers: int
    seconds_per_trial: Seconds | None
    measured_by_try: bool
    seconds: Seconds | None
    caveats: tuple[str, ...]
    warnings: tuple[str, ...]
    fixed_without_reason: tuple[str, ...] = ()
    followed: int = 0


def plan_round(
    project: Project,
    round_: Round,
    studies: Sequence[Study],
    *,
    finished: int = 0,
    failed: int = 0,
    shared: int = 0,
    seconds_per_trial: Seconds | None = None,
    measured_by_try: bool = False,
    compared: Collection[str] = (),
) -> RoundPlan:
    """Plan of a round.

    All trials of a round are equally long, so they run in waves:
    seconds = seconds_per_trial * ceil(trials left / workers).

    Args:
        project: declares every hyperparameter, and the workers.
        round_: what is asked.
        studies: that would run, see `tuning_playbook.design.studies_of`.
        finished: trials that have ended already and did not fail.
        failed: trials that have failed.
        shared: trials that other rounds have run already.
        seconds_per_trial: measured; ``None`` if unknown.
        measured_by_try: whether one short run has measured it.
        compared: keys that earlier rounds have compared.
    """
    trials = sum(study.trials for study in studies)
    left = max(0, trials - finished - failed - shared)
    workers = project.resources.workers
    return RoundPlan(
        round=round_.name,
        question=round_.question,
        arms=tuple(
            ArmPlan(
                s.name, s.trials, (*(describe(h) for h in s.space.hyperparameters), *_derived(s))
            )
            for s in studies
        ),
        trials=trials,
        finished=finished,
        failed=failed,
        shared=shared,
        steps=left * project.training.max_train_steps,
        workers=workers,
        seconds_per_trial=seconds_per_trial,
        measured_by_try=measured_by_try,
        seconds=None if seconds_per_trial is None else seconds_per_trial * -(-left // workers),
        caveats=caveats_of(project, studies, reasons=round_.reasons),
        warnings=design_warnings(project, round_),
        fixed_without_reason=fixed_without_reason(project, round_, studies, compared=compared),
    )


def _derived(study: Study) -> Iterator[str]:
    """What changes from trial to trial with the searched values."""
    for key, formula in study.derived.items():
        if any(factor.name in study.space.keys for factor in factors_of(formula)):
            yield f"{key}: {formula}"
