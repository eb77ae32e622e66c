"""Trainings of small perceptrons, all trials of a study at once: real curves in seconds.

    python bench/small_trainings.py DATA --studies 40 --out FOLDER

Nothing is wrong with them but what a random search brings along: some learning rates are too
small, some too large. Schedules, optimizers, batch sizes and metrics are those of common use.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.analysis.table.building import table_from_columns
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.study import Objective

FloatArray = NDArray[np.float64]
SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda t: 1.0,
    "cosine": lambda t: 0.5 * (1 + np.cos(np.pi * t)),
    "linear": lambda t: 1 - t,
    "step": lambda t: 0.1 ** int(t * 3),
    "warmup-cosine": lambda t: min(1.0, t / 0.1) * 0.5 * (1 + np.cos(np.pi * t)),
}
METRICS = ("val_loss", "val_error", "val_accuracy", "val_perplexity")


@dataclass(frozen=True)
class Data:
    """Examples for training and validation; labels are class numbers."""

    name: str
    train: tuple[FloatArray, NDArray[np.int64]]
    validation: tuple[FloatArray, NDArray[np.int64]]


def data_sets(folder: Path) -> list[Data]:
    """Digits of eight by eight pixels, tumours, and a part of MNIST, by name."""
    from sklearn.datasets import load_breast_cancer, load_digits

    found = []
    for name, loaded in (("breast-cancer", load_breast_cancer()), ("digits", load_digits())):
        found.append(_split(name, loaded.data, loaded.target))
    with gzip.open(folder / "mnist/train-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(16 + 784 * 6000), np.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(folder / "mnist/train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(8 + 6000), np.uint8, offset=8)
    small = pixels.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    found.append(_split("mnist", small, labels))
    return found


def _split(name: str, x: FloatArray, y: NDArray[np.int64]) -> Data:
    order = np.random.default_rng(0).permutation(len(x))
    x = (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)
    x, y = np.clip(x[order], -5, 5), y[order].astype(np.int64)
    cut = int(0.75 * len(x))
    return Data(name, (x[:cut], y[:cut]), (x[cut:], y[cut:]))


def study(
    data: Data, rng: np.random.Generator, *, trials: int = 20, rate_factor: float = 1.0
) -> TrialTable:
    """One random search over learning rate and weight decay.

    Args:
        data: what is learnt.
        rng: draws the configurations, the initial weights and the batches.
        trials: how many.
        rate_factor: of the usual range of learning rates.
    """
    schedule, metric = str(rng.choice(list(SCHEDULES))), str(rng.choice(METRICS))
    momentum = float(rng.choice([0.0, 0.9]))
    adam = bool(rng.integers(2))
    epochs, batch = int(rng.choice([12, 30, 60])), int(rng.choice([32, 128]))
    rates = 10 ** (rng.uniform(-4, -1, trials) if adam else rng.uniform(-2.5, 0.3, trials))
    decays = 10 ** rng.uniform(-6, -2, trials)
    if not adam and momentum:
        rates *= 0.2
    rates *= rate_factor
    logged = _train(data, rng, rates, decays, epochs, batch, SCHEDULES[schedule], momentum, adam)
    values = {"val_loss": logged["loss"], "val_error": 1 - logged["accuracy"],
              "val_accuracy": logged["accuracy"],
              "val_perplexity": np.exp(np.minimum(logged["loss"], 20))}[metric]  # fmt: skip
    rows = np.repeat(np.arange(trials), epochs)
    steps = np.tile(np.arange(1, epochs + 1), trials)
    curves = {metric: (rows, steps, values.T.ravel()),
              "train_loss": (rows, steps, logged["train"].T.ravel())}  # fmt: skip
    if rng.integers(2):
        t = (np.arange(epochs) + 1) / epochs
        shape = np.array([SCHEDULES[schedule](min(x, 0.999)) for x in t])
        curves["lr"] = (rows, steps, (rates[:, None] * shape).ravel())
    optimizer = "adam" if adam else f"momentum {momentum}"
    return table_from_columns(
        f"{data.name} {optimizer} {schedule} {metric} {epochs}x{batch}",
        ids=[str(i) for i in range(trials)],
        values={"learning_rate": rates.tolist(), "weight_decay": decays.tolist()},
        objective=Objective(metric, "maximize" if metric == "val_accuracy" else "minimize"),
        curves=curves,
    )


def _train(
    data: Data, rng: np.random.Generator, rates: FloatArray, decays: FloatArray, epochs: int,
    batch: int, schedule: Callable[[float], float], momentum: float, adam: bool,
) -> dict[str, FloatArray]:  # fmt: skip
    """Losses by epoch and trial: mean of the batches of the epoch, and on validation data."""
    x, y = data.train
    k, classes, hidden = len(rates), int(y.max()) + 1, 48
    shapes = ((x.shape[1], hidden), (1, hidden), (hidden, classes), (1, classes))
    weights = [rng.normal(size=(k, *s)) * (np.sqrt(2 / s[0]) if s[0] > 1 else 0) for s in shapes]
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    total, done = epochs * (len(x) // batch), 0
    logged: dict[str, list[FloatArray]] = {"train": [], "loss": [], "accuracy": []}
    for _ in range(epochs):
        order, losses = rng.permutation(len(x)), []
        for start in range(0, len(x) // batch * batch, batch):
            rows = order[start : start + batch]
            loss, gradients = _gradients(weights, x[rows], y[rows])
            losses.append(loss)
            done += 1
            rate = (rates * schedule((done - 1) / total))[:, None, None]
            for i, g in enumerate(gradients):
                g = g + decays[:, None, None] * weights[i]
                if adam:
                    first[i] = 0.9 * first[i] + 0.1 * g
                    second[i] = 0.999 * second[i] + 0.001 * g * g
                    g = first[i] / (1 - 0.9**done)
                    g = g / (np.sqrt(second[i] / (1 - 0.999**done)) + 1e-8)
                else:
                    first[i] = momentum * first[i] + g
                    g = first[i]
                weights[i] = weights[i] - rate * g
        logged["train"].append(np.mean(losses, axis=0))
        scores = _scores(weights, data.validation[0])[-1]
        log_share = _log_softmax(scores)
        there = np.arange(len(data.validation[1]))
        logged["loss"].append(-log_share[:, there, data.validation[1]].mean(axis=1))
        logged["accuracy"].append((scores.argmax(axis=2) == data.validation[1]).mean(axis=1))
    return {name: np.array(values) for name, values in logged.items()}


def _scores(weights: list[FloatArray], x: FloatArray) -> tuple[FloatArray, FloatArray]:
    hidden = np.maximum(x @ weights[0] + weights[1], 0)
    return hidden, hidden @ weights[2] + weights[3]


def _log_softmax(scores: FloatArray) -> FloatArray:
    scores = scores - scores.max(axis=2, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=2, keepdims=True))


def _gradients(
    weights: list[FloatArray], x: FloatArray, y: NDArray[np.int64]
) -> tuple[FloatArray, list[FloatArray]]:
    hidden, scores = _scores(weights, x)
    log_share = _log_softmax(scores)
    rows = np.arange(len(y))
    loss = -log_share[:, rows, y].mean(axis=1)
    error = np.exp(log_share)
    error[:, rows, y] -= 1
    error /= len(y)
    back = (error @ weights[2].transpose(0, 2, 1)) * (hidden > 0)
    return loss, [x.T @ back, back.sum(axis=1, keepdims=True),
                  hidden.transpose(0, 2, 1) @ error, error.sum(axis=1, keepdims=True)]  # fmt: skip


def studies(folder: Path, count: int, seed: int) -> Iterator[TrialTable]:
    """``count`` studies, the data sets in turn."""
    available = data_sets(folder)
    for number in range(count):
        yield study(available[number % 3], np.random.default_rng([seed, number]))
