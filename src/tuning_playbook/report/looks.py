"""Looks at the validation and the test set: what happened, and how it is told."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass
from typing import Any

from tuning_playbook.trial import Seconds
from tuning_playbook.words import counted


@dataclass(frozen=True, slots=True)
class ExplorationOver:
    """Exploration was declared over.

    Args:
        at: seconds since the epoch.
        reason: in the user's words.
        still_open: what the newest answer of the last round left open; empty where the search
            space holds the best region and is sampled densely enough.
    """

    at: Seconds
    reason: str
    still_open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """One look at data.

    Args:
        at: seconds since the epoch.
        set: ``test``, ``validation``, or ``confirm``: the part of the validation set that decisions
            alone look at.
        metric: that was looked at.
        config: ``baseline``, the trial, or the round whose decision looked.
        value: mean over ``trials``; NaN where all values were handed out at once, or a decision
            looked.
        deviation: standard deviation over them; NaN for one.
        trials: whose values these are.
        count: how many looks at this set there have been, this one included.
    """

    at: Seconds
    set: str
    metric: str
    config: str
    value: float
    deviation: float
    trials: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Looks:
    """What has been seen of the validation and of the test set.

    Args:
        metric, test_metric: their metrics; the second is empty where none is declared.
        rounds, trials: that were judged on the validation set.
        over: the end of exploration; ``None`` while it goes on.
        test: every look at the test set, oldest first.
        confirm_metric: metric of the examples that choose nothing; empty where none is declared.
        confirm: every look at it, oldest first.
        declared: whether playbook.toml still names the test metric.
    """

    metric: str
    test_metric: str
    rounds: int
    trials: int
    over: ExplorationOver | None
    test: tuple[Look, ...]
    confirm_metric: str = ""
    confirm: tuple[Look, ...] = ()
    declared: bool = True

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {"schema": 1, **asdict(self)}


def looks_text(looks: Looks) -> str:
    """The ledger of looks, for a terminal."""
    lines = [f"validation set: {judged_text(looks)}"]
    if looks.confirm_metric or looks.confirm:
        count = counted(len(looks.confirm), "look")
        lines.append(f"confirmation set: {looks.confirm_metric}, {count} by decisions")
        lines += [f"  {day(look.at)}  {look.config}" for look in looks.confirm]
    if not looks.test_metric:
        lines.append("test set: no metric declared; write test = NAME under [metric]")
        return "\n".join(lines)
    if not looks.declared:
        lines.append(
            f"test set: {looks.test_metric} stays hidden though its line was removed from "
            f'playbook.toml; to look at it, put the line back: test = "{looks.test_metric}"'
        )
    if looks.over is None:
        lines.append(f"test set: {looks.test_metric} is locked while exploration goes on")
        return "\n".join(lines)
    lines.append(f"exploration is over since {day(looks.over.at)}: {looks.over.reason}")
    lines.append(f"test set: {counted(len(looks.test), 'look')}")
    lines += [f"  {day(look.at)}  {value_text(look)}  ({look.config})" for look in looks.test]
    return "\n".join(lines)


def judged_text(looks: Looks) -> str:
    """How often the validation set was used, in words."""
    trials = counted(looks.trials, "trial")
    rounds = counted(looks.rounds, "round")
    return f"{trials} of {rounds} judged by {looks.metric}"


def look_text(look: Look) -> str:
    """What one look showed, for a terminal."""
    count = len(look.trials)
    over = f", mean of {count} trials" if count > 1 else ""
    lines = [f"{value_text(look)}{over} ({look.config}), at the step that validation chose"]
    if look.count == 1:
        lines.append("This is the first look at the test set.")
    else:
        lines.append(
            f"This is look {look.count} at the test set. Choosing between configurations by it "
            "turns it into a second validation set."
        )
    return "\n".join(lines)


def value_text(look: Look) -> str:
    """The value that a look showed, with its spread.

    Example:
        >>> value_text(Look(0.0, "test", "test_error", "baseline", 0.25, 0.01, ("a#0", "a#1"), 1))
        'test_error 0.25 ± 0.01'
    """
    if math.isnan(look.value):
        return f"{look.metric} of every trial"
    spread = "" if math.isnan(look.deviation) else f" ± {look.deviation:.2g}"
    return f"{look.metric} {look.value:.5g}{spread}"


def day(at: Seconds) -> str:
    """A date for a person; empty where the time is not known."""
    return time.strftime("%Y-%m-%d", time.localtime(at)) if math.isfinite(at) else ""
