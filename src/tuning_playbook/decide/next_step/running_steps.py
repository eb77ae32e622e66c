"""What was begun and not finished: go on, mend what fails, or say why a change does not matter."""

from __future__ import annotations

from collections.abc import Iterator

from tuning_playbook.decide.next_step.overtime import overtime_words
from tuning_playbook.decide.next_step.project_state import ProjectState, RoundState
from tuning_playbook.decide.next_step.step import NextStep
from tuning_playbook.study import FunctionTarget
from tuning_playbook.words import agreeing, copied_round, counted

_OF_THE_CONFIGURATION = (
    "\nIf the program is right and such configurations cannot be trained, say so under "
    '[training.failures] in playbook.toml, diverged = ["part of the message"]: from then on such '
    "trials count as infeasible."
)


def unfinished_steps(current: RoundState, *, refused: bool) -> Iterator[NextStep]:
    """Of the round that ran last, where trials of it are left.

    Args:
        current: the round.
        refused: whether it cannot run before its file is corrected.
    """
    if refused:
        if current.failures and not current.mended:
            yield failing_step(current)  # it stays to be done once the file is corrected
        return
    if current.failures:
        yield failing_step(current)
        if current.crashing and not current.mixed:
            return  # what is left would fail as well, and running again runs it too
    if all_timed_out(current):
        yield slow_step(current)
    left = f"{current.planned - current.finished} of {current.planned} trials are left"
    if current.running and not current.mixed:
        left += (
            f"; {current.running} of them {agreeing(current.running, 'is', 'are')} marked as "
            "running, by another terminal or by a run that was killed. Where another terminal runs "
            "the round, the command joins it"
        )
    yield going_on_step(current.name, left, mixed=current.mixed)


def correcting_steps(state: ProjectState) -> Iterator[NextStep]:
    """Of rounds that cannot run as their files are: what their user has to change first."""
    current = state.current
    for name, why in state.refused.items():
        yield NextStep(
            f"Correct round {name}",
            f"it cannot run with the present rounds/{name}.toml and playbook.toml:\n{why}",
            how=f"After that: playbook plan {name}. If you no longer want the round: "
            + (
                f'playbook abandon {name} --reason "why"'
                if name in state.begun or (current is not None and current.name == name)
                else f"delete rounds/{name}.toml"
            ),
            source="round-design",
        )


def begun_steps(state: ProjectState) -> Iterator[NextStep]:
    """Of earlier rounds that have trials left."""
    for name, left in state.begun.items():
        if name in state.refused:
            continue
        reason = f"it was interrupted with {left} of its trials left"
        yield going_on_step(name, reason, mixed=name in state.begun_mixed)


def trying_steps(state: ProjectState) -> Iterator[NextStep]:
    """Of a program whose last short run failed: mend it, and try it again."""
    failed = state.failed_try
    if failed is None:
        return
    if not failed.changed:
        yield NextStep(
            "Fix what made the last try of the training program fail",
            failed.detail,
            how="After that: playbook try",
            source="round-design",
        )
    else:
        yield NextStep(
            "Try the training program again",
            "its last try failed, and the program or playbook.toml has changed since",
            "playbook try",
            source="round-design",
        )


def waiting_steps(state: ProjectState) -> Iterator[NextStep]:
    """Of rounds whose files are written and that have not run."""
    if state.failed_try is not None and not state.failed_try.changed:
        return  # it would fail for each of them
    target = state.project.training.target
    if state.waiting and not state.program_there and isinstance(target, FunctionTarget):
        yield NextStep(
            f"Set target under [training] in playbook.toml, then run round {state.waiting[0]}",
            f"the file of the round is written, and {target.file}, which target names now, does "
            "not exist",
            how="Write FILE.py:FUNCTION, or command for a script; after that: playbook run "
            f"{state.waiting[0]}",
            source="round-design",
        )
        return
    unseen = state.untried and state.failed_try is None
    for name in state.waiting:
        if name not in state.refused:
            yield NextStep(
                f"Run round {name}",
                "its file is written and it has not been run"
                + "; to see first whether the program runs at all: playbook try" * unseen,
                f"playbook run {name}",
                source="round-design",
            )


def going_on_step(name: str, left: str, *, mixed: bool) -> NextStep:
    """Run what is left; with another program, that is for its user to decide.

    Args:
        name: of the round.
        left: what is left of it, in words.
        mixed: whether its ended trials ran another version of the training program.
    """
    command = f"playbook run {name}"
    if not mixed:
        return NextStep(f"Continue round {name}", left, command)
    return NextStep(
        f"Finish round {name} with one version of the training program",
        f"{left}, and those that have ended ran another version. Undo the change; or, where it "
        f'cannot change a result, type: {command} --same-program "why"; or give the round up: '
        f'playbook abandon {name} --reason "why"',
    )


def retry_after_mending(name: str, ended: int) -> str:
    """What to type once the program is mended, and what else where its trials count already.

    Args:
        name: of the round.
        ended: trials of it that would be pooled with those of the mended program.
    """
    again = f"playbook run {name} --retry failed"
    if not ended:
        return again
    return (
        f"{again}\nIf the fix changes the program: {counted(ended, 'trial')} of the round "
        f"{agreeing(ended, 'has', 'have')} ended with the present program. Where the change cannot "
        f'alter their results, type: {again} --same-program "why". Where it can, ask again under a '
        f"new name: {copied_round(name)}"
    )


def all_timed_out(current: RoundState) -> bool:
    """Whether every trial that has ended took longer than allowed."""
    return 0 < current.overtime.trials == current.finished


def slow_step(current: RoundState) -> NextStep:
    """Allow more time or train for less, which makes it another round."""
    name = current.name
    left = current.planned - current.finished
    ended = counted(current.finished, "trial")
    return NextStep(
        "Raise timeout_seconds under [training] in playbook.toml, or train for fewer steps",
        f"{'all ' if current.finished > 1 else ''}{ended} of round {name} that "
        f"{agreeing(current.finished, 'has', 'have')} ended {overtime_words(current.overtime)}",
        source="search-space-boundaries",
        how="That changes how trials are trained, so the round gets a new name: "
        + copied_round(name)
        + "."
        + f' To give round {name} up: playbook abandon {name} --reason "too little time"'
        * bool(left),
    )


def failing_step(current: RoundState) -> NextStep:
    """Mend what makes trials fail; once the program has changed, run them again."""
    again = f"playbook run {current.name} --retry failed"
    shown = "\n".join(current.failures)
    if not current.mended:
        return NextStep(
            f"Fix what made trials of round {current.name} fail",
            f"{shown}\nAfter that: {retry_after_mending(current.name, current.counting)}"
            + _OF_THE_CONFIGURATION * bool(current.counting),
            source="search-space-boundaries",
        )
    if current.mixed:
        shown += (
            "\nThe trials that have ended ran another version of the program; if the change "
            f'cannot affect their results, type: {again} --same-program "why"'
        )
    return NextStep(
        f"Run the trials of round {current.name} again that failed",
        shown,
        "" if current.mixed else again,
        source="search-space-boundaries",
    )
