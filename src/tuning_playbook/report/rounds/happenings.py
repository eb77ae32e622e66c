"""What happened while a study ran: its events, counted by kind."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.trial import Event, Trial

_MOST_TRIALS = 8
_LONGEST_EXAMPLE = 200
_EVERY_TRIAL = "started"  # one for each attempt; only the repeated ones are news


@dataclass(frozen=True, slots=True)
class Happening:
    """One kind of event in one study.

    Args:
        study: its name.
        kind: in words.
        count: how often.
        trials: which, as the user calls them; the first few.
        when: first and last time.
        example: what the first of them said.
    """

    study: str
    kind: str
    count: int
    trials: str
    when: str
    example: str


def happenings(
    events: Iterable[Event], trials: Sequence[Trial], table: TrialTable
) -> tuple[Happening, ...]:
    """The events of a study by kind, in the order of their first.

    Args:
        events: as the store keeps them.
        trials: of the study.
        table: of the same trials, in the same order.
    """
    names = {trial.index: str(table.ids[row]) for row, trial in enumerate(trials)}
    kinds: dict[str, list[Event]] = {}
    for event in events:
        if event.kind != _EVERY_TRIAL:
            kinds.setdefault(event.kind, []).append(event)
        elif not event.message.startswith("attempt 1,"):
            kinds.setdefault("attempted again", []).append(event)
    found = sorted(kinds.items(), key=lambda pair: pair[1][0].at)
    return tuple(_told(table.study, kind, group, names) for kind, group in found)


def _told(study: str, kind: str, group: Sequence[Event], names: dict[int, str]) -> Happening:
    hit = dict.fromkeys(names.get(e.trial, str(e.trial)) for e in group if e.trial is not None)
    shown = ", ".join(list(hit)[:_MOST_TRIALS])
    times = [_clock(event.at) for event in (group[0], group[-1])]
    first = group[0]
    said = first.message
    if not said and first.data:
        said = json.dumps(dict(first.data), ensure_ascii=False, default=str)
    return Happening(
        study=study,
        kind=kind.replace("-", " "),
        count=len(group),
        trials=shown + (f" and {len(hit) - _MOST_TRIALS} more" if len(hit) > _MOST_TRIALS else ""),
        when=times[0] if times[0] == times[1] else f"{times[0]} to {times[1]}",
        example=said[:_LONGEST_EXAMPLE],
    )


def _clock(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
