"""Whether the trials were trained for a fitting number of steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.curves.best_step import (
    FEWEST_EVALUATIONS,
    FEWEST_TRIALS,
    BestSteps,
    best_steps,
)
from tuning_playbook.analysis.table.feasibility import feasibility
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import (
    cannot_tell,
    names,
    number,
    some_of_the_best,
    the_best,
    thresholds,
    too_few_of_the_best,
)
from tuning_playbook.findings import Advice, Confidence, Finding, Verdict
from tuning_playbook.words import agreeing, capital, counted, percent

_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class BestStep:
    """The best checkpoints should come neither very early nor always at the end.

    Args:
        early: trials that are all best before this share of training are far too long.
        late: trials that are mostly best after this share may be too short.
        late_share: what counts as mostly.
        margin: factor on the latest best step in the advice to train for less.
        longer: factor on the length in the advice to train for more.
    """

    id: ClassVar[str] = "best-step"
    title: ClassVar[str] = "At which step were the best trials best?"
    source: ClassVar[str] = "steps-not-compute-bound"
    premises: ClassVar[frozenset[Premise]] = frozenset(
        {Premise.METRIC, Premise.CURVES, Premise.FIXED_EXAMPLES}
    )

    early: float = 0.1
    late: float = 0.75
    late_share: float = 0.75
    margin: float = 3.0
    longer: float = 2.0

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the best quarter of the study."""
        steps = best_steps(
            table,
            feasibility(table),
            early=self.early,
            late=self.late,
            late_share=self.late_share,
        )
        evidence = {
            "trials": names(table, steps.rows[:_MOST_NAMES]),
            "best_step_share": [number(f, 3) for f in steps.fraction[steps.rows[:_MOST_NAMES]]],
            "judged_trials": len(steps.rows),
            "late_share": number(steps.late_share, 3),
            "evaluations": number(steps.evaluations),
            "schedule": steps.schedule,
            "max_train_steps": table.max_train_steps,
            "thresholds": thresholds(self),
        }
        if steps.pattern == "few":
            return (
                cannot_tell(
                    self,
                    _too_few(table, steps),
                    **evidence,
                ),
            )
        return (self._word(table, steps, evidence),)

    def _word(self, table: TrialTable, steps: BestSteps, evidence: dict[str, Any]) -> Finding:
        count = len(steps.rows)
        some = round(steps.late_share * count)
        were = agreeing(max(some, 1), "was", "were") + " not" * (some == 0 and count == 1)
        late = (
            f"{some_of_the_best(some, count, table)} {were} best in the last "
            f"{percent(1 - self.late)} of training"
        )
        verdict = Verdict.PASS
        advice: tuple[Advice, ...] = ()
        if steps.pattern == "too-long":
            verdict = Verdict.WARN
            summary = (
                f"{capital(the_best(count, table))} "
                f"{agreeing(count, 'was best', 'were all best')} within the first "
                f"{percent(steps.latest)} of training, which is far too long."
            )
            advice = self._shorter(table, steps)
        elif steps.pattern == "late":
            verdict = Verdict.NOTE
            summary = f"{capital(late)} at a constant learning rate: longer training might help."
            advice = self._longer(table)
        elif steps.pattern == "late-with-decay":
            summary = (
                f"{capital(late)}, as is usual with a decaying learning rate, whatever the "
                "length of training; only longer runs could show more."
            )
        elif steps.pattern == "late-unknown-schedule":
            return cannot_tell(
                self,
                f"Cannot tell: {late}; with a constant learning rate this means that training is "
                "too short, with a decaying one it means nothing, and the schedule is not "
                "known. Log the learning rate.",
                **evidence,
            )
        else:
            first = percent(float(steps.fraction[steps.rows].min()))
            summary = (
                f"{capital(late)}, the earliest after {first}: neither all in the first "
                f"{percent(self.early)} nor mostly at the end."
            )
        confidence: Confidence = "low" if steps.pattern == "late" else "medium"
        return Finding(self.id, verdict, summary, evidence, advice, self.source, confidence)

    def _shorter(self, table: TrialTable, steps: BestSteps) -> tuple[Advice, ...]:
        latest = int(np.max(table.best_step[steps.rows]))
        return (
            Advice(
                "train-shorter",
                {"max_train_steps": math.ceil(self.margin * latest)},
                f"{self.margin:g} times the latest best step; spend the rest on more trials",
            ),
        )

    def _longer(self, table: TrialTable) -> tuple[Advice, ...]:
        length = table.max_train_steps
        arguments = {} if length is None else {"max_train_steps": math.ceil(self.longer * length)}
        return (Advice("train-longer", arguments, "and tune the decay of the learning rate again"),)


def _too_few(table: TrialTable, steps: BestSteps) -> str:
    count = len(steps.rows)
    if not count:
        return f"Cannot tell: no trial that trained has evaluations of {table.objective.metric}."
    if len(table) == 1:
        needed = f"{FEWEST_EVALUATIONS} evaluations of {table.objective.metric}"
        return too_few_of_the_best(FEWEST_TRIALS, needed, table)
    evaluations = round(steps.evaluations) if math.isfinite(steps.evaluations) else 0
    return (
        f"Cannot tell: {counted(count, 'trial')} with {counted(evaluations, 'evaluation')} of "
        f"{table.objective.metric} "
        f"{agreeing(count, 'does not show when it was', 'do not show when they were')} best."
    )
