"""Looks at the validation and the test set: how they are told."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import Any

from tuning_playbook.records.looks import Look, Looks
from tuning_playbook.trial import Seconds
from tuning_playbook.words import counted


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


def looks_document(looks: Looks) -> dict[str, Any]:
    """The ledger of looks, for ``--json``."""
    return {"schema": 1, **asdict(looks)}


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


def look_document(look: Look) -> dict[str, Any]:
    """What one look showed, for ``--json``."""
    return {"schema": 1, **asdict(look)}


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
