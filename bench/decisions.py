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
from real_repeats import real_repeats
from scipy import stats

from tuning_playbook.decide.launching import decide_launch
from tuning_playbook.decisions import Choice, Decision

Draw = Callable[[np.random.Generator, int], np.ndarray]
DEFAULT = 0.95
GAPS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


def decide(candidate: Sequence[float], incumbent: Sequence[float], **options: float) -> Decision:
    return decide_launch(
        candidate,
        incumbent,
        direction="minimize",
        round="simulated",
        candidate={"changed": True},
        incumbent={"changed": False},
        **options,
    )


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
    sizes = (2, 3, 5, 10, 20)

    def cell(gap: float, n: int) -> str:
        rng = np.random.default_rng([1, n, int(10 * gap)])
        found = shares(decide(normal(rng, n) - gap, normal(rng, n)) for _ in range(rounds))
        return f"{found[0]:.3f} / {found[1]:.3f}"

    rows = ([f"{gap:g}", *(cell(gap, n) for n in sizes)] for gap in GAPS)
    return [
        "## One decision",
        "",
        prose(
            """Share of rounds in which the candidate is adopted / the incumbent kept; the rest is
            inconclusive. The gap is the candidate's true advantage in standard deviations
            between reruns; the first row counts false launches. A candidate that is worse by
            the gap mirrors the row: adopted and kept change places."""
        ),
        "",
        *table(["gap", *(f"{n} reruns of each" for n in sizes)], rows),
    ]


def known_spread(rounds: int) -> list[str]:
    sizes, pasts = (1, 2, 3, 5), (0.2, 0.5, 1.0, 2.0)

    def cell(gap: float, n: int, past: float) -> str:
        rng = np.random.default_rng([2, n, int(10 * gap)])
        draws = ((normal(rng, n) - gap, normal(rng, n)) for _ in range(rounds))
        return f"{shares(decide(a, b, past_deviation=past) for a, b in draws)[0]:.3f}"

    rows = (
        [f"{gap:g}", f"{past:g}", *(cell(gap, n, past) for n in sizes)]
        for gap in (0.0, 1.0, 2.0)
        for past in pasts
    )
    return [
        "## With a past deviation",
        "",
        prose(
            """Share adopted where the deviation between reruns was measured before: rightly (1),
            or as a fifth, half or twice what it is now. Too small a one, such as a stale
            estimate, makes false launches; five reruns of each correct most of it, and where
            the reruns contradict it outright it is left out."""
        ),
        "",
        *table(["gap", "past / true", *(f"{n} of each" for n in sizes)], rows),
    ]


def followed(rng: np.random.Generator, gap: float, first: int, cap: int, confidence: float):
    """The last of up to three decisions, with the reruns in between that each one asks for."""
    a, b = normal(rng, first) - gap, normal(rng, first)
    for _ in range(2):
        decision = decide(a, b, confidence=confidence)
        more = min(decision.reruns_needed, cap) - len(a)
        if decision.choice is not Choice.INCONCLUSIVE or more <= 0:
            return decision
        a, b = np.append(a, normal(rng, more) - gap), np.append(b, normal(rng, more))
    return decide(a, b, confidence=confidence)


def followed_up(rounds: int) -> list[str]:
    gaps = (0.0, 0.5, 1.0, 2.0)

    def cells(first: int, confidence: float) -> list[str]:
        found = []
        for gap in gaps:
            rng = np.random.default_rng([3, first, int(10 * gap)])
            done = [followed(rng, gap, first, 20, confidence) for _ in range(rounds)]
            reruns = np.mean([len(d.candidate_values) for d in done])
            found.append(f"{shares(done)[0]:.3f} ({reruns:.0f})")
        return found

    rows = (
        [f"{confidence:g}", first, *cells(first, confidence)]
        for confidence in (0.8, 0.9, DEFAULT)
        for first in (3, 5)
    )
    return [
        "## Inconclusive decisions followed up",
        "",
        prose(
            """Whoever is told to rerun some more and decide again looks at the same question
            several times, and each look is another chance to be wrong. Share adopted after up
            to three decisions and at most 20 reruns of each, with the mean number of reruns of
            each used. This is why the default confidence is 0.95: at 0.8 one change in three
            that does nothing would be launched, at 0.9 one in six."""
        ),
        "",
        *table(["confidence", "first reruns", *(f"gap {gap:g}" for gap in gaps)], rows),
    ]


