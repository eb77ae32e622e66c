"""In which parts of their design two studies differ, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from tuning_playbook.space import Constant, Domain, Float, Hyperparameter, Integer, canonical_json
from tuning_playbook.study import Study

_NOT_COMPARED = ("name", "question", "trials", "provenance")
# A command that was mended still belongs to the same round: what may be pooled with what is told by
# the program that each trial ran.
_MAY_CHANGE = ("training.target", "training.keep_best_checkpoints")
_LONGEST = 120
_ABSENT = "absent"
_ORDER = "order of the search space"


def differences(stored: Study, wanted: Study) -> list[str]:
    """Parts of the design in which two studies differ; empty for the same design.

    The question's wording, the number of trials, the training target, the number of kept
    checkpoints, the defaults of what is searched and the provenance do not belong to the design.
    Whole numbers are compared as numbers, so that ``1`` in a file is ``1.0`` in Python; a switch
    is never a number.
    """
    old = {path: value for f in _compared() for path, value in _parts(f, getattr(stored, f))}
    new = {path: value for f in _compared() for path, value in _parts(f, getattr(wanted, f))}
    changed = [
        path
        for path in dict.fromkeys((*old, *new))
        if not path.startswith(_MAY_CHANGE)
        and _canonical(old.get(path, _ABSENT)) != _canonical(new.get(path, _ABSENT))
    ]
    if sorted(old[_ORDER]) != sorted(new[_ORDER]):
        changed.remove(_ORDER)  # said already by what was added and removed
    if stored.algorithm == "grid" and wanted.trials > stored.trials:
        old["trials"], new["trials"] = stored.trials, f"{wanted.trials}, which makes another grid"
        changed.append("trials")
    one_sided = {path for path in changed if path not in old or path not in new}
    changed = [path for path in changed if path.rpartition(": ")[0] not in one_sided]
    return [
        f"{path} was {_short(old.get(path, _ABSENT))}, is now {_short(new.get(path, _ABSENT))}"
        for path in changed
    ]


def taken_over(stored: Study, wanted: Study) -> Study:
    """A stored study with what may change as it is wanted now; the larger number of trials."""
    training = replace(
        stored.training,
        target=wanted.training.target,
        keep_best_checkpoints=wanted.training.keep_best_checkpoints,
    )
    trials = max(stored.trials, wanted.trials)
    # Reruns serve several rounds; they are called what they were made for.
    question = wanted.question if stored.purpose == "search" else stored.question
    return replace(stored, question=question, training=training, trials=trials)


def _compared() -> list[str]:
    return [f.name for f in fields(Study) if f.name not in _NOT_COMPARED]


def _parts(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if path == "space":
        yield _ORDER, list(value.keys)
        for h in value.hyperparameters:
            yield f"search space: {h.key}", _Range(h.domain)
            yield from _declared(h)
    elif is_dataclass(value):
        for f in fields(value):
            yield from _parts(f"{path}.{f.name}", getattr(value, f.name))
    elif isinstance(value, Mapping):
        for key in value:
            yield from _parts(f"{path}.{key}", value[key])
    else:
        yield path, value


def _declared(h: Hyperparameter) -> Iterator[tuple[str, Any]]:
    if isinstance(h.domain, Constant):  # what is searched takes no trial's value from its default
        yield f"search space: {h.key}: default", h.default
    yield f"search space: {h.key}: natural range", h.natural
    if h.condition is not None:
        yield f"search space: {h.key}: condition", [h.condition.parent, h.condition.value]


class _Range:
    """A domain that prints as a person writes it."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain

    def __str__(self) -> str:
        domain = self.domain
        if isinstance(domain, Float | Integer):
            scale = "" if domain.scale == "linear" else f" ({domain.scale})"
            return f"[{domain.low:g}, {domain.high:g}]{scale}"
        values = getattr(domain, "values", None)
        return str(list(values) if values is not None else getattr(domain, "value", domain))


def _canonical(value: Any) -> str:
    if isinstance(value, _Range):
        domain = value.domain
        parts = {f.name: getattr(domain, f.name) for f in fields(domain)}
        return canonical_json({"type": type(domain).__name__, **parts})
    return canonical_json(value)


def _short(value: Any) -> str:
    text = json.dumps(list(value)) if isinstance(value, tuple) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
