"""How far a project is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.gather.arms import arms_of_round
from tuning_playbook.gather.opening import (
    open_project,
    opened_store,
)
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.arm import account_of_arms
from tuning_playbook.records.reruns import has_protocol
from tuning_playbook.report.results.status import ProjectStatus, StudyStatus
from tuning_playbook.study import Study

_OF_BASELINE = "reruns of the baseline"


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
    elif known.same_programs.first(study.provenance.code) != known.code:
        outdated = "another program"
    # A launch makes a candidate the baseline, and what was the baseline an earlier one.
    if dict(study.fixed) == baseline_config(known.project):
        study = replace(study, question=_OF_BASELINE)
    elif study.question == _OF_BASELINE:
        study = replace(study, question="reruns of an earlier baseline")
    return StudyStatus(study, dict(known.tally(study.name).counts), outdated=outdated)
