"""What a foreign study is in the terms of a project: its metric, its names, its ranges."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tuning_playbook.analysis.search.study_shape import row_of_best_setting
from tuning_playbook.analysis.table.inferred_space import usable_names
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.decide.candidates import rounded_config
from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.opening import OpenProject
from tuning_playbook.importers.base import ForeignStudy, metrics_of
from tuning_playbook.importers.translating import Translated, searched_domain, translated
from tuning_playbook.project_files.naming import matching
from tuning_playbook.project_files.places import PROJECT_FILE
from tuning_playbook.project_files.writing import hyperparameters_to_toml, project_to_toml
from tuning_playbook.provenance import provenance_of_import
from tuning_playbook.space import (
    Config,
    Constant,
    Domain,
    Float,
    Hyperparameter,
    Value,
    fitted,
    misfit,
    range_misfit,
)
from tuning_playbook.study import (
    Direction,
    FunctionTarget,
    Project,
    Study,
)
from tuning_playbook.vocabulary import kind_by_name
from tuning_playbook.words import without_password
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.importing.metric_names import column_of, name_in_project
from tuning_playbook.workflow.importing.training_length import length_as_told, protocol_as_told

_NAMELESS = ("value", "values_0")  # what Optuna calls an objective without a name


def as_the_project_measures(
    foreign: ForeignStudy, told: Told, project: Project
) -> tuple[Told, list[str]]:
    """What decides in the study, in the project's terms, and how that was found."""
    wanted = project.objective
    known = foreign.objective
    metrics = metrics_of(foreign)
    columns = {*metrics, *foreign.parameters, *foreign.metadata}  # a name alone may mislead
    metric = told.metric or (wanted.metric if wanted.metric in columns else "")
    metric = metric or column_of(wanted.metric, metrics)
    if not metric and known is not None and known.metric in _NAMELESS:
        metric = known.metric
    if not metric:
        raise InvalidInput(
            f"the project decides by {wanted.metric!r}, which {foreign.name!r} does not have; if "
            "it has the same metric under another name, give it: --metric NAME. Its metrics: "
            f"{', '.join(metrics[:20]) or 'none'}"
        )
    own = known.direction if known is not None and known.metric == metric else wanted.direction
    direction = Direction(told.direction) if told.direction else own
    if direction is not wanted.direction:
        raise InvalidInput(
            f"{foreign.name!r} is to {direction.value} {metric}, and the project is to "
            f"{wanted.direction.value} {wanted.metric}. Import it into a project of its own, or "
            "name another metric: --metric NAME"
        )
    if metric != wanted.metric and wanted.metric in columns:
        raise InvalidInput(
            f"{foreign.name!r} has a metric {wanted.metric!r} of its own, which the project "
            f"decides by; leave out --metric {metric}"
        )
    renamed = [] if metric == wanted.metric else [f"{metric} is stored as {wanted.metric}"]
    return replace(told, metric=metric, direction=direction.value), renamed


def write_project(into: Path, table: TrialTable, foreign: ForeignStudy) -> Path:
    """A project file that declares what the study varied and what it held fixed."""
    own = {h.key: (h,) for h in table.space.hyperparameters}
    found = translated(table, foreign, own)
    best = _best_values(table)
    varied = [_declaration(h, best.get(h.key, h.default)) for h in found.space.hyperparameters]
    names = usable_names(list(found.fixed))
    fixed = [
        Hyperparameter(names[k], Constant(v), v, kind=kind_by_name(names[k]))
        for k, v in found.fixed.items()
    ]
    protocol, length = protocol_as_told(table, found.fixed), length_as_told(table, found.fixed)
    metric = table.objective.metric
    path = into / PROJECT_FILE
    text = project_to_toml(
        name=into.resolve().name,
        target=FunctionTarget("train.py", "train"),
        metric=name_in_project(metric, metrics_of(foreign)),
        direction=table.objective.direction.value,
        reduction=table.objective.reduction,
        max_train_steps=protocol.max_train_steps,
        evaluation_interval=protocol.evaluation_interval,
        hyperparameters=[*varied, *fixed],
        about_length=length or "not told by the imported study: set the length of your training",
        about_defaults=f"# The defaults are the best setting of {foreign.name!a}, imported: a "
        "candidate, and no\n# proven baseline until this project has rerun it: playbook next\n",
    )
    try:
        into.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}") from error
    return path


def _declaration(h: Hyperparameter, best: Value) -> Hyperparameter:
    """A hyperparameter with its range; without one where no round may search it."""
    kind = kind_by_name(h.name)
    if kind in ("batch_size", "training_length") and h.condition is None:
        return Hyperparameter(h.name, Constant(best), best, kind=kind)
    return _as_declared(h, best)


