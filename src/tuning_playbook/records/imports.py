"""What the events of a study tell of where its trials come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tuning_playbook.declared_types import require_types
from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.trial import Event

# Kinds of events.
IMPORTED = "imported"  # where a study came from
SHARED = "shared"  # whose trials a study took over


@dataclass(frozen=True, slots=True)
class ImportFacts:
    """What the newest import of a study knew and the store has no place for.

    Args:
        names: index -> what the trial was called by the tool that ran it.
        max_train_steps: common length of the trials; ``None`` where they differ.
        inferred_ranges: whether the ranges are only those of the values tried.
    """

    names: Mapping[int, str]
    max_train_steps: int | None
    inferred_ranges: bool


def import_facts(events: Sequence[Event]) -> ImportFacts | None:
    """The facts of an imported study; ``None`` for one that the project has run.

    Args:
        events: of the study.
    """
    imports = [event for event in events if event.kind == IMPORTED]
    if not imports:
        return None
    data = imports[-1].data
    try:
        facts = ImportFacts(
            {i: name for name, i in data["index"].items()},
            data["max_train_steps"],
            data["inferred_ranges"],
        )
        require_types(facts)
    except (AttributeError, LookupError, TypeError) as error:
        raise StoreUnavailable(
            f"the event of an import is damaged ({type(error).__name__}: {error!s:.120}); restore "
            "the store from a copy"
        ) from error
    return facts


def taken_over_trials(
    events: Sequence[Event], which: Literal["trials", "complete"] = "trials"
) -> int:
    """How many trials a study took over from others instead of training them.

    Args:
        events: of the study.
        which: all of them, or those that had completed.
    """
    counts = [event.data.get(which) for event in events if event.kind == SHARED]
    return sum(count for count in counts if isinstance(count, int))
