"""What a launch is decided on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tuning_playbook.decide.launches.example_luck import ExampleLuck, Examples
from tuning_playbook.decide.launches.gain_bounds import GainBounds
from tuning_playbook.decide.launches.rerun_failures import Failures
from tuning_playbook.decide.launches.reruns import all_identical


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a launch is decided on.

    Args:
        candidate, incumbent: objective of each rerun; not finite for one that failed.
        bounds: of the gain, from the reruns that finished.
        failures: which reruns failed.
        luck: what the choice of the evaluation examples adds.
        examples: what is known of them; ``None`` where they are not counted.
        complexity_cost: gain that the change must bring.
        past_deviation: between reruns, measured earlier; ``None`` where nothing is known.
        past_is_stale: whether the reruns contradict it, so that it was left out.
        confidence: of each bound.
        counts_looks: whether the confidence follows from the looks, and was not asked for.
        look: which look at this change it is, from 1.
        same: whether candidate and incumbent are one configuration.
    """

    candidate: tuple[float, ...]
    incumbent: tuple[float, ...]
    bounds: GainBounds
    failures: Failures
    luck: ExampleLuck
    examples: Examples | None
    complexity_cost: float
    past_deviation: float | None
    past_is_stale: bool
    confidence: float
    counts_looks: bool
    look: int
    same: bool

    @property
    def candidate_finished(self) -> tuple[float, ...]:
        """Values of the candidate's reruns that trained to a finite value."""
        return tuple(v for v in self.candidate if math.isfinite(v))

    @property
    def incumbent_finished(self) -> tuple[float, ...]:
        """Values of the incumbent's reruns that trained to a finite value."""
        return tuple(v for v in self.incumbent if math.isfinite(v))

    @property
    def fewest(self) -> int:
        """Finished reruns of the side that has fewer."""
        return min(len(self.candidate_finished), len(self.incumbent_finished))

    @property
    def is_identical(self) -> bool:
        """Whether repeats agree to the last digit, so that the seed seems to change nothing."""
        return all_identical([self.candidate_finished, self.incumbent_finished])
