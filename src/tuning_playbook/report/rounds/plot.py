"""One figure of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from tuning_playbook.plots.theme import Figure

Group: TypeAlias = Literal["answer", "hyperparameters", "training", "search"]


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure with its title and a caption that says what to look for.

    Args:
        key: what it shows, unique in its study: ``axis:KEY``, ``curve:METRIC``, or a word.
        group: part of the page.
        title: of the figure.
        caption: below it.
        figure: in Plotly's schema.
        wide: whether it needs the whole width of the page.
    """

    key: str
    group: Group
    title: str
    caption: str
    figure: Figure
    wide: bool = False
