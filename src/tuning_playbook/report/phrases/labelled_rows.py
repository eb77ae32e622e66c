"""Words under one another in a terminal, each beside its short label."""

from __future__ import annotations

from rich.table import Table


def labelled_rows() -> Table:
    """A table of two columns: labels, and words that wrap beside them."""
    rows = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    rows.add_column(no_wrap=True, min_width=11)
    rows.add_column(overflow="fold", ratio=1)
    return rows
