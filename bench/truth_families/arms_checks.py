"""Arms: bands of repeated searches, easier tuning, evaluation on the same examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import norm

from truth_families.arms_landscapes import Landscape
from truth_families.sections import Bar, Share
from tuning_playbook.analysis.comparison.isolation import ArmComparison
from tuning_playbook.analysis.comparison.tuning_ease import tuning_ease
from tuning_playbook.decide.rounds.chance import chance_of
from tuning_playbook.decide.rounds.standing import standing_of

FloatArray = np.ndarray
Compare = Callable[..., ArmComparison]


def ease_rows(
    lands: Sequence[Landscape], studies: int, rng: np.random.Generator, compare: Compare
) -> tuple[list[list[object]], list[Bar]]:
    """The second arm is worse by a fixed amount, or the same optimum is harder to reach."""
    rows, bars = [], []
    for factor, gap in ((1, 2), (1, 4), (2, 0), (4, 0)):
        for noise in (1, 3):
            said = 0
            for i in range(studies):
                land = lands[i % len(lands)]
                loss = land.arms[0][land.rows(20, "shared", rng)]
                best = land.arms[0].min()
                harder = best + factor * (loss - best) + gap * noise * land.deviation
                losses = compare(land.noisy([loss, harder], noise, rng)).losses
                said += tuning_ease(*losses, paired=True) is not None
            share = Share(said, studies)
            name = f"losses {factor} times as far from the same optimum" if factor > 1 else (
                f"worse by {gap} deviations everywhere")  # fmt: skip
            rows.append([name, noise, share])
            if factor == 1:
                what = f"{name}, noise {noise}: called easier to tune"
                bars.append(Bar(what, share, at_most=0.05))
    return rows, bars


def band_rows(
    lands: Sequence[Landscape], studies: int, rng: np.random.Generator, compare: Compare
) -> list[list[object]]:
    """Of repeated searches, how many find what 95 % are said to find."""
    rows: list[list[object]] = []
    for points, sizes in (("random", (10, 20, 50)), ("own", (10, 20, 50))):
        for n, k in [(n, n) for n in sizes] + [(60, 20)] * (points == "random"):
            for noise in (0, 1, 3):
                hits = np.zeros(3)
                for i in range(studies):
                    land = lands[i % len(lands)]
                    arms = [land.draw([0], size, points, noise, rng)[0] for size in (n, k)]
                    end = compare(arms, paired=False).arms[0].high
                    again = land.rows(k, points, rng)
                    true = land.arms[0][again]
                    shown = land.noisy([true], noise, rng)[0]
                    selected = true[shown.argmin()]
                    further = end + noise * land.deviation
                    hits += [shown.min() <= end, selected <= end, selected <= further]
                rows.append([points, f"{n}, {k}", noise, *(f"{h / studies:.3f}" for h in hits)])
    return rows


def examples_rows(
    studies: int, rng: np.random.Generator, compare: Compare
) -> tuple[list[list[object]], list[Bar]]:
    """Probit model, 10 % error: two settings disagree on 9 % of the examples, two seeds on 8 %."""
    rows, bars = [], []
    for examples in (500, 5000):
        counts = {None: 0, examples: 0}
        for _ in range(studies):
            losses = _evaluated(examples, rng)
            comparison = compare(losses, paired=True)
            for known in counts:
                best = comparison.arms[comparison.order[0]].best_value
                chance = chance_of(value=best, examples=known, several=True)
                standing = standing_of(comparison, smallest_gain=chance.resolution or 0.0)
                counts[known] += standing.winner is not None
        shares = [Share(count, studies) for count in counts.values()]
        rows.append([examples, *shares])
        what = f"equal on the population, {examples} examples known: a winner named"
        bars.append(Bar(what, shares[1], at_most=0.05))
    return rows, bars


def _evaluated(examples: int, rng: np.random.Generator) -> list[FloatArray]:
    """Errors of 20 shared settings in two arms; what an arm does to an example stays with it."""
    difficulty = np.sqrt(0.55) * rng.standard_normal(examples)
    limit = norm.ppf(np.linspace(0.1, 0.4, 20))[:, None]  # error of each setting on the population
    setting = np.sqrt(0.03) * rng.standard_normal((20, examples))
    losses = []
    for _ in range(2):
        arm = np.sqrt(0.05) * rng.standard_normal(examples)
        seed = np.sqrt(0.37) * rng.standard_normal((20, examples))
        losses.append((difficulty + setting + arm + seed < limit).mean(axis=1))
    return losses
