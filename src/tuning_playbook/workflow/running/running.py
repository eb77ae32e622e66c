"""Running a round, or going on with it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from tuning_playbook.decide.next_step.overtime import overtime_of
from tuning_playbook.errors import NoStoreYet, TargetError
from tuning_playbook.gather.opening import (
    OpenProject,
    open_project,
    opened_store,
    present_program,
)
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.project_files.places import ROUNDS_FOLDER
from tuning_playbook.records.arm import account_of_arms
from tuning_playbook.report.results.ran import RoundResult
from tuning_playbook.report.results.tried import took_text, tried_text
from tuning_playbook.run.failed_alike import failed_alike
from tuning_playbook.run.progress import Progress
from tuning_playbook.store import Store
from tuning_playbook.study import Study
from tuning_playbook.trial import Status, Trial
from tuning_playbook.workflow.rounds.creating import Asked, create_studies, stored_as_they_are
from tuning_playbook.workflow.rounds.retrying import Retried
from tuning_playbook.workflow.rounds.round_files import round_to_run
from tuning_playbook.workflow.running.driving import drive
from tuning_playbook.workflow.running.reporting import answered_round, write_answer_report
from tuning_playbook.workflow.trying.last_try import last_tried
from tuning_playbook.workflow.trying.trying import try_target


def run_round(
    folder: str | Path,
    round_name: str,
    *,
    workers: int | None = None,
    trials: int | None = None,
    retry: Collection[Retried] = (),
    same_program: str = "",
    try_first: bool = False,
    write_report: bool = True,
    command: str = "",
    on_progress: Callable[[Progress], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> RoundResult:
    """Run all trials of a round that have not ended yet, and write its report.

    Args:
        folder: of the project.
        round_name: of the round's file.
        workers: trials at the same time; the project file's number by default.
        trials: for each arm, where it is to be more than the round file says.
        retry: ended trials to run again, by how they ended.
        same_program: why trials of another version of the program may be pooled with new ones.
        try_first: whether to run the program once, briefly, where it never ran or its metric was
            never measured.
        write_report: whether to draw the report at the end.
        command: what the user typed, for the record.
        on_progress: called a few times a second.
        tell: called with a line for a person, before the round runs.

    Raises:
        PlaybookError: for mistakes in the files, a target that cannot be imported, a store that
            cannot be used.
    """
    opened = open_project(Path(folder))
    name = round_name.removesuffix(".toml")
    command = command or f"playbook run {name}"
    asked = Asked(command, present_program(opened), frozenset(retry), same_program, tell)
    create: Callable[[Store], tuple[Study, ...]]
    if trials is None and _has_lost_its_file(opened, name):
        create = partial(stored_as_they_are, opened, name, asked=asked)
    else:
        round_ = round_to_run(opened, round_name)
        name = round_.name
        if trials is not None:
            round_ = replace(round_, trials=max(trials, round_.trials))
        create = partial(create_studies, opened, round_, asked=asked)
    if try_first:
        _try_a_new_program(opened, tell)
    summary = drive(
        opened,
        create,
        program=asked.program,
        workers=workers,
        on_progress=on_progress,
    )
    if not any(status.is_finished for status in summary.counts):
        return RoundResult(name, summary.counts, summary.interrupted)
    answered, ran = answered_round(opened, name), _trials(opened, name)
    return RoundResult(
        name,
        summary.counts,
        summary.interrupted,
        None if summary.interrupted else answered.answer,
        write_answer_report(opened, answered) if write_report else None,
        failed_alike(ran, round_name=name),
        tuple(sorted(summary.crashing)),
        account_of_arms(answered.arms),
        summary.edited,
        overtime_of(ran, opened.project.training) if summary.all_timed_out else None,
        sum(arm.taken_over for arm in answered.arms),
    )


def _trials(opened: OpenProject, round_name: str) -> list[Trial]:
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        studies = known.round_studies(round_name)
        return [trial for study in studies for trial in known.trials(study.name)]


def _has_lost_its_file(opened: OpenProject, name: str) -> bool:
    """Whether a round was begun and its file is gone: it goes on as it is in the store."""
    if not name or (opened.folder / ROUNDS_FOLDER / f"{name}.toml").exists():
        return False
    with suppress(NoStoreYet), opened_store(opened) as store:
        known = Snapshot(opened, store)
        own = [s for s in known.searches if s.round == name]
        return any(not status.is_finished for s in own for status in known.tally(s.name).counts)
    return False


def _try_a_new_program(opened: OpenProject, tell: Callable[[str], None]) -> None:
    """One short run where nothing was measured yet: a mistake there would cost every trial."""
    metric, tried_before = opened.project.objective.metric, last_tried(opened.folder)
    before = _metrics_of_trained(opened)
    if metric in before:
        return
    if tried_before is not None and tried_before.metric in ("", metric):
        if tried_before.program == present_program(opened):
            return
        why = "the program has changed since it was tried, and no trial has ended well yet"
    elif before or tried_before is not None:
        why = f"no trial has measured {metric} yet"
    else:
        why = "the program has not run here yet"
    tell(f"{why}, so a short run tries it first (as playbook try does)")
    tried = try_target(opened.folder)
    if not tried.ok:
        raise TargetError(
            f"one short run of the training program failed, so no trial was started: "
            f"{tried_text(tried)}\n"
            "Correct the program and run the same command again. playbook try repeats only the "
            "short run; --no-try leaves it out"
        )
    tell("\n".join([f"tried: {took_text(tried)}", *tried.remarks]))


def _metrics_of_trained(opened: OpenProject) -> set[str]:
    """What decided in the studies of which trials completed here, and not in another tool."""
    with suppress(NoStoreYet), opened_store(opened) as store:
        known = Snapshot(opened, store)
        return {
            study.objective.metric
            for study in known.studies
            if Status.COMPLETE in known.tally(study.name).counts
            and not known.is_imported(study.name)
        }
    return set()
