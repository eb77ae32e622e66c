"""Reruns that failed by the training program: it is mended, and they are run again.

Its error says nothing about the configuration, so nothing is decided, and no arm is advised, before
the reruns have run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from tuning_playbook.decide.launches.looks import USUAL_LOOKS
from tuning_playbook.decide.next_step.step import NextStep

_OUTSIDE = "the cause was outside the program, such as a missing file or a full disk"


class Remedy(Enum):
    """What reruns that failed by the program need now."""

    MENDING = auto()  # the program and the project file are as they were
    RETRY = auto()  # the same reruns again: what they ran, or what an error means, has changed
    AGAIN = auto()  # other reruns, which belong to the present version of the program


@dataclass(frozen=True, slots=True)
class CrashedReruns:
    """Reruns that failed by the training program.

    Args:
        of: whose they are, such as ``round decay`` or ``the arms of round decay``.
        typed: what stands after ``playbook rerun`` to ask for them.
        times: how many were asked for of each.
        ways: to fail, in words, with where to read more.
        remedy: what they need now.
    """

    of: str
    typed: str
    times: int
    ways: tuple[str, ...]
    remedy: Remedy


def mending_reruns_step(crashed: CrashedReruns) -> NextStep:
    """Mend what made reruns fail; once it has changed, run them again."""
    told = "\n".join(crashed.ways)
    if crashed.remedy is Remedy.MENDING:
        return NextStep(
            f"Fix what made the reruns of {crashed.of} fail",
            told,
            source="adoption",
            how=" ".join(ways_after_a_crash(crashed.typed, crashed.times)),
        )
    again = crashed.remedy is Remedy.AGAIN
    changed = "the training program has changed" + " or its errors were declared" * (not again)
    return NextStep(
        f"Run the reruns of {crashed.of} again that failed",
        f"{changed} since\n{told}",
        _command(crashed.typed, crashed.times, retry=not again),
        source="adoption",
    )


def ways_after_a_crash(typed: str, times: int) -> tuple[str, str, str]:
    """What to do and type after reruns that failed by the program, by what caused that.

    Args:
        typed: what stands after ``playbook rerun``.
        times: how many were asked for of each.
    """
    retry = _command(typed, times, retry=True)
    return (
        f"If the training program has to be corrected: {_command(typed, times)}, after that.",
        f"If {_OUTSIDE}: {retry}.",
        (
            "If the program is right and such a configuration cannot be trained, say so under "
            '[training.failures] in playbook.toml, diverged = ["part of the message"], and type: '
            f"{retry}. From then on such reruns count as infeasible, against their configuration."
        ),
    )


def _command(typed: str, times: int, *, retry: bool = False) -> str:
    usual = times == USUAL_LOOKS[0]
    words = [typed, *["--retry failed"] * retry, *[f"--times {times}"] * (not usual)]
    return f"playbook rerun {' '.join(words)}"
