"""What the program of a command target is told: placeholders, environment, configuration file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from tuning_playbook.command_line import placeholders
from tuning_playbook.space import nested_config, plain_config
from tuning_playbook.study import CommandTarget
from tuning_playbook.training.attempt import Attempt


def config_file(attempt: Attempt) -> Path:
    """Where the trial's hyperparameters are written for programs that read a file."""
    return Path(attempt.trial_folder) / "hyperparameters.json"


def nested_config_file(attempt: Attempt) -> Path:
    """Where they are written with a level for each ``__`` of a name."""
    return Path(attempt.trial_folder) / "nested-hyperparameters.json"


def command_values(attempt: Attempt) -> dict[str, object]:
    """What each placeholder stands for; a hyperparameter comes before a fact of the trial."""
    return {
        "seed": attempt.seed,
        "max_train_steps": attempt.training.max_train_steps,
        "evaluation_interval": attempt.training.evaluation_interval,
        "trial_folder": attempt.trial_folder,
        "config_file": str(config_file(attempt)),
        "nested_config_file": str(nested_config_file(attempt)),
        **plain_config(attempt.config),
    }


def command_environment(attempt: Attempt) -> dict[str, str]:
    """The variables of docs/project-file.md, "Commands"."""
    return {
        "TUNING_PLAYBOOK_CONFIG": json.dumps(plain_config(attempt.config)),
        "TUNING_PLAYBOOK_CONFIG_FILE": str(config_file(attempt)),
        "TUNING_PLAYBOOK_SEED": str(attempt.seed),
        "TUNING_PLAYBOOK_MAX_TRAIN_STEPS": str(attempt.training.max_train_steps),
        "TUNING_PLAYBOOK_EVALUATION_INTERVAL": str(attempt.training.evaluation_interval),
        "TUNING_PLAYBOOK_TRIAL_FOLDER": attempt.trial_folder,
        "TUNING_PLAYBOOK_LINES": str(attempt.lines),
    }


def write_config(attempt: Attempt) -> None:
    """Write the trial's hyperparameters to its files, for programs that read one."""
    config, target = plain_config(attempt.config), attempt.training.target
    config_file(attempt).write_text(json_and_yaml(config))
    arguments = target.arguments if isinstance(target, CommandTarget) else ()
    if any(p.name == "nested_config_file" for a in arguments for p in placeholders(a)):
        nested_config_file(attempt).write_text(json_and_yaml(nested_config(config)))


def json_and_yaml(config: Mapping[str, object], level: int = 1) -> str:
    """A document that JSON and YAML read alike.

    Example:
        >>> print(json_and_yaml({"rate": 1e-05}))
        {
          "rate": 1.0e-05
        }
    """
    indent = "  " * level
    pairs = [f"{indent}{json.dumps(k)}: {_written(v, level + 1)}" for k, v in config.items()]
    return "{\n" + ",\n".join(pairs) + f"\n{'  ' * (level - 1)}}}"


def _written(value: object, level: int) -> str:
    if isinstance(value, Mapping):
        return json_and_yaml(value, level)
    # YAML 1.1 takes 1e-05 for text: its numbers have a point before the exponent.
    text = json.dumps(value)
    return re.sub(r"^(-?\d+)e", r"\1.0e", text) if isinstance(value, float) else text
