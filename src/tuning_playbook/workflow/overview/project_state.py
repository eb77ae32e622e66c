"""What the next step depends on, of the whole project."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from math import isfinite
from typing import NamedTuple

from tuning_playbook.decide.candidates import baseline_config, whole_config
from tuning_playbook.decide.mending import pending_advice
from tuning_playbook.decide.project_state import ProjectState, RoundState
from tuning_playbook.decisions import Choice, Decision, Soundness
from tuning_playbook.design.proposals import base_name
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.errors import InvalidInput, NoStoreYet, PlaybookError
from tuning_playbook.gather.opening import OpenProject, open_round, opened_store
from tuning_playbook.gather.reruns import stored_reruns
from tuning_playbook.gather.snapshot import Snapshot, round_names
from tuning_playbook.project_files.places import ROUNDS_FOLDER
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.records.entered_decisions import EnteredDecision, entered_launches
from tuning_playbook.records.logbook import EXPLORATION_OVER
from tuning_playbook.records.overrides import set_aside_checks, skipped_reruns
from tuning_playbook.records.programs import POOLED
from tuning_playbook.report.phrases.failures import failed_text
from tuning_playbook.roles import compared_keys
from tuning_playbook.run.crashing import all_fail_alike
from tuning_playbook.run.failed_alike import failed_alike
from tuning_playbook.run.failures import fault_of
from tuning_playbook.space import Config, Domain
from tuning_playbook.study import Provenance, Round
from tuning_playbook.trial import Reason, Status, Trial
from tuning_playbook.workflow.importing.imported_rounds import same_search
from tuning_playbook.workflow.rounds.imported_baseline import program_is_there, unproven_baseline
from tuning_playbook.workflow.rounds.mixing import ran_another_program
from tuning_playbook.workflow.rounds.refused_rounds import refused_rounds, runnable_now
from tuning_playbook.workflow.trying.last_failed_try import failed_try
from tuning_playbook.workflow.trying.last_try import last_tried


def project_state(opened: OpenProject) -> ProjectState:
    """Everything that decides what to do next."""
    written = {p.stem for p in (opened.folder / ROUNDS_FOLDER).glob("*.toml")}
    try:
        with opened_store(opened) as store:
            return _stored_state(Snapshot(opened, store), written)
    except NoStoreYet:
        waiting = tuple(sorted(written))
        readable = tuple(_readable(opened, waiting))
        return ProjectState(
            opened.project,
            waiting=runnable_now(waiting, readable),
            refused=refused_rounds(opened, None, waiting),
            asked=frozenset(k for r in readable for k in compared_keys(r)),
            names=frozenset(written),
            untried=last_tried(opened.folder) is None,
            failed_try=failed_try(opened, {}),
        )


def _stored_state(known: Snapshot, written: set[str]) -> ProjectState:
    ran = round_names(known.searches)
    order = [name for name in known.facts if name in ran] or list(ran)
    order = [name for name in order if name not in known.abandoned]
    answers = known.answers
    states = {name: _round_state(known, name) for name in {*order[-1:], *_void(order, answers)}}
    waiting = tuple(sorted(written - {*ran, *known.abandoned}))
    planned = tuple(_readable(known.opened, waiting))
    followed = {*(f.follows for f in known.facts.values()), *(r.follows for r in planned)}
    asked = {name: _asked(known, name) for name in order}
    left = {
        name: count
        for name, count in _begun(known, order).items()
        if not _was_replaced(known, name, order)
    }
    begun = {name: count for name, count in left.items() if name != order[-1]}
    begun_mixed = frozenset(name for name in left if _mixed(known, name))
    to_run = (*waiting, *(n for n in left if n in written and n not in begun_mixed))
    return ProjectState(
        project=known.project,
        current=states[order[-1]] if order else None,
        waiting=runnable_now(waiting, planned),
        refused=refused_rounds(known.opened, known, to_run),
        begun=begun,
        begun_mixed=begun_mixed,
        unsettled=tuple(
            states[name]
            for i, name in enumerate(order[:-1])
            if name in states
            and name not in followed
            and states[name].decision is None
            and not any(asked[later] >= asked[name] for later in order[i + 1 :])
        ),
        followed=frozenset(followed),
        asked=frozenset().union(*asked.values(), *map(compared_keys, planned)),
        names=frozenset({*written, *ran}),
        exploration_over=any(entry.kind == EXPLORATION_OVER for entry in known.logbook),
        unproven=unproven_baseline(known),
        moving=frozenset(pair for found in answers.values() for pair in found.moving),
        searched=_searched(known, order, answers),
        program_there=program_is_there(known.opened),
        untried=last_tried(known.folder) is None
        and all(known.is_imported(study.name) for study in known.studies),
        failed_try=failed_try(known.opened, known.tallies),
        undecided=_undecided(known, order, {r.follows for r in planned}),
        pending=pending_advice(
            order,
            {name: a.findings for name, a in answers.items()},
            max_train_steps=known.project.training.max_train_steps,
            direction=known.project.objective.direction,
            dismissed={name: set_aside_checks(known.logbook, name) for name in order},
        ),
        final_done=any(
            f.mode == "exploit" and n in answers for n, f in known.facts.items() if n in order
        ),
    )


def _searched(
    known: Snapshot, order: Sequence[str], answers: Mapping[str, AnsweredRound]
) -> dict[str, list[Domain]]:
    """The ranges of rounds that explored and were not void, the newest first, by key."""
    found: dict[str, list[Domain]] = {}
    for name in reversed(order):
        facts, answered = known.facts.get(name), answers.get(name)
        exploits = facts is not None and facts.mode == "exploit"
        if exploits or answered is None or answered.soundness is Soundness.VOID:
            continue
        for study in known.studies_of(name):
            for h in study.space.hyperparameters:
                found.setdefault(h.key, []).append(h.domain)
    return found


def _void(order: Sequence[str], answers: Mapping[str, AnsweredRound]) -> list[str]:
    return [n for n in order if n in answers and answers[n].soundness is Soundness.VOID]


def _undecided(
    known: Snapshot, order: Sequence[str], to_be_followed: Collection[str]
) -> tuple[RoundState, ...]:
    """Earlier rounds, latest first, that wait for a decision.

    Their best configuration was rerun, or it is better than that of the newest round. A round
    leaves its decision to one that follows it, unless that one has found nothing as good.
    """
    found = []
    newest = known.answers.get(order[-1]) if order else None
    followers = _followers(known, order)
    for name in reversed(order[:-1]):
        answered = known.answers.get(name)
        if answered is None or answered.soundness is Soundness.VOID:
            continue
        if any(not _is_better(answered, later) for later in followers.get(name, ())):
            continue
        rerun = _rerun_of(known, answered.best_config) in known.tallies
        if not rerun and name in to_be_followed:
            continue
        asks = rerun and not _was_decided(known, name, answered.best_config)
        if asks or (newest is not None and _is_better(answered, newest)):
            found.append(_round_state(known, name))
    return tuple(found)


def _was_decided(known: Snapshot, name: str, best: Config) -> bool:
    """Whether a round was decided about when another configuration was the baseline.

    Or its best configuration was that baseline, whose place the present one has taken.
    """
    base = baseline_config(known.project)
    return any(
        (e.decision.round == name and dict(e.decision.incumbent) != base)
        or (
            e.decision.choice is Choice.ADOPT
            and dict(e.decision.candidate) == base
            and _agree(e.decision.incumbent, best)
        )
        for e in known.decisions
    )


def _followers(known: Snapshot, order: Sequence[str]) -> dict[str, list[AnsweredRound]]:
    """Answers, other than void ones, of the rounds that follow a round."""
    found: dict[str, list[AnsweredRound]] = {}
    for name in order:
        later, facts = known.answers.get(name), known.facts.get(name)
        if facts is None or later is None or later.soundness is Soundness.VOID:
            continue
        found.setdefault(facts.follows, []).append(later)
    return found


def _is_better(one: AnsweredRound, other: AnsweredRound) -> bool:
    return one.metric == other.metric and one.best_loss < other.best_loss


def _rerun_of(known: Snapshot, best: Config) -> str:
    """Name of the study that reruns a round's best configuration with the present program."""
    try:
        config = whole_config(known.project, best)
    except InvalidInput:  # a hyperparameter is declared no longer
        return ""
    return rerun_study(known.project, config, provenance=Provenance(code=known.code)).name


