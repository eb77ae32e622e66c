"""Comparisons of arms whose true difference is known: false verdicts, coverage, power, warnings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from truth_families.sections import Bar, Section, Setting, Share, table
from truth_families.surrogate import Surrogate
from tuning_playbook.analysis.comparison.many_arms import best_arms
from tuning_playbook.analysis.comparison.repeats_of_two import Repeats, compare_repeats
from tuning_playbook.analysis.comparison.searches import compare_searches
from tuning_playbook.analysis.comparison.symptoms import symptoms
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.decide.comparisons.comparison_answer import answered
from tuning_playbook.decide.comparisons.comparison_verdict import CompareVerdict, judged_comparison
from tuning_playbook.study import Objective

Law = Callable[[np.random.Generator, int], np.ndarray]

# Mean 0 and deviation 1 each.
_S = 0.8
_LOGNORMAL = math.exp(_S**2 / 2), math.sqrt((math.exp(_S**2) - 1) * math.exp(_S**2))
LAWS: dict[str, Law] = {
    "normal": lambda rng, n: rng.normal(0, 1, n),
    "t3": lambda rng, n: rng.standard_t(3, n) / math.sqrt(3),
    "lognormal": lambda rng, n: (rng.lognormal(0, _S, n) - _LOGNORMAL[0]) / _LOGNORMAL[1],
    "rounded": lambda rng, n: np.round(rng.normal(0, 1, n) + 0.3) - 0.3,
}
SIZES = (2, 3, 5, 10, 20, 50)
_CLAIMS = (CompareVerdict.BETTER, CompareVerdict.WORSE)


def measure(setting: Setting) -> Section:
    """All parts, with about four times the stated number of studies a cell: they are cheap."""
    count = 4 * setting.studies
    rng = np.random.default_rng([setting.seed, 11])
    parts = [_equal(rng, count), _power(rng, count), _skewed(rng, count), _many(rng, count // 4),
             _searches(setting, rng)]  # fmt: skip
    text = "".join(f"### {title}\n\n{words}\n" for title, words, _ in parts)
    return Section("Is B better than A?", text, tuple(b for *_, bars in parts for b in bars))


def _equal(rng: np.random.Generator, count: int) -> tuple[str, str, list[Bar]]:
    rows: list[list[object]] = []
    bars = []
    for law in LAWS:
        false = covered = total = 0
        for n in SIZES:
            for how in ("welch", "3 to 1", "spread x 3", "paired"):
                found = [_study(rng, law, n, how, gap=0.0) for _ in range(count // 4)]
                wrong = sum(v in _CLAIMS for v, _ in found)
                held = sum(c for _, c in found)
                rows.append([law, n, how, Share(wrong, len(found)), Share(held, len(found))])
                if n > 2:
                    false, covered, total = false + wrong, covered + held, total + len(found)
        bars += [
            Bar(f"compare: better or worse between equal arms, {law}", Share(false, total),
                at_most=0.05),
            Bar(f"compare: 95 % intervals that hold the difference, {law}", Share(covered, total),
                at_least=0.935),
        ]  # fmt: skip
    head = ["law of both arms", "runs", "design", "better or worse", "interval holds"]
    return "Equal arms whose runs share a law", _EQUAL + table(head, rows), bars


def _power(rng: np.random.Generator, count: int) -> tuple[str, str, list[Bar]]:
    rows = []
    for n in SIZES:
        row: list[object] = [n]
        for gap in (0.5, 1.0, 2.0):
            verdicts = [_study(rng, "normal", n, "welch", gap=gap)[0] for _ in range(count // 4)]
            right = sum(v is CompareVerdict.BETTER for v in verdicts) / len(verdicts)
            wrong = sum(v is CompareVerdict.WORSE for v in verdicts) / len(verdicts)
            row.append(f"{right:.2f} ({wrong:.3f})")
        rows.append(row)
    head = ["runs of each", "gap 0.5", "gap 1", "gap 2"]
    return "Power: better (worse) at a gap in deviations", table(head, rows), []


def _skewed(rng: np.random.Generator, count: int) -> tuple[str, str, list[Bar]]:
    rows = []
    for n in (3, 5, 10, 20, 50):
        wrong = warned = warned_wrong = 0
        for _ in range(count // 2):
            a = Repeats("a", LAWS["normal"](rng, n) * 0.3)
            b = Repeats("b", LAWS["lognormal"](rng, n))
            comparison = compare_repeats(a, b, sign=1)
            claim = judged_comparison(comparison, sign=1).verdict in _CLAIMS
            seen = not math.isnan(symptoms(a, b, comparison, sign=1).skewness)
            wrong, warned = wrong + claim, warned + seen
            warned_wrong += claim and seen
        total = count // 2
        rows.append([n, Share(wrong, total), Share(warned, total), Share(warned_wrong, wrong)])
    head = ["runs of each", "better or worse", "warned of skew", "of the wrong ones, warned"]
    words = (
        "Baseline normal with deviation .3, candidate lognormal with deviation 1, equal means.\n\n"
    )
    return "Equal means, unequal skew (no limit: measured)", words + table(head, rows), []


def _many(rng: np.random.Generator, count: int) -> tuple[str, str, list[Bar]]:
    rows: list[list[object]] = []
    bars = []
    for m, n in ((4, 5), (16, 4), (16, 10)):
        false = kept = named = 0
        for _ in range(count):
            arms = [Repeats(str(i), LAWS["normal"](rng, n)) for i in range(m)]
            pairs = answered("metric", "loss", arms, sign=1, baseline=0).pairs
            false += any(p.judged.verdict in _CLAIMS for p in pairs)
            gaps = np.linspace(0, 2, m)
            shifted = [Repeats(a.label, a.values + g) for a, g in zip(arms, gaps, strict=True)]
            best = best_arms(shifted, sign=1)
            kept += best is not None and 0 in best.candidates
            named += len(best.candidates) if best is not None else m
        rows.append([m, n, Share(false, count), Share(kept, count), f"{named / count:.1f}"])
        bars += [
            Bar(f"compare: any false verdict among {m} equal arms of {n} runs",
                Share(false, count), at_most=0.05),
            Bar(f"compare: the best of {m} arms of {n} runs is among those named",
                Share(kept, count), at_least=0.95),
        ]  # fmt: skip
    head = ["arms", "runs of each", "any better or worse, all equal", "best arm is named",
            "arms named, gaps 0 to 2 deviations"]  # fmt: skip
    return "Many arms", table(head, rows), bars


def _searches(setting: Setting, rng: np.random.Generator) -> tuple[str, str, list[Bar]]:
    surrogate = Surrogate(setting.data / "lcbench_surrogate")
    tasks = surrogate.tasks(setting.half)
    rows: list[list[object]] = []
    false = total = 0
    for n, m in ((6, 6), (20, 20), (20, 200), (50, 50)):
        wrong = right = 0
        for i in range(setting.studies):
            accuracy = surrogate.accuracy(tasks[i % len(tasks)], rng.random((n + m, 7)))
            scale = float(accuracy.max() - np.median(accuracy))
            accuracy = accuracy + 0.05 * scale * rng.standard_normal(n + m)
            wrong += _search_verdict(accuracy[:n], accuracy[n:]) in _CLAIMS
            better = accuracy[n:] + 0.3 * scale
            right += _search_verdict(accuracy[:n], better) is CompareVerdict.BETTER
        false, total = false + wrong, total + setting.studies
        rows.append([n, m, Share(wrong, setting.studies), f"{right / setting.studies:.2f}"])
    head = ["trials", "trials", "better or worse, equal arms",
            "better, all trials up by .3 of best - median"]  # fmt: skip
    bar = Bar("compare: better or worse between equal searches", Share(false, total), at_most=0.05)
    return "Random searches of one task", table(head, rows), [bar]


def _search_verdict(a: Sequence[float], b: Sequence[float]) -> CompareVerdict:
    tables = [
        table_from_columns("s", ids=[str(i) for i in range(len(v))], values={}, metric_values=v,
                           objective=Objective("accuracy", "maximize"))
        for v in (a, b)
    ]  # fmt: skip
    (pair,) = compare_searches(tables, labels=["a", "b"], pairs=[(0, 1)]).pairs
    return judged_comparison(pair, sign=-1).verdict


def _study(
    rng: np.random.Generator, law: str, n: int, how: str, *, gap: float
) -> tuple[CompareVerdict, bool]:
    draw = LAWS[law]
    m = 3 * n if how == "3 to 1" else n
    a, b = draw(rng, n), draw(rng, m) * (3 if how == "spread x 3" else 1) - gap
    seeds: tuple[int, ...] = ()
    if how == "paired":
        shared = rng.normal(0, 1, n)
        a, b, seeds = a + shared, b + shared, tuple(range(n))
    found = compare_repeats(Repeats("a", a, seeds), Repeats("b", b, seeds), sign=1)
    covered = math.isnan(found.low) or found.low <= -gap <= found.high
    return judged_comparison(found, sign=1).verdict, covered


_EQUAL = """Each law has mean 0 and deviation 1. *3 to 1*: three times as many runs of the
candidate; *spread x 3*: the candidate's runs vary three times as much (its skew is then three times
the baseline's too); *paired*: the seeds are shared and half of the variance with them. The limits
are for 3 to 50 runs, over all designs of a law.

"""
