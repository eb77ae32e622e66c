"""How far a project is, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rich.console import Group, RenderableType

from tuning_playbook.analysis.table.fates import Account
from tuning_playbook.records.finding_documents import account_document
from tuning_playbook.report.phrases.accounts import account_text
from tuning_playbook.report.results.status_tables import reruns_table, rounds_table, study_panel
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


def status_document(found: ProjectStatus) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "schema": 1,
        "project": found.project,
        "studies": [
            {
                "study": s.study.name,
                "round": s.study.round,
                "question": s.study.question,
                "trials": s.study.trials,
                "abandoned": s.abandoned,
                "account": None if s.account is None else account_document(s.account),
                "counts": {status.value: n for status, n in s.counts.items()},
            }
            for s in found.studies
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
            for s in found.reruns
        ],
    }


def status_text(found: ProjectStatus) -> RenderableType:
    """For a terminal."""
    rows = [(_titled(s), s.counts) for s in found.studies]
    detailed = [
        study_panel(s.study, s.trials, account_text(s.account) if s.account else "")
        for s in found.studies
        if s.trials
    ]
    again = [(s.study, s.counts, s.outdated) for s in found.reruns]
    return Group(rounds_table(rows), *([reruns_table(again)] if again else []), *detailed)


def _titled(found: StudyStatus) -> Study:
    if not found.abandoned:
        return found.study
    said = f"abandoned: {found.abandoned} ({found.study.question})"
    return replace(found.study, question=said)
