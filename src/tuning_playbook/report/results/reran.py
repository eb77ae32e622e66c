"""What rerunning came to, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuning_playbook.answers.reruns import Reruns
from tuning_playbook.decide.launches.apparent_chance import how_to_say, idle_sentences
from tuning_playbook.decide.launches.fresh_seeds import compared_with_fresh_seeds
from tuning_playbook.decide.launches.looks import AFFORDABLE_RERUNS
from tuning_playbook.decide.launches.reruns import SEED_IS_LOST, all_identical
from tuning_playbook.decide.next_step.crashed_reruns import ways_after_a_crash
from tuning_playbook.decide.next_step.overtime import Overtime
from tuning_playbook.decide.rounds.answer_words import fresh_seeds_sentences
from tuning_playbook.report.phrases.failures import (
    edited_text,
    failed_document,
    failed_text,
    timed_out_text,
)
from tuning_playbook.report.phrases.reruns import reruns_document, reruns_text
from tuning_playbook.run.crashing import FIRST_ALIKE
from tuning_playbook.run.failed_alike import FailedAlike
from tuning_playbook.study import Objective


@dataclass(frozen=True, slots=True)
class RerunResult:
    """What rerunning came to.

    Args:
        round: whose candidate it is; empty for the baseline alone.
        objective: of the project.
        reruns: of each configuration.
        asked: how many were left to run when it began.
        interrupted: whether some still are.
        failures: reruns that failed, by way to fail.
        crashing: whether the first ones failed alike, so that no more were started.
        edited: files of the program that were edited, so that no more were started.
        overtime: of all of them, where no more were started since all took too long.
    """

    round: str
    objective: Objective
    reruns: tuple[Reruns, ...]
    asked: int
    interrupted: bool
    failures: tuple[FailedAlike, ...] = ()
    crashing: bool = False
    edited: tuple[str, ...] = ()
    overtime: Overtime | None = None

    @property
    def needs_its_user(self) -> bool:
        """Whether no more reruns were started before something is corrected."""
        return bool(self.crashing or self.edited or self.overtime)

    @property
    def crashed(self) -> bool:
        """Whether a rerun failed by the training program."""
        return any(r.crashed for r in self.reruns)

    @property
    def identical(self) -> bool:
        """Whether all reruns of one configuration have the same value, so that none is a repeat."""
        return all_identical([r.side.as_failed for r in self.reruns])


def reran_document(reran: RerunResult) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "round": reran.round,
        "metric": reran.objective.metric,
        "direction": reran.objective.direction.value,
        "code": reran.reruns[0].study.provenance.code,
        "reruns": [reruns_document(r) for r in reran.reruns],
        "asked": reran.asked,
        "interrupted": reran.interrupted,
        "identical": reran.identical,
        "failures": [failed_document(found) for found in reran.failures],
        "crashing": reran.crashing,
        "edited": list(reran.edited),
        "all_timed_out": reran.overtime is not None,
    }


def reran_text(reran: RerunResult) -> str:
    """For a person."""
    width = max(len("candidate"), *(len(r.role) for r in reran.reruns))
    lines = [reruns_text(r, reran.objective, width=width) for r in reran.reruns]
    of_arms = len(reran.reruns) > 1 and "baseline" not in {r.role for r in reran.reruns}
    name = (reran.round or "--baseline") + " --arms" * of_arms
    lines += [failed_text(found) for found in reran.failures]
    sides = [r.side for r in reran.reruns]
    lines += idle_sentences(sides, reran.objective.metric)
    lines += filter(None, [how_to_say(sides, reran.objective.metric)])
    if reran.interrupted or reran.needs_its_user:
        return "\n".join([*lines, *_why_stopped(reran, name)])
    if reran.crashed:
        says = "An error of the training program says nothing about the configuration."
        return "\n".join([*lines, says, *_ways(reran, name)])
    if reran.identical:
        return "\n".join([*lines, SEED_IS_LOST])
    if not reran.asked:
        lines.append(_there_already(reran, f"playbook rerun {name}"))
    if of_arms:
        values = {r.role: r.values for r in reran.reruns}
        fresh = compared_with_fresh_seeds(values, reran.objective)
        lines += [fresh_seeds_sentences(fresh)] if fresh else []
    decides = len(reran.reruns) > 1 and not of_arms
    lines.append(f"next: playbook {f'decide {reran.round}' if decides else 'next'}")
    return "\n".join(lines)


def _there_already(reran: RerunResult, command: str) -> str:
    """That none was missing, and what to type for more."""
    planned = [r.planned for r in reran.reruns]
    fewest, most = min(planned), max(planned)
    if fewest < most:
        return (
            f"each has at least {fewest} already, and reruns that are there count; for as many of "
            f"each: {command} --times {most}"
        )
    if most >= AFFORDABLE_RERUNS:
        return "there are that many already"
    more = min(2 * most, AFFORDABLE_RERUNS)
    return f"there are that many already; for more: {command} --times {more}"


def _ways(reran: RerunResult, name: str) -> list[str]:
    times = max(r.planned for r in reran.reruns)
    return [f"- {way}" for way in ways_after_a_crash(name, times)]


def _why_stopped(reran: RerunResult, name: str) -> list[str]:
    command = f"playbook rerun {name}"
    if reran.edited:
        return [edited_text(reran.edited, command)]
    if reran.crashing:
        stopped = f"stopped: the first {FIRST_ALIKE} failed in the same way."
        return [stopped, *_ways(reran, name)]
    if reran.overtime:
        then = f"and rerun all of them, since their training has changed: {command}"
        return [timed_out_text(reran.overtime, command, then=then)]
    return ["stopped; run the same command to continue"]
