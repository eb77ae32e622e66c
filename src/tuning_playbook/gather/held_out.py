"""The lock on metrics that a project holds out, or has held out before."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from tuning_playbook.decisions import LogbookEntry
from tuning_playbook.errors import InvalidInput, StoreReadOnly
from tuning_playbook.records.held_out import HeldOutMetric, HeldOutSet, held_out_metrics
from tuning_playbook.records.logbook import HELD_OUT
from tuning_playbook.store import Store
from tuning_playbook.study import Project


def hidden_metrics(
    store: Store, project: Project, *, without: Iterable[HeldOutSet] = ()
) -> tuple[str, ...]:
    """Metrics that ``store`` must not hand out; what has changed in the file is entered.

    Args:
        store: of the project, not locked.
        project: as its file declares it now.
        without: sets that the caller may see.

    Raises:
        InvalidInput: where a metric that is held out has another role as well.
    """
    known = _present(store, project)
    hidden = [one for one in known if not one.released]
    _refuse_other_roles(project, hidden)
    shown = set(without)
    return tuple(one.metric for one in hidden if one.set not in shown)


def _present(store: Store, project: Project) -> tuple[HeldOutMetric, ...]:
    """The metrics after the file was compared with the record."""
    logbook = store.logbook(kind=HELD_OUT)
    known = {(one.set, one.metric): one for one in held_out_metrics(logbook)}
    declared: dict[tuple[HeldOutSet, str], None] = {}
    if project.test_metric:
        declared["test", project.test_metric] = None
    if project.confirm_metric:
        declared["confirm", project.confirm_metric] = None
    now, entries = time.time(), []
    for of, metric in declared:
        if (of, metric) not in known or not known[of, metric].declared:
            entries.append(_entry(HeldOutMetric(of, metric, now, declared=True)))
    for key, one in known.items():
        if one.declared and key not in declared:
            entries.append(_entry(replace(one, since=now, declared=False)))
    with suppress(StoreReadOnly):  # the lock holds there too; it is entered where it can be
        for entry in entries:
            store.enter(entry)
    return held_out_metrics([*logbook, *entries])


def _entry(one: HeldOutMetric) -> LogbookEntry:
    line = f'the line {one.set} = "{one.metric}"'
    message = (
        f"{one.metric} is no longer held out: {one.released}"
        if one.released
        else f"{line} is in playbook.toml: {one.metric} is held out"
        if one.declared
        else f"{line} was removed from playbook.toml; {one.metric} stays held out"
    )
    data = {"schema": 1, "set": one.set, "metric": one.metric, "declared": one.declared}
    released = {"released": one.released} if one.released else {}
    return LogbookEntry(one.since, HELD_OUT, "", message, data | released)


def _refuse_other_roles(project: Project, hidden: Iterable[HeldOutMetric]) -> None:
    roles = {
        project.objective.metric: "name",
        project.confirm_metric: "confirm",
        project.test_metric: "test",
    }
    for one in hidden:
        line = roles.get(one.metric)
        if line is not None and line != one.set:
            day = time.strftime("%Y-%m-%d", time.localtime(one.since))
            raise InvalidInput(
                f'{one.metric} has been held out since {day} ({one.set} = "{one.metric}"), and '
                f'playbook.toml now says {line} = "{one.metric}" under [metric]; name another '
                "metric there. If it was held out by mistake, remove that line, then type: "
                f'playbook look --release {one.metric} --reason "..."'
            )


def release_metric(store: Store, project: Project, metric: str, reason: str) -> HeldOutMetric:
    """Enter that a metric which playbook.toml no longer declares is hidden no longer.

    Raises:
        InvalidInput: without a reason, for a metric that is not held out, or is still declared.
    """
    if not reason.strip():
        raise InvalidInput(f'say why {metric} is no longer to be held out: --reason "..."')
    known = [one for one in _present(store, project) if not one.released]
    found = next((one for one in known if one.metric == metric), None)
    if found is None:
        names = ", ".join(one.metric for one in known) or "none"
        raise InvalidInput(f"{metric!r} is not held out in this project; held out: {names}")
    if found.declared:
        raise InvalidInput(
            f'playbook.toml declares {found.set} = "{metric}" under [metric]; remove that line, '
            "then run the same command again"
        )
    released = replace(found, since=time.time(), released=" ".join(reason.split()))
    store.enter(_entry(released))
    return released
