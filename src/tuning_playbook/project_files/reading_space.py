"""A search space in a file of its own, for studies that no project describes."""

from __future__ import annotations

from pathlib import Path

from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.hyperparameters import DeclaredHyperparameters
from tuning_playbook.project_files.mistakes import OpenFile
from tuning_playbook.space import Constant, SearchSpace


def read_space(file: Path) -> SearchSpace:
    """The ranges in ``file``, written as a project file writes them; no default is needed.

    ``learning_rate = { log = [1e-4, 10.0] }``, one line for each hyperparameter, at the top of the
    file or in a table ``[hyperparameters]``; a project file will do. What is fixed is left out.

    Raises:
        InvalidFile: with every mistake of the file.
        InvalidInput: when it cannot be read, or declares no range.
    """
    opened = OpenFile(file)
    root = ("hyperparameters",) if "hyperparameters" in opened.document else ()
    declared = DeclaredHyperparameters(opened, root=root, need_defaults=False)
    opened.raise_if_any()
    varied = tuple(h for h in declared.found if not isinstance(h.domain, Constant))
    if not varied:
        raise InvalidInput(
            f"{file} declares no range; write one line for each hyperparameter, such as: "
            "learning_rate = { log = [1e-4, 10.0] }"
        )
    return SearchSpace(varied)
