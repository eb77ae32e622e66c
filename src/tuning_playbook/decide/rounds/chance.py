"""Which sources of chance the answer of a round takes into account, and which it does not."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tuning_playbook.analysis.statistics.variances import data_spread
from tuning_playbook.words import listed

# Two standard deviations of a difference.
_APART = 2.0


@dataclass(frozen=True, slots=True)
class Chance:
    """What is counted in how sure an answer is.

    Args:
        examples: size of the evaluation set; ``None`` where it is not known.
        resolution: difference between two arms that this many examples can tell apart, in the
            metric's units; ``None`` where that is not known.
        seed: whether the luck of the seed is counted.
    """

    examples: int | None
    resolution: float | None
    seed: bool

    @property
    def counted(self) -> str:
        """What is counted, as an enumeration."""
        inside = ["the luck of the search", *["the luck of the seed"] * self.seed]
        if self.resolution is not None:
            inside.append(f"the sample of {self.examples:,} evaluation examples")
        return listed(inside)

    @property
    def left_out(self) -> str:
        """What is not counted, as an enumeration."""
        outside = ["the luck of the seed"] * (not self.seed)
        if self.resolution is None:
            outside.append("the evaluation sample")
        return listed([*outside, "the split of the data"])


def chance_of(*, metric: str, value: float, examples: int | None, several: bool) -> Chance:
    """The sources of chance in the answer of a round.

    Two models that are evaluated on the same n examples differ by chance about as much as one of
    them does from one set of n to another: they disagree on about as many examples as one of them
    gets wrong. Twice that deviation is what the evaluation set can tell apart.

    Args:
        metric: its name; how far a loss or a distance varies between examples is not known.
        value: of the metric, that the best arm reached.
        examples: n; ``None`` where the project file does not say.
        several: whether arms are compared. Their trials have seeds of their own, so the luck of the
            seed is in the comparison; a single arm's best trial says nothing about it.

    Example:
        >>> chance = chance_of(metric="val_error", value=0.056, examples=500, several=True)
        >>> round(chance.resolution, 3)
        0.021
    """
    spread = data_spread(value, examples, metric=metric) if math.isfinite(value) else None
    known = spread is not None and spread.known
    resolution = _APART * spread.deviation if spread is not None and known else None
    return Chance(examples if known else None, resolution, several)