def failing(rounds: int) -> list[str]:
    sizes = (3, 5, 10)

    def drawn(rng: np.random.Generator, n: int, gap: float, share: float) -> np.ndarray:
        return np.where(rng.random(n) < share, np.nan, normal(rng, n) - gap)

    def cell(mine: float, theirs: float, n: int) -> str:
        rng = np.random.default_rng([6, n, int(100 * mine)])
        pairs = ((drawn(rng, n, 3.0, mine), drawn(rng, n, 0.0, theirs)) for _ in range(rounds))
        return f"{shares(decide(a, b) for a, b in pairs)[0]:.3f}"

    rows = (
        [f"{100 * mine:g} %", f"{100 * theirs:g} %", *(cell(mine, theirs, n) for n in sizes)]
        for mine, theirs in ((0.0, 0.0), (0.1, 0.1), (0.1, 0.0), (0.3, 0.0), (0.3, 0.3), (0.0, 0.1))
    )
    head = ["candidate fails", "incumbent fails", *(f"{n} of each" for n in sizes)]
    return [
        "## Reruns that fail",
        "",
        prose(
            """Share adopted of candidates that are better by 3 deviations where they train, but
            whose reruns fail now and then. More failures than the incumbent's block the launch."""
        ),
        "",
        *table(head, rows),
    ]


def pooled(a: np.ndarray, b: np.ndarray) -> bool:
    freedom = len(a) + len(b) - 2
    squares = np.sum((a - a.mean()) ** 2) + np.sum((b - b.mean()) ** 2)
    error = np.sqrt(squares / freedom * (1 / len(a) + 1 / len(b)))
    return bool(b.mean() - a.mean() > stats.t.ppf(DEFAULT, freedom) * error)


def ranked(a: np.ndarray, b: np.ndarray) -> bool:
    """The exact test of the ranks; of three and three it adopts only where all three are better."""
    return bool(stats.mannwhitneyu(a, b, alternative="less", method="exact").pvalue < 1 - DEFAULT)


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
        found = [shares(decide(a, b) for a, b in pairs)[0]]
        found += [np.mean([rule(a, b) for a, b in pairs]) for rule in (pooled, ranked)]
        found += [np.mean([a.mean() < b.mean() for a, b in pairs])]
        # Power in units of the root mean square of both deviations
        scale = 2 * np.sqrt(
            np.mean([np.var(np.concatenate(side)) for side in zip(*pairs, strict=True)])
        )
        found += [shares(decide(a - scale, b) for a, b in pairs)[0]]
        return [f"{share:.3f}" for share in found]

    rows = (
        [name, f"{na} / {nb}", *cells(mine, theirs, na, nb)]
        for name, mine, theirs in cases
        for na, nb in ((3, 3), (5, 5), (4, 12))
    )
    head = [
        "noise",
        "reruns",
        "this rule",
        "pooled t",
        "ranks",
        "better mean",
        "power of this rule",
    ]
    return [
        "## Noise that is not normal, or not the same on both sides",
        "",
        prose(
            """False launches where both means are equal, by rule: this one; the t test with one
            pooled deviation at the same confidence; the exact rank test at the same level; and
            taking whichever mean is better. *Power* is this rule's share of adopted candidates
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
                decide([seen, *fresh[1:]], incumbent).choice is Choice.ADOPT,
                decide(fresh, incumbent).choice is Choice.ADOPT,
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
            "selecting run among 5", "this rule, 5 fresh"]  # fmt: skip
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
            selecting run is one. The last is what is done here: the selecting run is left out."""
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
            simulated rounds in each cell, one-sided confidence 0.95 where nothing else is said,
            no complexity cost (one moves the gap by itself and changes nothing else). The rule
            and what was refused are in `decisions/0008-launch-rule.md`."""
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
        lines += real_repeats(data, decide, table, prose, rounds)
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
