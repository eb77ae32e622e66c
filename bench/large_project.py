"""How long the commands that look at a whole project take on a large one, in one process.

    python bench/large_project.py [--rounds 100] [--trials 50000]

Builds the project through the store: two arms for each round, finished trials with summaries and
checkpoints, an answer for each round, a decision for every third and a launch for every tenth.
Imports are not counted. Beside ours: a bare SQL count over our file, and Optuna's list of study
summaries (trials and best value of each study) over as many studies with fewer trials.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from side_by_side import print_table, timed
from tuning_playbook.decisions import Choice, Decision, Launch, LogbookEntry
from tuning_playbook.project_files.reading_project import read_project
from tuning_playbook.project_files.reading_round import read_round
from tuning_playbook.records.logbook import decision_entry, launch_entry
from tuning_playbook.search import planned_trials
from tuning_playbook.store import open_store
from tuning_playbook.study import Study
from tuning_playbook.trial import Checkpoint, MetricSummary, Status, Trial

PROJECT = """
[metric]
name = "error"
direction = "minimize"
[training]
target = "train.py:train"
max_train_steps = 1000
evaluation_interval = 50
[hyperparameters]
learning_rate = { log = [1e-4, 1.0], default = 0.1, kind = "optimizer" }
momentum = { reverse_log = [0.5, 0.999], default = 0.9, kind = "optimizer" }
weight_decay = { log = [1e-6, 1e-1], default = 1e-3, kind = "regularization" }
width = { ordered = [64, 128, 256], default = 128, kind = "architecture" }
"""

ROUND = """
question = "Is width 128 enough when weight decay goes up to {high:g}?"
kind = "understand"
mode = "{mode}"
scientific = {{ width = [64, 128] }}
trials = {trials}
[nuisance]
learning_rate = {{ log = [1e-4, 1.0] }}
weight_decay = {{ log = [1e-6, {high:g}] }}
[reasons]
weight_decay = "the best trials lay at the upper edge"
"""


def build(folder: Path, *, rounds: int, trials: int) -> None:
    from tuning_playbook.design.arms import studies_of
    from tuning_playbook.workflow.rounds.remembering import remember_round

    (folder / "rounds").mkdir()
    (folder / "playbook.toml").write_text(PROJECT)
    (folder / "train.py").write_text("def train(trial):\n    pass\n")
    project = read_project(folder)
    store = open_store(project.store_url, folder=folder)
    each = trials // rounds // 2
    rng = np.random.default_rng(0)
    for number in range(rounds):
        file = folder / "rounds" / f"round-{number:03}.toml"
        mode = "exploit" if number % 5 == 4 else "explore"
        file.write_text(ROUND.format(high=1e-3 * 2 ** (number % 7), trials=each, mode=mode))
        round_ = read_round(file, project)
        at = 1.7e9 + 3600 * number
        answered = []
        for study in studies_of(project, round_):
            made = [finished(t, at, rng) for t in
                    planned_trials(study, start=0, count=each, created_at=at)]  # fmt: skip
            store.create(study, made)
            answered.append(summary(study, made))
        remember_round(store, round_)
        store.enter(answer(round_, answered, at + 1800))
        decide(store, number, at + 2000)
    store.close()


def finished(trial: Trial, at: float, rng: np.random.Generator) -> Trial:
    from dataclasses import replace

    value = 0.1 + float(rng.gamma(2.0, 0.05))
    names = ("error", "train_loss", "validation_loss", "grad_norm", "learning_rate")
    bad = rng.random() < 0.1
    return replace(
        trial,
        status=Status.INFEASIBLE if bad else Status.COMPLETE,
        started_at=at, finished_at=at + 30 + value, attempts=1, worker="bench",
        summaries={n: MetricSummary(20, 1000, value, 950, value, 50, 1.0, 0) for n in names},
        checkpoints=(Checkpoint(950, f".playbook/trials/{trial.study}/{trial.index}/950.pt", value),
                     Checkpoint(1000, f".playbook/trials/{trial.study}/{trial.index}/1000.pt",
                                value + 0.01)),
    )  # fmt: skip


def summary(study: Study, trials: list[Trial]) -> dict:
    complete = [t for t in trials if t.status is Status.COMPLETE]
    best = min(complete, key=lambda t: t.summaries["error"].minimum)
    ranges = {
        "learning_rate": "{ log = [0.0001, 1.0] }",
        "weight_decay": "{ log = [1e-06, 0.001] }",
    }
    return {
        "name": study.name, "joint": [], "trials": len(trials), "complete": len(complete),
        "infeasible": len(trials) - len(complete), "failed": 0, "taken_over": 0,
        "scientific": dict(study.scientific), "ranges": ranges, "good_ranges": ranges,
        "best_value": best.summaries["error"].minimum, "best_trial": str(best.index),
        "best_config": dict(best.config),
    }  # fmt: skip


def answer(round_, studies: list[dict], at: float) -> LogbookEntry:
    best = min(studies, key=lambda s: s["best_value"])
    data = {
        "winners": ["width = 128"], "insights": [],
        "best": {"study": best["name"], "trial": best["best_trial"], "value": best["best_value"],
                 "config": best["best_config"]},
        "schema": 1, "question": round_.question, "kind": round_.kind, "mode": round_.mode,
        "follows": "", "soundness": "sound", "reasons": ["both arms were tuned"], "caveats": [],
        "metric": "error", "direction": "minimize", "studies": studies,
        "findings": {s["name"]: [finding(number) for number in range(18)] for s in studies},
    }  # fmt: skip
    return LogbookEntry(at, "answer", round_.name, "width 128 is better by 0.01", data)


def finding(number: int) -> dict:
    towards = {"hyperparameter": "weight_decay", "edge": "high", "range": [1e-6, 1.0]}
    reason = "the objective still improves towards the high end of weight_decay"
    advice = {"action": "expand", **towards, "reason": reason}
    return {
        "check": f"check-{number}", "verdict": "pass", "source": "search-space-boundaries",
        "summary": "The best trials lie well inside every range that was searched.",
        "advice": [advice] if number == 3 else [],
    }  # fmt: skip


def decide(store, number: int, at: float) -> None:
    before = {"learning_rate": 0.1 / 2 ** (number // 10), "width": 128}
    after = {"learning_rate": 0.05 / 2 ** (number // 10), "width": 128}
    name = f"round-{number:03}"
    if number % 3 == 0:
        values = tuple(0.1 + i / 1000 for i in range(5))
        store.enter(decision_entry(Decision(
            name, Choice.ADOPT if number % 10 == 9 else Choice.KEEP, after, before, values, values,
            0.01, 0.005, 0.015, 0.8, 0.0, 0.002, 0, ("it gains 0.01",)), at=at))  # fmt: skip
    if number % 10 == 9:
        store.enter(launch_entry(Launch(name, at, before, after, Choice.ADOPT, "it gains 0.01")))


def optuna_study(folder: Path, *, studies: int, trials: int) -> Callable[[], object]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    url = f"sqlite:///{folder}/optuna.db"
    storage = optuna.storages.RDBStorage(url)
    space = {"learning_rate": optuna.distributions.FloatDistribution(1e-4, 1.0, log=True)}
    for number in range(studies):
        study = optuna.create_study(storage=storage, study_name=f"s{number}")
        study.add_trials([
            optuna.trial.create_trial(params={"learning_rate": 0.1}, distributions=space, value=0.1)
            for _ in range(trials // studies)
        ])  # fmt: skip
    return lambda: optuna.get_all_study_summaries(url)


def plain_count(folder: Path) -> Callable[[], object]:
    def count() -> object:
        connection = sqlite3.connect(folder / ".playbook" / "store.db")
        statement = "SELECT study_id, status, count(*) FROM trial GROUP BY 1, 2"
        return connection.execute(statement).fetchall()

    return count


def least_milliseconds(work: Callable[[], object], *, repeats: int) -> tuple[float, float]:
    """Wall and CPU time, the least of each; the first call, which imports, does not count."""
    work()
    found = [timed(work) for _ in range(repeats)]
    wall = min(once.wall_seconds for once in found)
    return 1000 * wall, 1000 * min(once.cpu_seconds for once in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--trials", type=int, default=50_000)
    parser.add_argument("--optuna-trials", type=int, default=5_000, help="in as many studies")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    from tuning_playbook.workflow.overview.history import project_history
    from tuning_playbook.workflow.overview.next_step import what_next
    from tuning_playbook.workflow.overview.status import status
    from tuning_playbook.workflow.rounds.planning import plan

    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        began = time.perf_counter()
        build(folder, rounds=given.rounds, trials=given.trials)
        print(f"{given.trials} trials of {given.rounds} rounds in the store after "
              f"{time.perf_counter() - began:.0f} s")  # fmt: skip
        last = f"round-{given.rounds - 1:03}"
        works: dict[str, Callable[[], object]] = {
            "a bare SQL count": plain_count(folder),
            "status": lambda: status(folder),
            "plan ROUND": lambda: plan(folder, last),
            "history": lambda: project_history(folder),
            "next": lambda: what_next(folder),
        }
        if given.optuna_trials:
            few = given.optuna_trials
            other = optuna_study(folder, studies=2 * given.rounds, trials=few)
            works[f"Optuna's study summaries of {few} trials"] = other
        rows: list[list[object]] = []
        for name, work in works.items():
            wall, cpu = least_milliseconds(work, repeats=5)
            rows.append([name, wall, cpu, cpu / rows[0][2] if rows else 1.0])
        header = ["what", "milliseconds", "CPU milliseconds", "of a bare count"]
        print_table("A large project", header, rows)


if __name__ == "__main__":
    main()
