"""Runs to compare, from wherever they were kept: one study with a column of arms, or a few."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuning_playbook.analysis.table.building import LongCurve
from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.files.table_endings import table_ending
from tuning_playbook.importers.opening import tables_at
from tuning_playbook.importers.roles.told_columns import described
from tuning_playbook.importers.taken_as import QUALITY, Role, TakenAs
from tuning_playbook.workflow.checking.foreign import Told, foreign_studies, studies_to_judge

NAME = "name"  # the column of names that several runs share
_NUMBERED = re.compile(r"#\d+$")
STUDY = "study"  # the column that says which of several studies or files a run is from


def runs_at(targets: Sequence[str], told: Told, *, shared: Sequence[str] = ()) -> ForeignStudy:
    """All runs at the targets as one study; where there are several, column `STUDY` names each.

    Args:
        targets: what ``playbook check`` reads; several of them are one arm each, unless a column
            says otherwise.
        told: what the user says of them.
        shared: the columns of arms and seeds, as far as they are told.

    Raises:
        InvalidInput: where nothing usable is there.
    """
    targets = [table for target in targets for table in tables_at(target)]
    found: list[tuple[str, ForeignStudy]] = []
    for target, label in zip(targets, _labels(targets), strict=True):
        studies = _studies(target, told, shared)
        if told.by and len(studies) > 1:
            shown = ", ".join(study.name for study in studies[:12])
            raise InvalidInput(
                f"{' and '.join(told.by)} makes {len(studies)} studies of {target}; choose the one "
                f"to compare in with --study: {shown}{', ...' if len(studies) > 12 else ''}"
            )
        found += [(label if len(targets) > 1 else study.name, study) for study in studies]
    found = [(label, _with_names(study)) for label, study in found]
    if len(found) == 1:
        return found[0][1]
    labels = list(dict.fromkeys(label for label, _ in found))
    name = " and ".join(labels) if len(labels) < 4 else f"{len(labels)} studies"
    return merged(found, name=name)


def _studies(target: str, told: Told, shared: Sequence[str]) -> list[ForeignStudy]:
    """The studies at a target, those by task among them where one of them is asked for by name."""
    if told.study and not told.by and table_ending(Path(target)):
        whole = foreign_studies(target, replace(told, study=""), shared=shared)
        if told.study not in (study.name for study in whole):
            return studies_to_judge(target, told, shared=shared)
    return foreign_studies(target, told, shared=shared)


def _with_names(study: ForeignStudy) -> ForeignStudy:
    """The study with the names of its runs as a column, since such a name may be what an arm is.

    Reading numbers names that several runs share, ``adam``, ``adam#2``, ...
    """
    names = [_NUMBERED.sub("", i) for i in study.ids]
    if all(name.isdigit() for name in names) or NAME in columns_of(study):
        return study
    column = NAME
    if len(set(names)) == len(names):
        told = (o.column for o in study.columns if o.role is Role.IDENTIFIER)
        column = next((c for c in told if c not in columns_of(study)), NAME)
    return replace(study, metadata={column: names, **study.metadata})


def columns_of(study: ForeignStudy) -> dict[str, Sequence[Any]]:
    """All columns of one cell for each run."""
    return {**study.metadata, **study.results, **study.parameters}


def _labels(targets: Sequence[str]) -> list[str]:
    """A short name for each target: the file's without its endings where that is enough."""
    stems = []
    for target in targets:
        path = Path(target)
        name = path.name.removesuffix(".gz")
        stems.append(name[: len(name) - len(table_ending(path))] or target)
    if len(set(stems)) == len(stems):
        return stems
    if len(set(targets)) < len(targets):
        twice = next(t for t, n in Counter(targets).items() if n > 1)
        raise InvalidInput(f"{twice} is named twice; name the files of different arms")
    return list(targets)


def merged(found: Sequence[tuple[str, ForeignStudy]], *, name: str) -> ForeignStudy:
    """Studies put end to end, with the label of each in column `STUDY`.

    Args:
        found: label and study.
        name: of the whole.
    """
    counts = [len(study.ids) for _, study in found]
    label_of_row = [label for (label, study) in found for _ in study.ids]
    ids = [i for _, study in found for i in study.ids]
    if len(set(ids)) < len(ids):
        ids = [f"{label}: {i}" for label, i in zip(label_of_row, ids, strict=True)]
        again = Counter(ids)
        if max(again.values()) > 1:
            ids = [f"{i} ({row})" for row, i in enumerate(ids)]

    def together(part: str) -> dict[str, list[Any]]:
        names = dict.fromkeys(column for _, study in found for column in getattr(study, part))
        return {
            column: [
                cell
                for (_, study), count in zip(found, counts, strict=True)
                for cell in (getattr(study, part).get(column) or [None] * count)
            ]
            for column in names
        }

    first = found[0][1]
    parameters, results = together("parameters"), together("results")
    metadata = together("metadata")
    for column in results:  # one file may take for a hyperparameter what is a result in another
        for others in (parameters, metadata):
            cells = others.pop(column, None)
            if cells is not None:
                results[column] = [
                    _first_number(a, b) for a, b in zip(results[column], cells, strict=True)
                ]
    objectives = {study.objective for _, study in found}
    return replace(
        first,
        name=name,
        ids=tuple(ids),
        parameters=parameters,
        results=results,
        metadata={**{k: v for k, v in metadata.items() if k != STUDY}, STUDY: label_of_row},
        curves=_curves([study for _, study in found]),
        status=_texts([study.status for _, study in found], counts, "complete"),
        reason=_texts([study.reason for _, study in found], counts, ""),
        objective=objectives.pop() if len(objectives) == 1 else None,
        space=None,
        notes=tuple(dict.fromkeys(note for _, study in found for note in study.notes)),
        max_train_steps=None,
        columns=_roles([study for _, study in found], results),
        kind="",
    )


def _roles(studies: Sequence[ForeignStudy], results: Collection[str]) -> tuple[TakenAs, ...]:
    """What each column was taken for, a result where it is one in any of the studies."""
    taken: dict[str, TakenAs] = {}
    for one in (one for study in studies for one in described(study).columns):
        if one.name not in taken or (one.name in results and one.role in QUALITY):
            taken[one.name] = one
    return tuple(taken.values())


def _first_number(a: Any, b: Any) -> Any:
    return b if a is None and isinstance(b, (int, float)) else a


def _texts(given: Sequence[tuple[str, ...]], counts: Sequence[int], usual: str) -> tuple[str, ...]:
    if not any(given):
        return ()
    return tuple(
        text
        for texts, count in zip(given, counts, strict=True)
        for text in (texts or (usual,) * count)
    )


def _curves(studies: Sequence[ForeignStudy]) -> dict[str, LongCurve]:
    names = dict.fromkeys(name for study in studies for name in study.curves)
    found: dict[str, LongCurve] = {}
    for name in names:
        parts, offset = [], 0
        for study in studies:
            if name in study.curves:
                rows, steps, values = (np.asarray(part) for part in study.curves[name])
                parts.append((rows + offset, steps, values))
            offset += len(study.ids)
        rows, steps, values = (np.concatenate(part) for part in zip(*parts, strict=True))
        found[name] = (rows, steps, values)
    return found
