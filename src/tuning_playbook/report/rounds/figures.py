"""The figures of one study in the order of reading, each with a caption in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from tuning_playbook.analysis.table.metric_roles import metric_roles
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.axis import axis_figure, axis_info
from tuning_playbook.plots.best_of_k import best_of_k_figure, best_of_k_info
from tuning_playbook.plots.best_step import best_step_figure, best_step_info
from tuning_playbook.plots.budget import budget_figure, budget_info
from tuning_playbook.plots.curves import companion_of, curves_figure, curves_info
from tuning_playbook.plots.history import history_figure, history_info
from tuning_playbook.plots.importance import importance_figure, importance_info
from tuning_playbook.plots.judgement import Judgement, judgement
from tuning_playbook.plots.parallel import parallel_figure, parallel_info
from tuning_playbook.plots.reasons import lost_trials, reasons_figure
from tuning_playbook.report.rounds import captions
from tuning_playbook.report.rounds.plot import Plot
from tuning_playbook.report.rounds.plots_of_packages import plots_of_packages
from tuning_playbook.space import Constant

_NOTHING_NAMED: Mapping[str, Sequence[str]] = MappingProxyType({})


def study_plots(
    table: TrialTable, *, named: Mapping[str, Sequence[str]] = _NOTHING_NAMED
) -> tuple[Plot, ...]:
    """Every figure that the study has the data for; no user code asks for them.

    Args:
        table: the study.
        named: metric -> ids of trials that a verdict on its curves names.

    Source: playbook, "Automate generically useful plots".
    """
    judged = judgement(table)
    varied = [h.key for h in table.space.hyperparameters if not isinstance(h.domain, Constant)]
    found = [_axis(table, key, judged) for key in varied]
    found += [_curve(table, m, judged, named.get(m, ())) for m in _curve_metrics(table)]
    makers: list[Callable[[TrialTable, Judgement], Plot | None]] = [_best_step]
    if varied:  # nothing is searched where every trial is the same
        makers += [_best_of_k, _budget]
    if len(varied) > 1:
        makers += [_importance]
    makers += [_history, _lost, _parallel]
    found += [plot for make in makers if (plot := make(table, judged)) is not None]
    return (*found, *plots_of_packages(table))


def _axis(table: TrialTable, key: str, judged: Judgement) -> Plot:
    info = axis_info(table, key, judged=judged)
    figure = axis_figure(info, metric=table.objective.metric)
    return Plot(f"axis:{key}", "hyperparameters", key, captions.of_axis(table, info), figure)


def _curve(table: TrialTable, name: str, judged: Judgement, named: Sequence[str]) -> Plot:
    metric = table.objective.metric
    info = curves_info(table, name, feasible=judged.feasible, named=named)
    companion = companion_of(metric, list(table.curves)) if name == metric else None
    figure = curves_figure(table, info, companion=companion)
    caption = captions.of_curves(info, companion)
    return Plot(f"curve:{name}", "training", f"{name} during training", caption, figure)


def _best_step(table: TrialTable, judged: Judgement) -> Plot | None:
    info = best_step_info(table, feasible=judged.feasible)
    if not len(info.rows):
        return None
    figure = best_step_figure(info, metric=table.objective.metric)
    return Plot("best-step", "training", "Best step", captions.of_best_step(info), figure)


def _best_of_k(table: TrialTable, judged: Judgement) -> Plot | None:
    info = best_of_k_info(table, judged.feasible)
    if info is None:
        return None
    figure = best_of_k_figure(info, metric=table.objective.metric)
    return Plot("best-of-k", "search", "Best of k trials", captions.of_best_of_k(info), figure)


def _budget(table: TrialTable, judged: Judgement) -> Plot | None:
    info = budget_info(table, judged.feasible)
    if info is None:
        return None
    figure = budget_figure(info, metric=table.objective.metric)
    return Plot("budget", "search", "Smaller studies", captions.of_budget(info), figure)


def _parallel(table: TrialTable, judged: Judgement) -> Plot | None:
    info = parallel_info(table, judged.feasible)
    if info is None:
        return None
    figure = parallel_figure(info, metric=table.objective.metric)
    title = "All hyperparameters at once"
    return Plot("parallel", "search", title, captions.of_parallel(info), figure, wide=True)


def _importance(table: TrialTable, judged: Judgement) -> Plot | None:
    info = importance_info(table, judged.feasible)
    if info is None:
        return None
    caption = captions.of_importance(info)
    return Plot("importance", "search", "Importance", caption, importance_figure(info))


def _history(table: TrialTable, judged: Judgement) -> Plot | None:
    info = history_info(table, feasible=judged.feasible)
    if not len(info.rows):
        return None
    caption = "Every feasible trial in its order, and the best so far."
    figure = history_figure(info, metric=table.objective.metric)
    return Plot("history", "search", "Search history", caption, figure)


def _lost(table: TrialTable, judged: Judgement) -> Plot | None:
    lost = lost_trials(table, feasible=judged.feasible)
    if not lost:
        return None
    caption = (
        "Red: what a configuration causes; divergence near one end of a range tells where training "
        "becomes unstable. Grey: what tells nothing about the hyperparameters."
    )
    return Plot("lost", "search", "Why trials were lost", caption, reasons_figure(lost))


def _curve_metrics(table: TrialTable) -> list[str]:
    """The objective's metric, the training loss, and up to two others with the most values."""
    metric = table.objective.metric
    first = [name for name in (metric, metric_roles(table).training_loss) if name in table.curves]
    companion = companion_of(metric, list(table.curves))
    others = [name for name in table.curves if name not in (*first, metric, companion)]
    others.sort(key=lambda name: -len(table.curves[name].values))
    return [*dict.fromkeys(str(name) for name in first), *others[:2]]
