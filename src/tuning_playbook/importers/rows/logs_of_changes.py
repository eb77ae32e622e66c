"""Logs of changes: each row tells in words what was tried, and perhaps whether it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tuning_playbook.importers.cells.statuses import are_decisions
from tuning_playbook.importers.roles.column_roles import ColumnRoles
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import keeps_changes
from tuning_playbook.words import counted

Cells = Sequence[Any]

_MOST_VARIANTS = 20  # beyond, names are told of and not compared


def log_of_changes(roles: ColumnRoles, status: Cells) -> tuple[ColumnRoles, str]:
    """The columns of such a log and what it is, in words; unchanged and empty for other tables.

    Where changes are kept or discarded one after the other, each row builds on those that were
    kept. Settings in columns beside that, which most rows share, do not tell the rows apart: rows
    that agree in them are no repeats.

    Args:
        roles: of the columns.
        status: cells of the column that tells how trials ended; empty without one.
    """
    searched = [o for o in roles.taken if o.role in SEARCHED and o.name in roles.parameters]
    cells = [list(map(str, roles.parameters[one.name])) for one in searched]
    texts = [one for one in searched if _are_names(roles.parameters[one.name])]
    flags = next((c for n, c in roles.others.items() if _are_flags_of_changes(n, c)), ())
    status = status or flags
    if not (flags or are_decisions(status)):
        if len(searched) == len(texts) == 1 and len(cells[0]) > _MOST_VARIANTS:
            rows = counted(len(cells[0]), "variant")
            return roles, f"a list of {rows}, named by {texts[0].column}: no search to judge"
        return roles, ""
    kind = f"a log of {counted(len(status), 'change')}, kept or discarded: no search to judge"
    # Words, such as the kind of a change, tell no more than the text beside them.
    told = [
        own
        for one, own in zip(searched, cells, strict=True)
        if one not in texts and not _are_words(roles.parameters[one.name])
    ]
    if told and 2 * len(set(zip(*told, strict=True))) > len(status):
        return roles, ""
    beside = {one.name: roles.parameters[one.name] for one in searched}
    return (
        replace(
            roles,
            parameters={n: c for n, c in roles.parameters.items() if n not in beside},
            others={**roles.others, **beside},
            taken=tuple(
                _beside(one, told=one in texts) if one in searched else one for one in roles.taken
            ),
        ),
        kind,
    )


def _beside(one: TakenAs, *, told: bool) -> TakenAs:
    if told:
        reason = "tells what each row changes"
        return replace(one, role=Role.BOOKKEEPING, reason=reason, certain=True)
    reason = "follows from what each row changes, which is told in words"
    return replace(one, role=Role.BOOKKEEPING, reason=reason)


def _are_flags_of_changes(name: str, cells: Cells) -> bool:
    """Whether a column of yes and no tells which changes were kept."""
    return keeps_changes(name) and len({cell for cell in cells if isinstance(cell, bool)}) == 2


def _are_words(cells: Cells) -> bool:
    return all(cell is None or isinstance(cell, str) for cell in cells)


def _are_names(cells: Cells) -> bool:
    """Whether nearly every row has a text of its own."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    return len(texts) == len(cells) and 10 * len({*texts}) >= 9 * len(texts) > 0
