"""The next question of a project and, where all have been asked, its last search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.next_step.how_to import dismissal
from tuning_playbook.decide.next_step.imported_steps import declaring_step, searched_nothing
from tuning_playbook.decide.next_step.learnt_ranges import widened, with_reasons
from tuning_playbook.decide.next_step.mending_steps import mending_steps, more_trials_step
from tuning_playbook.decide.next_step.number_of_trials import as_it_ran, was_extended
from tuning_playbook.decide.next_step.project_state import ProjectState, RoundState
from tuning_playbook.decide.next_step.step import NextStep
from tuning_playbook.decide.rounds.exploration import agreed_narrowing, narrowing_words
from tuning_playbook.decisions import Soundness
from tuning_playbook.design.proposals import (
    USUAL_TRIALS,
    base_name,
    final_round,
    question_rounds,
    tuning_round,
)
from tuning_playbook.design.ranges import holds, searched_ranges
from tuning_playbook.findings import Verdict
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.roles import compared_keys
from tuning_playbook.space import Domain, existing
from tuning_playbook.study import Round
from tuning_playbook.vocabulary import chooses_what_is_trained
from tuning_playbook.words import copied_round

_OVER = 'playbook close-exploration --reason "all questions are asked, the last search has ended"'


# Checks that keep a project from its last, greedy search.
_GATES = {
    "search-space-boundary": (
        "the best trials of the last round are concentrated at an edge of their range"
    ),
    "sampling-density": "the good region of the last round was sampled too thinly",
}
_GOOD = "the good region of an earlier round, with a margin"
_WHOLE = "the whole range, as earlier rounds do not show where in it the good values lie"


def asking_steps(state: ProjectState, proposed: Sequence[Round]) -> Iterator[NextStep]:
    """The next question, or the last search where all have been asked.

    Args:
        state: of the project.
        proposed: rounds that come before any of them.
    """
    current = state.current
    written = None if current is None else current.written
    trials = USUAL_TRIALS
    if current is not None and written is not None and written.mode != "exploit":
        trials = as_it_ran(written, current.answered).trials
    project = widened(state.project, state.searched)
    rounds = question_rounds(
        project,
        asked=state.asked,
        trials=trials,
        taken_names=state.names,
        moving=state.moving,
    )
    refused = {base_name(name) for name in state.refused}
    rounds = tuple(
        with_reasons(round_, state.project)
        for round_ in rounds
        if base_name(round_.name) not in refused
    )
    for round_ in rounds:
        narrower = _may_be_narrower(state, round_, proposed)
        yield NextStep(
            f"Ask: {round_.question}",
            f"{_why_asked(round_)}{_why_so_many(current)}{narrower}",
            round=round_,
            source="round-goal",
        )
    if current is None and not state.waiting:
        first = tuning_round(project, trials=trials, taken_names=state.names)
        if first is not None and base_name(first.name) not in refused:
            yield NextStep(
                f"Ask: {first.question}",
                "a tuned baseline shows how much there is to gain before anything is compared",
                round=first,
                source="initial-configuration",
            )
        elif not (first or rounds) and (declaring := declaring_step(state.project)) is not None:
            yield declaring
    elif current is not None and not (rounds or refused) and not searched_nothing(current):
        yield from _the_end(state, current, [round_.name for round_ in proposed])


def _why_asked(round_: Round) -> str:
    key = compared_keys(round_)[0]
    if key in round_.presence:
        shared = ", ".join(other for other in round_.nuisance if other != key)
        return (
            f"whether {key} helps has not been compared yet; {round_.trials} trials without it and "
            f"{round_.trials} with it, tuning {shared}, and its strength where it is on"
        )
    return (
        f"{key} has not been compared yet; {round_.trials} trials for each of "
        f"{len(round_.scientific[key])} values, tuning {', '.join(round_.nuisance)}"
    )


def _why_so_many(current: RoundState | None) -> str:
    """Where the number of trials comes from: the last round's file, if it can be read."""
    if current is None:
        return ""
    file = f"rounds/{current.name}.toml"
    if current.written is None:
        return (
            f". {USUAL_TRIALS} trials are the default; the number in {file} would be used, but "
            f"that file cannot be read; see: playbook plan {current.name}"
        )
    few = as_it_ran(current.written, current.answered).trials < USUAL_TRIALS
    if few and not current.imported:
        return (
            f". The number of trials is that of round {current.name}; the default is "
            f"{USUAL_TRIALS}, and with fewer only large differences can be detected"
        )
    return ""


