"""What is known of each end of each range: facts without verbs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.edges.effects import AdditiveEffects
from tuning_playbook.edges.failures import FailingRegion
from tuning_playbook.edges.scores import Scores

FloatArray = NDArray[np.float64]


Edge: TypeAlias = Literal["low", "high"]
EdgeVerdict: TypeAlias = Literal[
    "tight", "open", "inside", "natural-limit", "unstable", "not-tuned", "cannot-tell"
]


@dataclass(frozen=True, slots=True)
class EdgeStatistics:
    """What speaks for and against one edge of one hyperparameter.

    Args:
        hyperparameter: its key.
        edge: ``low`` or ``high``.
        verdict: ``tight``: widening pays; ``open``: the best is at the last level tried;
            ``inside``: a gain of 10 % by widening would have been seen; ``natural-limit``: nothing
            lies beyond; ``unstable``: the range ends where trials fail; ``not-tuned``: a batch
            size, a training length or a number of bits; else ``cannot-tell``.
        rule: ``effect`` where the fitted effect was judged, ``levels`` where the last level was,
            empty where nothing was.
        configurations: that have the hyperparameter.
        levels: distinct values tried.
        effect: fitted effect at the edge less its mean over the range, in standard deviations of
            the scores; positive is better.
        effect_deviation: its posterior standard deviation.
        position: of the best fifth towards this edge, in standard deviations.
        step: rise into the outer quarter, in standard errors.
        turn: of the twentieth nearest to the edge over the fit, in standard errors.
        levels_beyond_best: levels between the best trial and the edge, the last one among them.
        share_of_best: share of the best tenth at the last level.
        infeasible_share: of the trials in the outer fifth, or at the last level.
        trials_to_judge: configurations at which the effect, if it is as it seems, would be told.
        shared_best: configurations that share the best value where that is why an edge that seems
            tight is not told; else 0.
    """

    hyperparameter: str
    edge: Edge
    verdict: EdgeVerdict
    rule: Literal["effect", "levels", ""] = ""
    configurations: int = 0
    levels: int = 0
    effect: float = math.nan
    effect_deviation: float = math.nan
    position: float = math.nan
    step: float = math.nan
    turn: float = math.nan
    levels_beyond_best: int | None = None
    share_of_best: float = math.nan
    infeasible_share: float = math.nan
    trials_to_judge: int | None = None
    shared_best: int = 0

    @property
    def strength(self) -> float:
        """The effect in its own standard deviations; NaN where none was fitted."""
        known = self.effect_deviation > 0
        return self.effect / self.effect_deviation if known else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """The configurations that have the same hyperparameters, and what was fitted to them.

    Args:
        scores: of the configurations.
        units: key -> shape (n,), positions in the range, of what varies among them.
        effects: the fit; ``None`` where there is nothing to fit.
        trained: shape (n,), which of them trained, if only in some of their repeats.
        effects_of_trained: the fit to these alone, over the part of each range that they span; the
            same where all trained, ``None`` where too few did.
        dimensions: how many hyperparameters vary among them.
        grid: whether the configurations are a grid.
        failing: where they fail most.
    """

    scores: Scores
    units: dict[str, FloatArray]
    effects: AdditiveEffects | None
    trained: NDArray[np.bool_]
    effects_of_trained: AdditiveEffects | None
    dimensions: int
    grid: bool
    failing: FailingRegion


@dataclass(frozen=True, slots=True, eq=False)
class JudgedEdges:
    """Both edges of every numeric hyperparameter, and the fits behind them.

    Args:
        edges: low edge, then high edge of each, in the order of the space.
        branches: key -> the configurations that have it.
    """

    edges: tuple[EdgeStatistics, ...]
    branches: dict[str, Branch]
