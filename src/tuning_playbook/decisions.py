"""What was decided and what became of it. Facts without verbs, kept in the project's logbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from tuning_playbook.space import Config
from tuning_playbook.trial import Seconds


class Choice(StrEnum):
    """Outcome of a decision. Stored and printed: values are added, never changed or removed."""

    ADOPT = "adopt"
    KEEP = "keep"  # the incumbent stays
    INCONCLUSIVE = "inconclusive"


class Soundness(StrEnum):
    """Whether a comparison was fair enough to answer its question."""

    SOUND = "sound"
    WEAK = "weak"  # the answer may change with better tuned arms
    UNFAIR = "unfair"  # an arm was given fewer trials, so that it was tuned less; else as weak
    VOID = "void"  # an arm was not tuned, so there is no answer

    @property
    def may_change(self) -> bool:
        """Whether there is an answer, and better or equal tuning might change it."""
        return self in (Soundness.WEAK, Soundness.UNFAIR)


@dataclass(frozen=True, slots=True)
class LogbookEntry:
    """Something that happened to the project, for people and for later decisions.

    Args:
        at: seconds since the epoch.
        kind: short stable word: ``round``, ``decision``, ``launch``, ``look``,
            ``exploration-over``.
        round: name of the round it belongs to; empty for the project itself.
        message: one line.
        data: JSON values.
    """

    at: Seconds
    kind: str
    round: str = ""
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a candidate takes the incumbent's place, and on what evidence.

    Losses are not used here: values and gains are in the metric's units, a gain is positive where
    the candidate is better whatever the direction.

    Args:
        round: that brought the candidate up.
        choice: what follows.
        candidate, incumbent: every hyperparameter by key.
        candidate_values, incumbent_values: objective of each rerun; NaN for one that failed. The
            trial that selected the candidate is not among them.
        gain: mean of the candidate's values minus the incumbent's, signed so that better is above
            0; NaN without values.
        lower, upper: one-sided confidence bounds of the gain.
        confidence: of each bound.
        complexity_cost: gain that the change must bring.
        trial_deviation: standard deviation between reruns that the bounds use.
        reruns_needed: of each, to settle it at the gain found; 0 where it is settled.
        reasons: sentences, most important first.
        reruns_asked: of each, worth making before the next decision; 0 where none are; ``None``
            where it is not known (a decision of an older version).
        look: which look at this change it was, from 1.
        example_deviation: standard deviation of the gain between sets of evaluation examples that
            the bounds use; 0 where examples are not counted.
        optimism: part of the gain that the choice of the candidate on the same examples is expected
            to have brought; the lower bound is lowered by it.
        apparent_chance: objective of reruns that seem to have learnt nothing, where the choice is
            open because nobody has said what such a model scores; ``None`` otherwise.
    """

    round: str
    choice: Choice
    candidate: Config
    incumbent: Config
    candidate_values: tuple[float, ...]
    incumbent_values: tuple[float, ...]
    gain: float
    lower: float
    upper: float
    confidence: float
    complexity_cost: float
    trial_deviation: float
    reruns_needed: int
    reasons: tuple[str, ...] = ()
    reruns_asked: int | None = None
    look: int = 1
    example_deviation: float = 0.0
    optimism: float = 0.0
    apparent_chance: float | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """A candidate that became the baseline.

    Args:
        round: whose decision it follows.
        at: seconds since the epoch.
        before, after: the baseline's values by key.
        choice: of the decision; a launch against the evidence says so in ``reason``.
        reason: the decision in one line, or the user's own words.
        instead_of: the round's best configuration, where another arm was launched; else empty.
    """

    round: str
    at: Seconds
    before: Config
    after: Config
    choice: Choice
    reason: str = ""
    instead_of: Config = field(default_factory=dict)
