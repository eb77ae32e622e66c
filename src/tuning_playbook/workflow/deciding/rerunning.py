"""Running a round's best configuration and the baseline again, with fresh seeds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tuning_playbook.answers.arm_standing import best_of_arms
from tuning_playbook.answers.contenders import Contenders, contenders_of
from tuning_playbook.answers.reruns import Reruns, reruns_of
from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.decide.launches.looks import USUAL_LOOKS
from tuning_playbook.decide.launches.reruns import counts_as_rerun
from tuning_playbook.decide.next_step.overtime import Overtime, overtime_of
from tuning_playbook.design.reruns import rerun_study
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import OpenProject, open_project, opened_store, present_program
from tuning_playbook.gather.reruns import stored_reruns
from tuning_playbook.gather.rounds import round_record
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.provenance import provenance_of
from tuning_playbook.records.round_record import RoundRecord
from tuning_playbook.report.results.reran import RerunResult
from tuning_playbook.run.failed_alike import FailedAlike, failed_alike
from tuning_playbook.run.progress import Progress
from tuning_playbook.search import planned_trials
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.study import Study
from tuning_playbook.trial import Event, Status, Trial
from tuning_playbook.workflow.checking.overrides import skip_reruns
from tuning_playbook.workflow.deciding.other_programs import (
    earlier_do_not_count,
    reruns_of_other_programs,
)
from tuning_playbook.workflow.rounds.programs import declare_same, remember_program
from tuning_playbook.workflow.rounds.remembering import renew_answer
from tuning_playbook.workflow.rounds.retrying import reopen
from tuning_playbook.workflow.running.driving import drive

USUAL_RERUNS = USUAL_LOOKS[0]


def rerun_round(
    folder: str | Path,
    round_name: str | None,
    *,
    times: int = USUAL_RERUNS,
    candidate: bool = True,
    baseline: bool = True,
    arms: bool = False,
    workers: int | None = None,
    same_program: str = "",
    retry: bool = False,
    command: str = "",
    on_progress: Callable[[Progress], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> RerunResult:
    """Bring the reruns of a round's candidate and of the baseline to a number.

    Both take turns on the same workers. Reruns that are there already count, so that those of the
    baseline serve every round until the training program or the protocol changes.

    Args:
        folder: of the project.
        round_name: whose best configuration is the candidate; ``None`` for the baseline alone.
        times: of each, in all.
        candidate, baseline: which of the two.
        arms: the best configuration of every arm instead of both.
        same_program: why earlier reruns, of another version of the program, count as well.
        retry: whether reruns that failed are run again, with their seeds.
        workers: trials at the same time; the project file's number by default.
        command: what the user typed, for the record.
        on_progress: called a few times a second.
        tell: called with a line for a person, before anything runs.

    Raises:
        InvalidInput: where the round has trials left, so that its candidate may still change.
    """
    opened, name = open_project(Path(folder)), (round_name or "").removesuffix(".toml")
    both = {"candidate": candidate, "baseline": baseline}
    configs = _configs_of_arms(opened, name) if arms else _configs(opened, name, **both)
    typed = " ".join(["playbook rerun", name or "--baseline", *(["--arms"] if arms else [])])
    command, program = command or typed, present_program(opened)
    provenance = provenance_of(opened.folder, command=command)
    asked: list[Trial] = []

    def create(store: Store) -> Sequence[Study]:
        nonlocal provenance
        remember_program(opened, store, program)
        earlier = reruns_of_other_programs(
            Snapshot(opened, store), configs.values(), program=program
        )
        if earlier and same_program:
            declare_same(store, name, earlier, program, same_program)
        elif earlier:
            tell(earlier_do_not_count(typed))
        provenance = replace(provenance, code=Snapshot(opened, store).same_programs.first(program))
        names: set[str] = set()
        for role, config in configs.items():
            study = rerun_study(opened.project, config, provenance=provenance)
            study = replace(study, question=f"reruns of {_named(role, name)}")
            if retry:
                _reopen_failed(opened, store, study.name, program=program)
            asked.extend(_ask(opened, store, study, times=times, command=command))
            names |= {study.name, *(trial.study for trial in asked)}
        return [study for study in store.studies() if study.name in names]

    summary = drive(
        opened,
        create,
        program=program,
        workers=workers,
        on_progress=lambda p: on_progress(replace(p, round=_label(name))),
    )
    found, failures, overtime = _came_to(opened, configs, code=provenance.code)
    if name and not summary.interrupted:
        _renew_answer(opened, name)
    return RerunResult(
        name,
        opened.project.objective,
        found,
        len(asked),
        summary.interrupted,
        failures,
        bool(summary.crashing),
        summary.edited,
        overtime if summary.all_timed_out else None,
    )


def _label(round_name: str) -> str:
    return f"reruns for {round_name}" if round_name else "reruns of the baseline"


def _renew_answer(opened: OpenProject, round_name: str) -> None:
    """Reruns may change which arm is named, and the next step goes by the entered answer."""
    with opened_store(opened) as store:
        renew_answer(opened, store, round_name)


def skip_round(folder: Path, round_name: str, *, reason: str) -> str:
    """Enter that no reruns are made for a round; a later decision by reruns takes it back.

    Args:
        folder: of the project.
        round_name: that has ended.
        reason: why, such as what they would cost.

    Returns:
        The round's name.

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    opened, name = open_project(Path(folder)), round_name.removesuffix(".toml")
    _finished(opened, name)
    with opened_store(opened) as store:
        skip_reruns(store, name, reason)
    return name


