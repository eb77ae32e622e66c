"""Columns that vary like settings and are none: an inner search's choices, and amounts of data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    is_evenly_used,
    is_list_of_values,
)
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import metric_direction, words_of

_CHOSEN_INSIDE = re.compile(
    r"(inner_)?best_(params?|parameters|hyperparams|hyperparameters|hparams|config)\b.*|"
    r"(inner_)?best_(params?|parameters|hyperparams|hyperparameters|hparams|config)_.+",
    re.IGNORECASE,
)
_OF_ANOTHER_RUN = frozenset({"previous", "prev", "baseline", "reference", "ref", "old", "before",
                             "original", "initial"})  # fmt: skip
_COUNTING = frozenset({"n", "num", "number", "nb", "count", "total"})
_EXAMPLES = frozenset({"samples", "sample", "examples", "example", "rows", "images", "observations",
                       "obs", "instances", "points", "sentences", "documents", "records", "train",
                       "training", "test", "val", "valid", "validation", "subjects", "shots",
                       "patients"})  # fmt: skip
# Whose size is that of data, and no part of a model.
_SIZED = frozenset({"train", "training", "trainset", "sample", "samples", "shot", "shots",
                    "dataset", "subset", "val", "validation", "test"})  # fmt: skip
_SHARES = frozenset(
    {"pct", "percent", "percentage", "perc", "fraction", "frac", "share", "portion"}
)
_OF_DATA = frozenset({"of", "the", "data", "dataset", "train", "training", "labels", "labelled",
                      "labeled", "samples", "examples", "used"})  # fmt: skip


def no_settings_of_a_search(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """The best settings of an inner search, results of another run, and amounts of data.

    How much data a run had may have been set, as for a learning curve: it stays a setting where it
    has few values, but a guess.

    Args:
        found: column -> its role so far.
        values: of all columns.
    """
    other = {}
    named = {"_".join(words_of(one.name)): column for column, one in found.items()}
    for column, one in found.items():
        first, *rest = words_of(one.name)
        beside = named.get("_".join(rest)) if first in _OF_ANOTHER_RUN else None
        open_ = one.role in SEARCHED or (one.role is Role.RESULT and not one.certain)
        if beside is not None and open_ and values[column].kind == "numbers":
            reason = f"{beside} of a reference run"
            other[column] = TakenAs(column, one.name, Role.COMPUTED, reason)
            continue
        by_first_word = one.role is Role.RESULT and metric_direction(one.name) is None
        if values[column].levels < 2 or not (one.role in SEARCHED or by_first_word):
            continue
        if _CHOSEN_INSIDE.fullmatch(column):
            reason = "the best setting of an inner search, by its name"
            other[column] = TakenAs(column, one.name, Role.COMPUTED, reason)
        elif (
            one.role in SEARCHED
            and values[column].kind == "numbers"
            and _is_amount_of_data(one.name)
        ):
            reason = "an amount of data by its name, set or found"
            alone = len(words_of(one.name)) == 1
            set_ = (is_evenly_used if alone else is_list_of_values)(values[column])
            role = one.role if set_ else Role.COMPUTED
            other[column] = replace(one, role=role, reason=reason, certain=False)
    return other


def _is_amount_of_data(name: str) -> bool:
    """Whether a name counts examples, or is a share of nothing or of data.

    Example:
        >>> [_is_amount_of_data(n) for n in ("n_train", "num_examples", "pct", "n")]
        [True, True, True, True]
        >>> [_is_amount_of_data(n) for n in ("shot_size", "train_size", "n_shots", "batch_size")]
        [True, True, True, False]
        >>> [_is_amount_of_data(n) for n in ("n_layers", "num_train_epochs", "dropout_pct")]
        [False, False, False]
    """
    words = words_of(name)
    counts = [word for word in words if word in _COUNTING]
    examples = [word for word in words if word in _EXAMPLES]
    sized = words[-1] == "size" and len(words) > 1 and _SIZED.issuperset(words[:-1])
    if words == ("n",) or sized:
        return True
    if counts and examples and len(counts) + len(examples) == len(words):
        return True
    return bool(_SHARES & set(words)) and (_SHARES | _OF_DATA).issuperset(words)
