"""False alarms and power of the checks on the search space, on simulated studies of known truth.

Each case draws whole studies and counts the check's own verdict on them. A false alarm is an alarm
where the thing looked for is not there; power is the share of alarms where it is. The edges of
ranges are measured on real tuning data instead, by ``truth.py``. Run it with

    python bench/calibration.py [--studies 400] [--quick] [--check ID] [--write docs/calibration.md]

Edges, more trials and training curves are judged on real data by ``truth.py``.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuning_playbook.analysis.comparison.best_of_k import tuning_curve
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.checks.base import Check
from tuning_playbook.checks.best_step import BestStep
from tuning_playbook.checks.edge_of_stability import EdgeOfStability
from tuning_playbook.checks.importance import HyperparameterImportance
from tuning_playbook.checks.infeasible_fraction import InfeasibleFraction
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective

TRIALS = (20, 50, 100, 200)
SPACE = SearchSpace(
    (
        Hyperparameter("learning_rate", Float(1e-5, 1.0, "log"), 1e-3),
        Hyperparameter("weight_decay", Float(1e-6, 1e-2, "log"), 1e-4),
        Hyperparameter("momentum", Float(0.8, 0.999, "reverse_log"), 0.9),
        Hyperparameter("smoothing", Float(0.1, 0.4), 0.2),
    )
)
Simulate = Callable[[np.random.Generator, int], TrialTable]
Alarm = Callable[[tuple[Finding, ...]], bool]


def warned(findings: tuple[Finding, ...]) -> bool:
    """The check raised an alarm of any kind."""
    return any(f.verdict in (Verdict.WARN, Verdict.FAIL) for f in findings)


def advises(action: str) -> Alarm:
    """Whether a check gives some advice: with a warning, or with a note."""
    return lambda findings: any(a.action == action for f in findings for a in f.advice)


def calls_important(key: str) -> Alarm:
    """The check says that ``key`` matters."""

    def alarm(findings: tuple[Finding, ...]) -> bool:
        found = findings[0].evidence.get("hyperparameters", ())
        return any(h["hyperparameter"] == key and h["adjusted_p_value"] < 0.05 for h in found)

    return alarm


@dataclass(frozen=True)
class Case:
    """One situation and what the check should or should not say about it."""

    check: Check
    truth: str  # "fine" or "bad"
    situation: str
    simulate: Simulate
    alarm: Alarm = warned


def study(
    units: np.ndarray,
    loss: np.ndarray,
    *,
    failed: np.ndarray | None = None,
    curves: dict | None = None,
) -> TrialTable:
    """A finished study over `SPACE` from unit coordinates; failed trials have no measurement."""
    count = len(units)
    failed = np.zeros(count, dtype=bool) if failed is None else failed
    return table_from_columns(
        "simulated",
        ids=[str(i) for i in range(count)],
        space=SPACE,
        values={k: SPACE[k].domain.from_unit(units[:, i]) for i, k in enumerate(SPACE.keys)},
        status=np.where(failed, "infeasible", "complete").tolist(),
        metric_values=np.where(failed, np.nan, loss),
        curves=curves,
        objective=Objective("error", "minimize"),
    )


def bowl(
    weights: tuple[float, ...],
    optimum: float,
    *,
    noise: float = 0.02,
) -> Simulate:
    """A valley in four dimensions; the first one's optimum is given, the others' lie inside."""

    def simulate(rng: np.random.Generator, n: int) -> TrialTable:
        units = rng.random((n, 4))
        centre = rng.uniform(0.3, 0.7, 4)
        centre[0] = optimum
        y = (units - centre) ** 2 @ np.asarray(weights)
        spread = np.ptp(y) if np.ptp(y) > 0 else 1.0
        return study(units, y + noise * spread * rng.standard_normal(n))

    return simulate


def cliff(ratio: float) -> Simulate:
    """Training fails above a learning rate; the best one would be ``ratio`` times below it."""

    def simulate(rng: np.random.Generator, n: int) -> TrialTable:
        units = rng.random((n, 4))
        rate, edge = -5 + 5 * units[:, 0], -1.5
        failed = rate > edge + 0.1 * rng.standard_normal(n)
        y = ((rate - (edge - math.log10(ratio))) / 2.5) ** 2
        y = y + ((units[:, 1:] - 0.5) ** 2) @ np.array([1.0, 0.3, 0.1])
        return study(units, 0.3 * y + 0.006 * rng.standard_normal(n), failed=failed)

    return simulate


def failing(share: float, *, where: int | None) -> Simulate:
    """A share of the trials fails: above a value of one dimension, or anywhere."""

    def simulate(rng: np.random.Generator, n: int) -> TrialTable:
        units = rng.random((n, 4))
        failed = rng.random(n) < share if where is None else units[:, where] > 1 - share
        y = ((units - 0.5) ** 2).sum(axis=1) + 0.01 * rng.standard_normal(n)
        return study(units, y, failed=failed)

    return simulate


def leaning() -> Simulate:
    """From 5 % failures at the lowest to 80 % at the highest learning rate."""

    def simulate(rng: np.random.Generator, n: int) -> TrialTable:
        units = rng.random((n, 4))
        failed = rng.random(n) < 0.05 + 0.75 * units[:, 0] ** 2
        y = ((units - 0.5) ** 2).sum(axis=1) + 0.01 * rng.standard_normal(n)
        return study(units, y, failed=failed)

    return simulate


def valley(good_share: float) -> Simulate:
    """A share of the space is as good as it gets, the rest is worse the further away."""

    def simulate(rng: np.random.Generator, n: int) -> TrialTable:
        units = rng.random((n, 4))
        radius = good_share ** (1 / 2) / 2  # in two of the four dimensions
        outside = np.maximum(np.abs(units[:, :2] - 0.5).max(axis=1) - radius, 0)
        return study(units, 0.1 + outside + 0.0005 * rng.standard_normal(n))

    return simulate


def trained(best_at: float, *, decaying: bool) -> Simulate:
    """Curves of 50 evaluations that are best around a share of training."""

    def simulate(rng: np.random.Generator, n: int) -> TrialTable:
        units, steps = rng.random((n, 4)), np.arange(1, 51)
        t = steps / 50
        turn = np.clip(best_at + 0.01 * rng.standard_normal((n, 1)), 0.02, 1.5)
        level = ((units - 0.5) ** 2).sum(axis=1)[:, None]
        error = 0.1 + level + np.where(t < turn, (turn - t) ** 2, 0.2 * (t - turn))
        error = error + 0.001 * rng.standard_normal((n, 50))
        rate = np.where(decaying, 1.01 - t, 1.0) * np.ones((n, 1))
        rows = np.repeat(np.arange(n), 50)
        curves = {
            name: (rows, np.tile(steps, n), values.ravel())
            for name, values in (("error", error), ("learning_rate", rate))
        }
        return study(units, np.full(n, np.nan), curves=curves)

    return simulate


FEW = (1.0, 0.3, 0.0, 0.0)

CASES: tuple[Case, ...] = (
    Case(EdgeOfStability(), "fine", "best rate 100 times below the cliff", cliff(100.0)),
    Case(EdgeOfStability(), "fine", "best rate 10 times below the cliff", cliff(10.0)),
    Case(EdgeOfStability(), "fine", "nothing fails", bowl(FEW, 0.5)),
    Case(EdgeOfStability(), "bad", "best rate 2 times below the cliff", cliff(2.0)),
    Case(EdgeOfStability(), "bad", "best rate at the cliff", cliff(1.0)),
    Case(EdgeOfStability(), "bad", "best rate would be beyond", cliff(0.3)),
    Case(InfeasibleFraction(), "fine", "nothing fails", failing(0.0, where=None)),
    Case(InfeasibleFraction(), "fine", "25 % fail at high learning rates", failing(0.25, where=0)),
    Case(InfeasibleFraction(), "fine", "fails more often at high learning rates", leaning()),
    Case(InfeasibleFraction(), "bad", "75 % fail at high learning rates", failing(0.75, where=0)),
    Case(InfeasibleFraction(), "bad", "30 % fail anywhere (a bug)", failing(0.3, where=None)),
    Case(InfeasibleFraction(), "bad", "95 % fail anywhere", failing(0.95, where=None)),
    Case(BestStep(), "fine", "best in mid-training", trained(0.5, decaying=False)),
    Case(BestStep(), "fine", "best at the end, decaying rate", trained(1.2, decaying=True)),
    Case(BestStep(), "bad", "best in the first tenth", trained(0.04, decaying=False)),
    Case(BestStep(), "bad", "best at the end, constant rate, is told",
         trained(1.2, decaying=False), advises("train-longer")),
    Case(HyperparameterImportance(), "fine", "an irrelevant one is called important",
         bowl((1.0, 0.3, 0.0, 0.0), 0.5), calls_important("smoothing")),
    Case(HyperparameterImportance(), "bad", "an important one is called important",
         bowl((1.0, 0.3, 0.0, 0.0), 0.5), calls_important("learning_rate")),
)  # fmt: skip


def rate(case: Case, n: int, studies: int) -> float:
    """Share of simulated studies on which the check raises the case's alarm."""
    rng = np.random.default_rng([n, len(case.situation)])
    return sum(case.alarm(case.check.run(case.simulate(rng, n))) for _ in range(studies)) / studies


