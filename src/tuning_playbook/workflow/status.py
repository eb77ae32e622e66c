"""How far a project is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuning_playbook.analysis.table.fates import Account
from tuning_playbook.gather.arms import arms_of_round
from tuning_playbook.gather.opening import (
    open_project,
    opened_store,
)
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.arm import account_of_arms
from tuning_playbook.records.reruns import has_protocol
from tuning_playbook.report.terminal import reruns_table, rounds_table, study_panel
from tuning_playbook.study import Study
from tuning_playbook.trial import Status, Trial


@dataclass(frozen=True, slots=True)
class StudyStatus:
    """How far one study is.

    Args:
        study: which.
        counts: trials in each status.
        trials: all trials, where one round was asked for; else empty.
        account: what happened to the trials, where one round was asked for.
        abandoned: why its round was given up; empty where it was not.
        outdated: why reruns cannot be compared with ones made now; empty where they can.
    """

    study: Study
    counts: dict[Status, int]
    trials: tuple[Trial, ...] = ()
    outdated: str = ""
    abandoned: str = ""
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """How far the studies of a project are.

    Args:
        project: its name.
        studies: of its rounds.
        reruns: of configurations, for decisions; empty where one round was asked for.
    """

    project: str
    studies: tuple[StudyStatus, ...]
    reruns: tuple[StudyStatus, ...] = ()

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
                    "abandoned": s.abandoned,
                    "account": None if s.account is None else s.account.as_document(),
                    "counts": {status.value: n for status, n in s.counts.items()},
                }
                for s in self.studies
            ],
            "reruns": [
                {
                    "study": s.study.name,
                    "of": s.study.question,
                    "config": dict(s.study.fixed),
                    "counts": {status.value: n for status, n in s.counts.items()},
                    "code": s.study.provenance.code,
                    "outdated": s.outdated,
                }
                for s in self.reruns
            ],
        }

    def renderable(self) -> Any:
        """For a terminal."""
        from rich.console import Group

        rows = [(_titled(s), s.counts) for s in self.studies]
        detailed = [
            study_panel(s.study, s.trials, s.account.text() if s.account else "")
            for s in self.studies
            if s.trials
        ]
        again = [(s.study, s.counts, s.outdated) for s in self.reruns]
        return Group(rounds_table(rows), *([reruns_table(again)] if again else []), *detailed)


def _titled(found: StudyStatus) -> Study:
    if not found.abandoned:
        return found.study
    said = f"abandoned: {found.abandoned} ({found.study.question})"
    return replace(found.study, question=said)


def status(folder: Path, round_name: str | None = None) -> ProjectStatus:
    """Status of a project, or of one of its rounds with its trials."""
    opened = open_project(folder)
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        if round_name is not None:
            return ProjectStatus(opened.project.name, _of_round(known, round_name))
        return ProjectStatus(
            opened.project.name,
            tuple(
                StudyStatus(
                    study,
                    dict(known.tally(study.name).counts),
                    abandoned=known.abandoned.get(study.round or study.name, ""),
                )
                for study in known.searches
            ),
            tuple(_of_reruns(known, study) for study in known.rerun_studies),
        )


def _of_round(known: Snapshot, round_name: str) -> tuple[StudyStatus, ...]:
    name = round_name.removesuffix(".toml")
    return tuple(
        StudyStatus(
            arm.study,
            dict(known.tally(arm.study.name).counts),
            known.trials(arm.study.name),
            abandoned=known.abandoned.get(name, ""),
            account=account_of_arms([arm]),
        )
        for arm in arms_of_round(known, name)
    )


def _of_reruns(known: Snapshot, study: Study) -> StudyStatus:
    outdated = ""
    if not has_protocol(study, known.project):
        outdated = "another protocol"
    elif study.provenance.code != known.code:
        outdated = "another program"
    return StudyStatus(study, dict(known.tally(study.name).counts), outdated=outdated)
