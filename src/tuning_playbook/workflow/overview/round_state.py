"""How far one round is, and what its trials, reruns and decisions came to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from math import isfinite

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.next_step.adoption_steps import is_settled
from tuning_playbook.decide.next_step.overtime import NO_OVERTIME, Overtime, overtime_of
from tuning_playbook.decide.next_step.project_state import RoundState
from tuning_playbook.decisions import Choice, Decision
from tuning_playbook.errors import PlaybookError
from tuning_playbook.gather.opening import open_round
from tuning_playbook.gather.reruns import stored_reruns
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.entered_decisions import EnteredDecision, entered_launches
from tuning_playbook.records.overrides import skipped_reruns
from tuning_playbook.records.programs import POOLED
from tuning_playbook.report.phrases.failures import failed_text
from tuning_playbook.run.crashing import all_fail_alike
from tuning_playbook.run.failed_alike import failed_alike
from tuning_playbook.space import Config
from tuning_playbook.study import Round
from tuning_playbook.trial import Status, Trial, ended_trials
from tuning_playbook.workflow.importing.imported_rounds import same_search
from tuning_playbook.workflow.overview.rerun_state import (
    RerunState,
    crashed_reruns,
    may_run_now,
    rerun_name,
    rerun_state,
)
from tuning_playbook.workflow.rounds.mixing import ran_another_program


def round_state(known: Snapshot, name: str) -> RoundState:
    """Everything that the next step depends on, of a round that has been run or imported."""
    counts = [known.tally(s.name).counts for s in known.studies_of(name)]
    answered = known.answers.get(name)
    written: Round | None = None
    with suppress(PlaybookError):
        written = open_round(known.opened, name)
    imported = written is None and known.is_imported(name)
    if imported:
        written = same_search(known.project, next(s for s in known.searches if s.name == name))
    ended = [] if imported else _beside_failed(known, name)
    failed = [trial for trial in ended if trial.status is Status.FAILED]
    best = {} if answered is None else answered.best_config
    reruns = RerunState() if answered is None else rerun_state(known, answered)
    launches = entered_launches(known.logbook, name)
    return RoundState(
        name=name,
        written=written,
        planned=sum(n for count in counts for n in count.values()),
        finished=sum(map(ended_trials, counts)),
        counting=sum(count.get(status, 0) for count in counts for status in POOLED),
        answered=answered,
        reruns=reruns.of_both,
        reruns_left=reruns.left,
        reruns_planned=reruns.planned,
        crashed_reruns=() if answered is None else crashed_reruns(known, name, answered),
        decision=_standing_decision(known, name, best, reruns),
        reruns_skipped=skipped_reruns(known.logbook, name) is not None,
        launched=bool(launches) and agrees(launches[-1].instead_of or launches[-1].after, best),
        failures=tuple(failed_text(found) for found in failed_alike(ended, round_name=name)),
        mended=bool(failed) and may_run_now(failed, known),
        mixed=not imported and is_mixed(known, name),
        imported=imported,
        crashing=_is_crashing(ended),
        running=sum(count.get(Status.RUNNING, 0) for count in counts),
        overtime=NO_OVERTIME if imported else _overtime(known, name),
    )


def _standing_decision(
    known: Snapshot, name: str, best: Config, reruns: RerunState
) -> Decision | None:
    """The newest decision on a round, where it is about things as they are now.

    One to adopt is launched only while baseline, program and reruns are those that it was made
    with. An open one is about the baseline of its time, or, where that never trained, about the
    program of its time; one that more reruns were not expected to settle falls once there are
    others.
    """
    entered = [e for e in known.decisions if e.decision.round == name]
    entered = entered or [*islice(_of_other_rounds(known, name, best), 1)]
    if not entered or not agrees(entered[-1].decision.candidate, best):
        return None
    decided = entered[-1].decision
    before = dict(decided.incumbent) == baseline_config(known.project)
    if decided.choice is Choice.INCONCLUSIVE:
        trained = any(map(isfinite, decided.incumbent_values))
        more = is_settled(decided) and reruns.of_both > 0 and not reruns.left
        fallen = more and _has_others(known, entered[-1])
        stands = before and (trained or _is_about_the_present(known, entered[-1])) and not fallen
        return decided if stands else None
    stands = before and _is_about_the_present(known, entered[-1])
    return decided if stands or decided.choice is not Choice.ADOPT else None


def _of_other_rounds(known: Snapshot, name: str, best: Config) -> Iterator[EnteredDecision]:
    """Decisions of other rounds on the same configuration and reruns, the newest first.

    A decision of this round would repeat them. One to adopt is launched from its own round.
    """
    facts, base = known.facts.get(name), baseline_config(known.project)
    if facts is None or not best:
        return
    for entered in reversed(known.decisions):
        decided = entered.decision
        if (
            decided.choice is not Choice.ADOPT
            and agrees(decided.candidate, best)
            and dict(decided.incumbent) == base
            and decided.complexity_cost == facts.complexity_cost
            and _is_about_present_reruns(known, entered)
        ):
            yield entered


def _is_about_the_present(known: Snapshot, entered: EnteredDecision) -> bool:
    """Whether a decision is about the present program, and its reruns are still the same."""
    same = known.same_programs.first(entered.code) == known.code
    return same and _is_about_present_reruns(known, entered)


def _is_about_present_reruns(known: Snapshot, entered: EnteredDecision) -> bool:
    """Whether the reruns still came to what was decided on; others may have taken their place."""
    decided = entered.decision
    if entered.metric != known.project.objective.metric:
        return True  # decided on examples that chose nothing
    return all(
        sorted(filter(isfinite, values))
        in (_present_values(known, config), _present_values(known, config, measured=True))
        for config, values in (
            (decided.candidate, decided.candidate_values),
            (decided.incumbent, decided.incumbent_values),
        )
    )


def _has_others(known: Snapshot, entered: EnteredDecision) -> bool:
    """Whether the candidate has been rerun since; reruns of the baseline serve other rounds."""
    if entered.metric != known.project.objective.metric:
        return False
    decided = entered.decision
    before = sorted(filter(isfinite, decided.candidate_values))
    return _present_values(known, decided.candidate) not in ([], before)


def _present_values(known: Snapshot, config: Config, *, measured: bool = False) -> list[float]:
    """Of the reruns of a configuration that trained, with the present program, in order.

    Args:
        known: of the project.
        config: every hyperparameter by key.
        measured: also those that ended at the declared chance level; a baseline counts with them
            where none of its reruns trained.
    """
    found = stored_reruns(known, only=[rerun_name(known, config)])
    values = (value for one in found for value in (one.measured if measured else one.values))
    return sorted(filter(isfinite, values))


def _beside_failed(known: Snapshot, name: str) -> list[Trial]:
    """Trials of those studies of a round in which some failed, or some are left."""
    counts = {s.name: known.tally(s.name).counts for s in known.studies_of(name)}
    if not any(count.get(Status.FAILED) for count in counts.values()):
        return []
    return [t for study in counts for t in known.trials(study)]


def _overtime(known: Snapshot, name: str) -> Overtime:
    studies = [
        s for s in known.studies_of(name) if known.tally(s.name).counts.get(Status.INFEASIBLE)
    ]
    trials = [trial for s in studies for trial in known.trials(s.name)]
    return overtime_of(trials, studies[0].training) if studies else NO_OVERTIME


def _is_crashing(trials: Iterable[Trial]) -> bool:
    """Whether the trials left belong to studies whose ended ones have all failed alike."""
    studies: dict[str, list[Trial]] = {}
    for trial in trials:
        studies.setdefault(trial.study, []).append(trial)
    begun = [own for own in studies.values() if not all(t.status.is_finished for t in own)]
    return bool(begun) and all(map(all_fail_alike, begun))


def is_mixed(known: Snapshot, name: str) -> bool:
    """Whether ended trials of a round ran another program than there is now."""
    return ran_another_program(known, known.studies_of(name), program=known.present_program)


def agrees(config: Config, best: Config) -> bool:
    """Whether a configuration is the round's best; reruns may have named another one since."""
    return all(config.get(key, value) == value for key, value in best.items())
