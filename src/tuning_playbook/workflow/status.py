"""How far a project is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuning_playbook.report.terminal import rounds_table, study_panel
from tuning_playbook.store import Store
from tuning_playbook.study import Study
from tuning_playbook.trial import Status, Trial
from tuning_playbook.workflow.opening import open_project, project_store, stored_studies


@dataclass(frozen=True, slots=True)
class StudyStatus:
    """How far one study is.

    Args:
        study: which.
        counts: trials in each status.
        trials: all trials, where one round was asked for; else empty.
    """

    study: Study
    counts: dict[Status, int]
    trials: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """How far the studies of a project are."""

    project: str
    studies: tuple[StudyStatus, ...]

    def as_document(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "schema": 1,
            "project": self.project,
            "studies": [
                {
                    "study": s.study.name,
                    "round": s.study.round,
                    "question": s.study.question,
                    "trials": s.study.trials,
                    "counts": {status.value: n for status, n in s.counts.items()},
                }
                for s in self.studies
            ],
        }

    def renderable(self) -> Any:
        """For a terminal."""
        from rich.console import Group

        rows = [(s.study, s.counts) for s in self.studies]
        detailed = [study_panel(s.study, s.trials) for s in self.studies if s.trials]
        return Group(rounds_table(rows), *detailed)


def status(folder: Path, round_name: str | None = None) -> ProjectStatus:
    """Status of a project, or of one of its rounds with its trials."""
    opened = open_project(folder)
    store = project_store(opened, must_exist=True)
    try:
        if round_name is None:
            tallies = store.tallies()
            found = tuple(
                StudyStatus(s, dict(tallies[s.name].counts) if s.name in tallies else {})
                for s in store.studies()
            )
        else:
            name = round_name.removesuffix(".toml")
            found = tuple(_with_trials(store, s) for s in stored_studies(store, name))
    finally:
        store.close()
    return ProjectStatus(opened.project.name, found)


def _with_trials(store: Store, study: Study) -> StudyStatus:
    return StudyStatus(study, dict(store.counts(study.name)), store.trials(study.name))
