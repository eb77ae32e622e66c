"""One short run of the training program, to see that it works before a round depends on it."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.analysis.table.summaries import summaries_of
from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.design.entry_conditions import undeclared
from tuning_playbook.errors import TargetError
from tuning_playbook.gather.opening import OpenProject, held_out_now, open_project, present_program
from tuning_playbook.report.results.tried import TriedTarget
from tuning_playbook.run.local import LocalLauncher
from tuning_playbook.run.loop import Driver
from tuning_playbook.run.outcome import nearest_of, only
from tuning_playbook.run.places import trial_folder
from tuning_playbook.search import planned_trials
from tuning_playbook.space import SearchSpace
from tuning_playbook.store import MemoryStore, Store, locked
from tuning_playbook.study import Project, Resources, Study, TrainingProtocol
from tuning_playbook.trial import Reason, Seconds, Status, Step, Trial
from tuning_playbook.words import counted
from tuning_playbook.workflow.trying.last_failed_try import forget_failed_try, remember_failed_try
from tuning_playbook.workflow.trying.last_try import Tried, last_tried, remember_tried
from tuning_playbook.workflow.trying.logged_so_far import LoggedSoFar

USUAL_STEPS = 20
_PATIENCE_SECONDS: Seconds = 600.0  # where the project sets no limit
_QUICK_SECONDS: Seconds = 10.0  # so long may a second run take, to see whether the seed arrives
_TELLING_EVALUATIONS = 5  # without the metric, and longer than asked for: it will not come
_NAME = "try"


def try_target(folder: Path, *, steps: int | None = None) -> TriedTarget:
    """Train the baseline configuration briefly, through the same path as every trial.

    A program that takes its length from elsewhere is stopped once it has evaluated past the steps
    that it was given, and one that fails when it is given so few is tried with more. A quick one
    is run again with another seed, to see whether that changes anything.

    Args:
        folder: of the project.
        steps: how long; by default 20, or fewer where trials are shorter.

    Raises:
        TargetError: when the program cannot be imported.

    Source: playbook, "Who is this document for?".
    """
    opened = open_project(folder)
    try:
        tried = _tried_briefly(opened, steps)
    except TargetError as error:
        remember_failed_try(opened, str(error))
        raise
    if tried.ok:
        forget_failed_try(opened)
    else:
        remember_failed_try(opened, tried.trial.detail)
    return tried


def _tried_briefly(opened: OpenProject, steps: Step | None) -> TriedTarget:
    whole = opened.project.training.max_train_steps
    length = min(steps or USUAL_STEPS, whole)
    tried = _tried(opened, length, enough_after=length)
    longer = _longer(opened, tried)
    if steps is not None or longer <= length:
        return _remembered(opened, _with_another_seed(opened, tried))
    again = _tried(opened, longer, enough_after=0)
    if not again.ok:
        return again
    remark = f"a shorter run of {counted(length, 'step')} failed: {tried.trial.detail}"
    return _remembered(opened, replace(again, remarks=(*again.remarks, remark)))


def _remembered(opened: OpenProject, tried: TriedTarget) -> TriedTarget:
    """Keep the time of a run that went well, for plans and for the first round."""
    if tried.ok:
        missing = undeclared(opened.project) if last_tried(opened.folder) is None else ""
        steps = max(1, tried.steps, _reached(tried.trial))
        metric = opened.project.objective.metric
        program = present_program(opened)
        remember_tried(opened.folder, Tried(program, steps, tried.seconds, tried.start, metric))
        return replace(tried, remarks=(*tried.remarks, missing)) if missing else tried
    return tried


def _with_another_seed(opened: OpenProject, tried: TriedTarget) -> TriedTarget:
    """``tried``, with a remark where another seed gives the same values to the last digit."""
    if not tried.ok or tried.seconds > _QUICK_SECONDS:
        return tried
    other = _tried(opened, tried.steps, enough_after=tried.steps, seed=1)
    if not other.ok or other.trial.summaries != tried.trial.summaries:
        return tried
    remark = (
        "two runs with different seeds logged the same values: the program does not seem to use "
        "the seed, so reruns would not show the variation between seeds. Seed all random "
        "generators with trial.seed, or pass {seed} to the command"
    )
    return replace(tried, remarks=(*tried.remarks, remark))


def _longer(opened: OpenProject, tried: TriedTarget) -> Step:
    """The length with which a program may do better that failed with a short one."""
    training = opened.project.training
    if tried.trial.reason in (Reason.NO_EVALUATION, Reason.MISSING_METRIC):
        if _reached(tried.trial) >= training.evaluation_interval:
            return 0  # it trained that long already
        return training.evaluation_interval  # its own may be written into the program
    if tried.trial.reason in (Reason.EXCEPTION, Reason.EXIT_CODE):
        return training.max_train_steps  # a warmup, say, that is longer
    return 0


def _reached(trial: Trial) -> Step:
    """The last step that it logged; 0 where it logged nothing."""
    return max((s.last_step for s in trial.summaries.values()), default=0)


def _tried(opened: OpenProject, length: Step, *, enough_after: Step, seed: int = 0) -> TriedTarget:
    """A run of ``length`` steps, stopped where it has evaluated beyond ``enough_after``."""
    study = _study(opened, length, seed)
    project = opened.project
    whole = MemoryStore()
    store = locked(whole, *held_out_now(opened))
    store.create(study, planned_trials(study, start=0, count=1, created_at=time.time()))
    launcher = LocalLauncher(opened.folder, study.training.target, workers=1)
    with tempfile.TemporaryDirectory(prefix="playbook-try-") as scratch:
        began, start = time.monotonic(), 0.0
        so_far = LoggedSoFar(Path(scratch), project.objective.metric)

        def enough() -> bool:
            nonlocal start
            waited = time.monotonic() - began
            so_far.read()
            if not so_far.names:
                start = waited
            if so_far.lacks_metric(evaluations=_TELLING_EVALUATIONS, after=length):
                return True
            return _last_evaluation(study, store) > enough_after or (
                study.training.timeout_seconds is None and waited > _PATIENCE_SECONDS
            )

        Driver(
            (study,),
            store=store,
            launcher=launcher,
            folder=opened.folder,
            trials_folder=Path(scratch),
            resources=Resources(1, project.resources.gpus_per_trial),
            attempts=1,
            failures=project.failures,
            step_limit=project.training.max_train_steps,
            stop_requested=enough,
        ).run()
        seconds = time.monotonic() - began
        (trial,) = store.trials(_NAME)
        took = trial.finished_at - trial.started_at
        if math.isfinite(took):  # without what the driver does before and after
            seconds = min(seconds, took)
        output = _last_lines(trial_folder(Path(scratch), trial))
    to_its_end = trial.status.is_finished
    trial, remarks = _judged(study, store, trial, so_far)
    if trial.status is Status.COMPLETE:
        remarks += tuple(_never_logged(project, whole, to_its_end=to_its_end))
    return TriedTarget(trial, length, seconds, output, remarks, min(start, seconds))


def _never_logged(project: Project, whole: Store, *, to_its_end: bool) -> Iterator[str]:
    """Metrics that the project counts on and the program did not log.

    The test set may well be evaluated at the end only, which a run that was stopped has not seen.
    """
    logged = whole.curves(_NAME).get(0, {})
    metric, confirm, test = project.objective.metric, project.confirm_metric, project.test_metric
    needs = [(confirm, "confirm", "a decision")]
    needs += [(test, "test", "playbook look --test")] * to_its_end
    for name, line, reader in needs:
        if name and name not in logged:
            near = nearest_of({*logged} - {metric, confirm, test}, name)
            yield (
                f'{name} was not logged, and {line} = "{name}" under [metric] says that {reader} '
                f"reads it. Log it beside {metric}: trial.evaluate(step, {metric}=..., "
                f"{name}=...), or remove the line{near}"
            )
    yield from _never_watched(project.training, logged)


def _never_watched(training: TrainingProtocol, logged: Collection[str]) -> Iterator[str]:
    """Names that are watched for NaN by the file's own words, and that are not logged."""
    usual = TrainingProtocol.__dataclass_fields__["stop_on_non_finite"].default
    for name in training.stop_on_non_finite:
        if name not in logged and training.stop_on_non_finite != usual:
            yield (
                f"{name} was not logged, and stop_on_non_finite under [training] says that a trial "
                f"ends where it is not finite. Log it, or remove it{nearest_of(logged, name)}"
            )


