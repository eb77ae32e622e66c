"""The end of exploration, and looks at held-out data: each one is counted."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tuning_playbook.analysis.curves.held_out import held_out_value
from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import InvalidInput, RefusedByPlaybook
from tuning_playbook.gather.held_out import release_metric
from tuning_playbook.gather.opening import open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.numerals import whole_number
from tuning_playbook.records.held_out import HeldOutSet
from tuning_playbook.records.imports import taken_over_trials
from tuning_playbook.records.logbook import ANSWER, EXPLORATION_OVER, LOOK, told_entry
from tuning_playbook.records.looks import (
    ExplorationOver,
    Look,
    Looks,
    exploration_over,
    looks_at,
    looks_of,
    undeclared_test,
)
from tuning_playbook.space import Config, Value, derived_values, rounded
from tuning_playbook.store import Store, open_store
from tuning_playbook.study import Project
from tuning_playbook.trial import Status, Trial

_GATE = ("search-space-boundary", "sampling-density")


def close_exploration(folder: Path, reason: str) -> ExplorationOver:
    """Declare exploration over, which unlocks the test set.

    Args:
        folder: of the project.
        reason: why, in the user's words.

    Raises:
        InvalidInput: without a reason, or where it was declared over before.

    Source: playbook, "After exploration concludes".
    """
    if not reason.strip():
        raise InvalidInput(
            'say why exploration is over; the reason is kept in the logbook: --reason "..."'
        )
    opened = open_project(folder)
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        before = exploration_over(known.logbook)
        if before is not None:
            day = time.strftime("%Y-%m-%d", time.localtime(before.at))
            raise InvalidInput(f"exploration was declared over on {day}: {before.reason}")
        found = ExplorationOver(time.time(), reason.strip(), tuple(_still_open(known)))
        data = {"reason": found.reason, "still_open": list(found.still_open)}
        store.enter(LogbookEntry(found.at, EXPLORATION_OVER, "", found.reason, data))
    return found


def looks(folder: Path) -> Looks:
    """How often the validation and the test set have been looked at; looks at nothing itself."""
    opened = open_project(folder)
    with opened_store(opened) as store:
        known = Snapshot(opened, store)
        return looks_of(
            opened.project,
            known.studies,
            known.tallies,
            known.logbook,
            taken_over=complete_before(known),
        )


def complete_before(known: Snapshot) -> dict[str, int]:
    """Study -> how many of its complete trials another study had trained before."""
    return {s.name: taken_over_trials(known.events(s.name), "complete") for s in known.searches}


def release(folder: Path, metric: str, reason: str) -> Look:
    """Show a metric from now on that was held out and that playbook.toml no longer declares.

    It is entered in the logbook with its reason, and counts as a look at all its values.

    Args:
        folder: of the project.
        metric: its name.
        reason: why, in the user's words.

    Raises:
        InvalidInput: without a reason, for a metric that is not held out, or is still declared.
    """
    opened = open_project(folder)
    store = open_store(opened.project.store_url, folder=opened.folder, must_exist=True)
    try:
        released = release_metric(store, opened.project, metric, reason)
        return _enter_whole(store, Snapshot(opened, store), released.set, metric)
    finally:
        store.close()


def look_at_test(folder: Path, *, config: str = "baseline") -> Look:
    """Look at the held-out metric of one configuration, and enter the look in the logbook.

    The value is the one at the step that validation chose, the mean over the configuration's
    reruns where there are any, else over its other trials.

    Args:
        folder: of the project.
        config: ``baseline``, or a trial as exports name it: ``STUDY#INDEX``.

    Raises:
        RefusedByPlaybook: while exploration goes on.
        InvalidInput: without a declared held-out metric, or trials that logged it.
    """
    opened = open_project(folder)
    with opened_store(opened, held_out=True) as store:
        known = Snapshot(opened, store)
        require_unlocked(known)
        trials = _baseline_trials(known) if config == "baseline" else [_trial(known, config)]
        values = dict(_values(known, trials))
        if not values:
            metric = opened.project.test_metric
            raise InvalidInput(
                f"no complete trial of {config} logged {metric!r}; evaluate it in the training "
                f"program with trial.evaluate(step, {metric}=...), then run the configuration again"
            )
        found = Look(
            at=time.time(),
            set="test",
            metric=opened.project.test_metric,
            config=config,
            value=statistics.fmean(values.values()),
            deviation=statistics.stdev(values.values()) if len(values) > 1 else math.nan,
            trials=tuple(values),
            count=len(looks_at(known.logbook, "test")) + 1,
        )
        enter_look(store, found)
    return found


def require_unlocked(known: Snapshot) -> None:
    """Refuse to hand out the held-out metric while exploration goes on.

    Raises:
        RefusedByPlaybook: while it goes on.
        InvalidInput: where the project declares no such metric.
    """
    project = known.project
    if not project.test_metric:
        removed = undeclared_test(known.logbook)
        raise InvalidInput(
            f"{removed} is held out, and its line was removed from playbook.toml; put it back "
            f'under [metric]: test = "{removed}"'
            if removed
            else "the project declares no metric on held-out data; write it under [metric] in "
            'playbook.toml: test = "test_error"'
        )
    if exploration_over(known.logbook) is None:
        raise RefusedByPlaybook(
            f"{project.test_metric} is locked while exploration goes on: results on examples that "
            "were used for choices are too optimistic. When the search space is settled, type: "
            'playbook close-exploration --reason "..."',
            source="after-exploration",
        )


def look_at_all(store: Store, known: Snapshot) -> Look:
    """Enter that every value of the held-out metric was handed out at once."""
    return _enter_whole(store, known, "test", known.project.test_metric)


def _enter_whole(store: Store, known: Snapshot, of: HeldOutSet, metric: str) -> Look:
    nan, count = math.nan, len(looks_at(known.logbook, of)) + 1
    found = Look(time.time(), of, metric, "every trial", nan, nan, (), count)
    enter_look(store, found)
    return found


def enter_look(store: Store, look: Look) -> None:
    """Enter a look in the logbook."""
    finite = {
        k: None if isinstance(v, float) and math.isnan(v) else v
        for k, v in asdict(look).items()
        if k != "at"
    }
    message = f"{look.metric} of {look.config}: look {look.count} at the {look.set} set"
    store.enter(LogbookEntry(look.at, LOOK, "", message, {"schema": 1, **finite}))


def _still_open(known: Snapshot) -> Iterator[str]:
    """What keeps the newest answered round from being a settled search space."""
    answers = [entry for entry in known.logbook if entry.kind == ANSWER]
    if not answers:
        yield "no round has been answered yet"
        return
    yield from _open_after(answers[-1])


@told_entry
def _open_after(newest: LogbookEntry) -> list[str]:
    found = []
    if newest.data.get("soundness") in ("weak", "unfair", "void"):
        found.append(f"{newest.round}: its comparison is {newest.data['soundness']}")
    for study, findings in newest.data.get("findings", {}).items():
        found += [
            f"{study}: {finding.get('summary', finding['check'])}"
            for finding in findings
            if finding.get("check") in _GATE and finding.get("verdict") in ("warn", "fail")
        ]
    return found


def _baseline_trials(known: Snapshot) -> list[Trial]:
    """Complete trials of the baseline's configuration: reruns where there are any."""
    project = known.project
    values = {h.key: h.default for h in project.hyperparameters}
    values |= project.baseline
    values |= derived_values(project.derived, values)
    values = _rounded(project, values)
    found: dict[bool, list[Trial]] = {True: [], False: []}
    for study in known.studies:
        if all(_same(values.get(k), v) for k, v in _rounded(project, study.fixed).items()):
            found[study.purpose == "rerun"] += [
                t
                for t in known.trials(study.name)
                if _is_config(_rounded(project, t.config), values)
            ]
    complete = {
        rerun: [t for t in trials if t.status is Status.COMPLETE] for rerun, trials in found.items()
    }
    if not (complete[True] or complete[False]):
        raise InvalidInput(
            "no complete trial has the baseline's configuration; run it with fresh seeds "
            "(playbook rerun), or name a trial: --config STUDY#INDEX"
        )
    return complete[True] or complete[False]