def _asked(known: Snapshot, name: str) -> frozenset[str]:
    """Keys that a round compared."""
    return frozenset(key for s in known.studies_of(name) for key in (*s.scientific, *s.joint))


def _readable(opened: OpenProject, names: Sequence[str]) -> Iterator[Round]:
    """The rounds whose files have no mistakes; `playbook run` tells those of the others."""
    for name in names:
        with suppress(PlaybookError):
            yield open_round(opened, name)


def _begun(known: Snapshot, names: Sequence[str]) -> dict[str, int]:
    """Trials left in each round that has some."""
    left = dict.fromkeys(names, 0)
    for study in known.searches:
        name = study.round or study.name
        if name in left:
            counts = known.tally(study.name).counts
            left[name] += sum(n for status, n in counts.items() if not status.is_finished)
    return {name: count for name, count in left.items() if count}


def _was_replaced(known: Snapshot, name: str, order: Sequence[str]) -> bool:
    """Whether a round was run again under another number of its name, as messages advise."""
    return any(
        base_name(later) == base_name(name)
        and _roles(known, later) == _roles(known, name)
        and later in known.answers
        for later in order[order.index(name) + 1 :]
    )


def _roles(known: Snapshot, name: str) -> set[tuple[frozenset[str], frozenset[str]]]:
    """What each arm of a round compares and searches."""
    return {
        (frozenset(s.scientific), frozenset(h.key for h in s.space.hyperparameters))
        for s in known.studies_of(name)
    }


