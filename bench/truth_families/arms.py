"""Equal, planted and real differences between arms: who is named the winner, and how often right.

Arms are judged by the code behind ``playbook run``. The unit of seed noise is a tenth of (expected
best of 20 - median) of a task: the median of real grids. Truth is the expected noise-free value of
what a search of n trials selects.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from truth_families.arms_checks import band_rows, ease_rows, examples_rows
from truth_families.arms_landscapes import Landscape, grid_landscapes, layer_landscapes, planted
from truth_families.sections import Bar, Section, Setting, Share, table
from tuning_playbook.analysis import table_from_columns
from tuning_playbook.analysis.comparison.isolation import ArmComparison, compare_arms
from tuning_playbook.analysis.comparison.naming import stated_confidence
from tuning_playbook.decide.launches.fresh_seeds import compared_with_fresh_seeds
from tuning_playbook.decide.rounds.standing import Standing, standing_of
from tuning_playbook.study import Objective

FloatArray = np.ndarray
ERROR = Objective("error", "minimize")
NOISES = (0, 1, 3)
DRAWS = 600


def compared(losses: Sequence[FloatArray], *, paired: bool) -> ArmComparison:
    """The arms as the program compares them."""
    tables = [
        table_from_columns(
            "arm",
            ids=[str(i) for i in range(len(loss))],
            values={"x": list(range(len(loss)))},
            metric_values=loss.tolist(),
            objective=ERROR,
        )
        for loss in losses
    ]
    labels = [str(i) for i in range(len(losses))]
    return compare_arms(tables, labels=labels, paired=paired, draws=DRAWS)


def named(losses: Sequence[FloatArray], *, paired: bool) -> int | None:
    """Position of the winner; ``None`` where an arm only leads."""
    winner = standing_of(compared(losses, paired=paired), smallest_gain=0.0).winner
    return None if winner is None else int(winner)


def measure(setting: Setting) -> Section:
    """All tables of arms."""
    rng = np.random.default_rng([setting.seed, 4])
    lands = planted(setting, rng)
    null, null_bars = null_rows(lands, setting.studies, rng)
    gaps, gap_bars = gap_rows(lands, setting.studies, rng)
    real, real_bars = real_rows(setting, rng)
    reruns, rerun_bars = rerun_rows(setting.studies, rng)
    ease, ease_bars = ease_rows(lands, setting.studies, rng, partial(compared, paired=True))
    bands = band_rows(lands, setting.studies, rng, compared)
    examples, example_bars = examples_rows(setting.studies, rng, compared)
    text = "\n".join(
        (
            WORDS,
            "### Truly equal arms: a winner is named\n",
            table(["points, trials", "arms", *(f"noise {s}" for s in NOISES)], null),
            "### Arms that differ by the same amount at every point: right (wrong)\n",
            table(["points, trials", "arms", "gap", "noise 1", "noise 3"], gaps),
            "### Real arms: of those named, how many are right\n",
            table(["arms", "trials", "noise", "named", "right", "right, half of the pairs equal",
                   "near ties out"], real),
            "### Reruns of the best configurations, looked at after 5, 10 and 20 of each\n",
            table(["arms", "gap", "a wrong or needless winner", "right"], reruns),
            "### Easier to tune, or better at its best\n",
            table(["planted", "noise", "called easier to tune"], ease),
            "### What 95 % of repeated searches would find\n",
            table(["points", "trials in the arm, in the search", "noise", "observed",
                   "truly reached", "truly reached, a seed deviation further"], bands),
            "### Equal on the population, evaluated on the same examples\n",
            table(["examples", "winner named, number not known", "number known"], examples),
        )
    )  # fmt: skip
    bars = (*null_bars, *gap_bars, *real_bars, *rerun_bars, *ease_bars, *example_bars)
    return Section("Arms", text, bars)


WORDS = """Noise is in seed deviations of real grids (1 is the median one). The stated
confidence of a winner is 90 % with shared points, 85 % with own or random ones, 80 % below 15
trials each. `shared`: the arms hold the same points, as `playbook run` makes
them for arms of one space; `own`: another part of the Halton sequence for each arm; `random`:
independent points.
"""


def null_rows(
    lands: Sequence[Landscape], studies: int, rng: np.random.Generator
) -> tuple[list[list[object]], list[Bar]]:
    cases = [("shared", 20, m) for m in (2, 3, 4, 8)] + [("own", 20, m) for m in (2, 3, 4, 8)]
    cases += [("random", 20, 2), ("random", 20, 4), ("shared", 10, 2), ("shared", 50, 2)]
    cases += [("random", 10, 2), ("random", 50, 2)]
    rows, bars = [], []
    for points, n, arms in cases:
        shares = []
        for noise in NOISES:
            count = studies if noise or points != "shared" else studies // 4
            hits = 0
            for i in range(count):
                land = lands[i % len(lands)]
                losses = land.noisy(land.equal(arms, n, points, rng), noise, rng)
                hits += named(losses, paired=points == "shared") is not None
            shares.append(Share(hits, count))
            what = f"equal arms: {arms}, {points}, {n} trials, noise {noise}"
            bars.append(Bar(f"{what}: a winner named", shares[-1], at_most=0.05))
        rows.append([f"{points}, {n}", arms, *shares])
    return rows, bars


def gap_rows(
    lands: Sequence[Landscape], studies: int, rng: np.random.Generator
) -> tuple[list[list[object]], list[Bar]]:
    rows, bars = [], []
    cases = [("shared", 20, 2, g) for g in (1, 2, 4)] + [("own", 20, 2, g) for g in (1, 2, 4)]
    cases += [("shared", 10, 2, 2), ("shared", 50, 2, 2), ("shared", 20, 4, 2)]
    for points, n, arms, gap in cases:
        cells: list[object] = []
        for noise in (1, 3):
            right = wrong = 0
            for i in range(studies):
                land = lands[i % len(lands)]
                losses = land.noisy(land.equal(arms, n, points, rng), noise, rng)
                losses[1:] = [loss + gap * noise * land.deviation for loss in losses[1:]]
                winner = named(losses, paired=points == "shared")
                right += winner == 0
                wrong += winner not in (0, None)
            share = Share(right, studies)
            cells.append(f"{share} ({wrong / studies:.3f})")
            if (points, n, arms, gap) == ("shared", 20, 2, 2):
                what = f"a gap of two seed deviations at 20 shared points is found, noise {noise}"
                bars.append(Bar(what, share, at_least=0.8))
        rows.append([f"{points}, {n}", arms, f"{gap} deviations", *cells])
    return rows, bars


def real_rows(setting: Setting, rng: np.random.Generator) -> tuple[list[list[object]], list[Bar]]:
    rows, bars = [], []
    families = [("number of layers", layer_landscapes(setting, rng), NOISES)]
    if setting.half == "judging":  # one grid, which nothing was chosen on
        families.append(("complete grid", grid_landscapes(setting, rng), ("real",)))
    for name, lands, noises in families:
        for points in ("shared", "random"):
            for n in (10, 20, 50):
                stated = _stated(n, points)
                for noise in noises:
                    cells, shares = _real_cells(lands, points, n, noise, setting.studies, rng)
                    rows.append([f"{name}, {points}", n, noise, *cells])
                    for words, share in zip(("", ", half of the pairs equal"), shares, strict=True):
                        what = f"named winners that are right: {name}, {points}, {n} trials, "
                        what += f"noise {noise}{words}"
                        bars.append(Bar(what, share, at_least=stated - 0.03))
    return rows, bars


def _stated(n: int, points: str) -> float:
    losses = [np.arange(n, dtype=float)] * 2
    return stated_confidence(compared(losses, paired=points == "shared"))


def _real_cells(
    lands: Sequence[Landscape],
    points: str,
    n: int,
    noise: float | str,
    studies: int,
    rng: np.random.Generator,
) -> tuple[list[object], tuple[Share, Share]]:
    right = wrong = clear_right = clear_wrong = of_equal = 0
    for i in range(studies):
        land = lands[i % len(lands)]
        pair = rng.choice(len(land.arms), 2, replace=False).tolist()
        paired = points == "shared"
        winner = named(land.draw(pair, n, points, noise, rng), paired=paired)
        if winner is not None:
            true = [land.truth(arm, n, noise, rng) for arm in pair]
            is_right = true[winner] <= true[1 - winner]
            right, wrong = right + is_right, wrong + (not is_right)
            if abs(true[0] - true[1]) > 0.1 * land.deviation:
                clear_right, clear_wrong = clear_right + is_right, clear_wrong + (not is_right)
        of_equal += named(land.draw(pair[:1] * 2, n, points, noise, rng), paired=paired) is not None
    alone = Share(right, right + wrong)
    half = Share(right, right + wrong + of_equal)
    clear = Share(clear_right, clear_right + clear_wrong)
    cells = [Share(right + wrong, studies), alone, half, clear]
    return cells, (alone, half)


def rerun_rows(studies: int, rng: np.random.Generator) -> tuple[list[list[object]], list[Bar]]:
    """Each arm's best configuration rerun; the search before it has seen the same gap."""
    rows, bars = [], []
    for arms, gap in ((2, 0.0), (4, 0.0), (8, 0.0), (2, 1.0), (2, 2.0)):
        right = needless = 0
        for _ in range(studies):
            quality = np.full(arms, gap)
            quality[0] = 0.0
            points = 6 * np.sort(rng.random(20)) ** 0.5
            losses = [points + q + rng.standard_normal(20) for q in quality]
            comparison = compared(losses, paired=True)
            reruns = [q + rng.standard_normal(20) for q in quality]
            winners = {_after(comparison, reruns, count).winner for count in (5, 10, 20)} - {None}
            right += gap > 0 and winners == {"0"}
            needless += bool(winners - ({"0"} if gap else set()))
        share = Share(needless, studies)
        if not gap:
            what = f"{arms} equal arms, the search and three looks at reruns: a winner named"
            bars.append(Bar(what, share, at_most=0.05))
        rows.append([arms, f"{gap:g} deviations", share, Share(right, studies) if gap else "-"])
    return rows, bars


def _after(comparison: ArmComparison, reruns: Sequence[FloatArray], count: int) -> Standing:
    values = {str(i): r[:count].tolist() for i, r in enumerate(reruns)}
    fresh = compared_with_fresh_seeds(values, ERROR)
    return standing_of(comparison, smallest_gain=0.0, fresh=fresh)