def _rounded(project: Project, config: Config) -> dict[str, Value]:
    """In as many digits as a launch writes; what is derived follows from that."""
    domains = {h.key: h.domain for h in project.hyperparameters}
    found = {k: rounded(domains[k], v) if k in domains else v for k, v in config.items()}
    return {**found, **derived_values(project.derived, found)}


def _is_config(config: Config, values: Mapping[str, Value]) -> bool:
    return all(_same(values.get(key), value) for key, value in config.items())


def _same(a: object, b: object) -> bool:
    numbers = [x for x in (a, b) if isinstance(x, (int, float)) and not isinstance(x, bool)]
    if len(numbers) == 2:
        return math.isclose(numbers[0], numbers[1], rel_tol=1e-9, abs_tol=1e-300)
    return a == b


def _trial(known: Snapshot, name: str) -> Trial:
    study, hash_sign, index = name.rpartition("#")
    number = whole_number(index)
    if hash_sign and number is not None and study in {s.name for s in known.studies}:
        for trial in known.some_trials(study, [number]):
            return trial
        raise InvalidInput(f"study {study!r} has no trial {index}")
    names = ", ".join(s.name for s in known.studies[-3:])
    raise InvalidInput(
        f"--config is 'baseline' or a trial as STUDY#INDEX, found {name!r}; studies: {names}"
    )


def _values(known: Snapshot, trials: Sequence[Trial]) -> Iterator[tuple[str, float]]:
    """Held-out value of each trial that has one, at the step that validation chose."""
    objectives = {s.name: s.objective for s in known.studies}
    for trial in trials:
        objective = objectives[trial.study]
        found = known.curves(trial.study, trials=[trial.index]).get(trial.index, {})
        test, validation = found.get(known.project.test_metric), found.get(objective.metric)
        if test is not None and validation is not None:
            value, _ = held_out_value(test, validation, objective)
            if math.isfinite(value):
                yield f"{trial.study}#{trial.index}", value
