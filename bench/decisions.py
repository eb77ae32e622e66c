"""False launches and power of the launch rule, on simulated rounds and on real repeats.

    python bench/decisions.py [--rounds 2000] [--quick] [--data FOLDER] [--write PAGE.md]

The page in the repository is ``docs/operating-curve.md``. FOLDER holds the data sets that the page
names; without it the part on real repeats is left out.
"""

from __future__ import annotations

import argparse
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from scipy import stats

from real_repeats import real_repeats
from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decide.launches.looks import USUAL_LOOKS, reruns_of_each
from tuning_playbook.decisions import Choice, Decision

Draw = Callable[[np.random.Generator, int], np.ndarray]
ONE_LOOK = 0.95
GAPS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


def decide(candidate: Sequence[float], incumbent: Sequence[float], **options: object) -> Decision:
    """A first look, unless the options say something else."""
    return decide_launch(
        candidate,
        incumbent,
        direction="minimize",
        round="simulated",
        candidate={"changed": True},
        incumbent={"changed": False},
        **{"earlier_looks": (), **options},
    )


def once(candidate: Sequence[float], incumbent: Sequence[float], **options: object) -> Decision:
    """A decision at 95 % that counts no looks, as ``--confidence 0.95`` makes it."""
    return decide(candidate, incumbent, confidence=ONE_LOOK, **options)


def normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_normal(n)


