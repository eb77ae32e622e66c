"""Tables with one result on each of several data sets, in which nothing was varied."""

from __future__ import annotations

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.tables.methods_in_columns import methods_in_columns
from tuning_playbook.importers.taken_as import SEARCHED, Role
from tuning_playbook.vocabulary import names_tasks
from tuning_playbook.workflow.checking.foreign import Told

_FEWEST = 3


def nothing_to_compare(study: ForeignStudy, told: Told) -> str:
    """Why a table whose rows differ in the data set alone has no best; empty for any other.

    Args:
        study: as read.
        told: what the user says of it, which has the last word.
    """
    if study.curves or told.parameters or told.seed or len(study.ids) < _FEWEST:
        return ""
    read = described(study)
    columns = {**read.metadata, **read.results, **read.parameters}
    varied = [
        one
        for one in read.columns
        if one.role in SEARCHED | {Role.SEED} and len(set(map(str, columns.get(one.name, ())))) > 1
    ]
    if varied or methods_in_columns(read) is not None:
        return ""
    for one in read.columns:
        cells = columns.get(one.name, ())
        words = all(isinstance(cell, str) for cell in cells)
        if names_tasks(one.name) and words and len(set(cells)) == len(study.ids):
            return (
                f"{study.name} has one result on each {one.column} ({len(study.ids)}), and no "
                "setting or method varies. Results of different tasks have no common scale, so "
                "there is nothing to compare; a column that names the method or a setting of each "
                "row would change that"
            )
    return ""
