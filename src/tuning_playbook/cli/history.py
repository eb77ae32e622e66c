"""``playbook history``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tuning_playbook.cli.options import json_option, print_json, project_option
from tuning_playbook.cli.printing import console, print_file, say

if TYPE_CHECKING:
    from tuning_playbook.report.history.view import ProjectHistory

_ENDINGS = (".html", ".svg", ".md", ".csv")


@click.command("history")
@project_option
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print the experiment table as CSV.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print everything as Markdown.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write: a page (.html), the drawing (.svg), .md or .csv.",
)
def command(
    folder: Path, as_json: bool, as_csv: bool, as_markdown: bool, output: Path | None
) -> None:
    """Show how the project came to where it is.

    The baselines, every round with its question, answer and decision, how the search
    spaces changed and why, what exploring has cost, and the looks at held-out data. In CSV, text
    that a spreadsheet would run as a formula has an apostrophe before it.
    """
    if output is not None and output.suffix.lower() not in _ENDINGS:
        raise click.BadParameter(
            f"{output} ends in none of {', '.join(_ENDINGS)}", param_hint="--output"
        )
    if as_json + as_csv + as_markdown + (output is not None) > 1:
        raise click.UsageError("Give one of --json, --csv, --markdown and -o.")
    from tuning_playbook.report.history.view import history_document
    from tuning_playbook.workflow.overview.history import project_history

    history = project_history(folder)
    if as_json:
        print_json(history_document(history))
        return
    if output is not None:
        from tuning_playbook.report.pages.files import write_page

        write_page(_written(history, output.suffix.lower()), output)
        say(f"wrote {output}", wrap=False)
    elif as_csv or as_markdown:
        print_file(_written(history, ".csv" if as_csv else ".md"))
    else:
        from tuning_playbook.report.history.page import history_text

        console().print(history_text(history))


def _written(history: ProjectHistory, ending: str) -> str:
    from tuning_playbook.report.history.drawing import workflow_svg
    from tuning_playbook.report.history.page import history_html, history_markdown
    from tuning_playbook.report.rounds.tracking import tracking_csv

    if ending == ".html":
        return history_html(history)
    if ending == ".svg":
        return workflow_svg(history) + "\n"
    return tracking_csv(history.experiments) if ending == ".csv" else history_markdown(history)
