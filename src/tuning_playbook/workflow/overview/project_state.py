"""What the next step depends on, of the whole project."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.next_step.mending import AdviceStep, pending_advice
from tuning_playbook.decide.next_step.project_state import ProjectState, RoundState
from tuning_playbook.decide.rounds.exploration import agreed_narrowing
from tuning_playbook.decisions import Choice, Soundness
from tuning_playbook.design.proposals import base_name
from tuning_playbook.errors import NoStoreYet, PlaybookError
from tuning_playbook.gather.opening import OpenProject, open_round, opened_store
from tuning_playbook.gather.snapshot import Snapshot, round_names
from tuning_playbook.project_files.places import ROUNDS_FOLDER
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.records.entered_decisions import entered_launches
from tuning_playbook.records.logbook import EXPLORATION_OVER
from tuning_playbook.records.looks import looks_at
from tuning_playbook.records.overrides import set_aside_checks, skipped_reruns
from tuning_playbook.roles import compared_keys
from tuning_playbook.space import Config, Domain
from tuning_playbook.study import Round
from tuning_playbook.trial import unfinished_trials
from tuning_playbook.workflow.overview.rerun_state import crashed_baseline, rerun_name
from tuning_playbook.workflow.overview.round_state import agrees, is_mixed, round_state
from tuning_playbook.workflow.rounds.imported_baseline import program_is_there, unproven_baseline
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
    states = {name: round_state(known, name) for name in {*order[-1:], *_void(order, answers)}}
    states |= {name: _with_design(known, states[name]) for name in order[-1:]}
    waiting = tuple(sorted(written - {*ran, *known.abandoned}))
    planned = tuple(_readable(known.opened, waiting))
    followed = {*(f.follows for f in known.facts.values()), *(r.follows for r in planned)}
    asked = {name: _asked(known, name) for name in order}
    left = _begun(known, order)
    begun = {name: count for name, count in left.items() if name != order[-1]}
    begun_mixed = frozenset(name for name in left if is_mixed(known, name))
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
        test_was_looked_at=bool(looks_at(known.logbook, "test")),
        unproven=unproven_baseline(known),
        crashed_baseline=crashed_baseline(known),
        moving=frozenset(pair for found in answers.values() for pair in found.moving),
        searched=_searched(known, order, answers),
        program_there=program_is_there(known.opened),
        untried=last_tried(known.folder) is None
        and all(known.is_imported(study.name) for study in known.studies),
        failed_try=failed_try(known.opened, known.tallies),
        undecided=_undecided(known, order, {r.follows for r in planned}),
        open_questions=_open_questions(known, order, followed, asked),
        pending=_pending(known, order),
        final_done=any(
            f.mode == "exploit" and n in answers for n, f in known.facts.items() if n in order
        ),
    )


def _with_design(known: Snapshot, current: RoundState) -> RoundState:
    """Whether a round that has ended could have more trials as things are."""
    has_ended = 0 < current.planned == current.finished
    if not has_ended or current.mixed or current.imported or current.written is None:
        return current
    refused = refused_rounds(known.opened, known, [current.name])
    return replace(current, redesigned=bool(refused))


def _open_questions(
    known: Snapshot,
    order: Sequence[str],
    followed: Collection[str],
    asked: Mapping[str, frozenset[str]],
) -> tuple[RoundState, ...]:
    """Earlier rounds whose arms reruns may tell apart, if nobody has closed or repeated them."""
    found = []
    for i, name in enumerate(order[:-1]):
        answered = known.answers.get(name)
        if answered is None or not answered.settling_command or name in followed:
            continue
        again = any(asked[later] >= asked[name] for later in order[i + 1 :])
        closed = skipped_reruns(known.logbook, name) or entered_launches(known.logbook, name)
        can_run = not known.is_imported(name) and rerun_name(known, answered.best_config)
        if can_run and not again and not closed:
            found.append(round_state(known, name))
    return tuple(found)


def _pending(known: Snapshot, order: Sequence[str]) -> dict[str, tuple[AdviceStep, ...]]:
    return pending_advice(
        order,
        {name: answered.findings for name, answered in known.answers.items()},
        max_train_steps=known.project.training.max_train_steps,
        direction=known.project.objective.direction,
        dismissed={name: set_aside_checks(known.logbook, name) for name in order},
    )


def _searched(
    known: Snapshot, order: Sequence[str], answers: Mapping[str, AnsweredRound]
) -> dict[str, list[Domain]]:
    """The ranges of rounds that explored and were not void, the newest first, by key.

    Without the ends in which no arm of the round came near its best: a widening that a later round
    has refuted is not searched again.
    """
    found: dict[str, list[Domain]] = {}
    for name in reversed(order):
        facts, answered = known.facts.get(name), answers.get(name)
        exploits = facts is not None and facts.mode == "exploit"
        if exploits or answered is None or answered.soundness is Soundness.VOID:
            continue
        shown = [answered.useful_ranges.get(study, {}) for study in answered.searched]
        for study in known.studies_of(name):
            domains = {h.key: h.domain for h in study.space.hyperparameters}
            for key, domain in {**domains, **agreed_narrowing(domains, shown)}.items():
                found.setdefault(key, []).append(domain)
    return found


def _void(order: Sequence[str], answers: Mapping[str, AnsweredRound]) -> list[str]:
    return [n for n in order if n in answers and answers[n].soundness is Soundness.VOID]


def _undecided(
    known: Snapshot, order: Sequence[str], to_be_followed: Collection[str]
) -> tuple[RoundState, ...]:
    """Earlier rounds, latest first, that wait for a decision.

    Their best configuration was rerun, or it is better than that of every later round: once a later
    round has found a better one, the decision is about that one, and stays so. A round leaves its
    decision to one that follows it, unless that one has found nothing as good.
    """
    found = []
    later = _later_answers(known, order)
    followers = _followers(known, order)
    for name in reversed(order[:-1]):
        answered = known.answers.get(name)
        if answered is None or answered.soundness is Soundness.VOID:
            continue
        if _was_beaten(known, answered.best_config):
            continue
        if any(not _is_better(answered, follower) for follower in followers.get(name, ())):
            continue
        rerun = rerun_name(known, answered.best_config) in known.rerun_sets
        if not rerun and name in to_be_followed:
            continue
        asks = rerun and not _was_decided(known, name)
        if asks or all(_is_better(answered, other) for other in later[name]):
            found.append(round_state(known, name))
    return tuple(found)


def _later_answers(known: Snapshot, order: Sequence[str]) -> dict[str, list[AnsweredRound]]:
    """Round -> answers, other than void ones, of the rounds that began after it."""
    found: dict[str, list[AnsweredRound]] = {}
    later: list[AnsweredRound] = []
    for name in reversed(order):
        found[name] = list(later)
        answered = known.answers.get(name)
        if answered is not None and answered.soundness is not Soundness.VOID:
            later.append(answered)
    return found


def _was_decided(known: Snapshot, name: str) -> bool:
    """Whether a round was decided about when another configuration was the baseline."""
    base = baseline_config(known.project)
    return any(
        e.decision.round == name and dict(e.decision.incumbent) != base for e in known.decisions
    )


def _was_beaten(known: Snapshot, best: Config) -> bool:
    """Whether a configuration was the baseline when the present one took its place."""
    base = baseline_config(known.project)
    return any(
        e.decision.choice is Choice.ADOPT
        and dict(e.decision.candidate) == base
        and agrees(e.decision.incumbent, best)
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
            left[name] += unfinished_trials(known.tally(study.name).counts)
    return {
        name: count
        for name, count in left.items()
        if count and not _was_replaced(known, name, names)
    }


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
