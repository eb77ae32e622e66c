"""False alarms and power of the checks on training curves, on simulated studies of known truth.

Each scenario draws a whole study, and the check's own verdict on it is counted. Under ``null`` the
thing looked for is not there, under ``alternative`` it plainly is. Run it with

    python bench/calibration_curves.py [--studies 40] [--check overfitting] [--write PAGE]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tuning_playbook.analysis.table.table import CurveColumn, TrialTable
from tuning_playbook.checks.base import Check
from tuning_playbook.checks.direction_sanity import DirectionSanity
from tuning_playbook.checks.instability import Instability
from tuning_playbook.checks.late_variance import LateVariance
from tuning_playbook.checks.learning_progress import LearningProgress
from tuning_playbook.checks.overfitting import Overfitting
from tuning_playbook.checks.periodicity import Periodicity
from tuning_playbook.checks.rising_train_loss import RisingTrainLoss
from tuning_playbook.checks.saturated_early import SaturatedEarly
from tuning_playbook.checks.still_improving import StillImproving
from tuning_playbook.findings import Verdict
from tuning_playbook.space import Float, Hyperparameter, SearchSpace
from tuning_playbook.study import Direction, Objective

ALARMS = (Verdict.WARN, Verdict.FAIL)
# Autocorrelation of the noise: none, and the slow wander that real curves show.
NOISES = (0.0, 0.6)
TRIALS = (20, 50, 200)
LENGTHS = (20, 50, 200, 1000)
# Noise of one evaluation as a share of the improvement over training.
SIZES = (0.001, 0.01, 0.03)


@dataclass(frozen=True)
class Setting:
    """One cell of the table."""

    trials: int
    length: int
    size: float
    memory: float


Shape = Callable[[np.ndarray, np.random.Generator], np.ndarray]
Simulation = Callable[[Setting, np.random.Generator], TrialTable]


def noise(
    rng: np.random.Generator, shape: tuple[int, int], size: float, memory: float
) -> np.ndarray:
    """Normal noise of standard deviation ``size``; each point remembers ``memory`` of the last."""
    white = rng.normal(size=shape)
    if memory:
        from scipy.signal import lfilter

        white = lfilter([np.sqrt(1 - memory**2)], [1, -memory], white, axis=1)
    return size * white


def decay(speed: float) -> Shape:
    """From 1 to 0, exponentially, finished to exp(-speed) at the end."""
    return lambda t, _: np.exp(-speed * t)


def power_law(exponent: float) -> Shape:
    """A curve that never quite flattens: (1 + 100 t)^-exponent."""
    return lambda t, _: (1 + 100 * t) ** -exponent


def overfit(turn: float, rise: float) -> Shape:
    """Falls, turns at ``turn`` and gives back ``rise`` of its improvement by the end."""
    return lambda t, _: np.exp(-12 * t) + rise * np.clip((t - turn) / (1 - turn), 0, None)


def study(
    setting: Setting,
    rng: np.random.Generator,
    validation: Shape,
    training: Shape | None = None,
    *,
    training_size: float | None = None,
    direction: str = "minimize",
    ripple: float = 0.0,
) -> TrialTable:
    """A study whose trials share the shapes of their curves and differ by level and noise."""
    n, length = setting.trials, setting.length
    training = training or decay(6)
    t = np.linspace(0, 1, length)
    quality = rng.gamma(2.0, 0.05, size=(n, 1))
    val = np.array([validation(t, rng) for _ in range(n)]) * (1 - quality) + quality
    train = np.array([training(t, rng) for _ in range(n)]) * (1 - quality) + quality
    val = val + noise(rng, (n, length), setting.size, setting.memory)
    size = setting.size if training_size is None else training_size
    train = train + noise(rng, (n, length), size, setting.memory)
    if ripple:
        train = train + ripple * np.sin(2 * np.pi * t * rng.uniform(8, 15) + 0.4)
    sign = Direction(direction).sign
    steps = np.tile(np.arange(length) * 100, n)
    offsets = np.arange(n + 1) * length
    rates = 10 ** rng.uniform(-4, 0, n)
    space = SearchSpace((Hyperparameter("learning_rate", Float(1e-4, 1.0, "log"), 0.01),))
    rate_curve = CurveColumn(offsets, steps, np.repeat(rates, length))
    return TrialTable(
        study="simulated",
        ids=np.array([str(i) for i in range(n)], dtype=object),
        space=space,
        objective=Objective("validation_error", Direction(direction)),
        values={"learning_rate": rates.astype(object)},
        units={"learning_rate": (np.log10(rates) + 4) / 4},
        status=np.array(["complete"] * n, dtype=object),
        reason=np.array([""] * n, dtype=object),
        loss=val.min(axis=1),
        best_step=val.argmin(axis=1) * 100,
        curves={
            "validation_error": CurveColumn(offsets, steps, sign * val.ravel()),
            "train_loss": CurveColumn(offsets, steps, train.ravel()),
            "learning_rate": rate_curve,
        },
        max_train_steps=(length - 1) * 100,
    )


def with_bumps(bump: float) -> Shape:
    """Falls and once loses ``bump`` of its progress for a tenth of the run."""

    def shape(t: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        start = rng.uniform(0.3, 0.7)
        inside = (t >= start) & (t < start + 0.15)
        return np.exp(-6 * t) + bump * inside

    return shape


def rising(turn: float, rise: float) -> Shape:
    """Falls, then rises from ``turn`` to the end."""
    return overfit(turn, rise)


@dataclass(frozen=True)
class Case:
    """What a check is tried on."""

    check: Check
    null: tuple[tuple[str, Simulation], ...]
    alternative: tuple[tuple[str, Simulation], ...]


def of(shape: Shape, **options) -> Simulation:
    return lambda setting, rng: study(setting, rng, shape, **options)


def quiet(shape: Shape, share: float, **options) -> Simulation:
    """The same with noise scaled down to at most ``share`` of the improvement."""
    return lambda s, rng: study(
        Setting(s.trials, s.length, min(s.size, share), s.memory), rng, shape, **options
    )


PLATEAU, FALLING = decay(12), power_law(0.5)

CASES: tuple[Case, ...] = (
    Case(
        Overfitting(),
        (("plateau", of(PLATEAU)), ("still falling", of(FALLING)),
         ("unstable instead", of(overfit(0.5, 0.2), training=overfit(0.5, 0.2)))),
        (("gives back 10 %", of(overfit(0.3, 0.10))), ("gives back 30 %", of(overfit(0.5, 0.30)))),
    ),
    Case(
        LearningProgress(),
        (("plateau", of(PLATEAU)), ("still falling", of(FALLING)),
         ("overfits", of(overfit(0.3, 2)))),
        (("never moves", quiet(lambda t, _: np.ones_like(t), 0.0)),
         ("stays within 0.1 %", quiet(lambda t, _: np.ones_like(t), 0.001)),
         ("gets worse", of(lambda t, _: 1 + t))),
    ),
    Case(
        LateVariance(),
        (("noise up to 0.3 %", quiet(PLATEAU, 0.003)), ("falling", quiet(FALLING, 0.003))),
        (("noise 15 %, three times what separates the best quarter",
          lambda s, rng: study(Setting(s.trials, s.length, 0.15, 0.0), rng, PLATEAU)),),
    ),
    Case(
        StillImproving(),
        (("plateau", of(PLATEAU)), ("nearly done", of(decay(7)))),
        (("straight line", of(lambda t, _: 1 - t)), ("power law", of(power_law(0.5)))),
    ),
    Case(
        SaturatedEarly(),
        (("straight line", of(lambda t, _: 1 - t)), ("exponential", of(decay(4)))),
        (("plateau from 15 %", of(decay(35))), ("plateau from 30 %", of(decay(18)))),
    ),
    Case(
        Instability(),
        (("smooth", of(PLATEAU)), ("noisy batches", of(PLATEAU, training_size=0.1))),
        (("loses 20 %", of(PLATEAU, training=with_bumps(0.2))),
         ("loses 50 %", of(PLATEAU, training=with_bumps(0.5)))),
    ),
    Case(
        RisingTrainLoss(),
        (("plateau", of(PLATEAU, training=PLATEAU)),
         ("noisy batches", of(PLATEAU, training_size=0.1))),
        (("rises by 10 %", of(PLATEAU, training=rising(0.4, 0.10))),
         ("rises by 30 %", of(PLATEAU, training=rising(0.4, 0.30)))),
    ),
    Case(
        Periodicity(),
        (("plateau", of(PLATEAU)), ("falling", of(FALLING, training=FALLING))),
        (("ripple of the noise's size, at least 1 %",
          lambda s, rng: study(s, rng, PLATEAU, ripple=max(s.size, 0.01))),
         ("of twice that", lambda s, rng: study(s, rng, PLATEAU, ripple=2 * max(s.size, 0.01)))),
    ),
    Case(
        DirectionSanity(),
        (("plateau", of(PLATEAU)), ("overfitting", of(overfit(0.2, 0.5)))),
        (("wrong way round", lambda s, rng: reversed_direction(study(s, rng, PLATEAU))),),
    ),
)  # fmt: skip


def reversed_direction(table: TrialTable) -> TrialTable:
    """The same study with the objective said to be the other way round."""
    from dataclasses import replace

    worst = -table.curves["validation_error"].values.reshape(len(table), -1)
    return replace(
        table,
        objective=Objective("validation_error", Direction.MAXIMIZE),
        loss=worst.min(axis=1),
    )


def alarm_rate(
    check: Check, simulation: Simulation, setting: Setting, *, studies: int, seed: int = 0
) -> tuple[float, float]:
    """Share of simulated studies with an alarm, and with "cannot tell"."""
    rng = np.random.default_rng([seed, setting.trials, setting.length])
    verdicts = [check.run(simulation(setting, rng))[0].verdict for _ in range(studies)]
    alarms = sum(v in ALARMS for v in verdicts) / studies
    return alarms, sum(v == Verdict.UNKNOWN for v in verdicts) / studies


def settings() -> list[Setting]:
    """Every cell; trials and lengths vary one at a time around the middle."""
    pairs = [(20, length) for length in LENGTHS] + [(n, 50) for n in TRIALS if n != 20]
    return [Setting(n, length, s, m) for n, length in pairs for s in SIZES for m in NOISES]


HEAD = """# Calibration of the checks on training curves