def heavy(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_t(3, n) / np.sqrt(3)


def unlucky(rng: np.random.Generator, n: int) -> np.ndarray:
    """Mostly a little better than the mean, now and then much worse."""
    return rng.standard_exponential(n) - 1


def coarse(rng: np.random.Generator, n: int) -> np.ndarray:
    """Rounded to whole standard deviations, as accuracy on a few examples is."""
    return np.round(rng.standard_normal(n))


def wide(draw: Draw) -> Draw:
    return lambda rng, n: 3 * draw(rng, n)


def shares(decisions: Iterable[Decision]) -> tuple[float, float]:
    """Of adopted and of kept."""
    choices = [d.choice for d in decisions]
    return (
        sum(c is Choice.ADOPT for c in choices) / len(choices),
        sum(c is Choice.KEEP for c in choices) / len(choices),
    )


def prose(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 100, break_on_hyphens=False)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    for row in rows:
        lines.append("| " + " | ".join(map(str, row)) + " |")
        print(lines[-1], flush=True)
    return [*lines, ""]


def one_decision(rounds: int) -> list[str]:
    sizes = (2, 3, 5, 10, 20, 50)

    def cell(gap: float, n: int, rule: Callable[..., Decision]) -> str:
        rng = np.random.default_rng([1, n, int(10 * gap)])
        found = shares(rule(normal(rng, n) - gap, normal(rng, n)) for _ in range(rounds))
        return f"{found[0]:.3f} / {found[1]:.3f}"

    rows = [
        [f"{gap:g}", name, *(cell(gap, n, rule) for n in sizes)]
        for gap in GAPS
        for name, rule in (("counted", decide), ("0.95", once))
    ]
    return [
        "## One decision",
        "",
        prose(
            """Share of rounds in which the candidate is adopted / the incumbent kept; the rest is
            inconclusive. The gap is the candidate's true advantage in standard deviations
            between reruns; the first rows count false launches. A candidate that is worse by
            the gap mirrors the row: adopted and kept change places. *Counted* is the default
            at a first look, *0.95* what `--confidence 0.95` decides: the difference is the
            price of counting looks."""
        ),
        "",
        *table(["gap", "confidence", *(f"{n} reruns of each" for n in sizes)], rows),
    ]


def known_spread(rounds: int) -> list[str]:
    sizes, pasts = (1, 2, 3, 5), (0.2, 0.5, 1.0, 2.0)

    def cell(gap: float, n: int, past: float) -> str:
        rng = np.random.default_rng([2, n, int(10 * gap)])
        draws = ((normal(rng, n) - gap, normal(rng, n)) for _ in range(rounds))
        return f"{shares(once(a, b, past_deviation=past) for a, b in draws)[0]:.3f}"

    rows = (
        [f"{gap:g}", f"{past:g}", *(cell(gap, n, past) for n in sizes)]
        for gap in (0.0, 1.0, 2.0)
        for past in pasts
    )
    return [
        "## With a past deviation",
        "",
        prose(
            """Share adopted at confidence 0.95 where the deviation between reruns was measured
            before: rightly (1), or as a fifth, half or twice what it is now. Too small a one,
            such as a stale estimate, makes false launches; five reruns of each correct most of
            it, and where the reruns contradict it outright it is left out."""
        ),
        "",
        *table(["gap", "past / true", *(f"{n} of each" for n in sizes)], rows),
    ]


def followed(
    rng: np.random.Generator, gap: float, base: np.ndarray, there: int, confidence: float | None
) -> tuple[bool, int]:
    """Whether a candidate is adopted at a look at 5, 20 or 50 reruns of it, and its reruns.

    Args:
        base: 50 reruns of the incumbent.
        there: how many of them earlier rounds made.
        confidence: at each look; ``None`` counts them.
    """
    runs, looks = normal(rng, USUAL_LOOKS[-1]) - gap, []
    for n in USUAL_LOOKS:
        m = max(n, there)
        decision = decide(runs[:n], base[:m], confidence=confidence, earlier_looks=tuple(looks))
        if decision.choice is not Choice.INCONCLUSIVE:
            return decision.choice is Choice.ADOPT, n
        looks.append(reruns_of_each(n, m))
    return False, USUAL_LOOKS[-1]


def followed_up(rounds: int) -> list[str]:
    gaps = (0.5, 1.0, 2.0, 3.0)
    policies = {"0.95 at each look": 0.95, "0.99 at each look": 0.99, "looks counted": None}

    def cells(confidence: float | None) -> list[str]:
        rng = np.random.default_rng(3)
        campaigns = rounds // 2
        false = 0
        for _ in range(campaigns):
            base, there, any_false = normal(rng, USUAL_LOOKS[-1]), 0, False
            for _ in range(10):
                adopted, made = followed(rng, 0.0, base, there, confidence)
                any_false, there = any_false or adopted, max(there, made)
            false += any_false
        found = [f"{false / campaigns:.3f}"]
        for gap in gaps:
            bases = normal(rng, (rounds, USUAL_LOOKS[-1]))
            done = [followed(rng, gap, base, 0, confidence) for base in bases]
            by = [np.mean([a and n <= most for a, n in done]) for most in USUAL_LOOKS]
            found.append(" / ".join(f"{share:.2f}" for share in by))
        return found

    rows = ([name, *cells(confidence)] for name, confidence in policies.items())
    return [
        "## What it costs to count looks",
        "",
        prose(
            """Whoever is told to rerun some more and decide again looks at the same question
            several times, and a project asks many questions: each look is another chance to be
            wrong. First column: share of projects of ten changes that do nothing, each looked
            at with 5, 20 and 50 reruns, in which at least one is adopted; the baseline's reruns
            serve all rounds. The others: share of candidates that are better by a gap which are
            adopted by 5 / 20 / 50 reruns. Counting makes decisions with 5 and 20 reruns
            weaker; at 50 it costs next to nothing for gains of one deviation and more."""
        ),
        "",
        *table(
            ["confidence", "ten null rounds: a false launch", *(f"gap {gap:g}" for gap in gaps)],
            rows,
        ),
    ]


def failing(rounds: int) -> list[str]:
    sizes = (5, 10, 20, 50)

    def drawn(rng: np.random.Generator, n: int, gap: float, share: float) -> np.ndarray:
        return np.where(rng.random(n) < share, np.nan, normal(rng, n) - gap)

    def cell(mine: float, theirs: float, n: int) -> str:
        rng = np.random.default_rng([6, n, int(100 * mine)])
        pairs = ((drawn(rng, n, 3.0, mine), drawn(rng, n, 0.0, theirs)) for _ in range(rounds))
        found = shares(decide(a, b) for a, b in pairs)
        return f"{found[0]:.3f} / {found[1]:.3f}"

    rows = (
        [f"{100 * mine:g} %", f"{100 * theirs:g} %", *(cell(mine, theirs, n) for n in sizes)]
        for mine, theirs in ((0.0, 0.0), (0.1, 0.1), (0.1, 0.0), (0.3, 0.0), (0.3, 0.3), (0.0, 0.1))
    )
    head = ["candidate fails", "incumbent fails", *(f"{n} of each" for n in sizes)]
    return [
        "## Reruns that fail",
        "",
        prose(
            """Share adopted / kept out of candidates that are better by 3 deviations where they
            train, but whose reruns fail now and then. More failures than chance explains keep
            the candidate out; fewer leave it open until twenty reruns of each, or longer where
            they look less like chance."""
        ),
        "",
        *table(head, rows),
    ]


def pooled(a: np.ndarray, b: np.ndarray) -> bool:
    freedom = len(a) + len(b) - 2
    squares = np.sum((a - a.mean()) ** 2) + np.sum((b - b.mean()) ** 2)
    error = np.sqrt(squares / freedom * (1 / len(a) + 1 / len(b)))
    return bool(b.mean() - a.mean() > stats.t.ppf(ONE_LOOK, freedom) * error)


def ranked(a: np.ndarray, b: np.ndarray) -> bool:
    """The exact test of the ranks; of three and three it adopts only where all three are better."""
    return bool(stats.mannwhitneyu(a, b, alternative="less", method="exact").pvalue < 1 - ONE_LOOK)


def noises(rounds: int) -> list[str]:
    cases: tuple[tuple[str, Draw, Draw], ...] = (
        ("normal", normal, normal),
        ("heavy tails (t with 3 degrees)", heavy, heavy),
        ("now and then a bad run (exponential)", unlucky, unlucky),
        ("rounded to one deviation", coarse, coarse),
        ("candidate varies 3 times as much", wide(normal), normal),
        ("incumbent varies 3 times as much", normal, wide(normal)),
        ("bad runs, candidate varies 3 times as much", wide(unlucky), unlucky),
    )

    def cells(mine: Draw, theirs: Draw, na: int, nb: int) -> list[str]:
        rng = np.random.default_rng([4, na, nb])
        pairs = [(mine(rng, na), theirs(rng, nb)) for _ in range(rounds)]
        found = [shares(rule(a, b) for a, b in pairs)[0] for rule in (decide, once)]
        found += [np.mean([rule(a, b) for a, b in pairs]) for rule in (pooled, ranked)]
        found += [np.mean([a.mean() < b.mean() for a, b in pairs])]
        # Power in units of the root mean square of both deviations
        scale = 2 * np.sqrt(
            np.mean([np.var(np.concatenate(side)) for side in zip(*pairs, strict=True)])
        )
        found += [shares(rule(a - scale, b) for a, b in pairs)[0] for rule in (decide, once)]
        return [f"{share:.3f}" for share in found]

    rows = (
        [name, f"{na} / {nb}", *cells(mine, theirs, na, nb)]
        for name, mine, theirs in cases
        for na, nb in ((3, 3), (5, 5), (4, 12))
    )
    head = [
        "noise",
        "reruns",
        "looks counted",
        "at 0.95",
        "pooled t",
        "ranks",
        "better mean",
        "power, looks counted",
        "power at 0.95",
    ]
    return [
        "## Noise that is not normal, or not the same on both sides",
        "",
        prose(
            """False launches where both means are equal, by rule: this one at a first look, and at
            confidence 0.95; the t test with one pooled deviation at 0.95; the exact rank test
            at the same level; and taking whichever mean is better. *Power* is this rule's share of
            adopted candidates
            that are better by two standard deviations (the root mean square of both sides).
            With bad runs now and then and a candidate that varies more, most of its runs are
            better than the incumbent's although their mean is not; few reruns cannot know that."""
        ),
        "",
        *table(head, rows),
    ]


def selected(rng: np.random.Generator, trials: int, *, flat: bool) -> tuple[float, float, float]:
    """True losses and the selecting trial's value of a search's winner; the optimum is at 0."""
    quality = np.zeros(trials) if flat else rng.chisquare(4, trials)
    seen = quality + rng.standard_normal(trials)
    best = int(np.argmin(seen))
    return quality[best], seen[best], quality[best] - seen[best]


def selection(rounds: int) -> list[str]:
    reruns = 5

    def cells(trials: int, *, flat: bool) -> list[str]:
        rng = np.random.default_rng([5, trials, flat])
        optimism, counts = [], np.zeros(4)
        for _ in range(rounds):
            quality, seen, lucky = selected(rng, trials, flat=flat)
            earlier = selected(rng, trials, flat=True)[1] if flat else 0.0
            incumbent = rng.standard_normal(reruns)
            fresh = quality + rng.standard_normal(reruns)
            counts += [
                seen < (earlier if flat else rng.standard_normal()),
                seen < incumbent.mean(),
                once([seen, *fresh[1:]], incumbent).choice is Choice.ADOPT,
                once(fresh, incumbent).choice is Choice.ADOPT,
            ]
            optimism.append(lucky)
        return [f"{np.mean(optimism):.2f}", *(f"{share:.3f}" for share in counts / rounds)]

    rows = (
        ["all settings alike" if flat else "a valley, optimum = incumbent", trials,
         *cells(trials, flat=flat)]
        for flat in (True, False)
        for trials in (20, 40, 60)
    )  # fmt: skip
    head = ["search", "trials", "optimism", "best against best", "best against mean of reruns",
            "selecting run among 5", "5 fresh"]  # fmt: skip
    return [
        "## The trial that selected the candidate",
        "",
        prose(
            """No setting is better than the incumbent, so every launch is false. The candidate is
            the best of a search, and its value in that search is better than its mean: by
            *optimism* standard deviations. *Best against best* compares one run of each, the
            selecting one and the incumbent's (where all settings are alike, the best of an
            earlier search of as many trials); the next column takes the mean of five reruns of
            the incumbent; the next gives this rule five runs of the candidate of which the
            selecting run is one, at confidence 0.95. The last is what is done here: the selecting
            run is left out."""
        ),
        "",
        *table(head, rows),
    ]


def page(rounds: int, data: Path | None) -> str:
    lines = [
        "# Operating curve of the launch rule",
        "",
        prose(
            f"""Generated by `python bench/decisions.py --write docs/operating-curve.md`; {rounds:,}
            simulated rounds in each cell, fresh noise at every rerun, no complexity cost (one moves
            the gap by itself and changes nothing else). The rule and what was refused are in
            `decisions/0008-launch-rule.md`; reruns on the examples that chose the candidate, and
            projects of ten rounds under other noise, are in the truth bench
            (`python bench/truth.py DATA launches`)."""
        ),
        "",
        *one_decision(rounds),
        *known_spread(rounds),
        *followed_up(rounds),
        *noises(rounds),
        *failing(rounds),
        *selection(rounds),
    ]
    if data is not None:
        lines += real_repeats(data, once, table, prose, rounds)
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2_000)
    parser.add_argument("--quick", action="store_true", help="200 rounds")
    beside = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=beside if beside.exists() else None)
    parser.add_argument("--write", type=Path, help="page to write; printed where not given")
    options = parser.parse_args()
    start = time.perf_counter()
    text = page(200 if options.quick else options.rounds, options.data)
    if options.write:
        options.write.write_text(text)
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