def _round_state(known: Snapshot, name: str) -> RoundState:
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
    reruns = _Reruns() if answered is None else _reruns(known, answered)
    launches = entered_launches(known.logbook, name)
    return RoundState(
        name=name,
        written=written,
        planned=sum(n for count in counts for n in count.values()),
        finished=sum(n for count in counts for status, n in count.items() if status.is_finished),
        counting=sum(count.get(status, 0) for count in counts for status in POOLED),
        answered=answered,
        reruns=reruns.of_both,
        reruns_left=reruns.left,
        reruns_planned=reruns.planned,
        failed_reruns=reruns.failing,
        reruns_failed=reruns.failed,
        decision=_standing_decision(known, name, best),
        reruns_skipped=skipped_reruns(known.logbook, name) is not None,
        launched=bool(launches) and _agree(launches[-1].after, best),
        failures=tuple(failed_text(found) for found in failed_alike(ended, round_name=name)),
        mended=bool(failed) and _is_mended(failed, known),
        mixed=not imported and _mixed(known, name),
        imported=imported,
        crashing=_is_crashing(ended),
        running=sum(count.get(Status.RUNNING, 0) for count in counts),
        timed_out=0 if imported else _timed_out(known, name),
    )


def _standing_decision(known: Snapshot, name: str, best: Config) -> Decision | None:
    """The newest decision on a round, where it is about things as they are now.

    One to adopt is launched only while baseline, program and reruns are those that it was made
    with. An open one is about the baseline of its time.
    """
    entered = [e for e in known.decisions if e.decision.round == name]
    entered = entered or [*islice(_of_other_rounds(known, name, best), 1)]
    if not entered or not _agree(entered[-1].decision.candidate, best):
        return None
    decided = entered[-1].decision
    before = dict(decided.incumbent) == baseline_config(known.project)
    if decided.choice is Choice.INCONCLUSIVE:
        trained = any(map(isfinite, decided.incumbent_values))
        stands = before and (trained or _is_about_present_reruns(known, entered[-1]))
        return decided if stands else None
    same = before and known.same_programs.first(entered[-1].code) == known.code
    stands = same and _is_about_present_reruns(known, entered[-1])
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
            and _agree(decided.candidate, best)
            and dict(decided.incumbent) == base
            and decided.complexity_cost == facts.complexity_cost
            and _is_about_present_reruns(known, entered)
        ):
            yield entered


