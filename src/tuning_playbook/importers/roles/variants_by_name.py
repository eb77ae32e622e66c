"""Columns of texts that name what each row changes, where no known setting tells the rows apart."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.columns.column_values import ColumnValues, combined
from tuning_playbook.importers.roles.names_of_configurations import (
    VARIANTS,
    may_name_variants,
)
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import is_repetition, plain_name, words_of

Cells = Sequence[Any]

_SHORTEST_WORD = 3
# What is numbered by what was changed, while runs and trials are numbered as they come.
_OF_EXPERIMENTS = frozenset(
    {
        "exp",
        "experiment",
        "config",
        "configuration",
        "setting",
        "setup",
        "variant",
        "version",
        "model",
        "ablation",
        "approach",
        "attempt",
    }
)


def named_variants(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues], columns: Mapping[str, Cells]
) -> dict[str, TakenAs]:
    """A column that names what each run changes, where no known setting does.

    Or where rows would count as repeats of one setting although their names, which have words in
    common, differ. Names that differ in one number only, such as run_1 and run_2, name repeats.

    Args:
        found: column -> its role so far.
        values, columns: of all columns.
    """
    varied = [c for c, one in found.items() if one.role in SEARCHED and values[c].levels > 1]
    known = any(found[c].role is Role.HYPERPARAMETER and found[c].certain for c in varied)
    if known and not _leave_repeats(found, values, varied):
        return {}
    for column, one in found.items():
        if values[column].kind != "words" or not may_name_variants(one, guessed=bool(varied)):
            continue
        names = {str(cell) for cell in columns[column]}
        says_so = plain_name(one.name).strip("_") in VARIANTS
        if len(names) < 2 or _number_repeats(names):
            continue
        if known and not (says_so or _share_words(names)):
            continue
        reason = "names what each run changes, and no known setting does"
        return {column: TakenAs(column, one.name, Role.HYPERPARAMETER, reason, certain=False)}
    return {}


def names_of_runs_as_variants(
    found: Mapping[str, TakenAs], names: Sequence[str], columns: Mapping[str, Cells]
) -> bool:
    """Whether the names of runs, another one in each row, say what each run changes.

    They do where rows would be repeats without them, no seed tells these apart, and the names share
    words as written ones do: ``lr_1e4`` and ``lr_3e4``, ``freeze0`` and ``freeze4``.

    Args:
        found: column -> its role.
        names: of the runs.
        columns: of all columns.
    """
    searched = [c for c, one in found.items() if one.role in SEARCHED]
    shared = any(re.search(r"#\d+$", name) for name in names)  # as repeated names are numbered
    if shared or any(one.role is Role.SEED for one in found.values()):
        return False
    settings = {tuple(str(columns[c][row]) for c in searched) for row in range(len(names))}
    known = any(is_number(cell) for c in searched for cell in columns[c])
    if known or 2 * len(settings) > len(names) or len(names) < 2 or _number_repeats({*names}):
        return False
    words = [{w for w in words_of(re.sub(r"\d+", "_", n)) if len(w) > 1} for n in names]
    counts = Counter(word for own in words for word in own)
    return 2 * sum(any(counts[w] > 1 for w in own) for own in words) > len(names)


def _leave_repeats(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues], varied: Sequence[str]
) -> bool:
    """Whether rows have the same settings, and no seed tells them apart."""
    if any(one.role is Role.SEED and values[c].levels > 1 for c, one in found.items()):
        return False
    settings = combined([values[c].codes for c in varied])
    return len(np.unique(settings)) < len(settings)


def _share_words(names: Collection[str]) -> bool:
    """Whether most names have a word that another one has too, as drawn names have not."""
    words = {name: {w for w in words_of(name) if len(w) >= _SHORTEST_WORD} for name in names}
    counts = Counter(word for own in words.values() for word in own)
    return 2 * sum(any(counts[w] > 1 for w in own) for own in words.values()) > len(names)


def _number_repeats(names: Collection[str]) -> bool:
    """Whether half of the names count repeats: ``run_1`` and ``run_2``, ``seed7`` and ``seed9``.

    ``layer3`` and ``layer12`` are variants, and so are ``B2_GCN2`` and ``B3_GCN3``; ``Exp 1`` and
    ``Exp 2`` are experiments, each of which changed something.
    """
    repeats = 0
    alike: dict[str, list[list[str]]] = {}
    for name in names:
        alike.setdefault(re.sub(r"\d+", "0", name), []).append(re.findall(r"\d+", name))
    for stem, own in alike.items():
        changing = [place for place, at in enumerate(zip(*own, strict=True)) if len(set(at)) > 1]
        if len(changing) == 1:
            numbers = sorted({int(numbers[changing[0]]) for numbers in own})
            before = re.split(r"\d+", stem)[changing[0]]
            word = re.split(r"[^A-Za-z]", before.rstrip("_- =#."))[-1]
            counted = numbers[0] in (0, 1) and numbers[-1] - numbers[0] == len(numbers) - 1
            if (counted and word.lower() not in _OF_EXPERIMENTS) or is_repetition(word):
                repeats += len(own)
    return 2 * repeats >= len(names)
