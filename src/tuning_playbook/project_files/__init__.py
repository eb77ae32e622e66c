"""playbook.toml and rounds/*.toml: reading and writing. May import: study, space, errors.

pydantic checks structure and types, all at once; what the words mean is checked here.
"""

from tuning_playbook.project_files.reading_project import (
    PROJECT_FILE,
    find_project,
    read_project,
)
from tuning_playbook.project_files.reading_round import ROUNDS_FOLDER, find_round, read_round
from tuning_playbook.project_files.writing import (
    first_round_to_toml,
    project_to_toml,
    round_to_toml,
)

__all__ = [
    "PROJECT_FILE",
    "ROUNDS_FOLDER",
    "find_project",
    "find_round",
    "first_round_to_toml",
    "project_to_toml",
    "read_project",
    "read_round",
    "round_to_toml",
]
