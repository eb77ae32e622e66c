"""Curves with a pattern that repeats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.curves.periodicity import RepeatingPattern, periodicity
from tuning_playbook.analysis.table.best_trials import best_rows
from tuning_playbook.analysis.table.metric_roles import metric_roles
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
from tuning_playbook.findings import Advice, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Periodicity:
    """Curves of good trials do not repeat a pattern: data come shuffled, evaluations do not rotate.

    Args:
        best_trials: how many of the best trials are looked at.
        agreeing_trials: how many of them must share a period, up to 5 %.
        minimum_points: values that a curve needs.
        minimum_periods: repetitions that a curve must hold.
        significance: largest p-value in one curve.
        amplitude_widths: smallest amplitude, in noise widths.
        minimum_share: smallest amplitude, as a share of the curve's range; fainter ripples, such
            as those of training metrics read on rotating samples, harm nothing.
    """

    id: ClassVar[str] = "periodicity"
    title: ClassVar[str] = "Do curves repeat a pattern?"
    source: ClassVar[str] = "training-curves"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.CURVES})

    best_trials: int = 5
    agreeing_trials: int = 2
    minimum_points: int = 60
    minimum_periods: int = 4
    significance: float = 0.001
    amplitude_widths: float = 0.5
    minimum_share: float = 0.005

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the training loss and the objective together."""
        roles = metric_roles(table)
        best = best_rows(table, self.best_trials)
        metrics = [m for m in (roles.training_loss, roles.objective) if m is not None]
        found = {
            metric: periodicity(
                table.curves[metric],
                best,
                minimum_points=self.minimum_points,
                minimum_periods=self.minimum_periods,
                significance=self.significance,
                amplitude_widths=self.amplitude_widths,
                minimum_share=self.minimum_share,
            )
            for metric in metrics
        }
        judged = {m: [p for p in curves if p.known] for m, curves in found.items()}
        judged = {m: p for m, p in judged.items() if len(p) >= self.agreeing_trials}
        if not judged:
            return (
                cannot_tell(
                    self,
                    too_few_of_the_best(
                        self.agreeing_trials, f"{self.minimum_points} logged values", table
                    ),
                    best_trials=names(table, best),
                ),
            )
        return (self._word(table, judged, best),)

    def _word(
        self, table: TrialTable, judged: dict[str, list[RepeatingPattern]], best: NDArray[np.int64]
    ) -> Finding:
        shared = {metric: self._shared(curves) for metric, curves in judged.items()}
        metric = next((m for m in shared if shared[m]), None)
        evidence = {
            "curves": [
                {
                    "metric": m,
                    "trial": names(table, [p.row])[0],
                    "period_steps": number(p.period_steps, 4),
                    "amplitude": number(p.amplitude, 3),
                    "noise": number(p.noise, 3),
                    "p_value": number(p.p_value, 3),
                    "periodic": p.periodic,
                }
                for m, curves in judged.items()
                for p in curves
            ],
            "thresholds": thresholds(self),
        }
        if metric is None:
            several = " and ".join(judged)
            summary = f"No repeating pattern in {several} of {the_best(len(best), table)}."
            return Finding(self.id, Verdict.PASS, summary, evidence, source=self.source)
        group = shared[metric]
        period = float(np.median([p.period_steps for p in group]))
        amplitude = float(np.median([p.amplitude for p in group]))
        return Finding(
            check=self.id,
            verdict=Verdict.WARN,
            summary=(
                f"{metric} repeats a pattern every {period:.4g} steps in "
                f"{some_of_the_best(len(group), len(judged[metric]), table)}, with an amplitude "
                f"of {amplitude:.2g}."
            ),
            evidence=evidence,
            advice=(_advice(table, group, period),),
            source=self.source,
            confidence="medium",
        )

    def _shared(self, curves: list[RepeatingPattern]) -> list[RepeatingPattern]:
        """The largest group of periodic curves with one period; empty where none is shared."""
        periodic = [p for p in curves if p.periodic]
        groups = [
            [p for p in periodic if abs(p.period_steps / q.period_steps - 1) <= 0.05]
            for q in periodic
        ]
        largest = max(groups, key=len, default=[])
        return largest if len(largest) >= self.agreeing_trials else []


def _advice(table: TrialTable, group: list[RepeatingPattern], period: float) -> Advice:
    return Advice(
        "inspect-bug",
        {
            "trials": names(table, [p.row for p in group]),
            "period_steps": number(period, 4),
            "suspects": [
                "data that are not reshuffled in each epoch",
                "evaluation on rotating subsets",
                "a cyclic learning rate",
                "momentum close to 1, which oscillates",
            ],
        },
        "compare the period with the steps in one epoch and in one evaluation cycle",
    )