def _best_values(table: TrialTable) -> Config:
    """Each hyperparameter as in the best setting, or in the best of those that have it.

    The first value that happened to be drawn under another choice need not even train.
    """
    best = row_of_best_setting(table)
    found: dict[str, Value] = {}
    for key, values in table.values.items():
        row = best
        if row is not None and values[row] is None:
            row = row_of_best_setting(table, having=key)
        value = values[row or 0]
        if value is not None:
            found[key] = value
    return rounded_config(found, table.space)


def _as_declared(h: Hyperparameter, default: Value) -> Hyperparameter:
    domain, kind = rounded_outward(h.domain), kind_by_name(h.name)
    return replace(h, domain=domain, default=default, kind=kind)


def rounded_outward(domain: Domain) -> Domain:
    """A range of numbers with ends of two digits, none of what it holds left out.

    Example:
        >>> rounded_outward(Float(0.0001179, 0.08565, "log"))
        Float(low=0.00011, high=0.086, scale='log')
        >>> rounded_outward(Float(0.70012, 0.99934, "reverse_log"))
        Float(low=0.7, high=0.99934, scale='reverse_log')
    """
    if not isinstance(domain, Float):
        return domain
    low, high = domain.low, domain.high
    if domain.scale == "reverse_log":
        low, high = 1 - _two_digits(1 - low, math.ceil), 1 - _two_digits(1 - high, math.floor)
    else:
        low, high = _two_digits(low, math.floor), _two_digits(high, math.ceil)
    return replace(domain, low=float(f"{low:.12g}"), high=float(f"{high:.12g}"))


def _two_digits(value: float, towards: Callable[[float], int]) -> float:
    if abs(value) < sys.float_info.min:  # below it numbers have fewer than two digits
        return value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    rounded = towards(round(value / unit, 9)) * unit
    return float(f"{rounded:.2g}")


def study_in_project(
    opened: OpenProject,
    table: TrialTable,
    foreign: ForeignStudy,
    *,
    name: str,
    target: str,
    command: str,
) -> tuple[Study, Translated]:
    """The study in the project's terms, and its configurations."""
    project = opened.project
    own = translated(table, foreign, _declarations(project, table))
    training = replace(
        protocol_as_told(table, own.fixed, target=f"imported from {without_password(target)}"),
        stop_on_non_finite=project.training.stop_on_non_finite,
    )
    study = Study(
        name=name,
        space=own.space,
        trials=len(table),
        objective=replace(project.objective, reduction=table.objective.reduction),
        training=training,
        round=name,
        question=f"Imported: {foreign.name} from {_short(target)}",
        fixed=_fixed(project, own),
        algorithm="list",
        provenance=provenance_of_import(opened.folder, command=without_password(command)),
    )
    return study, own


def _short(target: str) -> str:
    return without_password(target) if "://" in target else Path(target).name


def _declarations(project: Project, table: TrialTable) -> dict[str, tuple[Hyperparameter, ...]]:
    """What each varied hyperparameter of the study may be in the project.

    Raises:
        InvalidInput: with the lines to add for what the project does not declare.
    """
    declared = {h.key: h for h in project.hyperparameters}
    best = _best_values(table)
    found, undeclared, problems = {}, [], []
    for h in table.space.hyperparameters:
        keys = matching(h.key, declared) or matching(h.name, declared)
        if not keys:
            default = best.get(h.key, h.default)
            undeclared.append(replace(_as_declared(h, default), condition=None))
            continue
        found[h.key] = tuple(declared[key] for key in keys)
        for key in keys:
            domain = searched_domain(declared[key], table, h.key)
            problem = range_misfit(declared[key].domain, domain, natural=declared[key].natural)
            problems += [f"{key}: {problem}"] if problem else []
    if undeclared:
        problems.append(
            "playbook.toml does not declare what the study varies; add below [hyperparameters], "
            "where the defaults are those of the study's best setting and your own may differ:\n"
            f"{hyperparameters_to_toml(undeclared)}"
            "or name only the columns that are hyperparameters: --params NAME,NAME"
        )
    if problems:
        raise InvalidInput("\n".join(problems))
    return found


def _fixed(project: Project, own: Translated) -> dict[str, Any]:
    """What did not vary, under the project's keys where it declares them."""
    declared = {h.key: h for h in project.hyperparameters}
    found: dict[str, Any] = {}
    for name, value in own.fixed.items():
        keys = matching(name, declared)
        key = keys[0] if len(keys) == 1 else name
        if key in own.space.keys:
            continue
        h = declared.get(key)
        known = h is not None and not misfit(h.domain, value)
        found[key] = fitted(h.domain, value) if known and h is not None else value
    return found
