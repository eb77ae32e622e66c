"""Running the trials of some studies on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tuning_playbook.gather.opening import OpenProject, project_store
from tuning_playbook.run.edited_program import edits_of, is_read_anew
from tuning_playbook.run.interrupts import stop_on_signals
from tuning_playbook.run.local import LocalLauncher
from tuning_playbook.run.loop import Driver
from tuning_playbook.run.progress import Progress
from tuning_playbook.run.summary import RunSummary
from tuning_playbook.store import Store
from tuning_playbook.study import Resources, Study


def drive(
    opened: OpenProject,
    create: Callable[[Store], Sequence[Study]],
    *,
    program: str,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> RunSummary:
    """Run all trials of some studies that have not ended yet; Ctrl-C stops cleanly.

    The target is imported before the store is opened, so that a program which cannot be imported
    leaves nothing behind.

    Args:
        opened: the project.
        create: makes the studies in the store, with their trials, and names them.
        program: digest of the training program, which every trial carries.
        workers: trials at the same time; the project file's number by default.
        on_progress: called a few times a second.
    """
    resources = opened.project.resources
    resources = replace(resources, workers=workers or resources.workers)
    edits = edits_of(opened.folder)
    watched = is_read_anew(opened.project.training.target)
    with stop_on_signals() as stop_requested:
        launcher = LocalLauncher(
            opened.folder, opened.project.training.target, workers=resources.workers
        )
        try:
            store = project_store(opened)
        except BaseException:
            launcher.close()
            raise
        try:
            summary = Driver(
                create(store),
                store=store,
                launcher=launcher,
                folder=opened.folder,
                resources=Resources(resources.workers, resources.gpus_per_trial),
                failures=opened.project.failures,
                program=program,
                edits=edits if watched else tuple,
                on_progress=on_progress,
                stop_requested=stop_requested,
            ).run()
        finally:
            launcher.close()
            store.close()
    # The same command would be refused: what is left would run another program.
    return replace(summary, edited=edits()) if summary.interrupted else summary
