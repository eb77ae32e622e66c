"""What the history of a project says, as plain data; renderers turn it into text and pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tuning_playbook.records.looks import Looks
from tuning_playbook.records.overrides import Override
from tuning_playbook.report.history.ranges import RangeStep
from tuning_playbook.report.history.tuning_gaps import TuningGap
from tuning_playbook.report.rounds.tracking import TrackingRow
from tuning_playbook.trial import Seconds, Step


@dataclass(frozen=True, slots=True)
class BaselineStep:
    """A launch: where the baseline changed.

    Args:
        number: 1 for the first launch.
        at: seconds since the epoch.
        round: that led to it.
        changes: hyperparameter, value before, value after; ``None`` where there was none.
        choice: of the decision behind it: ``adopt``, or another where it was overruled.
        reason: in one line.
        evidence: the decision's numbers in words; empty where none was made.
    """

    number: int
    at: Seconds
    round: str
    changes: tuple[tuple[str, str | None, str | None], ...]
    choice: str
    reason: str
    evidence: str


@dataclass(frozen=True, slots=True)
class RoundStep:
    """One round, from its question to what was decided.

    Args:
        number: 1 for the first.
        name: of the round.
        question: that it asked.
        mode: ``explore`` or ``exploit``.
        follows: round whose trials counted as well.
        at: when it began.
        studies, trials, complete: of the search.
        taken_over: of these trials, how many an earlier round had trained.
        reruns: trials with fresh seeds.
        steps: training steps paid for, one that ended early counted in full.
        seconds: of all finished trials together.
        answer: in one sentence; empty before the end.
        soundness: ``sound``, ``weak``, ``void`` or empty.
        reasons: what speaks against the answer.
        decision: ``adopt``, ``keep``, ``inconclusive`` or empty.
        decision_reason: in one line.
        evaluation: letter of the way that its trials were trained and measured.
        abandoned: why it was given up; empty where it was not.
    """

    number: int
    name: str
    question: str
    mode: str
    follows: str
    at: Seconds
    studies: int
    trials: int
    complete: int
    reruns: int
    steps: Step
    seconds: Seconds
    answer: str
    soundness: str
    reasons: tuple[str, ...]
    decision: str
    decision_reason: str
    evaluation: str
    abandoned: str = ""
    taken_over: int = 0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one kind of work has cost.

    Args:
        work: ``explore``, ``exploit``, or ``rerun``.
        rounds, trials, steps, seconds: spent on it.
        share: of all steps.
    """

    work: str
    rounds: int
    trials: int
    steps: Step
    seconds: Seconds
    share: float


@dataclass(frozen=True, slots=True)
class ProjectHistory:
    """The story of a project.

    Args:
        project: its name.
        objective: what decides, in words.
        baselines: the launches, oldest first.
        rounds: in the order in which they were begun.
        ranges: what was searched, by hyperparameter and then in order.
        ledger: what exploring, exploiting and reruns have cost.
        looks: at the validation and the test set.
        evaluations: letter -> how trials were trained and measured; values are comparable within
            a letter only.
        experiments: the experiment table, a row for each study.
        overrides: what was decided against the advice, or taken out of the lock; oldest first.
        tuning_gaps: questions that were asked with different numbers of tuned hyperparameters.
        notes: what does not fit together, one sentence each.
        made_at: when this was put together.
        version: of this package.
    """

    project: str
    objective: str
    baselines: tuple[BaselineStep, ...]
    rounds: tuple[RoundStep, ...]
    ranges: tuple[RangeStep, ...]
    ledger: tuple[Spent, ...]
    looks: Looks
    evaluations: tuple[tuple[str, str], ...]
    experiments: tuple[TrackingRow, ...]
    overrides: tuple[Override, ...]
    tuning_gaps: tuple[TuningGap, ...]
    notes: tuple[str, ...]
    made_at: Seconds
    version: str


def history_document(history: ProjectHistory) -> dict[str, Any]:
    """For ``--json``."""
    return {"schema": 1, **asdict(history)}
