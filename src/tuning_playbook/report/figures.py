"""The figures of one study in the order of reading, each with a caption in words."""

from __future__ import annotations

from dataclasses import dataclass

from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.plots.axis import AxisInfo, axis_figure, axis_info
from tuning_playbook.plots.best_step import best_step_figure, best_step_info
from tuning_playbook.plots.curves import CurvesInfo, companion_of, curves_figure, curves_info
from tuning_playbook.plots.history import history_figure, history_info
from tuning_playbook.plots.reasons import lost_trials, reasons_figure
from tuning_playbook.plots.theme import Figure


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure with its title and a caption that says what to look for."""

    title: str
    caption: str
    figure: Figure


def study_plots(table: TrialTable) -> tuple[Plot, ...]:
    """Every figure that the study has the data for; no user code asks for them.

    Source: playbook, "Automate generically useful plots".
    """
    metric = table.objective.metric
    axes = [axis_info(table, key) for key in table.space.keys]
    plots = [
        Plot(info.key, _axis_caption(table, info), axis_figure(info, metric=metric))
        for info in axes
    ]
    for name in _curve_metrics(table):
        info = curves_info(table, name)
        companion = companion_of(metric, list(table.curves)) if name == metric else None
        figure = curves_figure(table, info, companion=companion)
        plots.append(Plot(f"{name} during training", _curves_caption(info, companion), figure))
    return (*plots, *_overviews(table))


def _overviews(table: TrialTable) -> list[Plot]:
    """Best steps, history, lost trials."""
    metric = table.objective.metric
    plots = []
    steps = best_step_info(table)
    if len(steps.rows):
        caption = (
            f"{steps.early:.0%} of the trials were best in the first tenth of training, "
            f"{steps.late:.0%} in the last quarter (dotted lines). With a decaying learning rate "
            "the last steps are nearly always the best."
        )
        plots.append(Plot("Best step", caption, best_step_figure(steps, metric=metric)))
    history = history_info(table)
    if len(history.rows):
        caption = "Every trial in its order, and the best so far."
        plots.append(Plot("Search history", caption, history_figure(history, metric=metric)))
    if lost_trials(table):
        caption = (
            "Divergence near one end of a range tells where training becomes unstable; an "
            "exception or a lost machine tells nothing about the hyperparameters."
        )
        plots.append(Plot("Why trials were lost", caption, reasons_figure(table)))
    return plots


def _curves_caption(info: CurvesInfo, companion: str | None) -> str:
    """What the colours mean, and how much of the study is drawn."""
    shown = len(info.best) + len(info.others) + len(info.infeasible)
    return (
        "The best three in colour"
        + (f", their {companion} dotted" if companion else "")
        + "; other trials grey, infeasible ones red."
        + (" Means over stretches of steps." if info.averaged else "")
        + (f" {shown} of {info.total} are drawn, evenly over the ranks."
           if shown < info.total else "")
    )  # fmt: skip


def _axis_caption(table: TrialTable, info: AxisInfo) -> str:
    """Where the best trials lie, and what stands on the border."""
    side = "top" if info.y_range.sign > 0 else "bottom"
    words = []
    if info.best:
        found = [table.values[info.key][row] for row in info.best]
        near_one = getattr(info.domain, "scale", "") == "reverse_log"
        digits = 5 if near_one else 3
        values = ", ".join(f"{v:.{digits}g}" if isinstance(v, float) else str(v) for v in found)
        words.append(f"Best trials (stars) at {values}.")
    if len(info.infeasible_rows):
        words.append(f"{len(info.infeasible_rows)} without a result (crosses, {side}).")
    if info.clipped.any():
        words.append(f"{int(info.clipped.sum())} far worse than drawn (triangles).")
    return " ".join(words)


def _curve_metrics(table: TrialTable) -> list[str]:
    """The objective's metric first, then up to three others with the most values."""
    metric = table.objective.metric
    companion = companion_of(metric, list(table.curves))
    others = [n for n in table.curves if n not in (metric, companion)]
    others.sort(key=lambda n: -len(table.curves[n].values))
    named = [metric] if metric in table.curves else []
    return [*named, *others[:3]]
