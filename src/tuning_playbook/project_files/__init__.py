"""playbook.toml and rounds/*.toml: reading and writing. May import: roles, study, space, errors.

A file is read to its end whatever is wrong with it, so that all mistakes are told at once:
`structure` checks keys and types, the readers what the words mean, and `tuning_playbook.roles` what
a round does.
"""

from tuning_playbook.project_files.json_schema import project_json_schema, round_json_schema
from tuning_playbook.project_files.reading_project import (
    PROJECT_FILE,
    find_project,
    read_project,
)
from tuning_playbook.project_files.reading_round import ROUNDS_FOLDER, find_round, read_round
from tuning_playbook.project_files.reading_space import read_space
from tuning_playbook.project_files.writing import (
    Purpose,
    first_round_to_toml,
    hyperparameters_to_toml,
    project_to_toml,
    round_to_toml,
)

__all__ = [
    "PROJECT_FILE",
    "ROUNDS_FOLDER",
    "Purpose",
    "find_project",
    "find_round",
    "first_round_to_toml",
    "hyperparameters_to_toml",
    "project_json_schema",
    "project_to_toml",
    "read_project",
    "read_round",
    "read_space",
    "round_json_schema",
    "round_to_toml",
]
