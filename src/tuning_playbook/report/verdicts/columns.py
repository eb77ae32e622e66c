"""What each column was taken for, in a terminal: one short table before the verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tuning_playbook.report.phrases.labelled_rows import labelled_rows
from tuning_playbook.words import printable

_MOST_NAMED = 8
_MOST_DOUBTS = 6


@dataclass(frozen=True, slots=True)
class ColumnsView:
    """The columns of a study by role.

    Args:
        kind: what kind of study it is; empty where nothing is known.
        roles: role and its columns as their header names them, the roles in the order of print.
        doubts: column, what it was taken for, and why, where that is a guess.
    """

    kind: str
    roles: tuple[tuple[str, tuple[str, ...]], ...]
    doubts: tuple[tuple[str, str, str], ...]


def columns_table(view: ColumnsView, *, verbose: bool = False) -> RenderableType:
    """The roles, and what is not sure.

    Args:
        view: of the study.
        verbose: whether to name every column.
    """
    rows = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    rows.add_column(no_wrap=True, min_width=11)
    rows.add_column(no_wrap=True)
    rows.add_column(overflow="fold", ratio=1)
    label = "taken as"
    for role, names in view.roles:
        rows.add_row(
            Text(label, style="dim"), Text(role, style="dim"), Text(_listed(names, verbose=verbose))
        )
        label = ""
    parts: list[RenderableType] = [rows]
    if view.kind:
        kind = labelled_rows()
        kind.add_row(Text("study", style="dim"), Text(view.kind))
        parts.insert(0, kind)
    if view.doubts:
        parts.append(_doubts(view, verbose=verbose))
    return Group(*parts)


def _doubts(view: ColumnsView, *, verbose: bool) -> RenderableType:
    rows = labelled_rows()
    shown = view.doubts if verbose else view.doubts[:_MOST_DOUBTS]
    text = Text("; ").join(
        Text.assemble(printable(name), (f" ({role}: {printable(reason)})", "dim"))
        for name, role, reason in shown
    )
    more = len(view.doubts) - len(shown)
    if more:
        text.append(f" and {more} more")
    text.append(". Say --params, --results, --seed or --steps.")
    rows.add_row(Text("not sure", style="cyan"), text)
    return rows


def _listed(names: Sequence[str], *, verbose: bool) -> str:
    shown = names if verbose else names[:_MOST_NAMED]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(printable(name) or "(no name)" for name in shown) + more