def _may_be_narrower(state: ProjectState, round_: Round, proposed: Sequence[Round]) -> str:
    """Which ranges of ``round_`` the last round has shown to be wider than needed.

    Not those that another step wants to search again in other ranges, and none for a comparison of
    optimizers or models, nor by trials of several: each of them has good values of its own.
    """
    current, base = state.current, baseline_config(state.project)
    answered = None if current is None else current.answered
    if current is None or answered is None:
        return ""
    pooled = (key for keys in answered.searched.values() for key in keys)
    if any(map(chooses_what_is_trained, (*compared_keys(round_), *pooled))):
        return ""  # another optimizer or model may need what the last one had no use for
    shown = [answered.useful_ranges.get(study, {}) for study in answered.searched]
    narrowed = {
        key: domain
        for key, domain in agreed_narrowing(round_.nuisance, shown).items()
        if holds(domain, base.get(key)) and key not in _changed_ranges(current, proposed)
    }
    if not narrowed:
        return ""
    return (
        f". By the trials of {current.name} these ranges can be narrower, if you write that into "
        f"the file: {narrowing_words(narrowed)}"
    )


def _changed_ranges(current: RoundState, proposed: Sequence[Round]) -> set[str]:
    """Keys that a proposed round searches in another range than the last round did."""
    before = {} if current.written is None else searched_ranges(current.written)
    return {
        key
        for other in proposed
        for key, domain in searched_ranges(other).items()
        if key in before and before[key] != domain
    }


def _the_end(
    state: ProjectState, current: RoundState, proposed: Sequence[str]
) -> Iterator[NextStep]:
    """The last search where exploration has shown where to look, and then the test set."""
    answered = current.answered
    if answered is None:
        return
    if state.final_done:
        yield from _after_the_last_search(state)
        return
    if state.waiting:
        return  # what it finds may move the region that is to be searched
    missing = (
        *gate(answered),
        *(f"round {name}, proposed above, has not been run" for name in proposed),
        *(
            f"round {name} was interrupted and has {left} trials left"
            for name, left in state.begun.items()
        ),
        *(f"round {earlier.name} has no answer yet" for earlier in state.unsettled),
    )
    good = _good_ranges(state, answered.good_ranges)
    whole = tuning_round(widened(state.project, state.searched))
    searched = answered.good_ranges or was_extended(current, answered)
    if missing:
        yield _first_what_is_missing(state, current, answered, missing, proposed)
    elif good:
        why = "the last round shows where its good trials lie"
        yield _last_search(state, current, good, why)
    elif searched and whole is not None:
        why = "the trials so far do not show where in the ranges of the baseline the good ones lie"
        yield _last_search(state, current, whole.nuisance, why, reason=_WHOLE)
    else:
        yield _more_trials(state, current)


def _first_what_is_missing(
    state: ProjectState,
    current: RoundState,
    answered: AnsweredRound,
    missing: Sequence[str],
    proposed: Sequence[str],
) -> NextStep:
    """What comes before the last search: another round, or why the search has to wait.

    A round that was closed by hand proposes its corrected ranges no longer, until nothing but the
    last search is left.
    """
    if proposed or missing != gate(answered):
        return _not_yet("; ".join(missing))
    setting_aside = " or ".join(
        dismissal(current.name, check) for check in _GATES if _is_shut(answered, check)
    )
    mending = (step for step in mending_steps(state, current, answered) if step.round is not None)
    first = next(mending, None)
    if first is None:
        return replace(_not_yet("; ".join(missing)), dismissal=setting_aside)
    before = "before a last, greedy search, this is left: " + "; ".join(missing)
    return replace(first, reason=f"{before}\n{first.reason}", dismissal=setting_aside)


