"""Verdicts on a study: one of the project's rounds, or one that something else has run."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tuning_playbook.answers.reruns import rerun_groups
from tuning_playbook.answers.round_checks import arm_findings
from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.checks.registry import run_checks, selected_checks, with_tolerance
from tuning_playbook.decide.reruns import pooled_deviation
from tuning_playbook.errors import InvalidInput, PlaybookError
from tuning_playbook.gather.arms import arms_of_round
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.reruns import stored_reruns
from tuning_playbook.gather.snapshot import Snapshot, round_names
from tuning_playbook.project_files.reading_project import PROJECT_FILE, find_project
from tuning_playbook.project_files.reading_round import ROUNDS_FOLDER
from tuning_playbook.records.overrides import set_aside_checks
from tuning_playbook.report.verdicts.columns_taken import kind_of_study
from tuning_playbook.workflow.checking.check_completion import over_tasks, with_command
from tuning_playbook.workflow.checking.checked import Checked, CheckedStudy
from tuning_playbook.workflow.checking.foreign import Told, studies_to_judge, table_as_told
from tuning_playbook.workflow.checking.header_names import (
    headers_of,
    in_header_names,
    with_headers,
)
from tuning_playbook.workflow.checking.other_objective import told_objective
from tuning_playbook.workflow.checking.overrides import set_checks_aside
from tuning_playbook.workflow.rounds.remembering import renew_answer

_MOST_SHOWN = 5  # of the studies of a table


def check_target(
    target: str,
    *,
    project: Path | None = None,
    told: Told | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    heed: Sequence[str] = (),
    reason: str = "",
    tolerance: float | None = None,
) -> Checked:
    """Go through the checklist of the study or the studies at ``target``.

    Args:
        target: a round of the project, or a file, folder or URL with a study of another tool.
        project: folder of the project that the round belongs to. Where ``None``, a file or folder
            named ``target`` comes first, then a round of the project around the working folder.
        told: what the user says of a foreign study.
        select: ids of the checks to run; all where empty.
        ignore: ids of the checks to leave out; for a round of the project from now on.
        heed: ids of the checks of a round that count again.
        reason: why checks of a round are left out; kept in the logbook.
        tolerance: gain of the metric that is too small to matter; the complexity cost of a round
            where ``None``.

    Raises:
        InvalidInput: where nothing usable is at ``target``, or checks of a round are to be left
            out without a reason.
    """
    told = told or Told()
    # a wrong id before any reading
    selected_checks(all_checks(), select=select, ignore=(*ignore, *heed))
    if project is None and not names_a_round(target):
        refuse_near_misses(target)
        if heed or reason:
            raise InvalidInput(
                "--heed and --reason belong to a round of a project, whose logbook keeps them"
            )
        return _check_foreign(target, told, select, ignore, tolerance)
    folder, name = project or Path(), Path(target).stem
    if ignore or heed:
        _set_aside(folder, name, ignore, heed, reason)
    return _check_round(folder, name, told, select, tolerance)


def _set_aside(
    folder: Path, name: str, ignore: Sequence[str], heed: Sequence[str], reason: str
) -> None:
    """Keep which checks are not to count for a round, and answer it again without them."""
    opened = open_project(folder)
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        known.round_studies(name)
        aside = set_aside_checks(known.logbook, name)
        fresh = [check for check in ignore if check not in aside or reason]
        set_checks_aside(store, name, fresh, reason)
        set_checks_aside(store, name, [c for c in heed if c in aside], reason, counts=True)
        renew_answer(opened, store, name)


def names_a_round(target: str) -> bool:
    """Whether there is no such file, but a project around the working folder with such a round."""
    path = Path(target)
    if ":" in target or (path.exists() and path.suffix != ".toml"):
        return False
    try:
        folder = find_project(Path())
    except InvalidInput:
        return False
    if path.suffix == ".toml" or (folder / ROUNDS_FOLDER / f"{target}.toml").is_file():
        return True
    return "/" not in target and target in _stored_rounds(folder)


def _stored_rounds(folder: Path) -> tuple[str, ...]:
    """Rounds in the project's store: an imported one has no file."""
    with suppress(PlaybookError), opened_store(open_project(folder)) as store:
        return round_names(store.studies())
    return ()


def refuse_near_misses(target: str) -> None:
    """A misspelt round, or a project instead of one of its rounds."""
    path = Path(target)
    inside = (path / PROJECT_FILE).is_file()
    if ":" in target or (path.exists() and not inside):
        return
    try:
        folder = path if inside else find_project(Path())
    except InvalidInput:
        return
    files = {p.stem for p in (folder / ROUNDS_FOLDER).glob("*.toml")}
    names = sorted({*files, *_stored_rounds(folder)})
    near = difflib.get_close_matches(target, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"its rounds: {', '.join(names) or 'none yet'}"
    what = "is a project" if inside else "is no file or folder, and no round of this project"
    raise InvalidInput(f"{target} {what}; name one of its rounds. {hint[0].upper()}{hint[1:]}")


def _check_round(
    folder: Path,
    name: str,
    told: Told,
    select: Sequence[str],
    tolerance: float | None,
) -> Checked:
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


def _check_foreign(
    target: str,
    told: Told,
    select: Sequence[str],
    ignore: Sequence[str],
    tolerance: float | None,
) -> Checked:
    checked: list[CheckedStudy] = []
    unusable: list[tuple[str, str]] = []
    studies = studies_to_judge(target, told)
    checks = with_tolerance(all_checks(), tolerance)
    for study in studies:
        try:
            read, table = table_as_told(study, told)
        except InvalidInput as error:
            refusal = over_tasks(error, study, target, told)
            if not unusable and refusal is error:
                typed = {"select": select, "ignore": ignore, "tolerance": tolerance}
                refusal = with_command(error, study, target, told, typed)
            if len(studies) == 1:
                raise refusal from error
            unusable.append((study.name, str(refusal)))
            continue
        findings = run_checks(table, select=select, ignore=ignore, checks=checks)
        kind = read.kind or kind_of_study(table)
        headers = headers_of(read, table)
        said = in_header_names(findings, headers)
        notes = tuple(with_headers(note, headers) for note in read.notes)
        checked.append(CheckedStudy(table, said, notes, read.columns, kind, headers))
    if not checked:
        others = [name for name, _ in unusable[1:]]
        shown = ", ".join(others[:_MOST_SHOWN])
        shown += f" and {len(others) - _MOST_SHOWN} more" if len(others) > _MOST_SHOWN else ""
        more = f". Nor can the other studies be checked: {shown}" if others else ""
        raise InvalidInput(unusable[0][1] + more)
    return Checked(tuple(checked), tuple(unusable))
