"""The end of exploration, and looks at held-out data: each one is counted."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tuning_playbook.analysis.held_out import held_out_value
from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import InvalidInput, RefusedByPlaybook
from tuning_playbook.report.looks import ExplorationOver, Look, Looks
from tuning_playbook.space import Config, Value, derived_values, rounded
from tuning_playbook.store import Store, Tally, open_store
from tuning_playbook.store.logbook import ANSWER, EXPLORATION_OVER, HELD_OUT, LOOK, told_entry
from tuning_playbook.study import Project, Study
from tuning_playbook.trial import Status, Trial
from tuning_playbook.workflow.held_out import HeldOutSet, held_out_metrics, release_metric
from tuning_playbook.workflow.opening import OpenProject, open_project, project_store

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
            'say why exploration is over, for those who read it later: --reason "..."'
        )
    store = project_store(open_project(folder), must_exist=True)
    try:
        before = exploration_over(store)
        if before is not None:
            day = time.strftime("%Y-%m-%d", time.localtime(before.at))
            raise InvalidInput(f"exploration was declared over on {day}: {before.reason}")
        found = ExplorationOver(time.time(), reason.strip(), tuple(_still_open(store)))
        data = {"reason": found.reason, "still_open": list(found.still_open)}
        store.enter(LogbookEntry(found.at, EXPLORATION_OVER, "", found.reason, data))
    finally:
        store.close()
    return found


def exploration_over(store: Store) -> ExplorationOver | None:
    """When and why exploration was declared over; ``None`` while it goes on."""
    return _over(store.logbook(kind=EXPLORATION_OVER))


def _over(logbook: Sequence[LogbookEntry]) -> ExplorationOver | None:
    for entry in logbook:
        if entry.kind == EXPLORATION_OVER:
            return _declared_over(entry)
    return None


@told_entry
def _declared_over(entry: LogbookEntry) -> ExplorationOver:
    return ExplorationOver(
        entry.at,
        str(entry.data.get("reason", entry.message)),
        tuple(map(str, entry.data.get("still_open", ()))),
    )


def looks(folder: Path) -> Looks:
    """How often the validation and the test set have been looked at; looks at nothing itself."""
    opened = open_project(folder)
    store = project_store(opened, must_exist=True)
    try:
        return looks_of(opened.project, store.studies(), store.tallies(), store.logbook())
    finally:
        store.close()


def looks_of(
    project: Project,
    studies: Sequence[Study],
    tallies: Mapping[str, Tally],
    logbook: Sequence[LogbookEntry],
) -> Looks:
    """The looks in a logbook, and the trials that were judged on the validation set."""
    judged = {
        name: tally.counts[Status.COMPLETE]
        for name, tally in tallies.items()
        if Status.COMPLETE in tally.counts
    }
    return Looks(
        metric=project.objective.metric,
        test_metric=project.test_metric or undeclared_test(logbook),
        rounds=len(
            {s.round or s.name for s in studies if s.name in judged and s.purpose == "search"}
        ),
        trials=sum(judged.values()),
        over=_over(logbook),
        test=looks_at(logbook, "test"),
        confirm_metric=project.confirm_metric,
        confirm=looks_at(logbook, "confirm"),
        declared=bool(project.test_metric),
    )


def undeclared_test(logbook: Iterable[LogbookEntry]) -> str:
    """Metric on the test set that is held out although its line was removed; empty without one."""
    found = (m.metric for m in held_out_metrics(logbook) if m.set == "test" and not m.released)
    return next(found, "")


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
        return _enter_whole(store, released.set, metric)
    finally:
        store.close()


def looks_at(logbook: Sequence[LogbookEntry], which: str) -> tuple[Look, ...]:
    """Every look at one set, ``test`` or ``confirm``, oldest first."""
    return tuple(_look(e) for e in logbook if e.kind == LOOK and e.data.get("set") == which)


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
    store = project_store(opened, must_exist=True, held_out=True)
    try:
        require_unlocked(store, opened.project)
        trials = (
            _baseline_trials(store, opened) if config == "baseline" else [_trial(store, config)]
        )
        values = dict(_values(store, trials, opened.project))
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
            count=len(looks_at(store.logbook(kind=LOOK), "test")) + 1,
        )
        enter_look(store, found)
    finally:
        store.close()
    return found


def require_unlocked(store: Store, project: Project) -> None:
    """Refuse to hand out the held-out metric while exploration goes on.

    Raises:
        RefusedByPlaybook: while it goes on.
        InvalidInput: where the project declares no such metric.
    """
    if not project.test_metric:
        removed = undeclared_test(store.logbook(kind=HELD_OUT))
        raise InvalidInput(
            f"{removed} is held out, and its line was removed from playbook.toml; put it back "
            f'under [metric]: test = "{removed}"'
            if removed
            else "the project declares no metric on held-out data; write it under [metric] in "
            'playbook.toml: test = "test_error"'
        )
    if exploration_over(store) is None:
        raise RefusedByPlaybook(
            f"{project.test_metric} is locked while exploration goes on: a set that has guided "
            "choices no longer tells how good they are. When the search space is settled, type: "
            'playbook close-exploration --reason "..."',
            source="after-exploration",
        )


def look_at_all(store: Store, project: Project) -> Look:
    """Enter that every value of the held-out metric was handed out at once."""
    return _enter_whole(store, "test", project.test_metric)


def _enter_whole(store: Store, of: HeldOutSet, metric: str) -> Look:
    nan, count = math.nan, len(looks_at(store.logbook(kind=LOOK), of)) + 1
    found = Look(time.time(), of, metric, "every trial", nan, nan, (), count)
    enter_look(store, found)
    return found


def enter_look(store: Store, look: Look) -> None:
    """Enter a look in the logbook."""
    finite = {k: None if isinstance(v, float) and math.isnan(v) else v
              for k, v in asdict(look).items() if k != "at"}  # fmt: skip
    message = f"{look.metric} of {look.config}: look {look.count} at the {look.set} set"
    store.enter(LogbookEntry(look.at, LOOK, "", message, {"schema": 1, **finite}))


@told_entry
def _look(entry: LogbookEntry) -> Look:
    data = entry.data
    return Look(
        at=entry.at,
        set=str(data["set"]),
        metric=str(data.get("metric", "")),
        config=str(data.get("config", "")),
        value=math.nan if data.get("value") is None else float(data["value"]),
        deviation=math.nan if data.get("deviation") is None else float(data["deviation"]),
        trials=tuple(data.get("trials", ())),
        count=int(data.get("count", 0)),
    )


def _still_open(store: Store) -> Iterator[str]:
    """What keeps the newest answered round from being a settled search space."""
    answers = store.logbook(kind=ANSWER)
    if not answers:
        yield "no round has been answered yet"
        return
    yield from _open_after(answers[-1])


@told_entry
def _open_after(newest: LogbookEntry) -> list[str]:
    found = []
    if newest.data.get("soundness") in ("weak", "void"):
        found.append(f"{newest.round}: its comparison is {newest.data['soundness']}")
    for study, findings in newest.data.get("findings", {}).items():
        found += [
            f"{study}: {finding.get('summary', finding['check'])}"
            for finding in findings
            if finding.get("check") in _GATE and finding.get("verdict") in ("warn", "fail")
        ]
    return found


def _baseline_trials(store: Store, opened: OpenProject) -> list[Trial]:
    """Complete trials of the baseline's configuration: reruns where there are any."""
    values = {h.key: h.default for h in opened.project.hyperparameters}
    values |= opened.project.baseline
    values |= derived_values(opened.project.derived, values)
    values = _rounded(opened, values)
    found: dict[bool, list[Trial]] = {True: [], False: []}
    for study in store.studies():
        if all(_same(values.get(k), v) for k, v in _rounded(opened, study.fixed).items()):
            found[study.purpose == "rerun"] += [
                t
                for t in store.trials(study.name)
                if _is_config(_rounded(opened, t.config), values)
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


def _rounded(opened: OpenProject, config: Config) -> dict[str, Value]:
    """In as many digits as a launch writes; what is derived follows from that."""
    project = opened.project
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


def _trial(store: Store, name: str) -> Trial:
    study, hash_sign, index = name.rpartition("#")
    known: Sequence[Study] = store.studies()
    if hash_sign and index.isdigit() and study in {s.name for s in known}:
        for trial in store.trials(study, indices=[int(index)]):
            return trial
        raise InvalidInput(f"study {study!r} has no trial {index}")
    names = ", ".join(s.name for s in known[-3:])
    raise InvalidInput(
        f"--config is 'baseline' or a trial as STUDY#INDEX, found {name!r}; studies: {names}"
    )


def _values(store: Store, trials: Sequence[Trial], project: Project) -> Iterator[tuple[str, float]]:
    """Held-out value of each trial that has one, at the step that validation chose."""
    objectives = {s.name: s.objective for s in store.studies()}
    for trial in trials:
        objective = objectives[trial.study]
        found = store.curves(trial.study, trials=[trial.index]).get(trial.index, {})
        test, validation = found.get(project.test_metric), found.get(objective.metric)
        if test is not None and validation is not None:
            value, _ = held_out_value(test, validation, objective)
            if math.isfinite(value):
                yield f"{trial.study}#{trial.index}", value
