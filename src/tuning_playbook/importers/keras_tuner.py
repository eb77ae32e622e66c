"""Folders of Keras Tuner: one ``trial_ID/trial.json`` for each trial."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from tuning_playbook.analysis.table.inferred_space import usable_names
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import as_number, mapping_in, mappings_in
from tuning_playbook.importers.readers import Reader, chosen
from tuning_playbook.importers.runs.run_folders import read_document
from tuning_playbook.importers.runs_of_tools import Run, shortened, study_of_runs
from tuning_playbook.space import (
    Categorical,
    Constant,
    Domain,
    Float,
    Hyperparameter,
    Integer,
    Ordered,
    SearchSpace,
)
from tuning_playbook.study import Direction, Objective
from tuning_playbook.trial import Reason, Status
from tuning_playbook.vocabulary import split_of
from tuning_playbook.words import counted, some_of

_ENDINGS = {
    "COMPLETED": (Status.COMPLETE, Reason.NONE),
    "RUNNING": (Status.RUNNING, Reason.NONE),
    "INVALID": (Status.INFEASIBLE, Reason.NONE),
    "FAILED": (Status.FAILED, Reason.EXCEPTION),
    "STOPPED": (Status.CANCELLED, Reason.NONE),
    "IDLE": (Status.WAITING, Reason.NONE),
}
# File of a search -> how far above it the folder of the search lies, less one.
_LEVELS = {"oracle.json": 0, "trial.json": 1}
# Hyperband keeps its own numbers among the hyperparameters.
_OF_TUNER = "tuner/"
_EPOCHS = "tuner/epochs"


def looks_like_keras_tuner(path: Path) -> bool:
    """Whether a path is such a folder, or one of its files."""
    if path.is_file():
        return path.name in _LEVELS and (_holds_trials(_folder(path)) or _is_oracle(path))
    return _holds_trials(path)


def read_keras_tuner(path: Path) -> tuple[ForeignStudy, ...]:
    """The study in a folder of Keras Tuner.

    The metric that decides is the one whose values are the trials' scores.

    Raises:
        InvalidInput: for a folder without a readable trial.
    """
    folder = _folder(path)
    notes: list[str] = []
    documents = [d for f in sorted(folder.glob("trial_*/trial.json")) if (d := _read(f, notes))]
    if not documents and path.is_file() and not _holds_trials(folder):
        raise InvalidInput(
            f"{path} keeps the search space of Keras Tuner and no results; they are in "
            "trial_*/trial.json beside it: copy the whole folder of the search and name it"
        )
    if not documents:
        raise InvalidInput(f"{folder} has no readable trial of Keras Tuner; copy it again")
    runs = [_run(document) for document in documents]
    notes = [*shortened(notes), *_stop_on_rungs(runs)]
    study = study_of_runs(folder.resolve().name, runs, notes=notes)
    found = _objective(documents)
    if found is None:
        why = "no metric has the values of the trials' scores; --metric says what decides."
        return (replace(study, notes=(*study.notes, why)),)
    return (replace(study, objective=found, space=_space(documents, study)),)


def _folder(path: Path) -> Path:
    """The folder of the search: the path itself, or the one that a file of a search lies in."""
    return path.parents[_LEVELS[path.name]] if path.is_file() else path


def _holds_trials(folder: Path) -> bool:
    return any(folder.glob("trial_*/trial.json"))


def _is_oracle(path: Path) -> bool:
    """Whether a file is what Keras Tuner keeps of a search beside its trials."""
    try:
        document = mapping_in(read_document(path))
    except (InvalidInput, OSError):
        return False
    return "hyperparameters" in document and "ongoing_trials" in document


def _read(path: Path, notes: list[str]) -> dict[str, Any] | None:
    try:
        found = read_document(path)
    except InvalidInput as error:
        notes.append(f"{error}.")
        return None
    return found if isinstance(found, dict) and "trial_id" in found else None


def _run(document: Mapping[str, Any]) -> Run:
    run = Run(str(document["trial_id"]))
    values = mapping_in(mapping_in(document.get("hyperparameters")).get("values"))
    run.parameters = {k: v for k, v in values.items() if not k.startswith(_OF_TUNER)}
    run.metadata = {k: v for k, v in values.items() if k.startswith(_OF_TUNER)}
    for name, metric in _metrics(document).items():
        observed = _observed(metric)
        if observed:
            run.results[name] = observed[-1]
    if document.get("best_step") is not None:
        run.metadata["best_step"] = document["best_step"]
    status = str(document.get("status", "COMPLETED"))
    run.status, run.reason = _ENDINGS.get(status, (Status.COMPLETE, Reason.NONE))
    return run


def _stop_on_rungs(runs: Sequence[Run]) -> list[str]:
    """Mark the trials that Hyperband trained for less than its full length, and say so."""
    lengths = [as_number(run.metadata.get(_EPOCHS)) for run in runs]
    whole = max((length for length in lengths if length is not None), default=0.0)
    short = [
        run
        for run, length in zip(runs, lengths, strict=True)
        if length is not None and length < whole and run.status is Status.COMPLETE
    ]
    for run in short:
        run.status = Status.CANCELLED
    if not short:
        return []
    note = (
        f"Hyperband trained {some_of(len(short), len(runs), 'trial')} for less than "
        f"{counted(int(whole), 'epoch')} ({_EPOCHS}); their results are compared with none of the "
        "others."
    )
    return [note]


def _metrics(document: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    metrics = mapping_in(mapping_in(document.get("metrics")).get("metrics"))
    return {name: mapping_in(metric) for name, metric in metrics.items()}


def _observed(metric: Mapping[str, Any]) -> list[float]:
    return [_mean(one) for one in mappings_in(metric.get("observations"))]


def _mean(observation: Mapping[str, Any]) -> float:
    """An observation is the mean of its executions: one setting may be trained several times."""
    value = observation.get("value")
    numbers = [as_number(v) for v in (value if isinstance(value, list) else [value])]
    there = [v for v in numbers if v is not None]
    return fmean(there) if there else float("nan")


def _objective(documents: Sequence[Mapping[str, Any]]) -> Objective | None:
    scored = [d for d in documents if as_number(d.get("score")) is not None]
    names = dict.fromkeys(name for d in scored for name in _metrics(d))
    same = [
        name
        for name in names
        if all(_is_score(_metrics(d).get(name), float(d["score"])) for d in scored)
    ]
    same.sort(key=lambda name: split_of(name) != "validation")
    if not same:
        return None
    shown = next(_metrics(d)[same[0]] for d in scored if same[0] in _metrics(d))
    largest = shown.get("direction") == "max"
    return Objective(same[0], Direction.MAXIMIZE if largest else Direction.MINIMIZE)


def _is_score(metric: Mapping[str, Any] | None, score: float) -> bool:
    tolerance = 1e-6 * max(1.0, abs(score))
    return any(abs(value - score) <= tolerance for value in _observed(metric or {}))


def _space(documents: Sequence[Mapping[str, Any]], study: ForeignStudy) -> SearchSpace | None:
    """The declared ranges; ``None`` where some exist under conditions or were declared anew."""
    declared: dict[str, Domain] = {}
    for document in documents:
        for one in mappings_in(mapping_in(document.get("hyperparameters")).get("space")):
            config = mapping_in(one.get("config"))
            name = str(config.get("name"))
            domain = _domain(one.get("class_name"), config)
            unclear = domain is None or config.get("conditions")
            if unclear or declared.setdefault(name, domain) != domain:  # type: ignore[arg-type]
                return None
    varied = {n: d for n, d in declared.items() if not isinstance(d, Constant)}
    usable = usable_names(list(varied))
    if not varied or any(usable[n] != n or n not in study.parameters for n in varied):
        return None
    return SearchSpace(
        tuple(Hyperparameter(n, d, _first(study.parameters[n])) for n, d in varied.items())
    )


def _first(cells: Sequence[Any]) -> Any:
    return next((cell for cell in cells if cell is not None), None)


def _domain(kind: Any, config: Mapping[str, Any]) -> Domain | None:
    if kind == "Fixed" and isinstance(config.get("value"), (bool, int, float, str)):
        return Constant(config["value"])
    if kind == "Boolean":
        return Categorical((False, True))
    if kind == "Choice":
        given = config.get("values")
        values = tuple(given) if isinstance(given, list) else ()
        numbers = all(type(v) in (int, float) for v in values)
        if len(values) < 2:
            return None
        return Ordered(tuple(sorted(values))) if numbers else Categorical(values)
    if kind not in ("Int", "Float") or config.get("sampling") not in (None, "linear", "log"):
        return None
    scale: Literal["linear", "log"] = "log" if config.get("sampling") == "log" else "linear"
    low, high = (as_number(config.get(end)) for end in ("min_value", "max_value"))
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return None
    return Integer(int(low), int(high), scale) if kind == "Int" else Float(low, high, scale)


READER = Reader("Keras Tuner", looks_like_keras_tuner, chosen(read_keras_tuner))
