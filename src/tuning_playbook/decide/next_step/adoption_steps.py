"""From the answer of a round to its launch: settle, rerun, decide, launch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.launches.apparent_chance import declare_chance
from tuning_playbook.decide.launches.looks import AFFORDABLE_RERUNS
from tuning_playbook.decide.launches.more_reruns import FIRST_RERUNS, only_examples_settle
from tuning_playbook.decide.next_step.crashed_reruns import mending_reruns_step
from tuning_playbook.decide.next_step.project_state import ProjectState, RoundState
from tuning_playbook.decide.next_step.step import NextStep
from tuning_playbook.decisions import Choice, Decision, Soundness
from tuning_playbook.records.answers import AnsweredRound
from tuning_playbook.words import counted

_ON_MORE_EXAMPLES = (
    "To use more evaluation examples, evaluate on them in the training program and write their "
    "number under [metric] in playbook.toml: examples = .... Then:"
)


def settling_steps(name: str, answered: AnsweredRound) -> Iterator[NextStep]:
    """What the answer says would tell the leading arms apart."""
    if answered.settling_command:
        yield NextStep(
            "Run the best configuration of every arm again, with fresh seeds",
            _without(answered.settling, answered.settling_command),
            answered.settling_command,
            source="adoption",
        )
    elif answered.settling:
        yield NextStep(
            "Take the arm that is simpler or cheaper, or evaluate on more examples",
            answered.settling,
            source="adoption",
            how=f'To take the arm of the best trial: playbook launch {name} --reason "why". To '
            f'take another arm: playbook launch {name} --arm "ARM" --reason "why". To keep the '
            f"baseline as it is, close the round: {closing(name)}. {_ON_MORE_EXAMPLES} "
            f"playbook rerun {name} --arms",
            dismissal=closing(name),
        )


def open_question(current: RoundState, answered: AnsweredRound) -> Iterator[NextStep]:
    """What would answer the question of a round, where a decision has left it open.

    A decision is about the best configuration and the baseline, not about the arms.
    """
    if answered.soundness is Soundness.VOID:
        return
    name = current.name
    if current.crashed_reruns:
        yield from (replace(step, dismissal=closing(name)) for step in crash_steps(current))
        return
    for step in settling_steps(name, answered):
        if step.command:
            title = f"Settle which arm of round {name} is better, if it matters"
            yield replace(step, title=title, dismissal=closing(name))
        elif current.decision is None or current.decision.choice is not Choice.KEEP:
            yield step


def closing(round_name: str) -> str:
    """The command that closes a round: the baseline stays as it is."""
    return f'playbook rerun {round_name} --skip "why"'


def crash_steps(current: RoundState) -> tuple[NextStep, ...]:
    """What reruns that failed by the program call for; none where their user wants none."""
    if current.launched or current.reruns_skipped:
        return ()
    return tuple(map(mending_reruns_step, current.crashed_reruns))


def _without(words: str, command: str) -> str:
    """``words`` without the command at their end, which stands below them."""
    return words.removesuffix(f": {command}.") + "." * words.endswith(f": {command}.")


def is_settled(decision: Decision | None) -> bool:
    """Whether the incumbent stays: by decision, or because telling them apart costs too much."""
    if decision is None or decision.choice is Choice.ADOPT:
        return False
    if _has_no_baseline(decision):
        return False
    return decision.choice is Choice.KEEP or not (_asked(decision) or _is_about_chance(decision))


def _has_no_baseline(decision: Decision | None) -> bool:
    """Whether enough reruns of the baseline were made, and none of them trained."""
    return (
        decision is not None
        and decision.choice is Choice.INCONCLUSIVE
        and len(decision.incumbent_values) >= FIRST_RERUNS
        and not any(map(math.isfinite, decision.incumbent_values))
    )


def deciding_steps(
    state: ProjectState, current: RoundState, answered: AnsweredRound
) -> Iterator[NextStep]:
    """Rerun, decide, launch; where reruns failed by the program, that comes first."""
    base, decision = baseline_config(state.project), current.decision
    adopted = decision is not None and decision.choice is Choice.ADOPT
    if current.crashed_reruns and not adopted:
        yield from crash_steps(current)
        return
    if all(base.get(key) == value for key, value in answered.best_config.items()):
        return
    if decision is not None and adopted:
        yield NextStep(
            "Make the best configuration the baseline",
            decision.reasons[0] if decision.reasons else "the decision was to adopt it",
            f"playbook launch {current.name}",
            source="adoption",
        )
        return
    if decision is not None and _is_about_chance(decision):
        yield _chance_step(state, current, decision)
    elif _has_no_baseline(decision) and not current.reruns_left:
        yield _untrained_baseline(current, decision)
    elif current.reruns_left:
        yield _unfinished_reruns(current, decision)
    elif current.reruns >= max(1, _asked(decision)):
        yield NextStep(
            "Decide whether the best configuration replaces the baseline",
            answered.sentence,
            f"playbook decide {current.name}",
            source="adoption",
        )
    else:
        yield from _more_reruns(current, decision)


def _untrained_baseline(current: RoundState, decision: Decision | None) -> NextStep:
    """The baseline never trains: its values are to blame, or the program, and a person can tell."""
    runs = len(decision.incumbent_values) if decision is not None else 0
    return NextStep(
        "Find out why the baseline does not train",
        f"none of its {runs} reruns trained, so nothing can be compared with it",
        source="adoption",
        how="If its values are the cause, replace it: "
        f'playbook launch {current.name} --reason "the baseline does not train". If the program '
        f"is, correct it; after that: playbook rerun {current.name}",
    )


def _is_about_chance(decision: Decision) -> bool:
    return decision.choice is Choice.INCONCLUSIVE and decision.apparent_chance is not None


def _chance_step(state: ProjectState, current: RoundState, decision: Decision) -> NextStep:
    """Say what a model scores that has learnt nothing, and then decide again."""
    objective = state.project.objective
    if state.project.chance_level is not None:
        return NextStep(
            "Decide again, now that the chance level is declared",
            f"{objective.metric} = {state.project.chance_level:g} is declared as the value of a "
            "model that has learnt nothing",
            f"playbook decide {current.name}",
            source="adoption",
        )
    return NextStep(
        "Declare the metric of a model that has learnt nothing: chance under [metric]",
        decision.reasons[0] if decision.reasons else "some reruns seem to have learnt nothing",
        source="adoption",
        how=declare_chance(decision.apparent_chance or 0.0, objective.metric),
    )


def _unfinished_reruns(current: RoundState, decision: Decision | None) -> NextStep:
    times = max(current.reruns_planned, _asked(decision))
    return NextStep(
        f"Continue the reruns of round {current.name}",
        f"{counted(current.reruns_left, 'rerun')} of the best configuration or the baseline "
        "have not ended, and leaving out the slow ones would be unfair",
        f"playbook rerun {current.name}" + (f" --times {times}" if times else ""),
        source="adoption",
    )


def _more_reruns(current: RoundState, decision: Decision | None) -> Iterator[NextStep]:
    reason = (
        "the best trial was selected for its result, so that result does not show how good the "
        "configuration is"
    )
    if decision is not None and decision.reasons:
        reason = decision.reasons[0]
    if decision is not None and only_examples_settle(decision):
        yield NextStep(
            "Keep the baseline, or evaluate on more examples",
            f"if the true gain is {decision.gain:.2g}, as measured, no number of reruns on these "
            "examples can decide; use a larger evaluation set, or one that was used for no "
            "choice, named under [metric] as confirm",
            source="adoption",
            how=f"To keep the baseline, close the round: {closing(current.name)}. "
            f"{_ON_MORE_EXAMPLES} playbook rerun {current.name}",
            dismissal=closing(current.name),
        )
        reason = "reruns help only if the true gain is larger than the one measured"
    yield NextStep(
        "Run the best configuration and the baseline again, with fresh seeds",
        reason,
        f"playbook rerun {current.name}{_times(decision, current)}",
        source="adoption",
    )


def _times(decision: Decision | None, current: RoundState) -> str:
    """How many reruns of each to ask for: what the decision wants, more than there are."""
    more = _asked(decision)
    return f" --times {max(more, current.reruns)}" if more else ""


def _asked(decision: Decision | None) -> int:
    """Reruns of each that an open decision asks for, in all; 0 where more of them settle nothing.

    It asks for reruns that train to their end, so those that failed are made up for.
    """
    if decision is None or decision.choice is not Choice.INCONCLUSIVE:
        return 0
    asked = decision.reruns_asked
    if asked is None:  # entered by an older version
        asked = decision.reruns_needed if decision.reruns_needed <= AFFORDABLE_RERUNS else 0
    if not asked:
        return 0
    sides = (decision.candidate_values, decision.incumbent_values)
    failed = max(sum(not math.isfinite(v) for v in side) for side in sides)
    wanted = min(asked + failed, AFFORDABLE_RERUNS)
    return wanted if wanted > min(map(len, sides)) else 0
