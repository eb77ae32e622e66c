"""What the reruns of one configuration came to."""

from __future__ import annotations

import math
from typing import Any

from tuning_playbook.answers.reruns import Reruns
from tuning_playbook.study import Objective
from tuning_playbook.words import counted


def reruns_text(reruns: Reruns, objective: Objective, *, width: int = len("candidate")) -> str:
    """One line for a person; the role takes ``width`` characters."""
    infeasible = len(reruns.values) - len(reruns.finite) - reruns.crashed
    words = [counted(len(reruns.values), "rerun")]
    words += [f"{infeasible} infeasible"] * bool(infeasible)
    words += [f"{reruns.crashed} failed by program"] * bool(reruns.crashed)
    idle = len(reruns.side.idle_values)
    words += [f"{idle} seem to have learnt nothing"] * bool(idle)
    words += [f"{reruns.planned - len(reruns.values)} to go"] * (
        reruns.planned > len(reruns.values)
    )
    spread = f" ± {reruns.deviation:.2g}" if math.isfinite(reruns.deviation) else ""
    mean = f"{objective.metric} {reruns.mean:.5g}{spread} " if reruns.finite else ""
    return f"{reruns.role:<{width}}  {mean}({', '.join(words)})"


def reruns_document(reruns: Reruns) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "role": reruns.role,
        "study": reruns.study.name,
        "config": dict(reruns.config),
        "values": list(reruns.values),
        "idle": [index for index, idle in enumerate(reruns.idle) if idle],
        "planned": reruns.planned,
        "failed_by_program": reruns.crashed,
        "mean": reruns.mean,
        "deviation": reruns.deviation,
    }
