"""How far the reruns of a round are, and which of them failed by the training program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tuning_playbook.decide.candidates import baseline_config, whole_config
from tuning_playbook.decide.launches.reruns import counts_as_rerun
from tuning_playbook.decide.next_step.crashed_reruns import CrashedReruns, Remedy
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.records.reruns import has_protocol
from tuning_playbook.report.phrases.failures import failed_text
from tuning_playbook.run.failed_alike import failed_alike
from tuning_playbook.run.failures import fault_of
from tuning_playbook.space import Config
from tuning_playbook.study import Provenance
from tuning_playbook.trial import Reason, Status, Trial


class RerunState(NamedTuple):
    """Reruns of a round's best configuration and of the baseline, with the program as it is now.

    ``of_both``: how often both have been run again.
    ``left``: how many have not ended.
    ``planned``: how many were asked for, of the one of which more were.
    """

    of_both: int = 0
    left: int = 0
    planned: int = 0


def rerun_state(known: Snapshot, answered: AnsweredRound) -> RerunState:
    """How far the reruns of a round's best configuration and of the baseline are."""
    configs = _both(known, answered)
    if not configs:
        return RerunState()
    counting = [
        [
            trial
            for trial in known.rerun_trials(_present_name(known, config))
            if counts_as_rerun(trial)
        ]
        for config in configs
    ]
    ended = [sum(trial.status.is_finished for trial in trials) for trials in counting]
    planned = [len(trials) for trials in counting]
    return RerunState(min(ended), sum(planned) - sum(ended), max(planned))


def rerun_name(known: Snapshot, best: Config) -> str:
    """Name of the study that reruns a round's best configuration with the present program."""
    try:
        return _present_name(known, whole_config(known.project, best))
    except InvalidInput:  # a hyperparameter is declared no longer
        return ""


def crashed_reruns(
    known: Snapshot, round_name: str, answered: AnsweredRound
) -> tuple[CrashedReruns, ...]:
    """Reruns of a round that failed by the program: of its arms, and of its best and the baseline.

    Where the present program has rerun a configuration, those reruns count, and else the newest.
    """
    both = _both(known, answered)
    if not both or not _some_failed(known):
        return ()
    arms = list(_of_arms(known, round_name))
    others = [_Rerun.of(known, config) for config in arms if config not in both]
    # The best configuration is rerun by both commands: it goes with those that were typed.
    typed = any(one.trials for one in others) and not _Rerun.of(known, both[-1]).trials
    with_arms = typed or any(one.failed for one in others)
    alone = [config for config in both if not (with_arms and config in arms)]
    groups = (
        (arms if with_arms else [], f"the arms of round {round_name}", f"{round_name} --arms"),
        (alone, f"round {round_name}", round_name),
    )
    found = (
        _crashed(known, [_Rerun.of(known, config) for config in configs], of, words)
        for configs, of, words in groups
    )
    return tuple(one for one in found if one is not None)


def crashed_baseline(known: Snapshot) -> CrashedReruns | None:
    """Reruns of the baseline that failed by the program, where it is rerun for itself."""
    if not _some_failed(known):
        return None
    reruns = _Rerun.of(known, baseline_config(known.project))
    return _crashed(known, [reruns], "the baseline", "--baseline")


class _Rerun(NamedTuple):
    """The reruns of one configuration.

    ``trials``: with the present program, else with the version that reran it last.
    ``is_present``: whether they are those of the present program.
    """

    trials: tuple[Trial, ...]
    is_present: bool

    @classmethod
    def of(cls, known: Snapshot, config: Config) -> _Rerun:
        present = known.rerun_trials(_present_name(known, config))
        if present:
            return cls(present, is_present=True)
        earlier = [
            s.name
            for s in known.rerun_studies
            if dict(s.fixed) == dict(config) and has_protocol(s, known.project)
        ]
        newest = max(earlier, key=lambda name: known.tally(name).created_at, default=None)
        return cls(() if newest is None else known.trials(newest), is_present=False)

    @property
    def failed(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.failed_by_program]


def _crashed(
    known: Snapshot, reruns: Sequence[_Rerun], of: str, typed: str
) -> CrashedReruns | None:
    failing = [one for one in reruns if one.failed]
    if not failing:
        return None
    ways = tuple(
        failed_text(found)
        for one in failing
        for found in failed_alike(one.trials, round_name=one.trials[0].study)
        if found.reason is not Reason.LOST
    )
    present = [trial for one in failing if one.is_present for trial in one.failed]
    remedy = Remedy.AGAIN
    if present:
        remedy = Remedy.RETRY if may_run_now(present, known) else Remedy.MENDING
    return CrashedReruns(of, typed, max(len(one.trials) for one in reruns), ways, remedy)


def may_run_now(failed: Iterable[Trial], known: Snapshot) -> bool:
    """Whether running failed trials again may help: what is declared of errors counts as well."""
    declared = known.project.failures
    return all(
        t.reason is Reason.LOST
        or t.program != known.present_program
        or fault_of(t.detail, None, declared) is not None
        for t in failed
    )


def _some_failed(known: Snapshot) -> bool:
    return any(known.tally(s.name).counts.get(Status.FAILED) for s in known.rerun_studies)


def _both(known: Snapshot, answered: AnsweredRound) -> tuple[Config, ...]:
    """The best configuration and the baseline, once where they are one.

    Empty where a hyperparameter of the best is declared no longer.
    """
    try:
        best = whole_config(known.project, answered.best_config)
    except InvalidInput:
        return ()
    base = baseline_config(known.project)
    return (base,) if best == base else (best, base)


def _of_arms(known: Snapshot, round_name: str) -> Iterator[Config]:
    """The best configuration of each arm, where there are several."""
    # Judging trials takes statistics, which `next` imports only where reruns have failed.
    from tuning_playbook.answers.arm_standing import best_of_arms
    from tuning_playbook.gather.arms import arms_of_round

    arms = arms_of_round(known, round_name)
    if len(arms) < 2:
        return
    try:
        yield from best_of_arms(known.project, arms, exact=known.exact_configs).values()
    except InvalidInput:  # a hyperparameter is declared no longer
        return


def _present_name(known: Snapshot, config: Config) -> str:
    return rerun_study(known.project, config, provenance=Provenance(code=known.code)).name
