"""What a report costs: ours, whole, beside two of Optuna's plots of the same trials.

    python bench/report.py [--quick]

Ours is the file that a user opens: every axis plot, curves, best steps, history, the table of all
trials, and the drawing library. Optuna's is plot_slice and plot_intermediate_values written as one
page each by its own ``to_html`` with its drawing library, which is how its users save them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tuning_playbook.analysis.building import study_table
from tuning_playbook.report.html import write_report
from tuning_playbook.report.view import round_view
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import FunctionTarget, Objective, Study, TrainingProtocol
from tuning_playbook.trial import Curve, Reason, Status, Trial

warnings.filterwarnings("ignore")
KEYS = tuple(f"x{i}" for i in range(8))
SIZES = ((1_000, 1_000), (10_000, 100))


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


def ours(study, rows, curves, folder: Path) -> float:
    table = study_table(study, rows, curves)
    view = round_view("bench", [(study, rows, table)], findings={}, caveats=(), version="0")
    write_report(view, folder / "report.html")
    return (folder / "report.html").stat().st_size / 1e6


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

    figure = getattr(visualization, plot)(study)
    page = folder / f"{plot}.html"
    page.write_text(figure.to_html())
    return page.stat().st_size / 1e6


def measured(work: Callable[[], float]) -> tuple[float, float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    megabytes = work()
    return time.perf_counter() - wall, time.process_time() - cpu, megabytes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the trials")
    quick = parser.parse_args().quick
    print("| work | trials x points | s | CPU s | MB |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for trials, points in SIZES:
            study, rows, curves = made(trials // 10 if quick else trials, points)
            theirs = optuna_study(rows, curves)
            works: dict[str, Callable[[], float]] = {
                "the whole report": lambda s=study, r=rows, c=curves: ours(s, r, c, folder),
                "Optuna plot_slice": lambda t=theirs: optuna_page(t, "plot_slice", folder),
                "Optuna plot_intermediate_values": lambda t=theirs: optuna_page(
                    t, "plot_intermediate_values", folder
                ),
            }
            for label, work in works.items():
                wall, cpu, size = measured(work)
                print(f"| {label} | {len(rows):,} x {points:,} | {wall:.2f} | {cpu:.2f} "
                      f"| {size:.1f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
