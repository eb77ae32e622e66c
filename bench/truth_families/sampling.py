"""Whether more trials would help: studies cut out of the surrogate, and grids that are complete."""

from __future__ import annotations

import numpy as np

from truth_families.sections import Bar, Section, Setting, Share, table
from truth_families.surrogate import LOG, NAMES, Surrogate, expected_best, values
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.checks.sampling_density import SamplingDensity
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Objective

SIZES = (20, 50, 100)
POPULATION = 3000


def measure(setting: Setting) -> Section:
    """Coverage of the band, verdicts against tolerances, and the observed chance of a new best."""
    surrogate = Surrogate(setting.data / "lcbench_surrogate")
    tasks = surrogate.tasks(setting.half)
    rng = np.random.default_rng([setting.seed, 2])
    rows: list[list[object]] = []
    bars: list[Bar] = []
    for noise in (0.0, 0.1):
        found = [_study(surrogate, tasks[i % len(tasks)], SIZES[(i + i // len(tasks)) % 3], noise,
                        rng) for i in range(setting.studies)]  # fmt: skip
        rows += [[noise, n, *_row([f for f in found if f["n"] == n])] for n in SIZES]
        label = f", noise {noise:g}" if noise else ""
        bars += [
            Bar(f"sampling: warnings where no tolerance is stated{label}",
                Share(sum(f["untold"] is Verdict.WARN for f in found), len(found)), at_most=0.2),
            Bar(f"sampling: the band of the gain of doubling covers it (stated 80 %){label}",
                Share(sum(f["covered"] for f in found), len(found)), at_least=0.75),
            Bar(f"sampling: of passes against a tolerance, the gain is above it{label}",
                Share(sum(f["false_pass"] for f in found), sum(f["passes"] for f in found)),
                at_most=0.1),
            Bar(f"sampling: of warnings against a tolerance, the gain is below it{label}",
                Share(sum(f["false_warn"] for f in found), sum(f["warns"] for f in found)),
                at_most=0.1),
        ]  # fmt: skip
    head = ["noise", "n", "band covers", "warns / passes / neither at a tolerance of 5 % of d",
            "new best by doubling (stated .50)", "a new best improves by: median / stated",
            "improves by more than stated for 1 in 10"]  # fmt: skip
    return Section("Would more trials of this space help?", _TEXT + table(head, rows), tuple(bars))


_TEXT = """Truth: expected best of 2n less expected best of n independent trials of the box, from
3,000 points; *d* is the distance from the median to the best trial of the study. Tolerances of 2,
5, 10 and 20 % of *d* are stated in turn. Noise is a share of (expected best of n − median).

"""


def _study(surrogate: Surrogate, task: str, n: int, noise: float, rng: np.random.Generator) -> dict:
    low, high = rng.uniform(0.05, 0.45, 7), rng.uniform(0.55, 0.95, 7)
    unit = low + rng.random((POPULATION + 2 * n, 7)) * (high - low)
    accuracy = surrogate.accuracy(task, unit)
    population = accuracy[:POPULATION]
    scale = expected_best(population, n) - float(np.median(population))
    accuracy = accuracy + noise * scale * rng.standard_normal(len(accuracy))
    population, own, more = np.split(accuracy, [POPULATION, POPULATION + n])
    truth = expected_best(population, 2 * n) - expected_best(population, n)
    trials = _table(values(unit[POPULATION : POPULATION + n]), own, values(low[None])[0],
                    values(high[None])[0])  # fmt: skip
    distance = float(own.max() - np.median(own))
    untold = _finding(trials)
    judged = [(_finding(trials, share * distance).verdict, truth > share * distance)
              for share in (0.02, 0.05, 0.1, 0.2)]  # fmt: skip
    evidence = untold.evidence
    band = evidence.get("gain_of_doubling_interval_80", [np.inf, -np.inf])
    gain = max(float(more.max() - own.max()), 0.0)
    return {
        "n": n,
        "untold": untold.verdict,
        "covered": band[0] <= truth <= band[1],
        "passes": sum(v is Verdict.PASS for v, _ in judged),
        "false_pass": sum(v is Verdict.PASS and above for v, above in judged),
        "warns": sum(v is Verdict.WARN for v, _ in judged),
        "false_warn": sum(v is Verdict.WARN and not above for v, above in judged),
        "at_5": judged[1][0],
        "gain": gain,
        "typical": evidence.get("typical_improvement_of_best", np.nan),
        "large": evidence.get("large_improvement_of_best", np.inf),
    }


def _row(found: list[dict]) -> list[object]:
    new = [f for f in found if f["gain"] > 0]
    kinds = [sum(f["at_5"] is v for f in found) / max(len(found), 1)
             for v in (Verdict.WARN, Verdict.PASS, Verdict.UNKNOWN)]  # fmt: skip
    ratio = np.nanmedian([f["gain"] / f["typical"] for f in new]) if new else np.nan
    return [
        Share(sum(f["covered"] for f in found), len(found)),
        " / ".join(f"{k:.2f}" for k in kinds),
        Share(len(new), len(found)),
        f"{ratio:.2f}",
        Share(sum(f["gain"] > f["large"] for f in found), len(found)),
    ]


def _finding(trials: object, tolerance: float | None = None) -> Finding:
    return SamplingDensity(tolerance=tolerance).run(trials)[0]


def _table(points: np.ndarray, accuracy: np.ndarray, low: np.ndarray, high: np.ndarray) -> object:
    varied = [j for j in range(len(NAMES)) if low[j] < high[j]]
    domains = {
        NAMES[j]: Float(float(low[j]), float(high[j]), "log" if LOG[j] else "linear")
        for j in varied
    }
    space = SearchSpace(tuple(Hyperparameter(n, d, d.low) for n, d in domains.items()))
    return table_from_columns(
        "cut",
        ids=[str(i) for i in range(len(points))],
        values={name: points[:, j] for j, name in enumerate(NAMES)},
        space=space,
        metric_values=accuracy,
        objective=Objective("val_accuracy", "maximize"),
    )