def _named(role: str, round_name: str) -> str:
    if role == "baseline":
        return "the baseline"
    return f"the candidate of {round_name}" if role == "candidate" else f"{role} in {round_name}"


def _configs(
    opened: OpenProject, round_name: str, *, candidate: bool, baseline: bool
) -> dict[str, Config]:
    """What is to be rerun, by role; the baseline alone where the candidate is the same."""
    found: dict[str, Config] = {}
    if candidate:
        found["candidate"] = _finished(opened, round_name)[1].candidate.config
    config = baseline_config(opened.project)
    if baseline or config in found.values():
        found = {role: c for role, c in found.items() if c != config} | {"baseline": config}
    return found


def _configs_of_arms(opened: OpenProject, round_name: str) -> dict[str, Config]:
    record, _ = _finished(opened, round_name)
    arms = record.arms
    if len(arms) < 2:
        raise InvalidInput(
            f"round {round_name!r} has one arm, so there are no others to rerun; "
            f"type: playbook rerun {round_name}"
        )
    return best_of_arms(opened.project, arms, exact=record.exact)


def _finished(opened: OpenProject, round_name: str) -> tuple[RoundRecord, Contenders]:
    """A round that has ended, and its contenders; before that its best may still change."""
    with opened_store(opened) as store:
        record = round_record(Snapshot(opened, store), round_name)
    contenders = contenders_of(record)
    if record.unfinished:
        raise InvalidInput(
            f"round {round_name!r} has {record.unfinished} trials left, and its best "
            f"configuration may still change; finish it first: playbook run {round_name}"
        )
    return record, contenders


def _reopen_failed(opened: OpenProject, store: Store, reruns: str, *, program: str) -> None:
    trials = Snapshot(opened, store).rerun_trials(reruns)
    failed = [trial for trial in trials if trial.status is Status.FAILED]
    reopen(store, opened.folder, failed, program=program)


def _ask(
    opened: OpenProject, store: Store, study: Study, *, times: int, command: str
) -> tuple[Trial, ...]:
    """Create a study of reruns, or add to it, so that ``times`` count; those that have to run.

    Reruns with a version of the program that was declared to train alike count, in their own study.
    """
    everyone = Snapshot(opened, store).rerun_trials(study.name)
    there = [trial for trial in everyone if trial.study == study.name]
    missing = times - sum(map(counts_as_rerun, everyone))
    start = 1 + max((t.index for t in there), default=-1)
    now = time.time()
    more = planned_trials(study, start=start, count=max(0, missing), created_at=now)
    if there or more:
        store.create(replace(study, trials=len(there) + len(more)), more)
    held_by = study.name if there or more else everyone[-1].study
    store.note(held_by, Event(now, "run-started", command))
    return (*(t for t in everyone if not t.status.is_finished), *more)


def _came_to(
    opened: OpenProject, configs: dict[str, Config], *, code: str
) -> tuple[tuple[Reruns, ...], tuple[FailedAlike, ...], Overtime]:
    """The reruns as they are now, those that failed, and those that took too long."""
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        stored = stored_reruns(known)
        found = tuple(
            reruns_of(stored, opened.project, config, role=role, code=code)
            for role, config in configs.items()
        )
        trials = {r.study.name: known.rerun_trials(r.study.name) for r in found}
    failures = (f for name, t in trials.items() for f in failed_alike(t, round_name=name))
    everyone = [trial for own in trials.values() for trial in own]
    return found, tuple(failures), overtime_of(everyone, opened.project.training)
