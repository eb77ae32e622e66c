"""Rows of a table that name no setting: baselines and references beside a search."""

from __future__ import annotations

from dataclasses import replace

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.splitting import rows_of_study
from tuning_playbook.importers.taken_as import SEARCHED, Role
from tuning_playbook.words import agreeing, counted, some_of

_FEWEST_SETTINGS = 2
_MOST_SHOWN = 5
_FEWEST_BESIDE_ONE = 4


def without_rows_without_settings(study: ForeignStudy) -> ForeignStudy:
    """The study without rows in which no setting is filled that varies in the other rows.

    Nothing says that such rows have one configuration in common, so they are no repeats of each
    other, unless a column of seeds tells them apart.

    Args:
        study: with the roles of its columns.
    """
    taken = {one.name: one for one in study.columns}
    varied = [
        cells
        for name, cells in study.parameters.items()
        if name in taken
        and taken[name].role in SEARCHED
        and len({c for c in cells if c is not None}) > 1
    ]
    repeated = any(one.role is Role.SEED for one in study.columns)
    if repeated or len(varied) < _FEWEST_SETTINGS:
        return study
    rows = range(len(study.ids))
    kept = [row for row in rows if any(cells[row] is not None for cells in varied)]
    left_out = [study.ids[row] for row in rows if row not in set(kept)]
    if not left_out or len(left_out) >= len(kept):
        return study
    if len(left_out) == 1 and not _is_reference(study, study.ids.index(left_out[0]), len(kept)):
        return study
    names = ", ".join(left_out[:_MOST_SHOWN]) + (", ..." if len(left_out) > _MOST_SHOWN else "")
    note = (
        f"{some_of(len(left_out), len(study.ids), 'row')} "
        f"{agreeing(len(left_out), 'fills', 'fill')} none of the settings ({names}), "
        f"so the search is judged by the other {counted(len(kept), 'row')}."
    )
    return replace(rows_of_study(study, kept), notes=(*study.notes, note))


def _is_reference(study: ForeignStudy, row: int, others: int) -> bool:
    """Whether a single such row was measured: a trial without settings may have failed early."""
    measured = any(cells[row] is not None for cells in study.results.values())
    return measured and others >= _FEWEST_BESIDE_ONE
