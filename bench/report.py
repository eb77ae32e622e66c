"""What a report costs, beside Optuna's plots of the same trials, in one run.

    python bench/report.py [--quick]

Ours is the file that a user opens: verdicts with their pictures, every axis plot, curves, best
steps, best of k, budgets, importance, parallel coordinates, the table of all trials, and the
drawing library. Optuna's plots are written as one page each by their own ``to_html`` with their
drawing library, which is how its users save them. Everything runs once on a small study first, to
measure no import. The last column is how many times the processor time of the report each takes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tuning_playbook.analysis.table.building import study_table
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.plots.axis import axis_figure, axis_info
from tuning_playbook.plots.best_step import best_step_figure, best_step_info
from tuning_playbook.plots.curves import curves_figure, curves_info
from tuning_playbook.plots.importance import importance_figure, importance_info
from tuning_playbook.plots.judgement import judgement
from tuning_playbook.plots.parallel import parallel_figure, parallel_info
from tuning_playbook.report.rounds.page import write_report
from tuning_playbook.report.rounds.view import round_view
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import FunctionTarget, Objective, Study, TrainingProtocol
from tuning_playbook.trial import Curve, Reason, Status, Trial

warnings.filterwarnings("ignore")
KEYS = tuple(f"x{i}" for i in range(8))
SIZES = ((1_000, 1_000), (10_000, 100))
THEIRS = ("plot_slice", "plot_rank", "plot_param_importances", "plot_parallel_coordinate",
          "plot_intermediate_values")  # fmt: skip
SLOW_ABOVE = 2_000  # trials from which Optuna's plot of all pairs is left out
SLOW = ("plot_rank",)


def made(trials: int, points: int):
    """Study, trials and curves; one trial in ten diverges half way."""
    rng = np.random.default_rng(0)
    space = SearchSpace(tuple(Hyperparameter(k, Float(1e-5, 1.0, "log"), 0.1) for k in KEYS))
    protocol = TrainingProtocol(FunctionTarget("train.py", "train"), points, 1)
    study = Study("bench", space, trials, Objective("validation_error", "minimize"), protocol)
    steps = np.arange(1, points + 1)
    unit = rng.random((trials, len(KEYS)))
    bowl = ((unit - 0.5) ** 2 / np.arange(1, len(KEYS) + 1)).sum(axis=1)
    rows, curves = [], {}
    for i in range(trials):
        values = bowl[i] + np.exp(-steps / (0.2 * points)) + 0.01 * rng.normal(size=points)
        lost = i % 10 == 9
        if lost:
            values[points // 2 :] = np.nan
        config = {k: float(1e-5 ** (1 - u)) for k, u in zip(KEYS, unit[i], strict=True)}
        status = Status.INFEASIBLE if lost else Status.COMPLETE
        reason = Reason.NON_FINITE if lost else Reason.NONE
        rows.append(Trial("bench", i, config, i, status, reason, attempts=1))
        curves[i] = {"validation_error": Curve(steps, values)}
    return study, rows, curves


def whole_report(study, rows, curves, folder: Path) -> float:
    """Table, checks, figures and page."""
    table = study_table(study, rows, curves)
    findings = {study.name: run_checks(table)}
    view = round_view("bench", [(study, rows, table)], findings=findings, caveats=(), version="0")
    write_report(view, folder / "report.html")
    return (folder / "report.html").stat().st_size / 1e6


def data_of(*figures) -> float:
    return len(json.dumps(figures)) / 1e6


def our_figures(table) -> dict[str, Callable[[], float]]:
    """Figures without a page, in megabytes of data."""

    def axes() -> float:
        judged = judgement(table)
        return data_of(*(axis_figure(axis_info(table, k, judged=judged), metric="e") for k in KEYS))

    def importance() -> float:
        return data_of(importance_figure(importance_info(table, judgement(table).feasible)))

    def parallel() -> float:
        info = parallel_info(table, judgement(table).feasible)
        return data_of(parallel_figure(info, metric="e"))

    return {
        "our axis plots (data)": axes,
        "our importance plot (data)": importance,
        "our parallel coordinates (data)": parallel,
        "our curves (data)": lambda: data_of(
            curves_figure(table, curves_info(table, "validation_error"))
        ),
        "our best steps (data)": lambda: data_of(
            best_step_figure(best_step_info(table), metric="e")
        ),
    }


def optuna_study(rows, curves):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    range_ = optuna.distributions.FloatDistribution(1e-5, 1, log=True)
    study = optuna.create_study()
    study.add_trials(
        optuna.trial.create_trial(
            params=dict(t.config),
            distributions=dict.fromkeys(KEYS, range_),
            value=float(np.nanmin(curves[t.index]["validation_error"].values)),
            intermediate_values=dict(enumerate(curves[t.index]["validation_error"].values)),
        )
        for t in rows
    )
    return study


def optuna_page(study, plot: str, folder: Path) -> float:
    from optuna import visualization

    more = {}
    if plot == "plot_param_importances":
        from optuna.importance import PedAnovaImportanceEvaluator

        # The same method as ours; Optuna's own default is a forest and far slower.
        more["evaluator"] = PedAnovaImportanceEvaluator(target_quantile=0.2)
    figure = getattr(visualization, plot)(study, **more)
    page = folder / f"{plot}.html"
    page.write_text(figure.to_html())
    return page.stat().st_size / 1e6


def measured(work: Callable[[], float]) -> tuple[float, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    megabytes = work()
    return time.perf_counter() - wall, time.process_time() - cpu, megabytes


def works_of(trials: int, points: int, folder: Path) -> dict[str, Callable[[], float]]:
    """What is measured, by name; each returns its megabytes."""
    study, rows, curves = made(trials, points)
    theirs = optuna_study(rows, curves)
    plots = [p for p in THEIRS if trials <= SLOW_ABOVE or p not in SLOW]
    return {
        "the whole report": lambda: whole_report(study, rows, curves, folder),
        **our_figures(study_table(study, rows, curves)),
        **{f"Optuna {p}": lambda p=p: optuna_page(theirs, p, folder) for p in plots},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the trials")
    quick = parser.parse_args().quick
    print("| work | trials x points | s | CPU s | MB | times the report |")
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for work in works_of(30, 20, folder).values():
            work()
        for trials, points in SIZES:
            count = trials // 10 if quick else trials
            report = 0.0
            for label, work in works_of(count, points, folder).items():
                wall, cpu, size = measured(work)
                report = report or cpu
                print(f"| {label} | {count:,} x {points:,} | {wall:.2f} | {cpu:.2f} "
                      f"| {size:.2f} | {cpu / report:.2f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
