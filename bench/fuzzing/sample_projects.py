"""Sound project files and round files."""

from __future__ import annotations

from fuzzing.sample import FOLDER, Commands, Sample

_PROJECT = b"""\
[project]
name = "digits"
task = "classify"
reference = "none"

[metric]
name = "validation_error"
direction = "minimize"
reduction = "best"
reason = "every misread digit costs the same"
test = "test_error"
chance = 0.9
examples = 5000

[training]
target = "train.py:train"
max_train_steps = 1000
evaluation_interval = 50
keep_best_checkpoints = 1
timeout_seconds = 600
stop_on_non_finite = ["train_loss"]

[training.failures]
diverged = ["loss is nan", 3]

[resources]
workers = 2

[hyperparameters]
learning_rate = { log = [1e-4, 10.0], default = 0.1, kind = "optimizer" }
momentum = { reverse_log = [0.5, 0.999], default = 0.9, kind = "optimizer", natural = [0.0, 1.0] }
dropout = { linear = [0.0, 0.5], default = 0.0, kind = "regularization" }
units = { ordered = [16, 32, 64, 128], default = 32, kind = "architecture" }
warmup = { integer = [0, 100], default = 10 }
depth = { integer_log = [1, 32], default = 4 }
batch_size = { fixed = 64, kind = "batch_size" }

[hyperparameters.optimizer]
choice = ["nesterov", "adam"]
default = "nesterov"
kind = "optimizer"

[hyperparameters.optimizer.when.nesterov]
nesterov_decay = { log = [1e-3, 10.0], default = 0.1 }

[hyperparameters.optimizer.when.adam]
beta = { reverse_log = [0.5, 0.999], default = 0.9 }

[baseline]
learning_rate = 0.3
"""

_ROUNDS = {
    "scientific": b"""\
question = "Do 128 units beat 16, when both are tuned?"
kind = "understand"
scientific = { units = [16, 128] }
trials = 24
fixed = { dropout = 0.1 }

[nuisance]
learning_rate = { log = [1e-3, 1.0] }
momentum = { reverse_log = [0.8, 0.99] }

[reasons]
learning_rate = "the best trials lay at the upper edge"
""",
    "exploit": b"""\
question = "What is the best we can do?"
kind = "improve"
mode = "exploit"
nuisance = ["learning_rate", "momentum", "optimizer", "beta", "nesterov_decay"]
trials = 30
algorithm = "random"
seed = 3
""",
}


def samples() -> list[Sample]:
    """One for each kind of round."""
    found = []
    for name, text in _ROUNDS.items():
        files = {"playbook.toml": _PROJECT, f"rounds/{name}.toml": text, "train.py": b"x = 1\n"}
        here = ("--project", FOLDER)
        commands: tuple[Commands, ...] = (
            (("plan", name, *here, "--json"),),
            (("plan", name, *here, "--json"),),
            (("plan", name, *here, "--budget", "40"),),
            (("next", *here, "--json"),),
        )
        found.append(Sample(f"round {name}", files, commands, ("train.py",)))
    return found
