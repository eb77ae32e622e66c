"""What mends a round: other ranges, other values, more trials, and what only its user can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.next_step.how_to import dismissal
from tuning_playbook.decide.next_step.imported_steps import (
    searched_nothing,
)
from tuning_playbook.decide.next_step.mending import (
    AdviceStep,
    advice_steps,
    is_followed,
    mended_round,
)
from tuning_playbook.decide.next_step.number_of_trials import as_it_ran
from tuning_playbook.decide.next_step.overtime import overtime_words
from tuning_playbook.decide.next_step.project_state import ProjectState, RoundState
from tuning_playbook.decide.next_step.running_steps import (
    all_timed_out,
    going_on_step,
    slow_step,
)
from tuning_playbook.decide.next_step.step import NextStep
from tuning_playbook.decisions import Soundness
from tuning_playbook.design.proposals import (
    base_name,
    extended_values,
    free_name,
    with_more_values,
)
from tuning_playbook.design.ranges import searched_ranges
from tuning_playbook.design.regularizers import is_regularizer
from tuning_playbook.design.second_look import widens
from tuning_playbook.findings import Verdict
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.roles import compared_keys
from tuning_playbook.study import Project, Round
from tuning_playbook.words import agreeing, counted, listed, short


def _following(current: RoundState, state: ProjectState) -> str:
    """A new name for a round that asks again: its own, with the next number."""
    return free_name(base_name(current.name), state.names)


def mending_steps(
    state: ProjectState, current: RoundState, answered: AnsweredRound
) -> Iterator[NextStep]:
    """What the checks of a finished round ask for: corrected ranges first, then all other advice.

    Args:
        state: of the project.
        current: the round.
        answered: what came out.

    Source: playbook, "Identifying bad search space boundaries".
    """
    if searched_nothing(current):
        return  # there are no ranges to mend
    if current.name in state.followed:  # the round that mends it is there already
        steps = _advised_steps(state, current, answered, mended=True)
        yield from (step for step in steps if not step.command)
        return
    if all_timed_out(current):
        yield slow_step(current)
        return
    mended = None
    if current.written is not None:
        name = _following(current, state)
        ran = as_it_ran(current.written, answered)
        base = {k: v for k, v in baseline_config(state.project).items() if k not in ran.nuisance}
        mended = mended_round(
            ran,
            answered.findings,
            answered.searched,
            name=name,
            useful=answered.useful_ranges,
            settled={} if compared_keys(ran) else {**base, **ran.fixed},
        )
        if mended is not None:
            yield NextStep(
                f"Ask again with corrected ranges: round {name}",
                "; ".join(_range_reasons(current.written, mended)),
                round=mended,
                source="search-space-boundaries",
            )
        if answered.soundness is not Soundness.VOID:  # else nobody is known to be the best
            yield from _beyond_the_values(state, _own_trials(current, answered), answered, name)
    if mended is None and answered.soundness is Soundness.VOID and answered.reasons:
        yield NextStep(
            f"Correct round {current.name} by hand, and run it under a new name",
            answered.reasons[0] + _time_limit(current),
            source="search-space-boundaries",
            how=_how_to_copy(current, _following(current, state)),
        )
    yield from _advised_steps(state, current, answered, mended=mended is not None)


def _advised_steps(
    state: ProjectState, current: RoundState, answered: AnsweredRound, *, mended: bool
) -> Iterator[NextStep]:
    """What the checks advise beside other ranges."""
    fewest = _fewest_trials(current, answered)
    advised = advice_steps(current.name, answered.findings, answered.trials)
    if fewest and not mended and not any(advice.command for advice in advised):
        ran = max(answered.trials.values(), default=0)
        step = NextStep(
            f"Run {counted(fewest - ran, 'more trial')} in every arm",
            f"fewer than {fewest} do not show whether the ranges are wide enough",
            f"playbook run {current.name} --trials {fewest}",
            source="search-space-boundaries",
        )
        yield more_trials_step(state, current, step, trials=fewest)
    length, direction = state.project.training.max_train_steps, state.project.objective.direction
    for advice in advised:
        if is_followed(advice, length, direction):
            continue
        if advice.command and (mended or answered.soundness is Soundness.VOID):
            continue  # no more trials in ranges that were wrong
        if advice.command and current.mixed:
            yield going_on_step(current.name, advice.reason.removesuffix("."), mixed=True)
            continue
        step = advised_step(current.name, _with_what_is_declared(state.project, advice))
        if advice.command:
            step = more_trials_step(state, current, step, trials=advice.trials)
        yield step


def more_trials_step(
    state: ProjectState, current: RoundState, step: NextStep, *, trials: int
) -> NextStep:
    """A step that runs more trials of a round, or that asks anew where the round has no more.

    Args:
        state: of the project.
        current: the round.
        step: as it is where the round may have more trials.
        trials: of each arm, in all.
    """
    written = current.written
    if written is None or not (current.imported or current.redesigned):
        return step
    if current.imported:
        name = free_name(current.name, state.names)
        title = f"Continue with trials of this project: round {name}"
        return replace(step, title=title, command="", round=replace(written, name=name))
    name = _following(current, state)
    again = replace(
        as_it_ran(written, current.answered), name=name, trials=trials, follows=current.name
    )
    reason = (
        f"{step.reason.removesuffix('.')}; round {current.name} itself can have no more trials, "
        "since its file or the baseline says something else than when it ran"
    )
    title = f"Ask again with {counted(trials, 'trial')} in every arm: round {name}"
    return replace(step, title=title, reason=reason, command="", round=again)


def _with_what_is_declared(project: Project, advice: AdviceStep) -> AdviceStep:
    """Advice in the words of a project that declares what it is about already."""
    examples = project.evaluation_examples
    if advice.action == "more-validation-data" and examples is not None:
        how = (
            "Evaluate on more examples in the training program, and correct their number under "
            f"[metric], where examples = {examples} now."
        )
        return replace(advice, how=how)
    declared = [h.key for h in project.hyperparameters if is_regularizer(h)]
    if advice.action != "add-regularization" or not declared:
        return advice
    them = agreeing(len(declared), "it", "them")
    how = f"playbook.toml declares {listed(declared)}: tune {them}, or compare with and without."
    return replace(advice, how=how)


def _fewest_trials(current: RoundState, answered: AnsweredRound) -> int:
    """Trials that an arm needs before anything can be said of its ranges; 0 where it has them."""
    if current.imported or current.mixed or answered.soundness is Soundness.VOID:
        return 0
    if current.written is None or current.written.joint:
        return 0
    needed = [
        finding.evidence.get("thresholds", {}).get("fewest_trials", 0)
        for found in answered.findings.values()
        for finding in found
        if finding.check == "search-space-boundary" and finding.verdict is Verdict.UNKNOWN
    ]
    fewest = max(needed, default=0)
    return int(fewest) if fewest > max(answered.trials.values(), default=0) else 0


def is_left(step: NextStep, current: RoundState) -> bool:
    """Whether a decision about a round leaves a step that mends it.

    Open ranges remain, unless the round was closed by hand, and so do changes by its user.
    """
    if step.round is None or current.written is None:
        return not step.command
    return not current.reruns_skipped and widens(current.written, step.round)


def _time_limit(current: RoundState) -> str:
    slow = current.overtime
    if not slow.trials:
        return ""
    return (
        f"\n{counted(slow.trials, 'trial')} {overtime_words(slow)}. If they train well but "
        "slowly, raise it under [training] in playbook.toml before the round runs again."
    )


def _how_to_copy(current: RoundState, name: str) -> str:
    """How a round is asked again with what its user changes; empty where it has no file."""
    if current.written is None or current.imported:
        return ""
    return (
        f"cp -n rounds/{current.name}.toml rounds/{name}.toml, change its ranges, its fixed values "
        f"or its number of trials, then: playbook plan {name}. Trials that both have are not "
        "trained again."
    )


def advised_step(round_name: str, advice: AdviceStep) -> NextStep:
    """A piece of advice as a step, with the command that dismisses it."""
    return NextStep(
        advice.title,
        advice.reason,
        advice.command,
        source=advice.source,
        how=advice.how,
        dismissal="" if advice.command else dismissal(round_name, advice.check),
    )


def _range_reasons(before: Round, after: Round) -> list[str]:
    return [
        f"{key}: {after.reasons.get(key, 'its range changes')}"
        for key, domain in searched_ranges(after).items()
        if searched_ranges(before).get(key) != domain
    ]


def _own_trials(current: RoundState, answered: AnsweredRound) -> Round:
    """The round with as many trials as each arm has run itself, without those of earlier rounds."""
    if current.written is None:
        raise AssertionError("a round without a file asks for nothing more")
    own = current.planned // max(1, len(answered.trials))
    return replace(current.written, trials=max(current.written.trials, own))


def _beyond_the_values(
    state: ProjectState, round_: Round, answered: AnsweredRound, name: str
) -> Iterator[NextStep]:
    """The best of the compared values is the last one in a row: there may be better ones beyond."""
    declared = {h.key: h for h in state.project.hyperparameters}
    if round_.joint or base_name(round_.name) in map(base_name, state.waiting):
        return
    for key, values in round_.scientific.items():
        best = answered.best_arm.get(key)
        beyond = () if best is None else extended_values(declared[key], values, best)
        if beyond:
            listed = ", ".join(f"{v:g}" for v in beyond if not isinstance(v, str))
            yield NextStep(
                f"Compare values of {key} beyond {short(best)}: round {name}",
                f"{short(best)} was the best of the compared values and is the first or last of "
                f"them; further values: {listed}",
                round=with_more_values(round_, key, beyond, name=name),
                source="search-space-boundaries",
            )
