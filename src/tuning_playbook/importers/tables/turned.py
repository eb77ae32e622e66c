"""Tables that have a column for each configuration and a row for each setting or metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuning_playbook.importers.cells.columns import Column, from_records, plain_values
from tuning_playbook.importers.tables.settings_in_texts import settings_spelled
from tuning_playbook.vocabulary import hyperparameter_family, metric_direction, statistic_in

_FEWEST_NAMES = 2
CONFIGURATION = "run"


def turned(columns: Mapping[str, Column]) -> dict[str, Column] | None:
    """The table with a row for each configuration; ``None`` for a table that has one already.

    Told by the names: settings and metrics stand in the first column and none in the header. A
    configuration may be called like a setting (``+dropout``) where every row is one or a metric.

    Args:
        columns: as read.
    """
    first, *others = columns
    names = [str(cell) for cell in columns[first].values.tolist()]
    if len(others) < 2 or len(set(names)) < len(names) or any(map(_is_of_a_metric, others)):
        return None
    in_rows = sum(map(_is_known, names))
    in_header = any(map(_is_known, others))
    if in_rows < len(names) if in_header else in_rows < len(names) / 2:
        return None
    if in_rows < _FEWEST_NAMES:
        return None
    if not any(metric_direction(name) for name in names):
        return None
    cells = {other: plain_values(columns[other]) for other in others}
    settings = settings_spelled(others)
    records: list[dict[str, Any]] = [
        {CONFIGURATION: other, **own, **dict(zip(names, cells[other], strict=True))}
        for other, own in zip(others, settings, strict=True)
    ]
    return from_records(records, (CONFIGURATION,))


def _is_of_a_metric(name: str) -> bool:
    return metric_direction(name) is not None or statistic_in(f"a {name}") is not None


def _is_known(name: str) -> bool:
    return hyperparameter_family(name) is not None or metric_direction(name) is not None
