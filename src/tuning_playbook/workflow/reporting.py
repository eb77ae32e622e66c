"""Writing the report of a round."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from tuning_playbook.analysis.building import study_table
from tuning_playbook.checks.registry import run_checks
from tuning_playbook.design import caveats_of
from tuning_playbook.report.html import write_report
from tuning_playbook.report.view import round_view
from tuning_playbook.workflow.opening import open_project, project_store, stored_studies
from tuning_playbook.workflow.round_checks import round_checks


def write_round_report(folder: Path, round_name: str, *, output: Path | None = None) -> Path:
    """Write the report of a round that has been run, finished or not.

    Args:
        folder: of the project.
        round_name: of the round.
        output: file; ``reports/ROUND.html`` in the project by default.

    Returns:
        The file written.
    """
    opened = open_project(folder)
    name = round_name.removesuffix(".toml")
    store = project_store(opened, must_exist=True)
    try:
        studies = []
        for study in stored_studies(store, name):
            trials = store.trials(study.name)
            table = study_table(
                study,
                trials,
                store.curves(study.name),
                chance_level=opened.project.chance_level,
            )
            studies.append((study, trials, table))
    finally:
        store.close()
    view = round_view(
        opened.project.name,
        studies,
        findings={
            study.name: run_checks(table, checks=round_checks(study)) for study, _, table in studies
        },
        caveats=caveats_of(opened.project, [s for s, _, _ in studies]),
        version=version("tuning-playbook"),
    )
    path = output or opened.folder / "reports" / f"{name}.html"
    write_report(view, path)
    return path
