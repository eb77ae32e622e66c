"""Studies made of real trends and real remainders, healthy or with one planted fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from truth_families.real_trends import FloatArray, Parts, Workload, drawn_remainder
from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.study import Objective

LENGTHS = (12, 20, 40, 100, 300)
# How the objective is logged: name, and the value that stands for a loss between 1 and 0.
_AS_LOSS = ("val_loss", "val/nll", "eval_loss", "val_perplexity", "val_error", "valid_wer",
            "target")  # fmt: skip
_AS_SCORE = ("val_accuracy", "val/acc", "eval_bleu", "validation_f1", "target")


@dataclass
class Draft:
    """A study before it is a table; plants change it.

    Args:
        t: shape (length,), share of the run.
        objective: shape (n, length), as losses.
        training: the same of the training loss; ``None`` where it is not logged.
        noise: shape (n, length), remainders of the objective.
        training_noise: the same of the training loss.
        rates: shape (n,), learning rates.
        schedule: kind of the learning rate's schedule, or "" where nothing tells it.
        ends: shape (n,), share of the run at which each trial was stopped; ``None`` for all.
        options: what else `table_from_columns` is to be told.
    """

    t: FloatArray
    objective: FloatArray
    training: FloatArray | None
    noise: FloatArray
    training_noise: FloatArray | None
    rates: FloatArray
    schedule: str
    rng: np.random.Generator
    examples: int | None = None
    metric: str = ""
    direction: str = "minimize"
    status: list[str] | None = None
    ends: FloatArray | None = None
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def fall(self) -> FloatArray:
        """Improvement of the objective, shape (n, 1)."""
        return self.objective[:, :1] - self.objective.min(axis=1, keepdims=True)

    @property
    def best_quarter(self) -> float:
        """How far the best trial is from the end of the best quarter, without noise."""
        levels = np.sort(self.objective.min(axis=1))
        return float(levels[max(3, len(levels) // 4)] - levels[0])

    @property
    def noise_of_an_evaluation(self) -> float:
        """Standard deviation of a late evaluation around its trend."""
        late = self.noise[:, self.noise.shape[1] // 2 :]
        variance = float(np.median(late.var(axis=1)))
        if self.examples is not None:
            share = float(np.clip(np.abs(np.median(self.objective[:, -1])), 0, 1))
            variance += share * (1 - share) / self.examples
        return variance**0.5

    @property
    def flat_from(self) -> float:
        """Share of the run after which the best trials gain no per cent of their fall any more."""
        best = np.argsort(self.objective.min(axis=1))[:5]
        curves = self.objective[best]
        left = curves - curves.min(axis=1, keepdims=True)
        return float(np.median(self.t[(left <= 0.01 * self.fall[best]).argmax(axis=1)]))

    @property
    def training_fall(self) -> FloatArray:
        assert self.training is not None
        return self.training[:, :1] - self.training.min(axis=1, keepdims=True)


Plant = Callable[[Draft], None]


def drawn(workload: Workload, rng: np.random.Generator, *, length: int | None = None) -> Draft:
    """A healthy study from one workload: trends of its trials, remainders of others."""
    count = int(rng.choice([12, 20, 50]))
    length = length or int(rng.choice(LENGTHS))
    rows = rng.integers(len(workload.objective), size=count)

    def curves(parts: tuple[Parts, ...]) -> FloatArray:
        return np.array([parts[r].trend_at(length) for r in rows])

    def remainders(parts: tuple[Parts, ...]) -> FloatArray:
        return np.array([drawn_remainder(parts, length, rng) for _ in rows])

    objective = curves(workload.objective)
    # No two trials of a search are equally good.
    scale = float(np.median(objective[:, 0] - objective[:, -1]))
    objective = objective + scale * rng.gamma(2.0, 0.02, size=(count, 1))
    training = curves(workload.training) if workload.training else None
    schedules = ("cosine", "linear", "step", "warmup-cosine", "")
    kinds = schedules if workload.decaying else ("constant", "")
    loss = workload.sign > 0
    return Draft(
        t=np.linspace(0, 1, length),
        objective=objective,
        training=training,
        noise=remainders(workload.objective),
        training_noise=remainders(workload.training) if workload.training else None,
        rates=10 ** rng.uniform(-4, -1, count),
        schedule=str(rng.choice(kinds)),
        rng=rng,
        examples=None if loss else [None, 1000, 10000][int(rng.integers(3))],
        metric=str(rng.choice(_AS_LOSS if loss else _AS_SCORE)),
        direction="minimize" if loss else "maximize",
    )


def table_of(draft: Draft) -> TrialTable:
    """The draft as the table that the checks see."""
    count, length = draft.objective.shape
    rng = draft.rng
    losses = draft.objective + draft.noise
    sign = 1 if draft.direction == "minimize" else -1
    values = sign * losses
    if draft.examples is not None and 0 < np.median(values) < 1:
        share = np.clip(values, 0.0, 1.0)
        values = values + rng.normal(size=values.shape) * np.sqrt(
            share * (1 - share) / draft.examples
        )
    if "perplexity" in draft.metric:
        values = np.exp(np.clip(values, None, 20))
    metrics = {draft.metric: values}
    if draft.training is not None and draft.training_noise is not None:
        metrics["train_loss"] = draft.training + draft.training_noise
    if draft.schedule:
        metrics["lr"] = draft.rates[:, None] * _schedule(draft.schedule, draft.t)[None, :]
    step = np.tile(np.arange(1, length + 1) * 100, count)
    rows = np.repeat(np.arange(count), length)
    kept = np.ones(len(rows), dtype=bool)
    if draft.ends is not None:
        kept = (draft.t[None, :] <= draft.ends[:, None]).ravel()
    return table_from_columns(
        "planted",
        ids=[str(i) for i in range(count)],
        values={"learning_rate": draft.rates.tolist()},
        objective=Objective(draft.metric, draft.direction),
        curves={name: (rows[kept], step[kept], v.ravel()[kept]) for name, v in metrics.items()},
        status=draft.status,
        **draft.options,
    )


def _schedule(kind: str, t: FloatArray) -> FloatArray:
    if kind == "constant":
        return np.ones_like(t)
    if kind == "step":
        return 0.1 ** (np.floor(t * 2.999))
    if kind == "linear":
        return 1 - 0.98 * t
    cosine = 0.01 + 0.495 * (1 + np.cos(np.pi * t))
    return cosine * np.minimum(1, (t + 0.01) / 0.05) if kind == "warmup-cosine" else cosine


def _ramp(t: FloatArray, turn: float) -> FloatArray:
    return np.clip((t - turn) / (1 - turn), 0, None)


def overfitted(share: float) -> Plant:
    """The objective turns and gives back ``share`` of its improvement by the end."""

    def plant(draft: Draft) -> None:
        _turn(draft, ("objective",), share)

    return plant


def rising(share: float) -> Plant:
    """The training loss turns and gives back ``share`` of its fall by the end; so does the rest."""

    def plant(draft: Draft) -> None:
        assert draft.training is not None
        _turn(draft, ("training", "objective"), share)

    return plant


def _turn(draft: Draft, names: Sequence[str], share: float) -> None:
    """Curves that turn at one step and give back ``share`` of their fall by the end."""
    turn = draft.rng.uniform(0.25, 0.6)
    at = draft.t <= turn
    for name in names:
        curve = getattr(draft, name)
        floor = curve[:, at][:, -1:]
        fall = curve[:, :1] - floor
        setattr(draft, name, np.where(at, curve, floor + share * fall * _ramp(draft.t, turn)))


def lost(share: float, *, lasting: bool) -> Plant:
    """Every trial once loses ``share`` of its gain, for a fifth of the run or for good."""

    def plant(draft: Draft) -> None:
        assert draft.training is not None
        count = len(draft.rates)
        start = draft.rng.uniform(0.3, 0.6, size=(count, 1))
        width = 0.2 if not lasting else 2.0
        inside = (draft.t >= start) & (draft.t < start + width)
        shape = inside * np.where(lasting, 1.0, 1 - (draft.t - start) / width)
        for name in ("training", "objective"):
            curve = getattr(draft, name)
            gain = curve[:, :1] - np.minimum.accumulate(curve, axis=1)
            setattr(draft, name, curve + share * gain * shape)

    return plant


def noisy(widths: float) -> Plant:
    """Single evaluations vary by ``widths`` times what separates the best quarter of the trials.

    At least by 3 % of the improvement.
    """

    def plant(draft: Draft) -> None:
        draft.examples = None
        size = np.maximum(widths * draft.best_quarter, 0.03 * draft.fall)
        draft.noise = draft.noise + size * draft.rng.normal(size=draft.noise.shape)

    return plant


def falling_to_the_end(draft: Draft) -> None:
    """The second half falls on, by a quarter of the whole improvement, at a constant rate."""
    draft.schedule = "constant"
    later = 0.25 * draft.fall * _ramp(draft.t, 0.4)
    draft.objective = draft.objective - later
    if draft.training is not None:
        draft.training = draft.training - 0.25 * draft.training_fall * _ramp(draft.t, 0.4)


def flat_after(share: float) -> Plant:
    """The whole course of a run within its first ``share``, then nothing, at a constant rate."""

    def plant(draft: Draft) -> None:
        draft.schedule = "constant"
        earlier = np.minimum(draft.t / share, 1)
        for name in ("training", "objective"):
            curve = getattr(draft, name)
            if curve is not None:
                setattr(draft, name, np.array([np.interp(earlier, draft.t, c) for c in curve]))

    return plant


def rippled(widths: float) -> Plant:
    """A wave of ``widths`` times the noise, at least 2 % of the improvement, in all curves."""

    def plant(draft: Draft) -> None:
        wave = np.sin(2 * np.pi * draft.t * draft.rng.uniform(8, 15) + 0.4)
        size = np.maximum(widths * draft.noise.std(axis=1, keepdims=True), 0.02 * draft.fall)
        draft.objective = draft.objective + size * wave
        if draft.training is not None and draft.training_noise is not None:
            own = draft.training_noise.std(axis=1, keepdims=True)
            draft.training = draft.training + wave * np.maximum(
                widths * own, 0.02 * draft.training_fall
            )

    return plant


def worsening(draft: Draft) -> None:
    """Training undoes what there is: the course runs backwards from its best value."""
    draft.objective = draft.objective[:, ::-1].copy()


def learning_nothing(draft: Draft) -> None:
    """The objective stays at one value, the last one of a healthy curve, with its late noise.

    The first remainders of a real curve hold what its smooth trend misses of the learning.
    """
    length = draft.objective.shape[1]
    late = draft.noise[:, length // 2 :]
    draft.noise = np.concatenate([late, late[:, ::-1]], axis=1)[:, :length]
    draft.objective = np.repeat(draft.objective[:, -1:], length, axis=1)


def misdirected(draft: Draft) -> None:
    """The metric is said to be the other way round."""
    draft.objective, draft.noise = -draft.objective, -draft.noise
    draft.direction = "maximize" if draft.direction == "minimize" else "minimize"