Generated by `python bench/calibration_curves.py --write docs/calibration-curves.md`; {studies}
simulated studies in each cell. Every cell of the sweep is one number of trials (20, 50, 200), one
number of evaluations (20, 50, 200, 1,000), one size of the noise of a single evaluation (0.1, 1 and
3 per cent of the improvement over training) and one memory of that noise (none, or 0.6 from one
evaluation to the next). *Mean* is over all cells, *extreme* the worst of them; the other columns
average over the noises. *Unknown* is the share of studies in which the check cannot tell; they
count as no alarm. The goal is at most 5 % false alarms.

| check | truth | situation | mean | extreme | 20 points | 50 | 200 | 1,000 | 20 trials | 50 | 200 | unknown |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""  # noqa: E501  a table cannot be folded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=40)
    parser.add_argument("--check", default="", help="id of one check; all where not given")
    parser.add_argument("--write", type=Path, help="page to write; printed where not given")
    options = parser.parse_args()
    lines = []
    for case in CASES:
        if options.check and case.check.id != options.check:
            continue
        for truth, simulations in (("null", case.null), ("alternative", case.alternative)):
            for name, simulation in simulations:
                rates = {
                    s: alarm_rate(case.check, simulation, s, studies=options.studies)
                    for s in settings()
                }
                lines.append(_line(case.check.id, truth, name, rates))
                print(lines[-1], flush=True)
    if options.write:
        options.write.write_text(HEAD.format(studies=options.studies) + "\n".join(lines) + "\n")


def _line(check: str, truth: str, name: str, rates: dict[Setting, tuple[float, float]]) -> str:
    alarms = {s: a for s, (a, _) in rates.items()}
    extreme = (max if truth == "null" else min)(alarms.values())
    by_length = [_mean(a for s, a in alarms.items() if s.length == n and s.trials == 20)
                 for n in LENGTHS]  # fmt: skip
    by_trials = [_mean(a for s, a in alarms.items() if s.trials == n and s.length == 50)
                 for n in TRIALS]  # fmt: skip
    unknown = _mean(u for _, u in rates.values())
    cells = [check, truth, name, *(f"{v:.3f}" for v in (_mean(alarms.values()), extreme))]
    cells += [f"{v:.2f}" for v in (*by_length, *by_trials, unknown)]
    return "| " + " | ".join(cells) + " |"


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


if __name__ == "__main__":
    main()
