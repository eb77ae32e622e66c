"""What people type: one story for each voice of the program."""

from pathlib import Path

from tests.cli.test_cases import CASES

PROJECT = """write playbook.toml
[metric]
name = "error"
direction = "minimize"
test = "test_error"
[training]
target = "train.py:train"
max_train_steps = 40
evaluation_interval = 10
[resources]
workers = 1
[hyperparameters]
learning_rate = { log = [1e-3, 10.0], default = 0.02, kind = "optimizer" }
momentum = { reverse_log = [0.5, 0.99], default = 0.9, kind = "optimizer" }
width = { integer = [8, 64], default = 16, kind = "architecture" }
activation = { choice = ["relu", "tanh"], default = "relu", kind = "architecture" }
"""

TRAIN = """write train.py
import math
import random


def train(trial):
    chance = random.Random(trial.seed)
    rate = trial.config["learning_rate"]
    worst = abs(math.log10(rate / 0.1)) / 10 + (0.03 if trial.config["activation"] == "tanh" else 0)
    worst += chance.gauss(0, 0.004)
    for step in trial.steps():
        loss = math.exp(-step / 10) + worst
        trial.log(step, train_loss=float("nan") if rate > 3 and step > 10 else loss)
        if trial.evaluation_due(step):
            trial.evaluate(step, error=0.1 + loss / 2, test_error=0.12 + loss / 2)
"""

LEARNING_RATE = """write rounds/rate.toml
question = "Which learning rate?"
kind = "understand"
nuisance = ["learning_rate", "momentum"]
trials = 16
"""

ACTIVATION = """write rounds/activation.toml
question = "Does tanh help?"
kind = "understand"
scientific = { activation = "all" }
nuisance = ["learning_rate", "momentum"]
trials = 12
"""

LAUNCH = (
    "# From an empty folder to a launch",
    "init new --metric error --direction minimize",
    PROJECT,
    TRAIN,
    LEARNING_RATE,
    ACTIVATION,
    "status",
    "next",
    "try",
    "try --json",
    "plan rate",
    "plan rate --json",
    "run rate",
    "next",
    "next --json",
    "check rate",
    "check rate -v",
    "check rate --json",
    "status rate",
    "status --json",
    "rerun rate --times 3",
    "rerun rate --times 3 --json",
    "decide rate",
    "decide rate --json",
    'launch rate --reason "the reruns say so"',
    "plan activation",
    "run activation --json",
    "check activation",
    "report activation",
    "next",
    "decide activation",
    "look",
    "look --test",
    "close-exploration",
    'close-exploration --reason "all is known"',
    "look --test",
    "look --json",
    "checkpoint rate",
    "export -o out",
    "history",
    "history --json",
    "logs rate 0",
)

CRASHING = TRAIN.replace(
    "worst += chance",
    'assert trial.config["activation"] == "relu", "no tanh here"\n    worst += chance',
)

MENDING = (
    "# A program that crashes under one value, and what can be done about it",
    PROJECT,
    CRASHING,
    ACTIVATION,
    "run activation",
    "status activation",
    "logs activation 0",
    "check activation",
    "next",
    TRAIN,
    "next",
    "plan activation",
    "run activation --retry failed",
    'run activation --retry failed --same-program "only an assertion"',
    'abandon activation --reason "asked too early"',
    "next",
    "history",
    "stop activation 3",
)

REFUSED = (
    "# Mistakes in typing and in files",
    "status",
    "nxt",
    "check nothing.csv",
    PROJECT,
    TRAIN,
    LEARNING_RATE,
    "run rat",
    "check rate",
    "rerun rate",
    "decide rate",
    "launch rate",
    "report rate",
    "checkpoint rate",
    "logs rate 7",
    "export -o out",
    "history",
    "look",
    LEARNING_RATE.replace("momentum", "momentun"),
    "plan rate",
    LEARNING_RATE.replace("trials = 16", "trials = -1\nseeds = 4"),
    "run rate",
    PROJECT.replace("direction", "direktion").replace("[1e-3, 10.0]", "[10.0, 1e-3]"),
    "status",
    "write table.csv\nlr,val_loss,val_acc\n0.1,1.0,0.5\n0.01,2.0,0.25\n",
    "check table.csv",
    "compare table.csv",
    "compare table.csv --arm lr",
    "import table.csv",
)


def _checked(case: Path) -> list[str]:
    tables = sorted(p for p in case.iterdir() if p.suffix in (".csv", ".jsonl", ".tsv"))
    return [f"check {case.name}/{table.name}" for table in tables] or [f"check {case.name}"]


CHECKED = (
    "# Tables and folders that other tools and people wrote",
    *(line for case in sorted(CASES.iterdir()) if case.is_dir() for line in _checked(case)),
)

COMPARED = (
    "# Is one arm better?",
    "write seeds.csv\nrecipe,seed,val_loss\n"
    + "\n".join(
        f"{recipe},{seed},{value}"
        for recipe, values in (
            ("plain", (3.281, 3.279, 3.283, 3.280, 3.278)),
            ("warmup", (3.262, 3.266, 3.261, 3.263, 3.265)),
            ("longer", (3.279, 3.284, 3.277, 3.282, 3.280)),
        )
        for seed, value in enumerate(values)
    )
    + "\n",
    "compare seeds.csv --arm recipe --seed seed",
    "compare seeds.csv --arm recipe --seed seed --baseline plain --margin 0.01",
    "compare seeds.csv --arm recipe --seed seed --baseline plain --json",
    "compare seeds.csv --arm recipe --baseline nothing",
    "check seeds.csv",
    "check 23-repeats-and-folds",
)

STORIES = {
    "launch": LAUNCH,
    "mending": MENDING,
    "refused": REFUSED,
    "checked": CHECKED,
    "compared": COMPARED,
}