def coverage(n: int, confidence: float, studies: int) -> float:
    """Share of studies whose band holds the true median best of k for every k at once."""
    rng = np.random.default_rng([n, int(100 * confidence)])
    k = np.arange(1, n + 1)
    # Uniform losses: the median best of k is 1 - 2^(-1/k) exactly. A monotone map changes nothing.
    truth = -np.expm1(-math.log(2) / k)
    held = 0
    for _ in range(studies):
        curve = tuning_curve(rng.random(n), confidence=confidence)
        held += bool(np.all((curve.low <= truth) & (truth <= curve.high)))
    return held / studies


HEAD = """# Calibration of the checks on the search space

Generated by `python bench/calibration.py --write docs/calibration.md`; {studies} simulated studies
in each cell, independent uniform trials, noise of 2 % of the spread of the loss where nothing else
is said. *Fine* rows are false alarms (goal: at most 5 %), *bad* rows are power. The
edges of ranges, more trials and training curves are judged on real tuning data and real curves:
`truth.md`, and `real-studies-curves.md`.

"""


def page(cases: list[Case], trials: tuple[int, ...], studies: int) -> str:
    """The whole page as Markdown."""
    lines = [
        "| check | truth | situation | " + " | ".join(f"n = {n}" for n in trials) + " |",
        "| --- | --- | --- | " + " | ".join("---" for _ in trials) + " |",
    ]
    for case in cases:
        rates = [f"{rate(case, n, studies):.3f}" for n in trials]
        cells = [case.check.id, case.truth, case.situation, *rates]
        lines.append("| " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    lines += ["", "## Bands of the best of k", "",
              "Share of studies whose whole band holds the true curve.", "",
              "| nominal | " + " | ".join(f"n = {n}" for n in (5, *trials)) + " |",
              "| --- | " + " | ".join("---" for _ in (5, *trials)) + " |"]  # fmt: skip
    for confidence in (0.8, 0.95):
        held = [f"{coverage(n, confidence, 10 * studies):.3f}" for n in (5, *trials)]
        lines.append(f"| {confidence:g} | " + " | ".join(held) + " |")
        print(lines[-1], flush=True)
    return HEAD.format(studies=studies) + "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=400)
    parser.add_argument("--quick", action="store_true", help="50 studies, 20 and 50 trials")
    parser.add_argument("--check", default="", help="id of one check; all where not given")
    parser.add_argument("--write", type=Path, help="page to write; printed where not given")
    options = parser.parse_args()
    cases = [c for c in CASES if options.check in ("", c.check.id)]
    trials, studies = ((20, 50), 50) if options.quick else (TRIALS, options.studies)
    text = page(cases, trials, studies)
    if options.write:
        options.write.write_text(text)


if __name__ == "__main__":
    main()
