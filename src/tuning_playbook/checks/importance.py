"""Which hyperparameters mattered, and which can be fixed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tuning_playbook.analysis.search.importance import Importance, importances
from tuning_playbook.analysis.search.interaction import Interaction, interactions
from tuning_playbook.analysis.statistics.multiple_tests import holm
from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.repeats import distinct_configurations
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.evidence import cannot_tell, number, thresholds
from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.words import agreeing, counted, listed, percent

_MOST_PAIRS = 10


@dataclass(frozen=True, slots=True)
class HyperparameterImportance:
    """What does not matter can be fixed, and what matters stays in the next space.

    Args:
        top_share: best trials whose place in the space is compared with that of all.
        significance: of each statement, after Holm's correction.
        negligible: upper bound of the share of importance of a hyperparameter that can be fixed.
        fewest_trials: fewer feasible trials give no verdict.
        interaction_trials: fewer feasible trials give no statement about pairs.
        fix_trials: fewer feasible trials let nothing be fixed.
        widest: a share with a 90 % interval wider than this is told as uncertain.
    """

    id: ClassVar[str] = "importance"
    title: ClassVar[str] = "Which hyperparameters mattered?"
    source: ClassVar[str] = "watanabe-2023"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.SEARCH, Premise.METRIC})

    top_share: float = 0.2
    significance: float = 0.05
    negligible: float = 0.05
    fewest_trials: int = 15
    interaction_trials: int = 60
    fix_trials: int = 60
    widest: float = 0.4

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for the study."""
        judged = feasibility(table)
        count = len(distinct_configurations(table, np.flatnonzero(judged.feasible)).rows)
        found = importances(table, judged, top_share=self.top_share)
        if count < self.fewest_trials or not found:
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: {counted(count, 'different feasible trial')}; "
                    f"{self.fewest_trials} are "
                    "needed to tell which hyperparameters matter.",
                    feasible_configurations=count,
                ),
            )
        if len(found) < 2:
            return (
                cannot_tell(
                    self,
                    f"Cannot tell: only {found[0].hyperparameter} was varied, and there is no "
                    "other to compare it with.",
                    feasible_configurations=count,
                ),
            )
        pairs = interactions(table, judged, fewest_trials=self.interaction_trials)
        return (self._word(table, judged, found, pairs, count),)

    def _word(
        self,
        table: TrialTable,
        judged: Feasibility,
        found: tuple[Importance, ...],
        pairs: tuple[Interaction, ...],
        count: int,
    ) -> Finding:
        adjusted = dict(
            zip((i.hyperparameter for i in found), holm([i.p_value for i in found]), strict=True)
        )
        matter = [i for i in found if adjusted[i.hyperparameter] < self.significance]
        together = [pair for pair in pairs if pair.adjusted_p < self.significance]
        fixable = self._fixable(found, together) if count >= self.fix_trials else []
        evidence = {
            "feasible_configurations": count,
            "hyperparameters": [_as_evidence(i, adjusted[i.hyperparameter]) for i in found],
            "interactions": [
                {
                    "hyperparameters": [pair.first, pair.second],
                    "share": number(pair.share, 3),
                    "adjusted_p_value": number(pair.adjusted_p, 3),
                }
                for pair in pairs[:_MOST_PAIRS]
            ],
            "can_be_fixed": fixable,
            "thresholds": thresholds(self),
        }
        survival = self._survival(found)
        told = [i.hyperparameter for i in matter]
        told += [key for pair in together[:1] for key in (pair.first, pair.second)]
        survival += _said_of_guesses(table, [*told, *self._deciding(found)])
        if not matter:
            return cannot_tell(
                self,
                f"Cannot tell: in {count} feasible configurations no hyperparameter separates "
                f"the best trials from the others by more than chance.{survival}",
                **evidence,
            )
        uncertain = any(i.share_high - i.share_low > self.widest for i in matter)
        summary = _uncertain(matter) if uncertain else _certain(matter)
        if together:
            summary += f"; {together[0].first} and {together[0].second} interact"
        if fixable:
            summary += f"; {', '.join(fixable)} made no visible difference"
        return Finding(
            check=self.id,
            verdict=Verdict.NOTE,
            summary=f"{summary}.{survival}",
            evidence=evidence,
            advice=tuple(_fix(table, judged, key) for key in fixable),
            source=self.source,
            confidence="low" if uncertain else "medium",
        )

    def _survival(self, found: tuple[Importance, ...]) -> str:
        """What decides whether a trial trains, which the shares among those that did leave out."""
        deciding = self._deciding(found)
        return f" Whether a trial trains at all depends on {listed(deciding)}." if deciding else ""

    def _deciding(self, found: tuple[Importance, ...]) -> list[str]:
        judged = [i for i in found if i.feasibility_p == i.feasibility_p]
        adjusted = holm([i.feasibility_p for i in judged])
        return [
            i.hyperparameter for i, p in zip(judged, adjusted, strict=True) if p < self.significance
        ]

    def _fixable(self, found: tuple[Importance, ...], together: list[Interaction]) -> list[str]:
        tied = {key for pair in together for key in (pair.first, pair.second)}
        return [
            i.hyperparameter
            for i in found
            if i.share_high < self.negligible
            and i.p_value >= self.significance
            and not i.feasibility_p < self.significance
            and i.hyperparameter not in tied
        ]


def _certain(matter: list[Importance]) -> str:
    names = [f"{i.hyperparameter} ({percent(i.share)})" for i in matter]
    return f"Whether a trial is among the best depends on {', '.join(names)}"


def _uncertain(matter: list[Importance]) -> str:
    names = listed([i.hyperparameter for i in matter])
    shares = listed([f"{percent(i.share_low)} to {percent(i.share_high)}" for i in matter])
    each = agreeing(len(matter), "it matters", "each matters")
    return (
        f"The best trials differ from the others in {names}, but how much {each} is uncertain "
        f"(share of the importance, 90 % interval: {shares})"
    )


def _said_of_guesses(table: TrialTable, names: Sequence[str]) -> str:
    """A sentence on those of some names of which nobody said that they are hyperparameters."""
    guessed = [name for name in table.guessed if name in names]
    return f" Whether {listed(guessed)} can be set before training is a guess." if guessed else ""


def _as_evidence(found: Importance, adjusted_p: float) -> dict[str, Any]:
    return {
        "hyperparameter": found.hyperparameter,
        "share": number(found.share, 3),
        "share_interval_90": [number(found.share_low, 3), number(found.share_high, 3)],
        "divergence": number(found.divergence, 3),
        "p_value": number(found.p_value, 3),
        "adjusted_p_value": number(adjusted_p, 3),
        "feasibility_accuracy": number(found.feasibility_accuracy, 3),
        "feasibility_p_value": number(found.feasibility_p, 3),
    }


def _fix(table: TrialTable, judged: Feasibility, key: str) -> Advice:
    rows = np.flatnonzero(judged.feasible & np.isfinite(table.units[key]))
    best = rows[int(np.argmin(table.loss[rows]))]
    value = table.values[key][best]
    return Advice(
        "fix",
        {"hyperparameter": key, "value": value if isinstance(value, str) else number(value)},
        "this is the value of the best trial; it made no difference in this study",
    )
