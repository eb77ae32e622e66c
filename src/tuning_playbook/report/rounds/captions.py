"""What to look for in each figure, in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.plots.axis import AxisInfo
from tuning_playbook.plots.best_of_k import BestOfKInfo
from tuning_playbook.plots.best_step import BestStepInfo
from tuning_playbook.plots.budget import BudgetInfo
from tuning_playbook.plots.curves import CurvesInfo
from tuning_playbook.plots.importance import ImportanceInfo
from tuning_playbook.plots.overlays import Cliff, EdgeBand
from tuning_playbook.plots.parallel import ParallelInfo
from tuning_playbook.words import counted, percent, short


def of_axis(table: TrialTable, info: AxisInfo) -> str:
    """Where the best trials lie, what stands on the border, and what the overlay means."""
    words = [_edge(band) for band in info.overlay.bands] + [_quiet(info.overlay.bands)]
    if info.best:
        found = [table.values[info.key][row] for row in info.best]
        near_one = getattr(info.domain, "scale", "") == "reverse_log"
        digits = 5 if near_one else 3
        values = ", ".join(short(v, digits) for v in found)
        words.append(f"Best trials (stars) at {values}.")
    if info.overlay.effect is not None:
        words.append(
            "Grey line: the fitted effect on the ranks of the trials, with its 90 % band; "
            f"{'higher' if info.y_range.sign < 0 else 'lower'} is better."
        )
    if len(info.overlay.best_fifth):
        words.append("Rings: the best fifth of the trials.")
    good = len(info.overlay.good_rows)
    if good:
        words.append(f"Green: the good region, {counted(good, 'trial')}.")
    if info.overlay.cliff is not None:
        words.append(_cliff(info.overlay.cliff))
    side = "top" if info.y_range.sign > 0 else "bottom"
    if len(info.infeasible_rows):
        words.append(f"{len(info.infeasible_rows):,} infeasible (crosses, {side}).")
    if info.clipped.any():
        far = int(info.clipped.sum())
        lie = "lies" if far == 1 else "lie"
        words.append(f"{counted(far, 'trial')} {lie} far outside the plotted range (triangles).")
    return " ".join(word for word in words if word)


def _edge(band: EdgeBand) -> str:
    if band.verdict == "tight":
        words = f"The trials still improve at the {band.edge} end"
        if band.suggested is None:
            return f"{words}."
        low, high = band.suggested
        return f"{words}: search {short(low)} to {short(high)}."
    if band.verdict == "open":
        return (
            f"The best trial and most of the best tenth are at the {band.edge} end, the last "
            "level tried; trying one more level would show whether it is better."
        )
    if band.verdict == "unstable":
        return f"Trials fail towards the {band.edge} end."
    return ""


_QUIET = (
    ("inside", "wide enough"),
    ("natural-limit", "at a natural limit"),
    ("not-tuned", "not tuned for quality"),
    ("cannot-tell", "not known from these trials"),
)


def _quiet(bands: Sequence[EdgeBand]) -> str:
    """The ends that ask for nothing, by what is known of them."""
    told = []
    for verdict, meaning in _QUIET:
        ends = [band.edge for band in bands if band.verdict == verdict]
        if ends:
            told.append(f"{' and '.join(ends)} end{'s' if len(ends) > 1 else ''}: {meaning}")
    words = "; ".join(told)
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _cliff(cliff: Cliff) -> str:
    elsewhere = "" if math.isnan(cliff.outside) else f", {percent(cliff.outside)} elsewhere"
    return (
        f"{cliff.side.capitalize()} {cliff.threshold:.3g} (dashed) {percent(cliff.inside)} of "
        f"the trials are infeasible{elsewhere}."
    )


def of_curves(info: CurvesInfo, companion: str | None) -> str:
    """What the colours mean, and how much of the study is drawn."""
    shown = len(info.best) + len(info.marked) + len(info.others) + len(info.infeasible)
    return (
        "The best three trials are in colour"
        + (f", their {companion} dotted" if companion else "")
        + (", trials that the verdict names purple" if info.marked else "")
        + "; other trials grey"
        + (", infeasible ones red." if info.infeasible else ".")
        + (" Values are averaged over intervals of steps." if info.averaged else "")
        + (
            f" {shown} of {info.total} trials are drawn, chosen evenly over their ranks."
            if shown < info.total
            else ""
        )
    )


def of_best_step(info: BestStepInfo) -> str:
    """How many were best early and late."""
    return (
        f"{percent(info.early)} of the feasible trials were best in the first tenth of training, "
        f"{percent(info.late)} in the last quarter (dotted lines). With a decaying learning rate "
        "the last steps are nearly always the best."
    )


def of_best_of_k(info: BestOfKInfo) -> str:
    """What half as many trials would have found, and what the band is."""
    half = int((info.k <= max(info.trials // 2, 1)).sum()) - 1
    band = f"a {percent(info.confidence)} simultaneous band for all k"
    words = [f"Median of the best of k trials, with {band}."]
    if math.isfinite(info.value[half]):
        words.append(
            f"Half as many trials ({info.k[half]}) would have found {info.value[half]:.4g}, "
            f"all {info.trials} find {info.value[-1]:.4g}."
        )
    better = "falls" if info.y_range.sign > 0 else "rises"
    words.append(f"If the curve still {better} at its end, more trials would help.")
    return " ".join(words)


def of_budget(info: BudgetInfo) -> str:
    """How much luck a smaller study has."""
    largest = int(info.simulated.k[-1])
    luck = float(info.simulated.luck[-1])
    words = (
        f"Best trial of simulated studies of k trials, drawn from these {info.trials}: median, "
        "quartiles, 5 and 95\u00a0%."
    )
    if math.isfinite(luck):
        words += f" With {largest} trials, luck changes the result by {luck:.2g}."
    return words


def of_parallel(info: ParallelInfo) -> str:
    """What the colours mean, and how much of the study is drawn."""
    shown = len(info.best) + sum(map(len, info.groups)) + len(info.infeasible)
    words = (
        "One line for each trial; the best three in orange-red, orange and green, the best "
        "quarter blue, the others grey, infeasible ones red. Where the lines of the best trials "
        "are close together, the hyperparameter matters."
    )
    if np.isnan(info.heights[:, :-1]).any():
        words += " A line passes below an axis where its trial does not have that hyperparameter."
    return words + (f" {shown} of {info.total} trials are drawn." if shown < info.total else "")


def of_importance(info: ImportanceInfo) -> str:
    """What the bars mean, and what decides about feasibility."""
    words = (
        "How far the best fifth of the trials is concentrated along each hyperparameter "
        "(PED-ANOVA), with 90 % intervals. Grey bars may be due to chance."
    )
    failing = [i.hyperparameter for i in info.found if i.feasibility_p * len(info.found) < 0.01]
    if failing:
        words += f" Whether a trial trains at all depends on {', '.join(failing)}."
    return words
