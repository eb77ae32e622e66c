"""What a family of the truth bench hands back: shares with intervals, bars, a section."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Setting:
    """How large a run is, and on which half of the tasks.

    Args:
        data: folder with the public data sets, one folder each.
        half: ``tuning`` (even tasks; thresholds may have been chosen on them) or ``judging`` (odd
            tasks; nothing was).
        studies: about how many studies each row of a table rests on.
        seed: of everything random.
    """

    data: Path
    half: Literal["tuning", "judging"] = "judging"
    studies: int = 480
    seed: int = 0


@dataclass(frozen=True)
class Share:
    """``count`` of ``total``, with Wilson's 95 % interval."""

    count: int
    total: int

    @property
    def value(self) -> float:
        return self.count / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        # exact at both ends, where rounding would leave 1 just out of reach
        low = 0.0 if self.count == 0 else middle - half
        return low, 1.0 if self.count == n else middle + half

    def __str__(self) -> str:
        if not self.total:
            return "-"
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.count} of {self.total})"


@dataclass(frozen=True)
class Bar:
    """A limit that a share has to keep; missed where the interval excludes the limit."""

    what: str
    share: Share
    at_most: float | None = None
    at_least: float | None = None

    @property
    def holds(self) -> bool:
        low, high = self.share.interval
        return not (
            (self.at_most is not None and low > self.at_most)
            or (self.at_least is not None and high < self.at_least)
        )

    @property
    def limit(self) -> str:
        return f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"


@dataclass(frozen=True)
class Section:
    """One family's part of the page: Markdown, and the bars that it has to keep."""

    title: str
    markdown: str
    bars: tuple[Bar, ...] = field(default=())


def table(head: list[str], rows: list[list[object]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"
