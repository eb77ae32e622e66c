"""The shell around control: claims, starts, follows and finishes trials until none is left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tuning_playbook.analysis.table.summaries import summaries_of
from tuning_playbook.errors import LeaseLost, StoreUnavailable
from tuning_playbook.run import control
from tuning_playbook.run.base import Exit, Launcher
from tuning_playbook.run.crashing import FirstEnds
from tuning_playbook.run.follower import Follower, News
from tuning_playbook.run.gpus import visible_gpus
from tuning_playbook.run.orphans import release_orphans
from tuning_playbook.run.outcome import Evidence, fault_in_words, judge
from tuning_playbook.run.patience import patiently
from tuning_playbook.run.places import TRIALS_FOLDER, stop_file, trial_folder
from tuning_playbook.run.progress import Progress, progress_of
from tuning_playbook.run.standings import Standings
from tuning_playbook.run.summary import RunSummary
from tuning_playbook.run.trial_files import delete_journals, identity_of
from tuning_playbook.run.worker import worker_name
from tuning_playbook.store.base import Store
from tuning_playbook.study import CommandTarget, Failures, Resources, Study
from tuning_playbook.training.attempt import Attempt
from tuning_playbook.trial import Event, Outcome, Seconds, Status, Step, Trial, unfinished_trials

LEASE_SECONDS: Seconds = 60.0
_RENEWAL_SECONDS: Seconds = 15.0
_FOLLOW_SECONDS: Seconds = 1.0
_POLL_SECONDS: Seconds = 0.2
_WAIT_FOR_OTHERS_SECONDS: Seconds = 1.0
_MACHINE_FAULT = "machine-fault"  # kind of event; each under a trial is counted
_FILES_GONE = "files-gone"


class Driver:
    """Runs the trials of some studies on one machine.

    Args:
        studies: of one round, created in the store already.
        store: where trials are claimed and results go.
        launcher: starts processes.
        folder: of the project, absolute.
        resources: of this machine.
        trials_folder: where trials keep their files; ``.playbook/trials`` by default.
        attempts: how many machine faults under a trial end it.
        step_limit: largest step that may be logged; ``max_train_steps`` of its study by default.
        failures: what errors of the training program mean.
        program: digest of the training program, which every trial that is started here carries.
        edits: files of the program that have been edited since the run began; any end the run.
        on_progress: called a few times a second.
        stop_requested: asked a few times a second; ``True`` ends the run.
    """

    def __init__(
        self,
        studies: Sequence[Study],
        *,
        store: Store,
        launcher: Launcher,
        folder: Path,
        resources: Resources,
        trials_folder: Path | None = None,
        attempts: int = 3,
        step_limit: Step | None = None,
        failures: Failures = Failures(),  # noqa: B008
        program: str = "",
        edits: Callable[[], tuple[str, ...]] = tuple,
        on_progress: Callable[[Progress], None] = lambda _: None,
        stop_requested: Callable[[], bool] = lambda: False,
    ) -> None:
        self._studies = {study.name: study for study in studies}
        self._store = store
        self._launcher = launcher
        self._folder = folder
        self._trials_folder = trials_folder or folder / TRIALS_FOLDER
        self._resources = resources
        self._program = program
        self._edits = edits
        self._starts_no_more = False
        self._limits = control.Limits(slots=resources.workers, attempts=attempts)
        self._step_limit = step_limit
        self._failures = failures
        self._on_progress = on_progress
        self._stop_requested = stop_requested
        wanted = resources.workers * resources.gpus_per_trial
        self._gpus = visible_gpus(os.environ.get("CUDA_VISIBLE_DEVICES"), wanted)
        self._worker = worker_name()
        self._state = control.RunState()
        self._followers: dict[str, Follower] = {}
        self._renewed: dict[str, Seconds] = {}
        self._folded: set[str] = set()
        self._earlier: dict[str, list[Follower]] = {}
        self._standings = Standings(self._studies, store)
        self._started_at = time.monotonic()
        self._ended_here = 0
        self._first_ends = FirstEnds()

    def run(self) -> RunSummary:
        """Run until all trials have ended, here or elsewhere, or a stop is requested.

        Raises:
            StoreUnavailable: when the store fails for longer than a minute, or the folder of the
                trials is moved or deleted; trials are killed first and go on from their last
                checkpoint next time.
        """
        try:
            if self._standings.learn_earlier():
                self._first_ends.note_earlier()
            self._trials_folder.mkdir(parents=True, exist_ok=True)
            place = identity_of(self._trials_folder)
            while True:
                self._require_same_folder(place)
                self._look_for_stop()
                self._claim()
                stopping = self._state.stopping or self._starts_no_more
                if not self._state.running and (stopping or self._nothing_left()):
                    break
                self._wait()
                self._follow()
                self._apply(control.Tick(time.monotonic()))
                self._show()
        finally:
            self._launcher.close()
        counts, crashing = self._standings.count_again(), self._first_ends.crashing
        self._show()
        left = unfinished_trials(counts) > 0
        slow = left and self._first_ends.all_timed_out(self._studies)
        return RunSummary(counts, interrupted=left, crashing=crashing, all_timed_out=slow)

    def _require_same_folder(self, place: tuple[int, int]) -> None:
        if identity_of(self._trials_folder) != place:
            raise StoreUnavailable(
                f"{self._trials_folder} was moved or deleted while trials were running. If the "
                "project was moved, type playbook run in its new folder: the trials continue from "
                "their checkpoints. The same command here starts those trials from the beginning"
            )

    def _look_for_stop(self) -> None:
        if self._stop_requested() and not self._state.stopping:
            self._apply(control.StopRequested())

    def _claim(self) -> None:
        if control.free_slots(self._state, self._limits) < 1:
            return
        counted = self._standings.counts
        held = [n for n in self._studies if not counted or self._held_elsewhere(n) > 0]
        release_orphans(self._store, held)
        self._standings.count_again()
        while control.free_slots(self._state, self._limits) > 0:
            slow = self._first_ends.all_timed_out(self._studies)
            self._starts_no_more = self._starts_no_more or slow or bool(self._edits())
            trial = None if self._starts_no_more else self._claim_one()
            if trial is None:
                return
            study = self._studies[trial.study]
            # The clock of the wall may be set while a trial runs; that ages no trial.
            now, limit = time.monotonic(), study.training.timeout_seconds
            self._apply(control.Claimed(trial, now, limit, self._faults_of(trial)))

    def _faults_of(self, trial: Trial) -> int:
        """How often the machine has failed under the trial, under whatever driver."""
        if trial.attempts == 1:
            return 0
        events = patiently(lambda: self._store.events(trial.study))
        return sum(e.kind == _MACHINE_FAULT and e.trial == trial.index for e in events)

    def _claim_one(self) -> Trial | None:
        """A trial of the study that is furthest behind; expired leases count as waiting."""
        totals = {name: sum(counts.values()) for name, counts in self._standings.counts.items()}
        startable = {
            name: counts.get(Status.WAITING, 0) + self._held_elsewhere(name)
            for name, counts in self._standings.counts.items()
            if name not in self._first_ends.crashing
        }
        while (name := control.next_study(startable, totals)) is not None:
            claimed = patiently(
                lambda name=name: self._store.claim(  # type: ignore[misc]
                    name,
                    worker=self._worker,
                    count=1,
                    now=self._store.now(),
                    lease_seconds=LEASE_SECONDS,
                    program=self._program,
                )
            )
            if claimed:
                self._standings.move(name, Status.WAITING, Status.RUNNING)
                return claimed[0]
            startable[name] = 0
        return None

    def _held_elsewhere(self, study: str) -> int:
        ours = sum(r.trial.study == study for r in self._state.running.values())
        return self._standings.counts[study].get(Status.RUNNING, 0) - ours

    def _wait(self) -> None:
        if not self._state.running:
            time.sleep(_WAIT_FOR_OTHERS_SECONDS if not self._state.stopping else 0)
            return
        for key, exit_ in self._launcher.poll(_POLL_SECONDS).items():
            follower = self._followers.get(key)
            if follower is None:
                continue
            running = self._state.running[key]
            self._fold_late_rows(running.trial, key)
            self._fold(running.trial, follower, force=True)
            self._apply(self._exited(running.trial, follower, exit_))
            self._followers.pop(key, None)
            self._earlier.pop(key, None)

    def _exited(self, trial: Trial, follower: Follower, exit_: Exit) -> control.Exited:
        key = control.key_of(trial)
        if follower.has_lost_its_files():
            message = f"the files of attempt {trial.attempts} are gone"
            gone = Event(self._store.now(), _FILES_GONE, message, trial.index)
            patiently(lambda: self._store.note(trial.study, gone))
            return control.Exited(key, None, message)
        study = self._studies[trial.study]
        found = follower.ended(killed_by_us=bool(self._state.running[key].ending))
        metric, failures = study.objective.metric, self._failures
        is_command = isinstance(study.training.target, CommandTarget)
        outcome = judge(found, exit_, metric=metric, is_command=is_command, failures=failures)
        return control.Exited(key, outcome, fault_in_words(found, exit_))

    def _fold_late_rows(self, trial: Trial, key: str) -> None:
        """What earlier attempts wrote after this one had begun.

        A worker whose lease has ended may write on until it learns of it, and this attempt may have
        gone on from a checkpoint that it made in the meantime.
        """
        late = [earlier.read() for earlier in self._earlier.get(key, ())]
        if not any(news.chunks for news in late):
            return
        for news in late:
            try:
                self._append(trial, replace(news, events=(), checkpoints=None))
            except LeaseLost:
                self._apply(control.LeaseEnded(key))
                return
        self._followers[key].count_evidence_anew()

    def _follow(self) -> None:
        for key, running in tuple(self._state.running.items()):
            self._look_for_stop_of(key, running.trial)
            if time.monotonic() - self._renewed[key] >= _FOLLOW_SECONDS:
                self._fold(running.trial, self._followers[key], force=False)

    def _look_for_stop_of(self, key: str, trial: Trial) -> None:
        """Whether `playbook stop` in another process has asked for the end of this trial."""
        file = stop_file(trial_folder(self._trials_folder, trial))
        if file.exists():
            reason = file.read_text(encoding="utf-8", errors="replace")
            self._apply(control.TrialStopRequested(key, reason.strip()))

    def _fold(self, trial: Trial, follower: Follower, *, force: bool) -> None:
        """Move what the trial has written into the store, and renew its lease."""
        key = control.key_of(trial)
        news = follower.read()
        due = time.monotonic() - self._renewed.get(key, 0.0) >= _RENEWAL_SECONDS
        if not (news.chunks or news.checkpoints is not None or news.events or due or force):
            return
        try:
            self._append(trial, news)
            self._renewed[key] = time.monotonic()
        except LeaseLost:
            self._apply(control.LeaseEnded(key))

    def _append(self, trial: Trial, news: News, events: Sequence[Event] = ()) -> None:
        now = self._store.now()
        told = [Event(now, e.kind, "", trial.index, e.data) for e in news.events]
        patiently(
            lambda: self._store.append(
                trial.study,
                trial.index,
                worker=self._worker,
                now=self._store.now(),
                lease_seconds=LEASE_SECONDS,
                chunks=news.chunks,
                checkpoints=news.checkpoints,
                events=[*events, *told],
            )
        )

    def _apply(self, event: control.Event) -> None:
        self._state, orders = control.advance(self._state, event, self._limits)
        for order in orders:
            if isinstance(order, control.Start):
                try:
                    self._start(order.trial, order.slot)
                except LeaseLost:  # it ended before there was a process
                    self._apply(control.LeaseEnded(control.key_of(order.trial)))
                    self._apply(control.Exited(control.key_of(order.trial), None))
            elif isinstance(order, control.Kill):
                self._launcher.kill([order.key])
            elif isinstance(order, control.Finish):
                self._finish(order.trial, order.outcome)
            else:
                self._release(order.trial, order.fault)

    def _start(self, trial: Trial, slot: int) -> None:
        study = self._studies[trial.study]
        per_trial = self._resources.gpus_per_trial
        attempt = Attempt(
            study=trial.study,
            index=trial.index,
            number=trial.attempts,
            config=trial.config,
            seed=trial.seed,
            objective=study.objective,
            training=study.training,
            project_folder=str(self._folder),
            trial_folder=str(trial_folder(self._trials_folder, trial)),
            gpus=self._gpus[slot * per_trial : (slot + 1) * per_trial],
            step_limit=self._step_limit or study.training.max_train_steps,
        )
        stop_file(Path(attempt.trial_folder)).unlink(missing_ok=True)  # meant for another attempt
        evidence = self._fold_earlier_attempts(trial, attempt)
        message = f"attempt {trial.attempts}, slot {slot}"
        started = Event(self._store.now(), "started", message, trial.index)
        self._append(trial, News(), [started])
        self._followers[attempt.key] = Follower(attempt, evidence)
        self._renewed[attempt.key] = time.monotonic()
        patiently(lambda: self._launcher.start(attempt))

    def _fold_earlier_attempts(self, trial: Trial, attempt: Attempt) -> Evidence:
        """What earlier attempts wrote, up to the moment when they or their driver were killed.

        Rows that a dead driver had stored already are stored again, which changes no curve: the
        later value of a repeated step counts.
        """
        evidence = Evidence()
        followers = self._earlier[attempt.key] = []
        for number in range(1, trial.attempts):
            earlier = replace(attempt, number=number)
            follower = Follower(earlier, evidence)
            followers.append(follower)
            news = follower.read()
            if earlier.key not in self._folded:
                # Its events would be told twice where a dead driver stored them already.
                self._append(trial, replace(news, events=()))
                self._folded.add(earlier.key)
            evidence = follower.evidence
        return evidence

    def _finish(self, trial: Trial, outcome: Outcome) -> None:
        curves = patiently(lambda: self._store.curves(trial.study, trials=[trial.index]))
        summaries = summaries_of(curves.get(trial.index, {}))
        try:
            patiently(
                lambda: self._store.finish(
                    trial.study,
                    trial.index,
                    worker=self._worker,
                    now=self._store.now(),
                    outcome=outcome,
                    summaries=summaries,
                )
            )
        except LeaseLost:
            return
        self._standings.move(trial.study, Status.RUNNING, outcome.status)
        self._ended_here += 1
        self._first_ends.note(trial.study, outcome)
        if outcome.status is Status.COMPLETE:
            self._standings.note_best(trial.study, summaries)
        stop_file(trial_folder(self._trials_folder, trial)).unlink(missing_ok=True)
        delete_journals(trial_folder(self._trials_folder, trial))

    def _release(self, trial: Trial, fault: str) -> None:
        # It was followed to its end, so the next attempt need not fold it again.
        self._folded.add(control.key_of(trial))
        if fault:
            message = f"attempt {trial.attempts}: {fault}"
            event = Event(self._store.now(), _MACHINE_FAULT, message, trial.index)
            patiently(lambda: self._store.note(trial.study, event))
        try:
            patiently(lambda: self._store.release(trial.study, trial.index, worker=self._worker))
        except LeaseLost:
            return
        self._standings.move(trial.study, Status.RUNNING, Status.WAITING)

    def _nothing_left(self) -> bool:
        """Whether all trials have ended, but for those of studies that crash."""
        self._standings.count_again()
        return self._standings.have_ended(self._studies.keys() - self._first_ends.crashing)

    def _show(self) -> None:
        self._on_progress(
            progress_of(
                next(iter(self._studies.values())),
                self._standings.counts.values(),
                running=len(self._state.running),
                best=self._standings.best,
                seconds=time.monotonic() - self._started_at,
                ended_here=self._ended_here,
            )
        )
