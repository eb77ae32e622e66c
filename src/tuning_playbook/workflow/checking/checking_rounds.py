"""Verdicts on a round of a project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tuning_playbook.answers.reruns import rerun_groups
from tuning_playbook.answers.round_checks import arm_findings
from tuning_playbook.decide.launches.reruns import pooled_deviation
from tuning_playbook.gather.arms import arms_of_round
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.reruns import stored_reruns
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.overrides import set_aside_checks
from tuning_playbook.workflow.checking.checked import Checked, CheckedStudy
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.checking.other_objective import told_objective
from tuning_playbook.workflow.checking.overrides import set_checks_aside
from tuning_playbook.workflow.rounds.remembering import renew_answer


def check_round(
    folder: Path,
    name: str,
    told: Told,
    select: Sequence[str],
    tolerance: float | None,
) -> Checked:
    """Go through the checklist of a round, each arm by itself.

    Args:
        folder: of the project.
        name: of the round.
        told: what the user says of its metric, direction and chance level.
        select: ids of the checks to run; all where empty.
        tolerance: gain of the metric that is too small to matter.
    """
    opened = open_project(folder)
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        aside = set_aside_checks(known.logbook, name)
        objective = told_objective(known, name, told)
        arms = arms_of_round(known, name, objective=objective, chance_level=told.chance_level)
        own, deviation = objective is None, None
        if own:
            deviation = pooled_deviation(rerun_groups(stored_reruns(known), arms[0].study))
            if tolerance is None and name in known.facts:
                tolerance = known.facts[name].complexity_cost or None
    found = arm_findings(
        arms,
        deviation=deviation,
        kind=opened.project.kind,
        tolerance=tolerance,
        examples=opened.project.evaluation_examples,
        select=select,
        ignore=[check for check in aside if check not in select],
    )
    notes = [
        f"{check} was set aside by hand: {why}; to have it count again: "
        f"playbook check {name} --heed {check}"
        for check, why in aside.items()
    ]
    return Checked(
        tuple(CheckedStudy(a.table, found[a.study.name], (*a.notes, *notes)) for a in arms)
    )


def set_aside(
    folder: Path, name: str, ignore: Sequence[str], heed: Sequence[str], reason: str
) -> None:
    """Keep which checks are not to count for a round, and answer it again without them.

    Args:
        folder: of the project.
        name: of the round.
        ignore: ids of the checks that no longer count.
        heed: ids of the checks that count again.
        reason: why they do not count.
    """
    opened = open_project(folder)
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        known.round_studies(name)
        aside = set_aside_checks(known.logbook, name)
        fresh = [check for check in ignore if check not in aside or reason]
        set_checks_aside(store, name, fresh, reason)
        set_checks_aside(store, name, [c for c in heed if c in aside], reason, counts=True)
        renew_answer(opened, store, name)
