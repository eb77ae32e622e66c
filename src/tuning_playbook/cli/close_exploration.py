"""``playbook close-exploration``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option
from tuning_playbook.cli.printing import say


@click.command("close-exploration")
@click.option("--reason", default="", help="Why exploration is over; kept on record.")
@project_option
@json_option
def command(reason: str, folder: Path, as_json: bool) -> None:
    """Declare exploration over, which unlocks the test set.

    Until then no report, check or export shows the metric that [metric] test names. Afterwards
    playbook look --test shows it, and counts each look.
    """
    from tuning_playbook.gather.opening import open_project
    from tuning_playbook.workflow.deciding.looking import close_exploration

    found = close_exploration(folder, reason)
    if as_json:
        print_json({"schema": 1, **asdict(found)})
        return
    say(f"exploration is over: {found.reason}")
    for line in found.still_open:
        say(f"still open: {line}")
    if open_project(folder).project.test_metric:
        say("the test set can be looked at: playbook look --test")
    else:
        say("to look at a test set, name its metric under [metric] in playbook.toml: test")