def _study(opened: OpenProject, length: Step, seed: int) -> Study:
    project = opened.project
    interval = max(1, min(project.training.evaluation_interval, length // 2))
    return Study(
        name=_NAME,
        space=SearchSpace(()),
        trials=1,
        objective=project.objective,
        training=replace(project.training, max_train_steps=length, evaluation_interval=interval),
        fixed=baseline_config(project),
        derived=project.derived,
        algorithm="list",
        seed=seed,
        configs=({},),
    )


def _last_evaluation(study: Study, store: Store) -> Step:
    """Last step with a finite value of the objective; -1 without one."""
    metric = study.objective.metric
    curve = store.curves(_NAME, metrics=[metric]).get(0, {}).get(metric)
    if curve is None:
        return -1
    finite = curve.steps[np.isfinite(curve.values)]
    return int(finite[-1]) if len(finite) else -1


def _judged(
    study: Study, store: Store, trial: Trial, so_far: LoggedSoFar
) -> tuple[Trial, tuple[str, ...]]:
    """The trial as `TriedTarget` shows it, where it was stopped, and what to say about that."""
    length = study.training.max_train_steps
    stopped = not trial.status.is_finished
    summaries = summaries_of(store.curves(_NAME).get(0, {}))
    reached = _reached(replace(trial, summaries=summaries))
    if stopped and _last_evaluation(study, store) < 0:
        found = replace(trial, status=Status.FAILED, **_unmeasured(study, so_far))
        return replace(found, summaries=summaries), ()
    if stopped:
        trial = replace(trial, status=Status.COMPLETE, summaries=summaries)
    if reached <= length:
        return trial, ("the run was stopped there: what it showed was enough",) if stopped else ()
    return trial, (
        f"the program trained to step {reached}, although it was given a length of "
        f"{counted(length, 'step')}: it takes its length from elsewhere. Use "
        "trial.max_train_steps, or {max_train_steps} in the command"
        + "; the run was stopped there, so its end was not tested"
        * stopped,
    )


def _unmeasured(study: Study, so_far: LoggedSoFar) -> dict[str, Any]:
    """Why a run was stopped that had not evaluated the metric that decides."""
    metric = study.objective.metric
    instead = only(so_far.names, metric)
    if so_far.lacks_metric(evaluations=_TELLING_EVALUATIONS, after=0):
        detail = (
            f"{metric!r} was never evaluated in {counted(so_far.evaluations, 'evaluation')} up to "
            f"step {so_far.last_step}, so the run was stopped; it logged {instead}"
        )
        return {"reason": Reason.MISSING_METRIC, "detail": detail}
    detail = (
        f"no value of {metric!r} was evaluated in "
        f"{_PATIENCE_SECONDS / 60:.0f} minutes, {instead}, so the run was stopped; set "
        "training.timeout_seconds in playbook.toml to wait longer"
    )
    return {"reason": Reason.TIMEOUT, "detail": detail}


def _last_lines(folder: Path, count: int = 12) -> str:
    outputs = sorted(folder.glob("*.output"))
    if not outputs:
        return ""
    return "\n".join(outputs[-1].read_text(errors="replace").splitlines()[-count:])
