"""What the playbook would do now, as a short ordered list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from tuning_playbook.decide.next_step.adoption_steps import (
    closing,
    crash_steps,
    deciding_steps,
    is_settled,
    open_question,
    settling_steps,
)
from tuning_playbook.decide.next_step.asking_steps import asking_steps
from tuning_playbook.decide.next_step.imported_steps import (
    proving_steps,
    searched_nothing,
    steps_after_no_search,
    unmoved_step,
)
from tuning_playbook.decide.next_step.mending import advice_steps
from tuning_playbook.decide.next_step.mending_steps import advised_step, is_left, mending_steps
from tuning_playbook.decide.next_step.number_of_trials import was_extended
from tuning_playbook.decide.next_step.project_state import ProjectState, RoundState
from tuning_playbook.decide.next_step.running_steps import (
    begun_steps,
    correcting_steps,
    failing_step,
    trying_steps,
    unfinished_steps,
    waiting_steps,
)
from tuning_playbook.decide.next_step.step import NextStep
from tuning_playbook.decisions import Soundness
from tuning_playbook.records.answers import AnsweredRound

_WITHOUT_TRAINING = ("playbook decide ", "playbook launch ")


def next_steps(state: ProjectState) -> tuple[NextStep, ...]:
    """What to do now, most urgent first; pure.

    What was begun is finished first. Then the checklist of the last round: a comparison that was
    not fair is mended before anything is concluded from it. Then its decision; then the next
    question; and when all have been asked, the last search and the test set.

    Source: playbook, "The incremental tuning strategy".
    """
    return _decided_first(_all_steps(state), state.waiting)


def _decided_first(steps: Sequence[NextStep], waiting: Sequence[str]) -> tuple[NextStep, ...]:
    """Decisions and launches that need no training come before a new round is run.

    A launch changes the baseline that the round would be compared with, and searched around.
    """
    runs = {f"playbook run {name}" for name in waiting}
    at = next((i for i, step in enumerate(steps) if step.command in runs), len(steps))
    ready = [step for step in steps[at:] if step.command.startswith(_WITHOUT_TRAINING)]
    return (*steps[:at], *ready, *(step for step in steps[at:] if step not in ready))


def _all_steps(state: ProjectState) -> tuple[NextStep, ...]:
    current = state.current
    steps = [*correcting_steps(state), *trying_steps(state)]
    if current is not None and current.finished < current.planned:
        own = tuple(unfinished_steps(current, refused=current.name in state.refused))
        steps += own
        if any(step.command for step in own) or (current.crashing and not current.mixed):
            return (*steps, *_of_other_rounds(state, steps))
    elif current is not None and current.planned and current.answered is None:
        steps.append(_reading_step(current))
        return (*steps, *_of_other_rounds(state, steps))
    steps += [*begun_steps(state), *waiting_steps(state)]
    if current is not None and current.failures and current.finished >= current.planned:
        steps.append(failing_step(current))
    if current is not None and (learning := tuple(_first_learn_something(state, current))):
        return (*steps, *learning)
    if current is not None and current.answered is not None:
        if current.answered.unmoved is not None:
            metric = state.project.objective.metric
            return (*steps, unmoved_step(current, current.answered, metric))
        after = steps_after_no_search if searched_nothing(current) else _after
        steps += after(state, current, current.answered)
    steps += _undecided(state)
    for earlier in state.unsettled:
        if earlier.answered is not None:
            steps += mending_steps(state, earlier, earlier.answered)
    steps = _with_proof(state, steps)
    proposed = tuple(step.round for step in steps if step.round is not None)
    steps += asking_steps(state, proposed)
    steps += _pending(state, {step.title for step in steps})
    return tuple(steps)


def _with_proof(state: ProjectState, steps: Sequence[NextStep]) -> list[NextStep]:
    """The steps with what proves an imported baseline; before any round where none could run."""
    first = len(steps)
    if not state.program_there:
        first = next((i for i, step in enumerate(steps) if step.round is not None), first)
    return [*steps[:first], *proving_steps(state), *steps[first:]]


def _reading_step(current: RoundState) -> NextStep:
    return NextStep(
        f"Read the answer of round {current.name}",
        "all its trials have ended, and its answer is not in the logbook yet",
        f"playbook {'report' if current.imported else 'run'} {current.name}",
    )


def _of_other_rounds(state: ProjectState, steps: Sequence[NextStep]) -> Iterator[NextStep]:
    """What is left of other rounds while the last one is not finished."""
    yield from begun_steps(state)
    yield from waiting_steps(state)
    yield from _undecided(state)
    yield from _pending(state, {step.title for step in steps})


def _undecided(state: ProjectState) -> Iterator[NextStep]:
    """Decisions of earlier rounds: they wait until they are made or set aside."""
    for earlier in state.undecided:
        if earlier.answered is None or earlier.launched or earlier.reruns_skipped:
            continue
        if earlier.decision is None and _same_best(state.current, earlier):
            continue  # one decision is about both
        if not is_settled(earlier.decision):
            for step in deciding_steps(state, earlier, earlier.answered):
                yield replace(_named(step, earlier.name), dismissal=closing(earlier.name))


def _named(step: NextStep, round_name: str) -> NextStep:
    """A step of an earlier round, which its title has to tell."""
    said = round_name in step.title
    return step if said else replace(step, title=f"{step.title} (round {round_name})")


def _same_best(a: RoundState | None, b: RoundState) -> bool:
    answers = [None if state is None else state.answered for state in (a, b)]
    configs = [dict(found.best_config) for found in answers if found is not None]
    return len(configs) == 2 and configs[0] == configs[1]


def _first_learn_something(state: ProjectState, current: RoundState) -> Iterator[NextStep]:
    """There is nothing to tune, and nothing to ask, before a trial learns something."""
    answered = current.answered
    if answered is None:
        return
    if _all_advise("mend-pipeline", answered):
        advised = advice_steps(current.name, answered.findings, answered.trials)
        yield from (advised_step(current.name, advice) for advice in advised)
    elif _all_advise("reach-chance", answered):
        yield from mending_steps(state, current, answered)


def _all_advise(action: str, answered: AnsweredRound) -> bool:
    """Whether the checks of every arm give the same advice."""
    return bool(answered.findings) and all(
        any(advice.action == action for finding in found for advice in finding.advice)
        for found in answered.findings.values()
    )


def _after(state: ProjectState, current: RoundState, answered: AnsweredRound) -> Iterator[NextStep]:
    """What a finished round calls for: mend it, then decide."""
    settled = current.launched or current.reruns_skipped or is_settled(current.decision)
    crashed = crash_steps(current)
    mending = tuple(mending_steps(state, current, answered))
    if settled:
        mending = tuple(step for step in mending if is_left(step, current))
    mend_first = answered.soundness is not Soundness.SOUND and current.decision is None
    if answered.soundness.may_change and was_extended(current, answered):
        mend_first = False  # more and more trials would never come to a decision
    if mend_first:
        yield from mending
    if answered.soundness is not Soundness.VOID and not settled:
        settling = () if crashed else tuple(settling_steps(current.name, answered))
        if current.decision is not None:  # it says itself what to do
            settling = tuple(step for step in settling if step.command)
        yield from settling
        continues = bool(current.reruns_left) and any(step.command for step in settling)
        if current.decision is not None or not continues:
            yield from deciding_steps(state, current, answered)
    if not mend_first:
        yield from mending
    if settled and not (current.launched or current.reruns_skipped):
        yield from open_question(current, answered)


def _pending(state: ProjectState, titles: Collection[str]) -> Iterator[NextStep]:
    """What earlier rounds left open, and what they advised and nobody has answered."""
    for earlier in state.open_questions:
        if earlier.answered is not None:
            steps = open_question(earlier, earlier.answered)
            yield from (step for step in steps if step.title not in titles)
    for name, left in state.pending.items():
        yield from (advised_step(name, advice) for advice in left if advice.title not in titles)
