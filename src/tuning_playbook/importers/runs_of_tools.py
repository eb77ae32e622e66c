"""One run of another tool, and the study that a list of runs makes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import columns_of, dotted
from tuning_playbook.study import Objective
from tuning_playbook.trial import Reason, Status
from tuning_playbook.words import counted, listed

VARIANT = "variant"  # the setting that holds what else differs in names of runs

Points: TypeAlias = tuple[NDArray[np.int64], NDArray[np.float64]]

_MOST_NAMED = 4


@dataclass(slots=True)
class Run:
    """What one run has left behind, filled in while its files are read.

    Args:
        id: what its user calls it.
        parameters: hyperparameter -> value.
        results: metric -> final value.
        curves: metric -> steps and values, in the order of logging.
        status, reason: how it ended.
        metadata: anything else.
        objective: what its own program went by, where its files tell.
    """

    id: str
    parameters: dict[str, Any] = field(default_factory=dict)
    results: dict[str, float] = field(default_factory=dict)
    curves: dict[str, Points] = field(default_factory=dict)
    status: Status = Status.COMPLETE
    reason: Reason = Reason.NONE
    metadata: dict[str, Any] = field(default_factory=dict)
    objective: Objective | None = None

    @property
    def is_measured(self) -> bool:
        """Whether anything at all was logged."""
        return bool(self.results or self.curves)


# What Lightning and the templates around it log among the hyperparameters of a run.
_NOT_SET = re.compile(r"(^|[./])_instantiator$|(^|[./_])params[./_](total|(non_)?trainable)$")
_REFERENCE = re.compile(r"\$\{[^{}]*\}")  # as OmegaConf and Hydra keep it, unless they resolve it


def study_of_runs(name: str, runs: Sequence[Run], *, notes: Sequence[str] = ()) -> ForeignStudy:
    """The study that these runs make, one trial each, in the order given.

    From its second bearer on, a name is followed by the run's id, or else by a number: a study that
    grows keeps the names of its trials.
    """
    seen: set[str] = set()
    names = []
    for run in runs:
        names.append(_told_apart(run) if run.id in seen else run.id)
        seen.add(run.id)
    ids, _ = distinct_ids(names)
    own = list(notes)
    example = next((i for i, run in zip(ids, runs, strict=True) if i != run.id), None)
    if example is not None:
        own.append(
            f"Several runs have the same name; from the second on, their run id or a number is "
            f"added, such as {example!r}."
        )
    unmeasured = sum(not run.is_measured for run in runs)
    if unmeasured:
        own.append(
            f"Without any measurement, but kept: {unmeasured} of {counted(len(runs), 'run')}."
        )
    if not any(run.parameters for run in runs):
        own.append("No hyperparameters were found.")
    objective = runs[0].objective if len({run.objective for run in runs}) == 1 else None
    if objective is not None:
        own.append(f"The best checkpoint was kept by {objective.metric}.")
    settings = [dotted(run.parameters) for run in runs]
    not_set = dict.fromkeys(key for run in settings for key in run if _NOT_SET.search(key))
    if not_set:
        own.append(f"Left out, since users do not set them: {listed(list(not_set))}.")
    if references := _references(settings):
        own.append(
            "Left out, since their values are not recorded, only what they refer to: "
            f"{listed(references)}."
        )
        not_set |= dict.fromkeys(references)
    return ForeignStudy(
        name=name,
        ids=tuple(ids),
        parameters=columns_of(
            [{k: v for k, v in run.items() if k not in not_set} for run in settings]
        ),
        results=columns_of([run.results for run in runs]),
        curves=_long_curves(runs),
        status=tuple(run.status.value for run in runs),
        reason=tuple(run.reason.value for run in runs),
        metadata=columns_of([dotted(run.metadata) for run in runs]),
        notes=tuple(own),
        objective=objective,
    )


def _references(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Settings that have one text in all runs, which names another setting or a variable.

    Where the text varies, it tells runs apart whatever it stands for.
    """
    texts: dict[str, set[str]] = {}
    for run in settings:
        for name, value in run.items():
            texts.setdefault(name, set()).add(str(value))
    return [
        name for name, own in texts.items() if len(own) == 1 and any(map(_REFERENCE.search, own))
    ]


def _told_apart(run: Run) -> str:
    known = str(run.metadata.get("run_id", ""))[:8]
    return f"{run.id} ({known})" if known and known != run.id[:8] else run.id


def distinct_ids(names: Sequence[str]) -> tuple[list[str], int]:
    """Names that differ from each other, and how many had to be changed.

    Example:
        >>> distinct_ids(["a", "b", "a", "a#2"])
        (['a', 'b', 'a#3', 'a#2'], 1)
    """
    taken, seen, ids = set(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        chosen = name
        while seen[name] > 1 and chosen in taken:
            chosen = f"{name}#{seen[name]}"
            seen[name] += chosen in taken
        taken.add(chosen)
        ids.append(chosen)
    return ids, sum(chosen != name for chosen, name in zip(ids, names, strict=True))


def counted_where_stepless(metric: str, points: Points, notes: list[str]) -> Points:
    """The curve, with its values counted where all were logged at one and the same step."""
    steps, values = points
    if len(steps) > 1 and (steps == steps[0]).all():
        notes.append(f"{metric} was logged without steps; its values are counted instead.")
        steps = np.arange(len(steps), dtype=np.int64)
    return steps, values


def joined_attempts(attempts: Sequence[Points]) -> Points:
    """One curve from the attempts of a run that was started again, in the order of time.

    Over the steps that an attempt covers, earlier attempts are left out. Their points beyond are
    kept, since a restart that is killed at once must not cost the run its curve.

    Example:
        >>> first = np.array([0, 10, 20, 30]), np.array([4.0, 3.0, 2.0, 1.0])
        >>> second = np.array([15, 25]), np.array([2.4, 1.6])
        >>> [part.tolist() for part in joined_attempts([first, second])]
        [[0, 10, 30, 15, 25], [4.0, 3.0, 1.0, 2.4, 1.6]]
    """
    steps, values = attempts[0]
    for later_steps, later_values in attempts[1:]:
        kept = (steps < later_steps.min()) | (steps > later_steps.max())
        steps = np.concatenate((steps[kept], later_steps))
        values = np.concatenate((values[kept], later_values))
    return steps, values


def shortened(notes: Sequence[str]) -> list[str]:
    """Each note once, and not more than a person reads."""
    distinct = list(dict.fromkeys(notes))
    if len(distinct) <= _MOST_NAMED:
        return distinct
    return [*distinct[:_MOST_NAMED], f"... and {len(distinct) - _MOST_NAMED} more notes."]


def _long_curves(
    runs: Sequence[Run],
) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    metrics = dict.fromkeys(metric for run in runs for metric in run.curves)
    long = {}
    for metric in metrics:
        own = [(row, *run.curves[metric]) for row, run in enumerate(runs) if metric in run.curves]
        long[metric] = (
            np.repeat([row for row, _, _ in own], [len(steps) for _, steps, _ in own]),
            np.concatenate([steps for _, steps, _ in own]).astype(np.int64),
            np.concatenate([values for _, _, values in own]).astype(np.float64),
        )
    return long
