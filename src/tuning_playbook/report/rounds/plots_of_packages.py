"""Plots that other installed packages bring, by the entry points ``tuning_playbook.plots``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import cast, get_args

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.theme import layout
from tuning_playbook.plugins import Plugin, failure_words, plugins_of
from tuning_playbook.report.rounds.plot import Group, Plot
from tuning_playbook.words import listed


def plots_of_packages(table: TrialTable) -> tuple[Plot, ...]:
    """What the entry points draw of a study.

    Each names a function from a `TrialTable` to a `Plot`, or to ``None`` where the study has
    nothing to draw. One that fails leaves an empty figure with the reason below it.

    Args:
        table: the study.
    """
    found = [_plot(plugin, table) for plugin in plugins_of("tuning_playbook.plots")]
    return tuple(plot for plot in found if plot is not None)


def _plot(plugin: Plugin, table: TrialTable) -> Plot | None:
    key = f"package:{plugin.name}"
    try:
        made = cast("Callable[[TrialTable], Plot | None]", plugin.load())(table)
        return None if made is None else replace(_usable(made), key=key)
    except Exception as error:
        why = failure_words(plugin, "plot", error)
        failed = Plot(key, "search", plugin.name, f"Not drawn: {why}", {})
        return _usable(failed)


def _usable(plot: Plot) -> Plot:
    """A plot that the page can show."""
    if not isinstance(plot, Plot):
        raise TypeError(f"a Plot or None was expected, found {type(plot).__name__}")
    if plot.group not in get_args(Group):
        raise ValueError(f"{plot.group!r} is no group; the groups are {listed(get_args(Group))}")
    given = json.loads(json.dumps(plot.figure))
    common = layout(x_title="", y_title="")
    figure = {"data": given.get("data", []), "layout": {**common, **given.get("layout", {})}}
    return replace(plot, figure=figure)
