"""After the kills: is everything that was told to be kept in the store, once, and rightly named?"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from killing.project import (
    INTERVAL,
    ROUND,
    expected_losses,
    planned_end,
    undisturbed_plan,
)
from tuning_playbook.store import open_store
from tuning_playbook.trial import Curves, Trial


@dataclass(slots=True)
class Told:
    """What the processes of one trial have told of one call, in the order in which they started.

    Args:
        drawn: (process, value, whether the call returned).
    """

    drawn: list[tuple[int, float, bool]] = field(default_factory=list)

    def add(self, process: int, value: float, *, returned: bool) -> None:
        """One line of a process; that a call returned follows the line of the call."""
        if returned:
            self.drawn.pop()
        self.drawn.append((process, value, returned))

    @property
    def returned(self) -> bool:
        """Whether any call returned."""
        return any(returned for _, _, returned in self.drawn)

    def allowed(self, *, at_once: bool) -> set[float]:
        """The values of which one must be in the store.

        The last that was returned from, or one of a later call that was killed before it returned.
        Where two processes ran the trial at once, for a while, any of theirs will do.
        """
        last = max((n for n, (_, _, returned) in enumerate(self.drawn) if returned), default=0)
        return {value for _, value, _ in self.drawn[0 if at_once else last :]}


@dataclass(frozen=True, slots=True)
class TrialTruth:
    """What the processes of one trial have told: by (kind of call, step).

    Args:
        calls: of `log` and `evaluate`.
        at_once: whether two of its processes ran at the same time.
        full: how many of them were told that the disk is full.
    """

    calls: Mapping[tuple[str, int], Told]
    at_once: bool
    full: int


def truth_of(folder: Path, index: int) -> TrialTruth:
    """Read the side files of a trial."""
    calls: dict[tuple[str, int], Told] = defaultdict(Told)
    spans, full = [], 0
    for process, file in enumerate(sorted((folder / f"{index:05d}").glob("*"))):
        lines = [line.split() for line in file.read_text().splitlines()]
        started = int(file.name.partition("-")[0])
        spans.append((started, int(lines[-1][0]) if lines else started))
        for _, word, *rest in lines:
            if word == "full":
                full += 1
                continue
            kind, step, drawn = rest
            told = calls[kind, int(step)]
            told.add(process, float(drawn), returned=word == "returned")
    at_once = any(end > start for (_, end), (start, _) in itertools.pairwise(spans))
    return TrialTruth(calls, at_once, full)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared, and what is wrong.

    Args:
        trials: how many there are.
        values: how many logged values were compared.
        faults: one sentence each.
        lost: trials that the machine failed too often, which may run again.
    """

    trials: int
    values: int
    faults: tuple[str, ...]
    lost: tuple[int, ...]


def judge(project: Path, truth: Path, store_url: str, faults_dealt: Mapping[int, int]) -> Verdict:
    """Compare the store with the truth and the plan.

    Args:
        project: the folder.
        truth: of the side files.
        store_url: of the project's store.
        faults_dealt: how often each trial was killed from outside, at least.
    """
    store = open_store(store_url, folder=project, must_exist=True)
    try:
        (study,) = (s for s in store.studies() if s.round == ROUND)
        trials, curves = store.trials(study.name), store.curves(study.name)
    finally:
        store.close()
    faults, values = list(_plan_faults(project, trials)), 0
    lost = tuple(t.index for t in trials if t.reason.value == "lost")
    for trial in trials:
        told = truth_of(truth, trial.index)
        dealt = faults_dealt.get(trial.index, 0) + told.full
        own = [*_state_faults(trial, dealt)]
        if trial.index not in lost:
            own += _curve_faults(trial, curves.get(trial.index, {}), told)
        faults += [f"trial {trial.index}: {fault}" for fault in own]
        values += len(told.calls)
    return Verdict(len(trials), values, tuple(faults), lost)


def _plan_faults(project: Path, trials: tuple[Trial, ...]) -> Iterator[str]:
    plan = undisturbed_plan(project)
    if [t.index for t in trials] != [t.index for t in plan]:
        yield f"the store holds trials {[t.index for t in trials]}, planned were 0 to {len(plan)}"
    for trial, planned in zip(trials, plan, strict=False):
        if (trial.config, trial.seed) != (planned.config, planned.seed):
            yield f"trial {trial.index} has another configuration or seed than planned"


def _state_faults(trial: Trial, dealt: int) -> Iterator[str]:
    end = planned_end(trial.index)
    if trial.reason.value == "lost":
        if dealt < 3:
            yield f"called lost, though the machine failed it {dealt} times: {trial.detail}"
    elif (trial.status, trial.reason) != (end.status, end.reason):
        found = f"{trial.status.value} ({trial.reason.value or 'no reason'}) {trial.detail}"
        yield f"{found}, but it must end as {end.status.value} ({end.reason.value})"


def _curve_faults(trial: Trial, curves: Curves, truth: TrialTruth) -> Iterator[str]:
    end = planned_end(trial.index)
    steps = {
        "log": list(range(1, end.last_step + 1)),
        "evaluate": list(range(INTERVAL, end.last_step + 1, INTERVAL)),
    }
    for (kind, step), told in truth.calls.items():
        if told.returned and step not in steps[kind]:
            yield f"{kind} returned from step {step}, which is not planned"
    expected = expected_losses(trial)
    planned = {
        ("log", "train_loss"): expected,
        ("evaluate", "error"): [expected[s - 1] / s for s in steps["evaluate"]],
    }
    for (kind, metric), values in planned.items():
        for name in (metric, f"{kind}_nonce"):
            found = curves[name].steps.tolist() if name in curves else []
            if found != steps[kind]:
                missing = sorted(set(steps[kind]) - set(found))
                yield f"{name} has {len(found)} steps of {len(steps[kind])}, missing {missing}"
                break
        else:
            if not _same(curves[metric].values.tolist(), values):
                yield f"{metric} is not what the trial computes undisturbed"
            drawn = dict(zip(steps[kind], curves[f"{kind}_nonce"].values.tolist(), strict=True))
            for step, value in drawn.items():
                if value not in truth.calls[kind, step].allowed(at_once=truth.at_once):
                    yield f"step {step} of {kind} holds a value that was not the last returned"


def _same(found: list[float], expected: list[float]) -> bool:
    return len(found) == len(expected) and all(
        a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(found, expected, strict=True)
    )
