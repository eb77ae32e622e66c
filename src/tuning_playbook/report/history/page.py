"""The history as a page, as Markdown, and in a terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tuning_playbook.report.history.drawing import workflow_svg
from tuning_playbook.report.history.tables import HistoryTable, history_tables
from tuning_playbook.report.history.view import ProjectHistory
from tuning_playbook.report.pages.templates import asset, page_environment
from tuning_playbook.report.phrases.looks import day

_MOST_COLUMNS = 6  # that a terminal has room for

_PAGE_STYLE = """
.drawing svg { display: block; min-width: 860px; max-width: 100%; height: auto; }
.scroll th, .scroll td { padding-right: 18px; min-width: 3em; }
.track { display: block; position: relative; width: 180px; height: 6px; margin: 6px 0 3px;
  border-radius: 3px; background: var(--line); }
.range { position: absolute; top: 0; height: 6px; border-radius: 3px; background: var(--accent); }
td.date { white-space: nowrap; } .scroll td.words { min-width: 16em; }
tr.begins td { border-top: 2px solid var(--line); font-weight: inherit; }
tr.begins td:first-child { font-weight: 600; } tr:target { background: var(--card); }
"""


def history_html(history: ProjectHistory) -> str:
    """One self-contained page without scripts; every name in it stays text."""
    page: str = (
        page_environment()
        .get_template("history.html.j2")
        .render(
            history=history,
            facts=_facts(history),
            tables=history_tables(history),
            drawing=workflow_svg(history, links=True),
            style=asset("report.css") + _PAGE_STYLE,
            made_at=time.strftime("%Y-%m-%d %H:%M", time.localtime(history.made_at)),
        )
    )
    return page


def history_markdown(history: ProjectHistory) -> str:
    """The whole story in Markdown."""
    lines = [f"# History of {_cell(history.project)}", ""]
    lines += [f"- {name}: {_cell(value)}" for name, value in _facts(history)]
    lines += ["", *(f"> {_cell(note)}\n" for note in history.notes)]
    for table in history_tables(history):
        lines += [f"## {table.title}", "", *([table.text, ""] if table.text else [])]
        lines += [*_markdown_table(table), ""] if table.rows else [table.empty, ""]
    return "\n".join(lines)


def history_text(history: ProjectHistory) -> RenderableType:
    """The story in a terminal, without the experiment table, which is too wide for one."""
    parts: list[RenderableType] = [Text(history.project, style="bold")]
    parts += [Text(f"{name}: {value}") for name, value in _facts(history)]
    parts += [Text(note, style="yellow") for note in history.notes]
    for table in history_tables(history):
        if not table.wide:
            parts += [Text(f"\n{table.title}", style="bold"), _terminal_table(table)]
    parts.append(Text("\nThe experiment table: playbook history --csv"))
    return Group(*parts)


def _facts(history: ProjectHistory) -> Sequence[tuple[str, str]]:
    rounds, launches = history.rounds, history.baselines
    since = f" since {day(rounds[0].at)}" if rounds and day(rounds[0].at) else ""
    trials = sum(spent.trials for spent in history.ledger)
    over = history.looks.over
    return (
        ("Objective", history.objective),
        ("Rounds", f"{len(rounds):,}{since}"),
        ("Launches", f"{len(launches):,}"),
        ("Trials", f"{trials:,}"),
        ("Exploration", "open" if over is None else f"over since {day(over.at)}"),
    )


def _markdown_table(table: HistoryTable) -> list[str]:
    rows = [f"| {' | '.join(_cell(c) or ' ' for c in row.cells)} |" for row in table.rows]
    return [f"| {' | '.join(table.columns)} |", f"|{' --- |' * len(table.columns)}", *rows]


def _cell(words: str) -> str:
    """Words that stay in their cell, and stay words where Markdown lets HTML through."""
    plain = " ".join(words.split())
    for character, escaped in (("\\", "\\\\"), ("|", "\\|"), ("<", "\\<"), ("`", "\\`")):
        plain = plain.replace(character, escaped)
    return plain


def _terminal_table(table: HistoryTable) -> RenderableType:
    if not table.rows:
        return Text(table.empty)
    if len(table.columns) > _MOST_COLUMNS:
        return Group(*(_paragraph(table, row.cells) for row in table.rows))
    shown = Table(box=None, pad_edge=False, header_style="dim")
    for column in table.columns:
        shown.add_column(column, overflow="fold", no_wrap=column in ("#", "date"))
    for row in table.rows:
        shown.add_row(*(Text(cell) for cell in row.cells))
    return shown


def _paragraph(table: HistoryTable, cells: Sequence[str]) -> RenderableType:
    """A row too wide for a terminal: number, date and name, then a line for each other cell."""
    lines = [Text("  ".join(filter(None, cells[:3])), style="bold")]
    named = list(zip(table.columns, cells, strict=True))[3:]
    width = max(len(name) for name, _ in named)
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True, min_width=width + 2, justify="right")
    grid.add_column(overflow="fold")
    for name, cell in named:
        if cell:
            grid.add_row(name, Text(cell))
    return Group(*lines, grid)
