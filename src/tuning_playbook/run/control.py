"""What to do next, decided without clock, disk or process: (state, event) -> (state, orders).

The driver in `loop` turns what happens into events and carries the orders out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, TypeAlias

from tuning_playbook.trial import Outcome, Reason, Seconds, Status, Trial

Ending: TypeAlias = Literal["", "timeout", "stop", "by-hand", "lease-lost"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a run.

    Args:
        slots: trials at the same time.
        attempts: how many machine faults under a trial end it.
    """

    slots: int = 1
    attempts: int = 3


@dataclass(frozen=True, slots=True)
class RunningTrial:
    """A trial with a process.

    Args:
        trial: as it was claimed.
        slot: 0 to slots - 1; which accelerators it uses.
        since: when it was claimed.
        timeout_seconds: how long it may run; ``None`` for as long as it takes.
        faults: how often the machine has failed under the trial before.
        ending: why it is being ended, empty while it is left alone.
        reason: its user's, where it is ended by hand; the limit, where it took too long.
    """

    trial: Trial
    slot: int
    since: Seconds = 0.0
    timeout_seconds: Seconds | None = None
    faults: int = 0
    ending: Ending = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunState:
    """All that control remembers.

    Args:
        running: by key, see `key_of`.
        stopping: whether nothing more is to be started.
    """

    running: Mapping[str, RunningTrial] = field(default_factory=lambda: MappingProxyType({}))
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """The store leased a trial to us, ``now``; ``faults`` of the machine under it are known."""

    trial: Trial
    now: Seconds = 0.0
    timeout_seconds: Seconds | None = None
    faults: int = 0


@dataclass(frozen=True, slots=True)
class Exited:
    """A trial's process ended; ``outcome`` is ``None`` where the machine was at fault.

    ``fault`` then says in words what went wrong.
    """

    key: str
    outcome: Outcome | None
    fault: str = "killed from outside, or a full disk"


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on."""

    now: Seconds


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The user, or the system, wants the run to end."""


@dataclass(frozen=True, slots=True)
class TrialStopRequested:
    """The user wants one trial to end, and the run to go on."""

    key: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LeaseEnded:
    """Another worker has taken a trial over."""

    key: str


Event: TypeAlias = Claimed | Exited | Tick | StopRequested | TrialStopRequested | LeaseEnded


@dataclass(frozen=True, slots=True)
class Start:
    """Start a process for this trial."""

    trial: Trial
    slot: int


@dataclass(frozen=True, slots=True)
class Kill:
    """End the process of a trial; its exit is reported as usual."""

    key: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Write down how a trial ended."""

    trial: Trial
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Release:
    """Give a trial back, to be run again from its last checkpoint.

    Args:
        trial: as it was claimed.
        fault: of the machine under it, in words, which is counted; empty where there was none.
    """

    trial: Trial
    fault: str = ""


Order: TypeAlias = Start | Kill | Finish | Release


def key_of(trial: Trial) -> str:
    """Name of a trial's present attempt; the same as `Attempt.key`."""
    return f"{trial.study}#{trial.index}.{trial.attempts}"


def free_slots(state: RunState, limits: Limits) -> int:
    """How many trials may be claimed now."""
    return 0 if state.stopping else limits.slots - len(state.running)


def advance(state: RunState, event: Event, limits: Limits) -> tuple[RunState, tuple[Order, ...]]:
    """The state after ``event``, and what is to be done.

    Keeps, for any order of events: never more running trials than slots; every claimed trial is
    finished, released or lost to another worker, exactly once.

    Args:
        state: before.
        event: what happened; events about trials that are not running change nothing.
        limits: of the run.
    """
    if isinstance(event, Claimed):
        return _claimed(state, event, limits)
    if isinstance(event, Exited):
        return _exited(state, event, limits)
    if isinstance(event, Tick):
        return _too_slow(state, event.now)
    if isinstance(event, TrialStopRequested):
        return _by_hand(state, event)
    if isinstance(event, LeaseEnded):
        return _ending(state, [event.key] if event.key in state.running else [], "lease-lost")
    unbothered = [key for key, r in state.running.items() if not r.ending]
    return _ending(replace(state, stopping=True), unbothered, "stop")


