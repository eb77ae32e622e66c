"""Launches: ten rounds of null changes with three looks each, reruns on the examples that chose the
candidate, failing reruns, heavy tails, power.

Everything is simulated, so that the two halves differ by their seeds alone: constants were chosen
on the tuning half. Decisions are those of `decide_launch`; only drawing the values is vectorised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from truth_families.sections import Bar, Section, Setting, Share, table
from tuning_playbook.decide.launches.example_luck import Examples, difference_variance
from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decide.launches.looks import USUAL_LOOKS, reruns_of_each
from tuning_playbook.decisions import Choice, Decision

FloatArray = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], FloatArray]
ROUNDS = 10
MOST = USUAL_LOOKS[-1]
EXAMPLES = 500


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    return rng.standard_normal(shape)


def heavy(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Student's t with 3 degrees of freedom, variance 1."""
    return rng.standard_t(3, shape) / np.sqrt(3)


def skewed(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    """Lognormal with a log-deviation of .8 and the long tail on the bad side, variance 1."""
    drawn = np.exp(0.8 * rng.standard_normal(shape))
    return (drawn - np.exp(0.32)) / np.sqrt((np.exp(0.64) - 1) * np.exp(0.64))


NOISES: dict[str, Draw] = {"normal": normal, "t, 3 degrees": heavy, "lognormal": skewed}


@dataclass(frozen=True)
class Told:
    """What a campaign of rounds ended with."""

    false_launches: int
    reruns: float  # of the candidate, mean over rounds
    first_round_adopts: bool


def decided(candidate: FloatArray, incumbent: FloatArray, **options: object) -> Decision:
    return decide_launch(
        candidate.tolist(),
        incumbent.tolist(),
        direction="minimize",
        round="simulated",
        candidate={"changed": True},
        incumbent={"changed": False},
        **options,  # type: ignore[arg-type]
    )


def looked_at(
    candidate: FloatArray, incumbent: FloatArray, there: int, *, follow: bool, **options: object
) -> tuple[bool, int]:
    """Whether a candidate is adopted at one of its looks, and the reruns made of it.

    Args:
        candidate, incumbent: all reruns that could be made.
        there: reruns of the incumbent that earlier rounds made.
        follow: take the number of reruns that each decision asks for; else 5, 20 and 50.
        options: of `decide_launch`; ``examples`` may be a function of both numbers of reruns.
    """
    looks: list[float] = []
    examples = options.pop("examples", None)
    n = USUAL_LOOKS[0]
    for later in (*USUAL_LOOKS[1:], *(0,) * 20):
        m = max(there, n)
        known = examples(n, m) if callable(examples) else examples
        found = decided(
            candidate[:n], incumbent[:m], earlier_looks=tuple(looks), examples=known, **options
        )
        looks.append(reruns_of_each(n, m))
        if found.choice is not Choice.INCONCLUSIVE:
            return found.choice is Choice.ADOPT, n
        asked = (found.reruns_asked or 0) if follow else later
        if asked <= n:
            return False, n
        n = asked
    return False, n


def campaign(
    rng: np.random.Generator,
    draw: Draw,
    *,
    follow: bool = False,
    remember: bool = True,
    spread: float = 1.0,
) -> Told:
    """Ten rounds of changes that do nothing; the baseline's reruns serve them all.

    Args:
        rng, draw: of the noise.
        follow: as for `looked_at`.
        remember: use the deviation between earlier reruns.
        spread: of the candidates' reruns, in the baseline's.
    """
    base = draw(rng, (MOST,))
    candidates = spread * draw(rng, (ROUNDS, MOST))
    squares, degrees, made, false, there, first = 0.0, 0, 0, 0, 0, False
    for i, candidate in enumerate(candidates):
        past = np.sqrt(squares / degrees) if degrees and remember else None
        adopted, reruns = looked_at(candidate, base, there, follow=follow, past_deviation=past)
        made, false, first = made + reruns, false + adopted, first or (adopted and i == 0)
        there = max(there, reruns)
        left, base = (base[:there], candidate) if adopted else (candidate[:reruns], base)
        there = reruns if adopted else there
        squares, degrees = squares + float(np.var(left)) * len(left), degrees + len(left) - 1
    return Told(false, made / ROUNDS, first)


@dataclass(frozen=True)
class SameExamples:
    """A probit model of errors on one set of examples: all settings err on a tenth of the
    population, on different examples.

    Args:
        settings, seeds: share of examples on which two settings, and two seeds of one, disagree.
        trials: of the search that selects the candidate.
    """

    settings: float
    seeds: float
    trials: int
    error: float = 0.1

    def correlations(self) -> tuple[float, float]:
        """Of the latent value between two settings and between two seeds of one."""
        return tuple(self._correlation(d) for d in (self.settings, self.seeds))  # type: ignore[return-value]

    def _correlation(self, disagreement: float) -> float:
        z = np.random.default_rng(0).standard_normal(200_000)
        low, high = 0.0, 1.0
        for _ in range(30):
            middle = (low + high) / 2
            p = ndtr((ndtri(self.error) - np.sqrt(middle) * z) / np.sqrt(1 - middle))
            if np.mean(2 * p * (1 - p)) > disagreement:
                low = middle
            else:
                high = middle
        return low

    def rates(
        self,
        rng: np.random.Generator,
        count: int,
        shared: FloatArray,
        correlations: tuple[float, float],
        *,
        better: float = 0.0,
    ) -> FloatArray:
        """Chance of an error of ``count`` settings on each example, shape (count, n).

        The settings err ``better`` less often than a tenth, on the population.
        """
        between, within = correlations
        own = rng.standard_normal((count, len(shared)))
        latent = np.sqrt(between) * shared + np.sqrt(within - between) * own
        return ndtr((ndtri(self.error - better) - latent) / np.sqrt(1 - within))

    @property
    def seed_deviation(self) -> float:
        """Of the error rate between two seeds of one setting."""
        return float(np.sqrt(self.seeds / (2 * EXAMPLES)))


HOW = ("nothing declared", "examples", "predictions", "confirm", "confirm and predictions")


def same_examples(
    rng: np.random.Generator,
    model: SameExamples,
    how: str,
    correlations: tuple[float, float],
    *,
    rounds: int = ROUNDS,
    gap: float = 0.0,
) -> int:
    """Launches in rounds whose settings are equally good, judged on one set of 500 examples.

    Confirming takes 500 other examples. With a gap, all settings of the search are truly better
    than the baseline by so many seed deviations.
    """
    better = gap * model.seed_deviation
    shared = rng.standard_normal((2, EXAMPLES))  # the set that chooses, the set that confirms
    fresh = how.startswith("confirm")
    judged = shared[1 if fresh else 0]
    base = model.rates(rng, 1, judged, correlations)[0]
    base_runs = rng.random((MOST, EXAMPLES)) < base
    squares, degrees, false, there = 0.0, 0, 0, 0
    for _ in range(rounds):
        if fresh:  # the examples that chose say nothing of the others
            rate = model.rates(rng, 1, judged, correlations, better=better)[0]
        else:
            rates = model.rates(rng, model.trials, judged, correlations, better=better)
            seen = (rng.random(rates.shape) < rates).mean(axis=1)
            rate = rates[int(np.argmin(seen))]
        runs = rng.random((MOST, EXAMPLES)) < rate

        def known(n: int, m: int) -> Examples:
            variance = None
            if how.endswith("predictions"):
                variance = difference_variance(list(runs[:n]), list(base_runs[:m]))  # noqa: B023
            count = None if how in ("nothing declared", "confirm") else EXAMPLES
            return Examples(count, variance, 0 if fresh else model.trials)

        past = np.sqrt(squares / degrees) if degrees else None
        adopted, reruns = looked_at(
            runs.mean(axis=1), base_runs.mean(axis=1), there, follow=False,
            past_deviation=past, examples=known,
        )  # fmt: skip
        false += adopted
        there = max(there, reruns)
        left, base_runs = (base_runs, runs) if adopted else (runs[:reruns], base_runs)
        there = reruns if adopted else there
        squares += float(np.var(left.mean(axis=1))) * len(left)
        degrees += len(left) - 1
    return false


MODELS = (
    SameExamples(0.076, 0.0759, 20),
    SameExamples(0.076, 0.068, 20),
    SameExamples(0.088, 0.076, 50),
    SameExamples(0.106, 0.088, 50),
)


def measure(setting: Setting) -> Section:
    """Campaigns, power, the same examples, failures."""
    seed = [setting.seed, {"tuning": 0, "judging": 1}[setting.half]]
    parts, bars = [], []
    for number, part in enumerate((campaigns, power, on_the_same_examples, failing)):
        text, found = part(np.random.default_rng([*seed, number]), setting.studies)
        parts.append(text)
        bars += found
    return Section("Launches", "\n".join(parts), tuple(bars))


Part = tuple[str, list[Bar]]


CAMPAIGNS: dict[str, dict[str, bool | float]] = {
    "5, 20, 50": {},
    "as asked for": {"follow": True},
    "5, 20, 50, no earlier deviation": {"remember": False},
    "5, 20, 50, candidates vary 3 times as much": {"spread": 3.0},
}


def campaigns(rng: np.random.Generator, count: int) -> Part:
    rows: list[list[object]] = []
    bars = []
    for name, draw in NOISES.items():
        for policy, options in CAMPAIGNS.items():
            campaigns = count if "spread" not in options else max(1, count // 4)
            told = [
                campaign(rng, draw, **options)  # type: ignore[arg-type]
                for _ in range(campaigns)
            ]
            share = Share(sum(t.false_launches > 0 for t in told), campaigns)
            rows.append([name, policy, share, f"{np.mean([t.reruns for t in told]):.0f}"])
            bars.append(Bar(f"ten null rounds, {name} noise, looks {policy}", share, at_most=0.05))
    head = ["noise", "looks at reruns", "campaigns with a false launch", "reruns of a candidate"]
    return (
        "### Ten rounds of changes that do nothing\n\n"
        "The baseline's reruns serve every round; the deviation between earlier reruns is used "
        "where nothing else is said. *As asked for* makes the reruns that each decision names.\n\n"
        + table(head, rows),
        bars,
    )


def power(rng: np.random.Generator, count: int) -> Part:
    rows: list[list[object]] = []
    bars = []
    for name, draw in NOISES.items():
        for gap in (0.5, 1.0, 2.0, 3.0):
            by = dict.fromkeys((*USUAL_LOOKS, "asked"), 0)
            for _ in range(count):
                candidate, base = draw(rng, (MOST,)) - gap, draw(rng, (MOST,))
                adopted, reruns = looked_at(candidate, base, 0, follow=False)
                for n in USUAL_LOOKS:
                    by[n] += adopted and reruns <= n
                by["asked"] += looked_at(candidate, base, 0, follow=True)[0]
            shares = [Share(by[n], count) for n in by]
            rows.append([name, f"{gap:g}", *shares])
            if gap == 1.0:
                bars.append(
                    Bar(f"gain of one seed deviation adopted by 50 reruns, {name} noise",
                        shares[2], at_least=0.9)
                )  # fmt: skip
    head = ["noise", "gain in seed deviations", *(f"adopted by {n}" for n in USUAL_LOOKS),
            "with the reruns asked for"]  # fmt: skip
    return "### Power in one round, looks at 5, 20 and 50 reruns\n\n" + table(head, rows), bars


def on_the_same_examples(rng: np.random.Generator, count: int) -> Part:
    count = max(1, count // 4)
    rows: list[list[object]] = []
    bars = []
    for model in MODELS:
        correlations = model.correlations()
        name = f"{model.settings:.3f} / {model.seeds:.3f}, best of {model.trials}"
        for how in HOW:
            false = [same_examples(rng, model, how, correlations) > 0 for _ in range(count)]
            share = Share(sum(false), count)
            found = [
                Share(
                    sum(same_examples(rng, model, how, correlations, rounds=1, gap=gap)
                        for _ in range(count)), count)
                for gap in (1.0, 3.0)
            ]  # fmt: skip
            rows.append([name, how, share, *found])
            bars.append(Bar(f"ten null rounds on shared examples, {name}, {how}", share,
                            at_most=0.05))  # fmt: skip
    head = ["disagreement of settings / seeds", "known", "campaigns with a false launch",
            "gain of 1 seed deviation adopted", "of 3"]  # fmt: skip
    return (
        "### Reruns on the 500 examples that chose the candidate\n\n"
        "A probit model of errors; looks at 5, 20 and 50 reruns. All settings err equally often on "
        "the population, on different examples. *Confirm* judges on 500 other examples.\n\n"
        + table(head, rows),
        bars,
    )


def failing(rng: np.random.Generator, count: int) -> Part:
    rows: list[list[object]] = []
    bars = []
    cases = ((0.1, 0.1, 2.0), (0.3, 0.3, 2.0), (0.1, 0.0, 2.0), (0.3, 0.0, 2.0), (0.1, 0.1, 0.0))
    for mine, theirs, gap in cases:
        cells = []
        for n in (5, 10, 20, 50):
            choices = []
            for _ in range(count):
                runs = [np.where(rng.random(n) < share, np.nan, rng.standard_normal(n) - shift)
                        for share, shift in ((mine, gap), (theirs, 0.0))]  # fmt: skip
                choices.append(decided(*runs).choice)
            adopted, kept = (Share(choices.count(c), count) for c in (Choice.ADOPT, Choice.KEEP))
            cells.append(f"{adopted.value:.2f} / {kept.value:.2f}")
            if mine == theirs and gap:
                bars.append(Bar(f"better candidate kept out, both fail in {mine:.0%} of {n}", kept,
                                at_most=0.05))  # fmt: skip
            if not gap:
                bars.append(Bar(f"equal candidate adopted, both fail in {mine:.0%} of {n}",
                                adopted, at_most=0.05))  # fmt: skip
        rows.append([f"{mine:.0%} / {theirs:.0%}", f"{gap:g}", *cells])
    head = ["candidate / baseline fails", "gain in seed deviations",
            *(f"{n} reruns" for n in (5, 10, 20, 50))]  # fmt: skip
    return "### Reruns that fail: adopted / kept\n\n" + table(head, rows), bars


__all__ = ["measure"]
