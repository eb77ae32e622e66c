"""Studies and parts of trials as JSON documents, and back. Versioned."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from tuning_playbook.errors import StoreError
from tuning_playbook.space import (
    Categorical,
    Condition,
    Constant,
    Domain,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)
from tuning_playbook.study import (
    CommandTarget,
    FunctionTarget,
    Objective,
    Provenance,
    Study,
    Target,
    TrainingProtocol,
)
from tuning_playbook.trial import Checkpoint, MetricSummary

FORMAT = 1

_DOMAINS = {c.__name__.lower(): c for c in (Float, Integer, Ordered, Categorical, Constant)}


def study_to_json(study: Study) -> str:
    """The study as a JSON document, provenance and number of trials included."""
    document = {f.name: getattr(study, f.name) for f in fields(Study)}
    document |= {
        "format": FORMAT,
        "space": [_hyperparameter(h) for h in study.space.hyperparameters],
        "objective": asdict(study.objective),
        "training": asdict(study.training),
        "scientific": dict(study.scientific),
        "fixed": dict(study.fixed),
        "configs": [dict(c) for c in study.configs],
        "provenance": asdict(study.provenance),
    }
    return json.dumps(document)


def study_from_json(text: str) -> Study:
    """The study written by `study_to_json`.

    Raises:
        StoreError: for a document of another format.
    """
    document = json.loads(text)
    if document.pop("format") != FORMAT:
        raise StoreError("the study was written in another format; upgrade tuning-playbook")
    space = SearchSpace(tuple(_read_hyperparameter(h) for h in document["space"]))
    training = document["training"]
    training["target"] = _read_target(training["target"])
    training["stop_on_non_finite"] = tuple(training["stop_on_non_finite"])
    document |= {
        "space": space,
        "objective": Objective(**document["objective"]),
        "training": TrainingProtocol(**training),
        "configs": tuple(document["configs"]),
        "provenance": Provenance(**document["provenance"]),
    }
    return Study(**document)


def differences(stored: Study, wanted: Study) -> list[str]:
    """Parts of the design in which two studies differ, in words; empty for the same design."""
    found: list[str] = []
    for field in fields(Study):
        if field.name in ("name", "trials", "provenance", "space"):
            continue
        old, new = getattr(stored, field.name), getattr(wanted, field.name)
        if old != new:
            found.append(f"{field.name} was {_short(old)}, is now {_short(new)}")
    old_space = {h.key: h.domain for h in stored.space.hyperparameters}
    new_space = {h.key: h.domain for h in wanted.space.hyperparameters}
    for key in dict.fromkeys((*old_space, *new_space)):
        if old_space.get(key) != new_space.get(key):
            old, new = old_space.get(key, "not searched"), new_space.get(key, "not searched")
            found.append(f"the range of {key} was {old}, is now {new}")
    if not found and stored.space != wanted.space:
        found.append("the order or the conditions of the searched hyperparameters differ")
    return found


def summaries_to_json(summaries: Mapping[str, MetricSummary]) -> str:
    """Summaries by metric; a list of numbers each, NaN and infinities in Python's spelling."""
    return json.dumps({name: list(_astuple(s)) for name, s in summaries.items()})


def summaries_from_json(text: str) -> dict[str, MetricSummary]:
    """What `summaries_to_json` wrote."""
    return {name: MetricSummary(*values) for name, values in json.loads(text).items()}


def checkpoints_to_json(checkpoints: Sequence[Checkpoint]) -> str:
    """Checkpoints as a list of lists."""
    return json.dumps([[c.step, c.path, c.value] for c in checkpoints])


def checkpoints_from_json(text: str) -> tuple[Checkpoint, ...]:
    """What `checkpoints_to_json` wrote."""
    return tuple(Checkpoint(*row) for row in json.loads(text))


def seconds_or_null(seconds: float) -> float | None:
    """NaN as SQL's null."""
    return None if math.isnan(seconds) else seconds


def _astuple(summary: MetricSummary) -> tuple[Any, ...]:
    return tuple(getattr(summary, f.name) for f in fields(MetricSummary))


def _hyperparameter(h: Hyperparameter) -> dict[str, Any]:
    condition = None if h.condition is None else [h.condition.parent, h.condition.value]
    domain = {"type": type(h.domain).__name__.lower(), **asdict(h.domain)}
    return {
        "name": h.name,
        "domain": domain,
        "default": h.default,
        "kind": h.kind,
        "natural": list(h.natural),
        "condition": condition,
    }


def _read_hyperparameter(document: dict[str, Any]) -> Hyperparameter:
    arguments = dict(document["domain"])
    domain: Domain = _DOMAINS[arguments.pop("type")](**arguments)
    condition = document["condition"]
    return Hyperparameter(
        name=document["name"],
        domain=domain,
        default=document["default"],
        kind=document["kind"],
        natural=(document["natural"][0], document["natural"][1]),
        condition=None if condition is None else Condition(*condition),
    )


def _read_target(document: dict[str, Any]) -> Target:
    if "arguments" in document:
        return CommandTarget(tuple(document["arguments"]))
    return FunctionTarget(**document)


def _short(value: Any) -> str:
    text = str(dict(value)) if isinstance(value, Mapping) else str(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
