"""A project with a planted truth: hyperparameters of all families, and what training would show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

# name -> domain as a project file writes it, default, kind; a kind left out is known by the name
FAMILIES: dict[str, tuple[str, Any, str]] = {
    "momentum": ("reverse_log = [0.5, 0.999]", 0.9, "optimizer"),
    "beta1": ("reverse_log = [0.8, 0.99]", 0.9, "optimizer"),
    "beta2": ("reverse_log = [0.9, 0.9999]", 0.999, ""),
    "epsilon": ("log = [1e-10, 1e-2]", 1e-8, "optimizer"),
    "eps": ("log = [1e-10, 1e-2]", 1e-8, ""),
    "weight_decay": ("log = [1e-6, 1e-2]", 1e-4, "regularization"),
    "wd": ("log = [1e-6, 1e-2]", 0.0, ""),
    "dropout": ("linear = [0.0, 0.6]", 0.1, "regularization"),
    "label_smoothing": ("linear = [0.0, 0.3]", 0.0, ""),
    "schedule": ('choice = ["constant", "cosine", "linear"]', "constant", "schedule"),
    "warmup_steps": ("integer = [0, 30]", 5, "schedule"),
    "width": ("integer = [4, 64]", 16, "architecture"),
    "num_layers": ("integer = [1, 6]", 2, ""),
    "activation": ('choice = ["relu", "gelu"]', "relu", "architecture"),
    "init_scale": ("log = [0.1, 10.0]", 1.0, "initialization"),
    "augment": ("choice = [true, false]", False, "data"),
    "batch_size": ("ordered = [16, 32, 64, 128]", 32, ""),
    "epochs": ("integer = [5, 50]", 10, ""),
    "max_grad_norm": ("log = [0.1, 10.0]", 1.0, ""),
}
RATES = ("learning_rate", "lr", "base_lr")
OPTIMIZERS = {"sgd": ("1e-3, 10.0", 0.1), "adam": ("1e-5, 0.1", 1e-3), "adamw": ("1e-5, 0.1", 1e-3)}
STEPS = 10


@dataclass(frozen=True)
class World:
    """What is declared, and what is true.

    Args:
        text: of the project file.
        columns: hyperparameters that an imported table has.
        optimum: name -> where a number is best, as a share of its range.
        weight: name -> how much it matters.
        noise: standard deviation between seeds.
        cliff: share of the range of learning rates from which training diverges.
        random_failures: share of the trials that crash whatever they are.
        broken: whether every trial crashes until the program is mended.
    """

    text: str
    columns: tuple[str, ...]
    optimum: Mapping[str, float]
    weight: Mapping[str, float]
    noise: float
    cliff: float
    random_failures: float
    broken: bool

    def curve(self, config: Mapping[str, Any], seed: int) -> tuple[str, np.ndarray]:
        """How a trial ends: ``complete``, ``infeasible`` or ``failed``; and its error by step."""
        rng = np.random.default_rng(seed)
        if self.broken or rng.random() < self.random_failures:
            return "failed", np.empty(0)
        error = 0.2
        for key, value in config.items():
            name = key.rsplit(".", 1)[-1]
            share = _share(key, value)
            if name in RATES and share > self.cliff:
                return "infeasible", np.full(STEPS, math.nan)
            error += self.weight.get(name, 0.0) * (share - self.optimum.get(name, 0.5)) ** 2
        error = max(0.01, error + self.noise * rng.standard_normal())
        steps = np.arange(1, STEPS + 1)
        wiggle = 0.2 * self.noise * rng.standard_normal(STEPS)
        return "complete", np.minimum(1.0, error + (1.0 - error) * np.exp(-steps / 2) + wiggle)


def random_world(rng: np.random.Generator) -> World:
    """A project in which anything may be declared."""
    chosen = [name for name in FAMILIES if rng.random() < 0.35]
    chosen = [n for n in chosen if not (n == "eps" and "epsilon" in chosen)]
    chosen = [n for n in chosen if not (n == "wd" and "weight_decay" in chosen)]
    rate = str(rng.choice(RATES))
    lines = [_header(rng), "[hyperparameters]"]
    arms = list(OPTIMIZERS)[: int(rng.integers(1, 4))] if rng.random() < 0.6 else []
    inner = [n for n in chosen if n in ("momentum", "beta1", "beta2", "epsilon", "eps")]
    if not arms:
        low_high, default = OPTIMIZERS["sgd"]
        lines.append(_declared(rate, f"log = [{low_high}]", default, rng.choice(["", "optimizer"])))
    lines += [_declared(n, *FAMILIES[n]) for n in chosen if not (arms and n in inner)]
    if len(arms) > 1:
        lines += _optimizer(arms, rate, inner, rng)
    elif arms:
        low_high, default = OPTIMIZERS[arms[0]]
        lines.append(_declared(rate, f"log = [{low_high}]", default, ""))
    names = [rate, *FAMILIES, "optimizer"]
    return World(
        text="\n".join(lines) + "\n",
        columns=(rate, *[n for n in chosen if n not in inner]),
        optimum={n: float(rng.uniform(-0.2, 1.2)) for n in names},
        weight={n: float(rng.choice([0.0, 0.02, 0.3])) for n in names},
        noise=float(rng.choice([0.0, 0.002, 0.02])),
        cliff=float(rng.choice([0.6, 0.9, 2.0])),
        random_failures=float(rng.choice([0.0, 0.0, 0.1, 0.5])),
        broken=bool(rng.random() < 0.1),
    )


def _header(rng: np.random.Generator) -> str:
    chance = "chance = 1.0\n" if rng.random() < 0.5 else ""
    test = 'test = "test_error"\n' if rng.random() < 0.4 else ""
    examples = "examples = 500\n" if rng.random() < 0.3 else ""
    return (
        f'[metric]\nname = "val_error"\ndirection = "minimize"\n{chance}{test}{examples}'
        f'[training]\ntarget = "train.py:train"\nmax_train_steps = {STEPS}\n'
        "evaluation_interval = 1\n[resources]\nworkers = 2"
    )


def _declared(name: str, domain: str, default: Any, kind: str) -> str:
    told = f', kind = "{kind}"' if kind else ""
    return f"{name} = {{ {domain}, default = {_toml(default)}{told} }}"


def _optimizer(arms: list[str], rate: str, inner: list[str], rng: np.random.Generator) -> list[str]:
    kind = 'kind = "optimizer"\n' if rng.random() < 0.5 else ""
    lines = [f'[hyperparameters.optimizer]\nchoice = {arms}\ndefault = "{arms[0]}"\n{kind}']
    for arm in arms:
        low_high, default = OPTIMIZERS[arm]
        lines.append(f"[hyperparameters.optimizer.when.{arm}]")
        lines.append(_declared(rate, f"log = [{low_high}]", default, ""))
        own = [n for n in inner if (n == "momentum") == (arm == "sgd")]
        lines += [_declared(n, *FAMILIES[n]) for n in own]
    return [line.replace("'", '"') for line in lines]


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _share(key: str, value: Any) -> float:
    """Where a value lies in the range that its family usually has."""
    name = key.rsplit(".", 1)[-1]
    if name in RATES:
        arm = key.split(".")[1] if key.count(".") > 1 else key.split(".")[0]
        low, high = map(float, OPTIMIZERS.get(arm, OPTIMIZERS["sgd"])[0].split(","))
        return math.log(max(value, 1e-12) / low) / math.log(high / low)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return (hash(str(value)) % 7) / 7 if isinstance(value, str) else float(value)
    return min(1.0, abs(float(value)) / 64 if value > 1 else abs(float(value)))
