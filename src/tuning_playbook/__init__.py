"""Google's Deep Learning Tuning Playbook as software.

Names are imported when they are first used, so that ``import tuning_playbook`` is instant.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuning_playbook.errors import PlaybookError, TrialDiverged
    from tuning_playbook.findings import Advice, Finding, Verdict
    from tuning_playbook.project_files.reading_project import read_project
    from tuning_playbook.project_files.reading_round import read_round
    from tuning_playbook.report.rounds.plot import Plot
    from tuning_playbook.space import (
        Categorical,
        Condition,
        Constant,
        Float,
        Hyperparameter,
        Integer,
        Ordered,
        SearchSpace,
    )
    from tuning_playbook.store import MemoryStore, open_store
    from tuning_playbook.study import (
        CommandTarget,
        Direction,
        FunctionTarget,
        Objective,
        Project,
        Resources,
        Round,
        Study,
        TrainingProtocol,
    )
    from tuning_playbook.training.current import current_trial
    from tuning_playbook.training.handle import TrialHandle
    from tuning_playbook.trial import Curve, Reason, Status, Trial
    from tuning_playbook.workflow.checking.checking_frames import check
    from tuning_playbook.workflow.comparing.comparing_frames import compare
    from tuning_playbook.workflow.deciding.deciding import decide_round
    from tuning_playbook.workflow.deciding.launching import launch_round
    from tuning_playbook.workflow.deciding.rerunning import rerun_round
    from tuning_playbook.workflow.running.checkpoints import best_checkpoint
    from tuning_playbook.workflow.running.running import run_round

_HOMES = {
    "errors": ("PlaybookError", "TrialDiverged"),
    "findings": ("Advice", "Finding", "Verdict"),
    "project_files.reading_project": ("read_project",),
    "project_files.reading_round": ("read_round",),
    "report.rounds.plot": ("Plot",),
    "space": (
        "Categorical",
        "Condition",
        "Constant",
        "Float",
        "Hyperparameter",
        "Integer",
        "Ordered",
        "SearchSpace",
    ),
    "store": ("MemoryStore", "open_store"),
    "study": (
        "CommandTarget",
        "Direction",
        "FunctionTarget",
        "Objective",
        "Project",
        "Resources",
        "Round",
        "Study",
        "TrainingProtocol",
    ),
    "training.current": ("current_trial",),
    "training.handle": ("TrialHandle",),
    "trial": ("Curve", "Reason", "Status", "Trial"),
    "workflow.checking.checking_frames": ("check",),
    "workflow.running.checkpoints": ("best_checkpoint",),
    "workflow.comparing.comparing_frames": ("compare",),
    "workflow.deciding.deciding": ("decide_round",),
    "workflow.deciding.launching": ("launch_round",),
    "workflow.deciding.rerunning": ("rerun_round",),
    "workflow.running.running": ("run_round",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Advice",
    "Categorical",
    "CommandTarget",
    "Condition",
    "Constant",
    "Curve",
    "Direction",
    "Finding",
    "Float",
    "FunctionTarget",
    "Hyperparameter",
    "Integer",
    "MemoryStore",
    "Objective",
    "Ordered",
    "PlaybookError",
    "Plot",
    "Project",
    "Reason",
    "Resources",
    "Round",
    "SearchSpace",
    "Status",
    "Study",
    "TrainingProtocol",
    "Trial",
    "TrialDiverged",
    "TrialHandle",
    "Verdict",
    "best_checkpoint",
    "check",
    "compare",
    "current_trial",
    "decide_round",
    "launch_round",
    "open_store",
    "read_project",
    "read_round",
    "rerun_round",
    "run_round",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