def _too_slow(state: RunState, now: Seconds) -> tuple[RunState, tuple[Order, ...]]:
    late = {
        key: replace(
            r,
            reason=f"stopped after {now - r.since:.3g} s: timeout_seconds = "
            f"{r.timeout_seconds:g} under [training] in playbook.toml",
        )
        for key, r in state.running.items()
        if not r.ending and r.timeout_seconds is not None and now - r.since >= r.timeout_seconds
    }
    return _ending(replace(state, running={**state.running, **late}), list(late), "timeout")


def _by_hand(state: RunState, event: TrialStopRequested) -> tuple[RunState, tuple[Order, ...]]:
    running = state.running.get(event.key)
    if running is None or running.ending:
        return state, ()
    told = {**state.running, event.key: replace(running, reason=event.reason)}
    return _ending(replace(state, running=told), [event.key], "by-hand")


def _claimed(state: RunState, event: Claimed, limits: Limits) -> tuple[RunState, tuple[Order, ...]]:
    if free_slots(state, limits) < 1:
        return state, (Release(event.trial),)
    # Its lease had ended and another worker had it in the meantime: what still runs here is stale,
    # and the store cannot tell it from the new attempt of the same worker.
    stale = [
        key
        for key, r in state.running.items()
        if (r.trial.study, r.trial.index) == (event.trial.study, event.trial.index)
    ]
    state, kills = _ending(state, stale, "lease-lost")
    taken = {r.slot for r in state.running.values()}
    slot = next(s for s in range(limits.slots) if s not in taken)
    running = RunningTrial(event.trial, slot, event.now, event.timeout_seconds, event.faults)
    after = replace(state, running={**state.running, key_of(event.trial): running})
    return after, (*kills, Start(event.trial, slot))


def _exited(state: RunState, event: Exited, limits: Limits) -> tuple[RunState, tuple[Order, ...]]:
    if event.key not in state.running:
        return state, ()
    running = state.running[event.key]
    rest = {key: r for key, r in state.running.items() if key != event.key}
    return replace(state, running=rest), _closing(running, event, limits)


def _closing(running: RunningTrial, event: Exited, limits: Limits) -> tuple[Order, ...]:
    trial = running.trial
    if running.ending == "lease-lost":
        return ()
    if running.ending == "timeout":
        return (Finish(trial, Outcome(Status.INFEASIBLE, Reason.TIMEOUT, running.reason)),)
    if event.outcome is not None:
        return (Finish(trial, event.outcome),)
    if running.ending == "by-hand":
        detail = f"stopped by hand{': ' * bool(running.reason)}{running.reason}"
        return (Finish(trial, Outcome(Status.CANCELLED, Reason.CANCELLED, detail)),)
    # Stopped by us, or started anew after its driver was killed: no fault of the machine, so it
    # does not use up the trial's patience. Its number of attempts counts both, so it is not asked.
    if running.ending == "stop":
        return (Release(trial),)
    faults = running.faults + 1
    if faults < limits.attempts:
        return (Release(trial, event.fault),)
    if faults > 1:
        detail = f"lost {faults} times to faults of the machine, most recently: {event.fault}"
    else:
        detail = f"lost to a fault of the machine: {event.fault}"
    return (Finish(trial, Outcome(Status.FAILED, Reason.LOST, detail)),)


def _ending(state: RunState, keys: list[str], ending: Ending) -> tuple[RunState, tuple[Order, ...]]:
    running = {
        key: replace(r, ending=ending) if key in keys else r for key, r in state.running.items()
    }
    return replace(state, running=running), tuple(Kill(key) for key in keys)


def next_study(waiting: Mapping[str, int], totals: Mapping[str, int]) -> str | None:
    """The study to take a trial from: the one with the smallest share started.

    So the arms of a round keep level, and an interrupted round is still a fair one.

    Args:
        waiting: study -> trials not yet started, in the round's order.
        totals: study -> all trials.
    """
    open_studies = [name for name, count in waiting.items() if count > 0]
    if not open_studies:
        return None
    return min(open_studies, key=lambda name: 1 - waiting[name] / totals[name])
