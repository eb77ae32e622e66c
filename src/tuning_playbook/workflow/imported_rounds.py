"""Rounds that something else has run: they are in the store and have no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuning_playbook.errors import StoreUnavailable
from tuning_playbook.space import Constant, conditions_of
from tuning_playbook.store import Event, Store
from tuning_playbook.study import Project, Round, Study, is_never_tuned

IMPORTED = "imported"  # kind of the event that says where a study came from
_TRIALS = 20


def is_imported(store: Store, studies: Sequence[Study], name: str) -> bool:
    """Whether the round of that name came from another tool."""
    if name not in {study.name for study in studies}:
        return False
    return any(event.kind == IMPORTED for event in store.events(name))


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
        return ImportFacts(
            {i: name for name, i in data["index"].items()},
            data["max_train_steps"],
            data["inferred_ranges"],
        )
    except (AttributeError, LookupError, TypeError) as error:
        raise StoreUnavailable(
            f"the event of an import is damaged ({type(error).__name__}: {error!s:.120}); restore "
            "the store from a copy"
        ) from error


def same_search(project: Project, study: Study) -> Round:
    """A round of the project that searches what an imported study did, as far as it may.

    What the project declares as fixed stays fixed, and so do the training length and the batch
    size, with everything that depends on them.
    """
    declared = {h.key: h for h in project.hyperparameters}
    free = {
        h.key
        for h in study.space.hyperparameters
        if h.key in declared
        and not isinstance(declared[h.key].domain, Constant)
        and not is_never_tuned(h)
    }
    nuisance = {
        h.key: h.domain
        for h in study.space.hyperparameters
        if h.key in free and {c.parent for c in conditions_of(h, declared)} <= free
    }
    why = f"not searched in {study.name}"
    reasons = {key: why for key, h in declared.items()
               if key not in nuisance and not isinstance(h.domain, Constant)}  # fmt: skip
    return Round(
        study.name,
        f"Which configuration is best, beginning with what {study.name} has shown?",
        "improve",
        _TRIALS,
        nuisance=nuisance,
        reasons=reasons,
    )
