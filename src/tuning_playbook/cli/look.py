"""``playbook look``."""

from __future__ import annotations

from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option
from tuning_playbook.cli.printing import say


@click.command("look")
@click.option(
    "--test", "at_test", is_flag=True, help="Show the metric on the test set; counts as a look."
)
@click.option(
    "--config",
    default="baseline",
    show_default=True,
    metavar="CONFIG",
    help="With --test: baseline, or a trial as STUDY#INDEX.",
)
@click.option(
    "--release",
    metavar="METRIC",
    help="Show METRIC from now on, although it was once declared held out; counts as a look.",
)
@click.option(
    "--reason", default="", metavar="WHY", help="With --release: the reason, kept on record."
)
@project_option
@json_option
def command(
    at_test: bool, config: str, release: str | None, reason: str, folder: Path, as_json: bool
) -> None:
    """Show how often the validation and the test set were looked at, or look at the test set.

    A metric that was ever declared held out stays hidden when its line is removed from
    playbook.toml, until it is released with a reason.
    """
    from tuning_playbook.report.phrases.looks import (
        look_document,
        look_text,
        looks_document,
        looks_text,
    )
    from tuning_playbook.workflow.deciding import looking
    from tuning_playbook.workflow.deciding.looking import look_at_test, looks

    if at_test and release is not None:
        raise click.UsageError("Give --test or --release, not both.")
    if release is not None:
        look = looking.release(folder, release, reason)
        document = look_document(look)
        text = f"{release} is shown from now on; look {look.count} at the {look.set} set"
    elif at_test:
        look = look_at_test(folder, config=config)
        document, text = look_document(look), look_text(look)
    else:
        found = looks(folder)
        document, text = looks_document(found), looks_text(found)
    if as_json:
        print_json(document)
    else:
        say(text)