def _last_search(
    state: ProjectState,
    current: RoundState,
    ranges: Mapping[str, Domain],
    why: str,
    *,
    reason: str = _GOOD,
) -> NextStep:
    written = current.written
    usual = USUAL_TRIALS if written is None or written.mode == "exploit" else written.trials
    last = final_round(
        state.project,
        ranges,
        trials=2 * max(usual, USUAL_TRIALS),
        why=reason,
        asked=state.asked,
        taken_names=state.names,
    )
    return NextStep(
        f"Search the good region closely: round {last.name}"
        if reason == _GOOD
        else f"Search the ranges of the baseline closely: round {last.name}",
        f"every question has been asked once, and {why}",
        round=last,
        source="after-exploration",
    )


def _not_yet(why: str, how: str = "") -> NextStep:
    return NextStep(
        "Not yet: a last, greedy search for the best configuration",
        f"every question has been asked once, but {why}",
        source="after-exploration",
        how=how,
    )


def _more_trials(state: ProjectState, current: RoundState) -> NextStep:
    """Where the last round has no good region: more trials of it, or of the same search."""
    why = f"the trials of round {current.name} do not show where the good ones lie"
    written = current.written
    if written is None or (current.imported and not written.nuisance):
        return _not_yet(why)
    if not current.imported and (current.mixed or written.joint or current.answered is None):
        copied = copied_round(current.name)
        return _not_yet(why, f"Ask again, with more trials in the copied file: {copied}")
    ran = {} if current.answered is None else current.answered.trials
    more = max(ran.values(), default=written.trials)
    step = NextStep(
        f"Run {more} more trials in every arm of round {current.name}",
        f"every question has been asked once, but {why}; the last, greedy search needs to know",
        f"playbook run {current.name} --trials {2 * more}",
        source="after-exploration",
    )
    return more_trials_step(state, current, step, trials=2 * more)


def _after_the_last_search(state: ProjectState) -> Iterator[NextStep]:
    """Looks at the test set, once exploration was declared over."""
    if not state.project.test_metric or state.test_was_looked_at:
        return
    over = state.exploration_over
    yield NextStep(
        "Look at the test set" if over else "Declare exploration over",
        "the last search has ended"
        if over
        else "looks at the test set are counted, and none is possible before that",
        "playbook look --test" if over else _OVER,
        source="after-exploration",
    )


def _good_ranges(state: ProjectState, good: Mapping[str, Domain]) -> Mapping[str, Domain]:
    """The good region, so far as it is one of the baseline.

    Where the best arm was not adopted, its hyperparameters do not exist.
    """
    base = {key: (value,) for key, value in baseline_config(state.project).items()}
    present = {h.key for h in existing(state.project.hyperparameters, base)}
    return {key: domain for key, domain in good.items() if key in present}


def gate(answered: AnsweredRound) -> tuple[str, ...]:
    """What keeps a project from its last, greedy search; empty where nothing does.

    Source: playbook, "After exploration concludes".
    """
    void = answered.soundness is Soundness.VOID
    return (
        *(["the last round has no answer yet: its comparison is void"] if void else []),
        *(text for check, text in _GATES.items() if _is_shut(answered, check)),
    )


def _is_shut(answered: AnsweredRound, check: str) -> bool:
    """Whether a check failed or warns in an arm."""
    return any(
        finding.check == check and finding.verdict in (Verdict.FAIL, Verdict.WARN)
        for findings in answered.findings.values()
        for finding in findings
    )
