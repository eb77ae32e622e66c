"""Learning rate range tests: one run in which the learning rate rises from step to step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.taken_as import QUALITY, SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import (
    Family,
    MetricFamily,
    hyperparameter_family,
    metric_family,
    split_of,
)
from tuning_playbook.words import short

_FEWEST_ROWS = 30
_SMALLEST_RISE = 10.0
_MOST_UNEQUAL = 1.3  # steps of the learning rate, or of its logarithm, as files round them
_OF_ONE_RUN = frozenset({Role.LOGGED, Role.PROGRESS, Role.CONSTANT, Role.EMPTY, Role.TIME_AND_COST})


def require_no_range_test(study: ForeignStudy, parameters: Sequence[str]) -> None:
    """Refuse a learning rate range test, which is no search, and whose curve nobody trains by.

    The learning rate rises by equal steps or equal factors from row to row, beside a training loss,
    and nothing else varies. A sorted grid with nothing but a training loss looks the same, so the
    user may say that the rows are runs.

    Args:
        study: with the roles of its columns.
        parameters: columns that the user calls hyperparameters.

    Raises:
        InvalidInput: for such a study.
    """
    if parameters:
        return
    found = _of_rows(study) or _of_curves(study)
    if found is None:
        return
    rate, rates, metric, losses = found
    lowest = short(float(rates[np.nanargmin(losses)])) if np.isfinite(losses).any() else ""
    where = f" The lowest {metric} is at {rate} = {lowest}." if lowest else ""
    ways_out = (
        f"if each row is a run of its own, say --params {rate}"
        if len(study.ids) > 1
        else "for a search, give the folder of its runs or a table with a row for each"
    )
    raise InvalidInput(
        f"{study.name} is a learning rate range test of one run: {rate} rises step by step from "
        f"{short(float(rates[0]))} to {short(float(rates[-1]))} in {len(rates)} rows, beside "
        f"{metric}, and nothing else varies. The checklist does not apply to such a run."
        f"{where} It is no search; {ways_out}"
    )


_Found: TypeAlias = tuple[str, NDArray[np.float64], str, NDArray[np.float64]]


def _of_rows(study: ForeignStudy) -> _Found | None:
    """A range test that was read as a table of trials, one for each row."""
    varied = [one for one in study.columns if one.role in SEARCHED]
    measured = [one for one in study.columns if one.role in QUALITY]
    if study.curves or len(varied) != 1 or not measured or len(study.ids) < _FEWEST_ROWS:
        return None
    if not _are_of_one_run(study, [*varied, *measured]):
        return None
    rates = _numbers(study.parameters.get(varied[0].name, ()))
    if not (_is_rate(varied[0].name) and all(map(_is_training_loss, measured)) and _rises(rates)):
        return None
    return varied[0].column, rates, measured[0].column, _numbers(study.results[measured[0].name])


def _of_curves(study: ForeignStudy) -> _Found | None:
    """A range test that was read as the log of one run; equal factors, for a warmup is linear."""
    if len(study.ids) != 1:
        return None
    rate = next((name for name in study.curves if _is_rate(name)), "")
    measured = [one for one in study.columns if one.role in QUALITY and one.name in study.curves]
    if not rate or not measured or not all(map(_is_training_loss, measured)):
        return None
    by_step = {name: _by_step(study.curves[name]) for name in (rate, measured[0].name)}
    steps = sorted(by_step[rate].keys() & by_step[measured[0].name].keys())
    rates, losses = (np.array([own[step] for step in steps]) for own in by_step.values())
    if len(steps) < _FEWEST_ROWS or not _rises(rates, factors_only=True):
        return None
    return rate, rates, measured[0].name, losses


def _are_of_one_run(study: ForeignStudy, known: Sequence[TakenAs]) -> bool:
    """Whether no other column tells rows apart: neither names nor statuses nor other settings."""
    return all(
        one in known
        or one.role in _OF_ONE_RUN
        or (one.role is Role.IDENTIFIER and all(id_.isdigit() for id_ in study.ids))
        for one in study.columns
    )


def _is_rate(name: str) -> bool:
    return hyperparameter_family(name) is Family.LEARNING_RATE


def _is_training_loss(one: TakenAs) -> bool:
    loss = one.role is Role.RESULT and metric_family(one.name) is MetricFamily.LOSS
    return loss and split_of(one.name) in (None, "training")


def _rises(rates: NDArray[np.float64], *, factors_only: bool = False) -> bool:
    if len(rates) < 2 or not np.all(np.isfinite(rates)) or rates[0] <= 0:
        return False
    if np.any(np.diff(rates) <= 0) or rates[-1] < _SMALLEST_RISE * rates[0]:
        return False
    steps = [np.diff(np.log(rates))] + ([] if factors_only else [np.diff(rates)])
    return any(own.max() <= _MOST_UNEQUAL * own.min() for own in steps)


def _by_step(curve: tuple[Any, Any, Any]) -> Mapping[int, float]:
    _, steps, values = curve
    return dict(zip(np.asarray(steps).tolist(), np.asarray(values).tolist(), strict=True))


def _numbers(cells: Sequence[Any]) -> NDArray[np.float64]:
    return np.array([float(c) if is_number(c) else np.nan for c in cells])
