"""How far a project is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuning_playbook.analysis.fates import Account
from tuning_playbook.report.terminal import reruns_table, rounds_table, study_panel
from tuning_playbook.store import Store
from tuning_playbook.store.logbook import abandoned_rounds
from tuning_playbook.study import Study
from tuning_playbook.trial import Status, Trial
from tuning_playbook.workflow.arms import Arm, account_of_arms, arms_of_round
from tuning_playbook.workflow.opening import (
    OpenProject,
    open_project,
    project_store,
)
from tuning_playbook.workflow.reruns import has_protocol, present_code
from tuning_playbook.workflow.round_facts import facts_of_rounds


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
    store = project_store(opened, must_exist=True)
    try:
        if round_name is not None:
            name = round_name.removesuffix(".toml")
            why = abandoned_rounds(store).get(name, "")
            chance, facts = opened.project.chance_level, facts_of_rounds(store)
            arms = arms_of_round(
                store,
                name,
                facts=facts,
                chance_level=chance,
                examples=opened.project.evaluation_examples,
            )
            found = tuple(_with_trials(store, arm, why) for arm in arms)
            return ProjectStatus(opened.project.name, found)
        tallies = store.tallies()
        counts = {name: dict(tally.counts) for name, tally in tallies.items()}
        studies, given_up = store.studies(), abandoned_rounds(store)
        code = present_code(opened, store).code
    finally:
        store.close()
    rounds = [s for s in studies if s.purpose == "search"]
    reruns = [s for s in studies if s.purpose == "rerun"]
    return ProjectStatus(
        opened.project.name,
        tuple(
            StudyStatus(s, counts.get(s.name, {}), abandoned=given_up.get(s.round or s.name, ""))
            for s in rounds
        ),
        _reruns(opened, reruns, counts, code) if reruns else (),
    )


def _reruns(
    opened: OpenProject,
    studies: Sequence[Study],
    counts: Mapping[str, dict[Status, int]],
    code: str,
) -> tuple[StudyStatus, ...]:
    project = opened.project
    found = []
    for study in studies:
        outdated = ""
        if not has_protocol(study, project):
            outdated = "another protocol"
        elif study.provenance.code != code:
            outdated = "another program"
        found.append(StudyStatus(study, counts.get(study.name, {}), outdated=outdated))
    return tuple(found)


def _with_trials(store: Store, arm: Arm, abandoned: str) -> StudyStatus:
    trials, counts = store.trials(arm.study.name), dict(store.counts(arm.study.name))
    told = account_of_arms([arm])
    return StudyStatus(arm.study, counts, trials, abandoned=abandoned, account=told)
