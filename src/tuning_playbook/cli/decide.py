"""``playbook decide``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tuning_playbook.cli.options import json_option, print_json, project_option, round_argument
from tuning_playbook.cli.printing import say


@click.command("decide")
@round_argument
@project_option
@click.option(
    "--confidence",
    type=float,
    help=(
        "Confidence of each bound of the gain, between 0.5 and 1 (default: set by the number of "
        "looks so far)."
    ),
)
@click.option(
    "--complexity-cost",
    type=float,
    help=(
        "Gain that the change must exceed, in the metric's units (default: from the round's file)."
    ),
)
@json_option
def command(
    round_name: str,
    folder: Path,
    confidence: float | None,
    complexity_cost: float | None,
    as_json: bool,
) -> None:
    """Decide from reruns whether ROUND's best configuration replaces the baseline.

    Ends with 0 for adopt and keep, with 1 where it is inconclusive. The decision goes into the
    project's logbook; nothing else changes until playbook launch.
    """
    from tuning_playbook.report.results.decided import decided_document, decided_text
    from tuning_playbook.workflow.deciding.deciding import decide_round

    result = decide_round(
        folder, round_name, confidence=confidence, complexity_cost=complexity_cost
    )
    if as_json:
        print_json(decided_document(result))
    else:
        say(decided_text(result))
    sys.exit(0 if result.is_settled else 1)
