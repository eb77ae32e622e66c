"""Rounds with a planted truth, from the design through the checks to the launch decision.

    python bench/planted_rounds.py [--rounds 200] [--write docs/planted-rounds.md]

Every round goes through the same code as ``playbook run`` and ``playbook decide``: studies are
designed and searched, trials get their curves from a known surface instead of a training program,
the checklist judges every arm, the best configuration and the baseline get five fresh reruns each,
and while the decision is open the reruns that it asks for are made.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.launches.launching import decide_launch
from tuning_playbook.decide.launches.more_reruns import FIRST_RERUNS
from tuning_playbook.decisions import Choice, Soundness
from tuning_playbook.design.arms import studies_of
from tuning_playbook.gather.opening import OpenProject
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.search import planned_trials
from tuning_playbook.space import Categorical, Condition, Float, Hyperparameter
from tuning_playbook.store import MemoryStore
from tuning_playbook.study import FunctionTarget, Objective, Project, Round, TrainingProtocol
from tuning_playbook.trial import Curve, MetricSummary, Status
from tuning_playbook.workflow.rounds.remembering import answer_now

NOISE = 0.01  # standard deviation between seeds
STEPS = np.arange(50, 1001, 50)
MOST_RERUNS = 50
ARMS = ("sgd", "adam")
RATE = {arm: f"optimizer.{arm}.learning_rate" for arm in ARMS}


@dataclass(frozen=True)
class Case:
    """A planted truth.

    Args:
        name: in words.
        floor: arm -> error at its best setting, in addition to the incumbent's 0.2.
        optimum: arm -> log10 of its best learning rate.
        ranges: arm -> searched learning rates.
        goal: what has to come out.
        reached: whether it did, from winners, soundness, untuned arms and the choice.
    """

    name: str
    floor: dict[str, float]
    optimum: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    goal: str
    reached: Callable[[Outcome], bool]


@dataclass(frozen=True)
class Outcome:
    winners: tuple[str, ...]
    soundness: Soundness
    untuned: tuple[str, ...]
    choice: Choice
    candidate: str
    gain: float  # true gain of the candidate over the baseline


WIDE = {"sgd": (1e-3, 10.0), "adam": (1e-5, 0.1)}
SAME = {"sgd": -1.0, "adam": -3.0}

CASES = (
    Case(
        "null: the arms are equal and the baseline is the best setting",
        {"sgd": 0.0, "adam": 0.0}, SAME, WIDE,
        "launches that bring nothing: at most 10 %",
        lambda o: o.choice is not Choice.ADOPT or o.gain > 0,
    ),
    Case(
        "Adam is better by 2 deviations between seeds",
        {"sgd": 0.0, "adam": -2 * NOISE}, SAME, WIDE,
        "Adam is adopted", lambda o: o.choice is Choice.ADOPT and o.candidate == "adam",
    ),
    Case(
        "Adam is better by 4 deviations between seeds",
        {"sgd": 0.0, "adam": -4 * NOISE}, SAME, WIDE,
        "Adam is adopted", lambda o: o.choice is Choice.ADOPT and o.candidate == "adam",
    ),
    Case(
        "Adam is better, but its range ends a decade and a half below its optimum",
        {"sgd": 0.0, "adam": -4 * NOISE}, SAME, {**WIDE, "adam": (1e-7, 3e-5)},
        "void: Adam is not called beaten", lambda o: o.soundness is Soundness.VOID,
    ),
    Case(
        "Adam is worse by 4 deviations between seeds",
        {"sgd": 0.0, "adam": 4 * NOISE}, SAME, WIDE,
        "Adam is not adopted", lambda o: o.choice is not Choice.ADOPT or o.candidate != "adam",
    ),
)  # fmt: skip


def project(case: Case) -> Project:
    rates = [
        Hyperparameter("learning_rate", Float(1e-8, 100.0, "log"), 10 ** case.optimum[arm],
                       "optimizer", condition=Condition("optimizer", arm))
        for arm in ARMS
    ]  # fmt: skip
    hyperparameters = (
        Hyperparameter("optimizer", Categorical(ARMS), "sgd", "optimizer"),
        *rates,
        Hyperparameter("weight_decay", Float(1e-6, 1e-2, "log"), 1e-4, "regularization"),
    )
    return Project(
        "planted",
        Objective("error", "minimize"),
        TrainingProtocol(FunctionTarget("train.py", "train"), 1000, 50),
        hyperparameters,
        chance_level=0.9,
    )


def true_error(case: Case, config: dict) -> float:
    """A bowl around the best setting; infinite where training diverges."""
    arm = config["optimizer"]
    far = math.log10(config[RATE[arm]]) - case.optimum[arm]
    if far > 1.5:
        return math.inf
    decay = math.log10(config["weight_decay"]) + 4
    return min(0.9, 0.2 + case.floor[arm] + 0.06 * far**2 + 0.01 * decay**2)


def curve(final: float, rng: np.random.Generator) -> Curve:
    value = final + rng.normal(0, NOISE)
    fall = (0.9 - value) * np.exp(-STEPS / 150) if math.isfinite(value) else 0.0
    values = value + fall + rng.normal(0, NOISE / 10, len(STEPS))
    if not math.isfinite(final):
        values = np.full(len(STEPS), np.nan)
    return Curve(STEPS, values)


def finished(trial, logged: Curve):
    finite = np.isfinite(logged.values)
    if not finite.any():
        return replace(trial, status=Status.INFEASIBLE)
    low, high = int(np.argmin(logged.values)), int(np.argmax(logged.values))
    summary = MetricSummary(
        len(STEPS), int(STEPS[-1]), float(logged.values[-1]), int(STEPS[low]),
        float(logged.values[low]), int(STEPS[high]), float(logged.values[high]), 0,
    )  # fmt: skip
    return replace(trial, status=Status.COMPLETE, summaries={"error": summary})


def reruns(case: Case, config: dict, count: int, rng: np.random.Generator) -> list[float]:
    final = true_error(case, config)
    return [float(np.min(curve(final, rng).values)) for _ in range(count)]


def play(case: Case, seed: int) -> Outcome:
    rng = np.random.default_rng(seed)
    opened = OpenProject(Path("planted"), project(case))
    round_ = Round(
        "optimizer", "Which optimizer?", "compare", 20, scientific={"optimizer": ARMS}, seed=seed,
        nuisance={**{RATE[arm]: Float(*case.ranges[arm], "log") for arm in ARMS},
                  "weight_decay": Float(1e-6, 1e-2, "log")},
    )  # fmt: skip
    store = MemoryStore()
    for study in studies_of(opened.project, round_):
        trials = planned_trials(study, start=0, count=study.trials, created_at=0.0)
        logged = {t.index: curve(true_error(case, dict(t.config)), rng) for t in trials}
        ended = [finished(t, logged[t.index]) for t in trials]
        store.create(study, ended, curves={i: {"error": c} for i, c in logged.items()})
    answered = answer_now(Snapshot(opened, store), "optimizer")
    candidate, baseline = dict(answered.candidate.config), baseline_config(opened.project)
    values = [reruns(case, c, FIRST_RERUNS, rng) for c in (candidate, baseline)]
    decision = decided(values, candidate, baseline)
    while decision.choice is Choice.INCONCLUSIVE and decision.reruns_asked:
        more = decision.reruns_asked - len(values[0])
        for c, known in zip((candidate, baseline), values, strict=True):
            known += reruns(case, c, more, rng)
        decision = decided(values, candidate, baseline)
    assert answered.answer is not None
    return Outcome(
        answered.answer.winners,
        answered.answer.soundness,
        answered.answer.untuned,
        decision.choice,
        candidate["optimizer"],
        true_error(case, baseline) - true_error(case, candidate),
    )


def decided(values: list[list[float]], candidate: dict, baseline: dict):
    return decide_launch(
        *values, direction="minimize", round="optimizer", candidate=candidate, incumbent=baseline
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--write", type=Path)
    options = parser.parse_args()
    started = time.perf_counter()
    lines = [
        "# Rounds with a planted truth",
        "",
        f"{options.rounds} rounds of two arms and 20 trials each for every case, through the code",
        "behind `playbook run` and `playbook decide`: design, quasi-random search, checklist,",
        "comparison, five fresh reruns of the best configuration and of the baseline, and the",
        f"reruns that an open decision asks for, {MOST_RERUNS} of each at most. The surface is a",
        f"bowl in two hyperparameters; runs differ by {NOISE} between seeds.",
        "",
        "| truth | goal | reached | sound / weak / void | adopt / keep / open |",
        "| --- | --- | ---: | --- | --- |",
    ]
    for case in CASES:
        outcomes = [play(case, seed) for seed in range(options.rounds)]
        sound = Counter(o.soundness for o in outcomes)
        choices = Counter(o.choice for o in outcomes)
        reached = sum(case.reached(o) for o in outcomes) / len(outcomes)
        line = (
            f"| {case.name} | {case.goal} | {reached:.1%} | "
            f"{' / '.join(str(sound[s]) for s in Soundness)} | "
            f"{' / '.join(str(choices[c]) for c in Choice)} |"
        )
        print(line, flush=True)
        lines.append(line)
    lines += ["", "Made with `python bench/planted_rounds.py --write docs/planted-rounds.md`.", ""]
    print(f"{time.perf_counter() - started:.0f} s")
    if options.write:
        options.write.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
