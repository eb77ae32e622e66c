"""Results below several levels of names, of which nothing tells which one names tasks."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.metrics.metric_choice import metrics_that_may_decide
from tuning_playbook.importers.objects.names_of_levels import is_level
from tuning_playbook.words import listed

_MOST_SHOWN = 3


def require_levels_told(
    study: ForeignStudy, target: str, *, named: Collection[str], metric: str
) -> None:
    """Ask which level of names is that of tasks, whose results have no common scale.

    Args:
        study: as read.
        target: as it was typed.
        named: columns that somebody has named as settings or as what tells studies apart.
        metric: what decides; empty where nobody has said it.

    Raises:
        InvalidInput: where there are several such levels, and none of them was named.
    """
    levels = [one.name for one in study.columns if is_level(one.name)]
    if len(levels) < 2 or {*levels} & {*named}:
        return
    columns = {**study.metadata, **study.parameters}
    shown = [f"{name} ({_examples([str(c) for c in columns[name]])})" for name in levels]
    metrics = metrics_that_may_decide(study)
    asked = f" --metric {shlex.quote(metrics[0])}" if metrics[1:] and not metric else ""
    others = f", or another of its metrics ({', '.join(metrics[1:])})" if asked else ""
    raise InvalidInput(
        f"{study.name} has results below {len(levels)} levels of names: {listed(shown)}. Results "
        "of different tasks have no common scale, and nothing tells which level names tasks. "
        f"Type: playbook check {shlex.quote(target)} --by {levels[0]}{asked}, or another "
        f"level{others}; where none of them names tasks: --params {','.join(levels)}"
    )


def _examples(names: list[str]) -> str:
    own = list(dict.fromkeys(names))
    return ", ".join(own[:_MOST_SHOWN]) + (", ..." if len(own) > _MOST_SHOWN else "")
