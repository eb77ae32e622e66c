"""Whether the searched ranges are wide enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any, ClassVar

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.edge_words import (
    aside_of,
    by_best_trial,
    edge_evidence,
    gains_question,
    improvement,
    named,
    one_more_level,
    said_of_choices,
    widening,
    widening_by_gains,
    widening_question,
)
from tuning_playbook.checks.evidence import thresholds
from tuning_playbook.edges.gains import SmallGains, small_gains
from tuning_playbook.edges.judged import EdgeStatistics, EdgeVerdict
from tuning_playbook.edges.of_choices import EdgesOfChoices, judged_with_choices
from tuning_playbook.edges.thresholds import EdgeLimits
from tuning_playbook.findings import Confidence, Finding, Verdict
from tuning_playbook.space import Categorical, Constant
from tuning_playbook.words import counted, listed

_USUAL = EdgeLimits()
_SETTLED: tuple[EdgeVerdict, ...] = ("inside", "natural-limit", "not-tuned")


@dataclass(frozen=True, slots=True)
class SearchSpaceBoundary:
    """The best region must lie inside the searched ranges, as far as the trials can tell.

    Args:
        rising: smallest effect at a tight edge, in its own standard deviations.
        effect: smallest effect at a tight edge, in standard deviations of the scores.
        position: smallest position of the best fifth towards a tight edge, in standard deviations.
        step: smallest rise into the outer quarter at a tight edge, in standard errors.
        turn: smallest distance of the trials nearest to a tight edge over the fit, in standard
            errors.
        seen: an edge is inside where an effect of this size would have been seen four times out of
            five.
        infeasible_limit: share of infeasible trials in the outer part that makes it a matter of
            stability instead.
        fewest_trials: fewer configurations are not fitted.
        fail_from: with fewer configurations a tight edge is a warning.
        fail_rising: so is one whose effect is smaller, in its own standard deviations.
    """

    id: ClassVar[str] = "search-space-boundary"
    title: ClassVar[str] = "Are the searched ranges wide enough?"
    source: ClassVar[str] = "search-space-boundaries"
    premises: ClassVar[frozenset[Premise]] = frozenset({Premise.SEARCH, Premise.METRIC})

    rising: float = _USUAL.rising
    effect: float = _USUAL.effect
    position: float = _USUAL.position
    step: float = _USUAL.step
    turn: float = _USUAL.turn
    seen: float = _USUAL.seen
    infeasible_limit: float = _USUAL.infeasible
    fewest_trials: int = _USUAL.fewest_trials
    fail_from: int = 50
    fail_rising: float = 3.0

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """One finding for all ranges of the study."""
        limits = EdgeLimits(
            rising=self.rising,
            effect=self.effect,
            position=self.position,
            step=self.step,
            turn=self.turn,
            seen=self.seen,
            fewest_trials=self.fewest_trials,
            infeasible=self.infeasible_limit,
        )
        judged, choices = judged_with_choices(table, limits)
        edges = tuple(_if_it_is_one(edge, table) for edge in judged.edges)
        gains = _gains_where_luck_decides(table, edges)
        evidence = {
            "inferred_ranges": table.inferred_ranges,
            "edges": [edge_evidence(edge) for edge in edges],
            "not_judged": [
                h.key
                for h in table.space.hyperparameters
                if isinstance(h.domain, (Categorical, Constant))
            ],
            "within_choices": [asdict(edge) for edge in choices.alone],
            "own_ranges": [asdict(own) for own in choices.apart],
            "small_gains": None if gains is None else asdict(gains),
            "aside": aside_of(edges),
            "thresholds": thresholds(self),
        }
        tight = _with_verdict(edges, "tight")
        if tight:
            found = self._too_narrow(table, edges, tight, evidence, choices)
        elif gains is not None:
            found = self._hardly_trained(table, edges, gains, evidence)
        elif _with_verdict(edges, "inside") and all(edge.verdict in _SETTLED for edge in edges):
            found = self._wide_enough(edges, evidence)
        else:
            found = self._unsettled(table, edges, evidence)
        said = said_of_choices(choices, table.objective.metric)
        return (replace(found, summary=f"{found.summary} {said}".rstrip()),)

    def _wide_enough(self, edges: tuple[EdgeStatistics, ...], evidence: dict[str, Any]) -> Finding:
        inside = _with_verdict(edges, "inside")
        fitted = any(edge.rule == "effect" for edge in inside)
        why = (
            "if widening brought a gain of 10 %, these trials would have shown it with a "
            "probability of 80 %"
            if fitted
            else "the best trials are not at the last levels tried"
        )
        summary = f"{_capital(named(inside))} {_are(inside)} wide enough: {why}.{_aside(edges)}"
        return self._finding(Verdict.PASS, summary, evidence, "medium")

    def _too_narrow(
        self,
        table: TrialTable,
        edges: tuple[EdgeStatistics, ...],
        tight: list[EdgeStatistics],
        evidence: dict[str, Any],
        choices: EdgesOfChoices,
    ) -> Finding:
        strongest = sorted(tight, key=lambda edge: -edge.strength)
        certain = [
            edge
            for edge in strongest
            if edge.configurations >= self.fail_from and edge.strength >= self.fail_rising
        ]
        metric = table.objective.metric
        rest = f"{self._known(edges)}{_aside(edges)}"
        advice = tuple(widening(table, edge, choices) for edge in strongest)
        if not certain:
            summary = f"{widening_question(metric, strongest)}{rest}"
            return self._finding(Verdict.WARN, summary, evidence, "low", advice)
        perhaps = [edge for edge in strongest if edge not in certain]
        asked = f" {widening_question(metric, perhaps)}" if perhaps else ""
        summary = (
            f"{metric} still improves at {named(certain)} (by {improvement(certain[0])}, "
            f"{counted(certain[0].configurations, 'configuration')}), so a wider range is likely "
            f"to contain better trials.{asked}{rest}"
        )
        return self._finding(Verdict.FAIL, summary, evidence, "medium", advice)

    def _hardly_trained(
        self,
        table: TrialTable,
        edges: tuple[EdgeStatistics, ...],
        gains: SmallGains,
        evidence: dict[str, Any],
    ) -> Finding:
        asked = gains_question(table.objective.metric, gains)
        summary = f"{asked}{_aside(edges)}"
        advice = (widening_by_gains(table, gains),)
        return self._finding(Verdict.WARN, summary, evidence, "low", advice)

    def _unsettled(
        self, table: TrialTable, edges: tuple[EdgeStatistics, ...], evidence: dict[str, Any]
    ) -> Finding:
        open_edges = _with_verdict(edges, "open")
        advice = tuple(a for e in open_edges if (a := one_more_level(table, e)) is not None)
        parts = self._questions(table, edges)
        summary = f"Cannot tell: {'; '.join(parts)}.{self._known(edges)}{_aside(edges)}"
        confidence: Confidence = "low" if open_edges else "high"
        return self._finding(Verdict.UNKNOWN, summary, evidence, confidence, advice)

    def _questions(self, table: TrialTable, edges: tuple[EdgeStatistics, ...]) -> list[str]:
        """What is left open, one clause each."""
        open_edges = _with_verdict(edges, "open")
        asked = {e.hyperparameter for e in edges if e.verdict != "not-tuned"}
        guessed = listed([key for key in table.guessed if key in asked])
        untold = [
            e for e in _with_verdict(edges, "cannot-tell") if e.hyperparameter not in table.guessed
        ]
        shared = [e for e in untold if e.shared_best]
        untold = [e for e in untold if not e.shared_best]
        unstable = _with_verdict(edges, "unstable")
        parts = []
        parts += [
            f"{best} is at {named(own)}, the last level tried, and these trials do not show "
            "whether the next level is better"
            for best, own in by_best_trial(table, open_edges).items()
        ]
        if unstable:
            parts.append(f"training fails towards {named(unstable)}")
        if shared:
            parts.append(
                f"{counted(shared[0].shared_best, 'configuration')} share the best "
                f"{table.objective.metric}, and not all of them are at {named(shared)}, so that "
                "nothing shows that a wider range is better"
            )
        if untold:
            parts.append(self._why_untold(untold))
        if guessed:
            parts.append(
                f"whether {guessed} can be set before training is a guess; confirm or correct it "
                "with --params or --results"
            )
        if not parts:
            parts.append(
                "no numeric hyperparameter varies in this study"
                if not edges
                else "no range of this study can be widened"
            )
        return parts

    def _why_untold(self, untold: list[EdgeStatistics]) -> str:
        count = max(edge.configurations for edge in untold)
        if count < self.fewest_trials and not any(edge.rule for edge in untold):
            do = "does" if count == 1 else "do"
            return (
                f"{counted(count, 'configuration')} {do} not show where the best region is; at "
                f"least {self.fewest_trials} are needed"
            )
        if not any(edge.rule for edge in untold):
            return "the trials do not differ enough to show where the best region is"
        wanted = [e.trials_to_judge for e in untold if e.trials_to_judge is not None]
        more = (
            f"; about {_rounded(median(wanted))} configurations would tell more" if wanted else ""
        )
        return f"these trials do not show whether a wider range would help at {named(untold)}{more}"

    @staticmethod
    def _known(edges: Sequence[EdgeStatistics]) -> str:
        inside = _with_verdict(edges, "inside")
        return f" Wide enough: {named(inside)}." if inside else ""

    def _finding(
        self,
        verdict: Verdict,
        summary: str,
        evidence: dict[str, Any],
        confidence: Confidence,
        advice: tuple[Any, ...] = (),
    ) -> Finding:
        return Finding(self.id, verdict, summary, evidence, advice, self.source, confidence)


def _if_it_is_one(edge: EdgeStatistics, table: TrialTable) -> EdgeStatistics:
    """The edge, open to doubt where it is only guessed that its column is a hyperparameter."""
    if edge.hyperparameter in table.guessed and edge.verdict in ("tight", "open", "unstable"):
        return replace(edge, verdict="cannot-tell")
    return edge


def _gains_where_luck_decides(
    table: TrialTable, edges: Sequence[EdgeStatistics]
) -> SmallGains | None:
    """`small_gains`, where the results do not show the end towards which the gains grow."""
    asked = {
        edge.hyperparameter
        for edge in edges
        if edge.edge == "high" and edge.verdict in ("cannot-tell", "inside")
    }
    gains = small_gains(table) if asked - set(table.guessed) else None
    return gains if gains is not None and gains.hyperparameter in asked else None


def _with_verdict(edges: Sequence[EdgeStatistics], verdict: EdgeVerdict) -> list[EdgeStatistics]:
    return [edge for edge in edges if edge.verdict == verdict]


def _aside(edges: Sequence[EdgeStatistics]) -> str:
    """What is left out, once."""
    aside = aside_of(edges)
    return f" {aside}" if aside else ""


def _capital(words: str) -> str:
    return words[0].upper() + words[1:] if words.startswith(("the ", "both ")) else words


def _are(edges: Sequence[EdgeStatistics]) -> str:
    return "are" if len(edges) > 1 else "is"


def _rounded(count: float) -> int:
    """Two significant digits: it is an order of magnitude."""
    return int(float(f"{count:.2g}"))
