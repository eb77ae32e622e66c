"""Whether a project can afford a round at all, before it is tuned."""

from __future__ import annotations

import math

from tuning_playbook.trial import Seconds, Step
from tuning_playbook.words import agreeing, counted

# A convention, the playbook gives no number: a round that takes longer teaches too late.
LONGEST_ROUND: Seconds = 7 * 24 * 3600.0
_DAY: Seconds = 24 * 3600.0
_TRIALS_FOR_EACH = 10  # lets one more hyperparameter be tuned


def entry_objection(
    *,
    left: int,
    arms: int,
    workers: int,
    seconds_per_trial: Seconds | None,
    max_train_steps: Step,
    tuned: int,
    proven_baseline: bool,
) -> str:
    """What to shrink in a round that takes longer than a week; empty where it does not.

    Trials run in waves: seconds = seconds_per_trial * ceil(left / workers).

    Args:
        left: trials still to run.
        arms: that share them.
        workers: trials at the same time.
        seconds_per_trial: measured; ``None`` gives no objection.
        max_train_steps: of each trial.
        tuned: nuisance hyperparameters of the arm that has the most.
        proven_baseline: whether a launch, reruns or a declared reference speak for the baseline.

    Source: playbook, "Striking a balance between informative and affordable experiments".
    """
    if seconds_per_trial is None or left < 1:
        return ""
    seconds = seconds_per_trial * math.ceil(left / workers)
    if seconds <= LONGEST_ROUND:
        return ""
    ways = [
        *_more_workers(left, workers, seconds_per_trial),
        *_fewer_trials(arms, workers, seconds_per_trial, tuned),
        _shorter(max_train_steps, seconds),
    ]
    words = (
        f"{counted(left, 'trial')} on {counted(workers, 'worker')} take about "
        f"{_days(seconds)}. Rounds of more than {_days(LONGEST_ROUND)} leave no time for the "
        f"rounds that should follow. Each of these alone makes it short enough: "
        f"{'; or '.join(ways)}."
    )
    if not proven_baseline:
        words += (
            " Nothing shows yet that the baseline is a reasonable start (no launch, no reruns of "
            "it, no reference under [project]), so choose the change that gives the shortest round."
        )
    return words


def _more_workers(left: int, workers: int, seconds_per_trial: Seconds) -> list[str]:
    waves = int(LONGEST_ROUND // seconds_per_trial)
    if not waves:
        return []
    needed = math.ceil(left / waves)
    return [f"{counted(needed, 'worker')} at the same time instead of {workers}"]


def _fewer_trials(arms: int, workers: int, seconds_per_trial: Seconds, tuned: int) -> list[str]:
    each = int(LONGEST_ROUND // seconds_per_trial) * workers // arms
    if not each:
        return []
    per_arm = " in each arm" if arms > 1 else ""
    fewer = max(1, each // _TRIALS_FOR_EACH)
    which = f", tuning {fewer} of {tuned} hyperparameters" if fewer < tuned else ""
    return [f"{each} {agreeing(each, 'trial', 'trials')}{per_arm}{which}"]


def _shorter(max_train_steps: Step, seconds: Seconds) -> str:
    exact = max_train_steps * LONGEST_ROUND / seconds
    digits = max(0, math.floor(math.log10(exact)) - 1) if exact >= 1 else 0
    steps = max(1, int(exact // 10**digits * 10**digits))
    return f"max_train_steps = {steps} instead of {max_train_steps} for all trials"


def _days(seconds: Seconds) -> str:
    days = seconds / _DAY
    return f"{days:.0f} days" if days >= 10 else f"{days:.2g} days"
