"""Studies and parts of trials as JSON documents, and back. Versioned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from tuning_playbook.declared_types import require_types
from tuning_playbook.errors import InvalidInput, StoreError
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
from tuning_playbook.store.cell_types import as_count, as_number, as_text
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
        "derived": dict(study.derived),
    }
    if not study.derived:  # earlier versions read what does not use it
        del document["derived"]
    return json.dumps(document)


def study_from_json(text: str) -> Study:
    """The study written by `study_to_json`.

    Raises:
        StoreError: for a document of another format.
    """
    document = json.loads(text)
    if document.pop("format") != FORMAT:
        raise StoreError(
            "the study was written by another version of tuning-playbook; type: python -m pip "
            "install --upgrade tuning-playbook"
        )
    space = SearchSpace(tuple(_read_hyperparameter(h) for h in document["space"]))
    training = document["training"]
    training["target"] = _read_target(training["target"])
    training["stop_on_non_finite"] = tuple(training["stop_on_non_finite"])
    document |= {
        "space": space,
        "objective": Objective(**document["objective"]),
        "training": TrainingProtocol(**training),
        "configs": tuple(document["configs"]),
        "joint": tuple(document.get("joint", ())),
        "provenance": Provenance(**document["provenance"]),
    }
    study = Study(**document)
    require_types(study)
    return study


def summaries_to_json(summaries: Mapping[str, MetricSummary]) -> str:
    """Summaries by metric; a list of numbers each, NaN and infinities in Python's spelling."""
    return json.dumps({name: list(_astuple(s)) for name, s in summaries.items()})


def summaries_from_json(text: str) -> dict[str, MetricSummary]:
    """What `summaries_to_json` wrote."""
    found = json.loads(text)
    for values in found.values():  # of every trial, so no field is looked up by its declared type
        if not set(map(type, values)) <= {int, float}:
            raise TypeError(f"expected numbers in a summary, found {values!r:.60}")
    return {name: MetricSummary(*values) for name, values in found.items()}


def checkpoints_to_json(checkpoints: Sequence[Checkpoint]) -> str:
    """Checkpoints as a list of lists."""
    return json.dumps([[c.step, c.path, c.value] for c in checkpoints])


def checkpoints_from_json(text: str) -> tuple[Checkpoint, ...]:
    """What `checkpoints_to_json` wrote."""
    return tuple(
        Checkpoint(as_count(step), as_text(path), as_number(value))
        for step, path, value in json.loads(text)
    )


def storable(text: str) -> str:
    """``text`` with a replacement for what a database refuses: NUL and halves of surrogate pairs.

    Program output and host names hold such characters now and then.
    """
    if "\0" in text or not text.isascii():
        return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    return text


def require_storable_name(name: str) -> None:
    """Refuse a study's name that a database cannot hold.

    Raises:
        InvalidInput: for a NUL character or half of a surrogate pair.
    """
    if storable(name) != name:
        raise InvalidInput(
            f"the study's name {name!r} holds a character that cannot be stored; rename the round"
        )


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