def _is_about_present_reruns(known: Snapshot, entered: EnteredDecision) -> bool:
    """Whether the reruns still came to what was decided on; others may have taken their place."""
    decided = entered.decision
    if entered.metric != known.project.objective.metric:
        return True  # decided on examples that chose nothing
    sides = [
        (_rerun_of(known, decided.candidate), decided.candidate_values),
        (_rerun_of(known, decided.incumbent), decided.incumbent_values),
    ]
    found = stored_reruns(known, only=[name for name, _ in sides])
    present = {one.study.name: one.values for one in found}
    return all(
        sorted(filter(isfinite, present.get(name, ()))) == sorted(filter(isfinite, values))
        for name, values in sides
    )


def _beside_failed(known: Snapshot, name: str) -> list[Trial]:
    """Trials of those studies of a round in which some failed, or some are left."""
    counts = {s.name: known.tally(s.name).counts for s in known.studies_of(name)}
    if not any(count.get(Status.FAILED) for count in counts.values()):
        return []
    return [t for study in counts for t in known.trials(study)]


def _timed_out(known: Snapshot, name: str) -> int:
    return sum(
        trial.reason is Reason.TIMEOUT
        for s in known.studies_of(name)
        if known.tally(s.name).counts.get(Status.INFEASIBLE)
        for trial in known.trials(s.name)
    )


def _is_crashing(trials: Iterable[Trial]) -> bool:
    """Whether the trials left belong to studies whose ended ones have all failed alike."""
    studies: dict[str, list[Trial]] = {}
    for trial in trials:
        studies.setdefault(trial.study, []).append(trial)
    begun = [own for own in studies.values() if not all(t.status.is_finished for t in own)]
    return bool(begun) and all(map(all_fail_alike, begun))


def _is_mended(failed: Sequence[Trial], known: Snapshot) -> bool:
    """Whether running failed trials again may help: what is declared of errors counts as well."""
    declared = known.project.failures
    return all(
        t.reason is Reason.LOST
        or t.program != known.present_program
        or fault_of(t.detail, None, declared) is not None
        for t in failed
    )


def _mixed(known: Snapshot, name: str) -> bool:
    return ran_another_program(known, known.studies_of(name), program=known.present_program)


def _agree(config: Config, best: Config) -> bool:
    """Whether a configuration is the round's best; reruns may have named another one since."""
    return all(config.get(key, value) == value for key, value in best.items())


class _Reruns(NamedTuple):
    """Reruns with the program as it is now.

    ``of_both``: how often the best configuration and the baseline have both been run again.
    ``left``: how many have not ended.
    ``failing``: ways to fail of a configuration all of whose reruns failed alike.
    ``failed``: how many failed by the program.
    ``planned``: how many were asked for, of the one of which more were.
    """

    of_both: int = 0
    left: int = 0
    failing: tuple[str, ...] = ()
    failed: int = 0
    planned: int = 0


def _reruns(known: Snapshot, answered: AnsweredRound) -> _Reruns:
    """How far the reruns of a round's best configuration and of the baseline are."""
    try:
        best = whole_config(known.project, answered.best_config)
    except InvalidInput:  # a hyperparameter is declared no longer
        return _Reruns()
    provenance, ended, left = Provenance(code=known.code), [], 0
    failing: dict[str, tuple[str, ...]] = {}
    failed = planned = 0
    names = [
        rerun_study(known.project, config, provenance=provenance).name
        for config in (best, baseline_config(known.project))
    ]
    for name in names:
        counts = known.tally(name).counts
        ended.append(sum(n for status, n in counts.items() if status.is_finished))
        waiting = sum(n for status, n in counts.items() if not status.is_finished)
        left += waiting
        planned = max(planned, sum(counts.values()))
        trials = known.trials(name) if counts else ()
        failed += sum(t.status is Status.FAILED and t.reason is not Reason.LOST for t in trials)
        if all_fail_alike(trials):
            failing[name] = tuple(
                failed_text(found) for found in failed_alike(trials, round_name=name)
            )
    # Where none is left, a candidate that always fails is an answer; a baseline that does is not.
    stands = left or names[1] in failing
    told = tuple(t for f in failing.values() for t in f) if stands else ()
    return _Reruns(min(ended), left, told, failed, planned)
