"""Texts that nobody chose as a setting, told by the cells themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuning_playbook.importers.cells.values import types_in
from tuning_playbook.importers.columns.column_values import ColumnValues, combined
from tuning_playbook.importers.taken_as import SEARCHED, Role, TakenAs
from tuning_playbook.vocabulary import plain_name, split_of, words_of

Cells = Sequence[Any]

_LONG = 120  # characters, beyond those of any name of a choice
_ADDRESS = re.compile(r"https?://\S*")
_LOG_FILE = re.compile(r"\S+\.(?:out|log|err)")
_PARTS_OF_DATA = frozenset({"phase", "split", "mode", "stage", "subset", "set", "partition",
                            "eval_split", "data_split", "eval_set", "fold"})  # fmt: skip
# At which level predictions were pooled before they were scored.
_LEVELS = frozenset({"level", "eval_level", "granularity", "aggregation"})
_UNITS = frozenset({"window", "subject", "patient", "slice", "patch", "image", "case", "frame",
                    "clip", "video", "segment", "epoch", "volume", "scan", "session", "recording",
                    "sample", "file", "speaker", "utterance", "document"})  # fmt: skip
_PLACES = frozenset({"path", "dir", "directory", "folder", "file", "filename", "checkpoint", "ckpt",
                     "url", "uri"})  # fmt: skip
_NAME_OR_PATH = ("name", "or", "path")


def names_parts_of_data(name: str, cells: Cells) -> bool:
    """Whether a column says on which part of the data, or for what unit, each row was measured.

    Example:
        >>> names_parts_of_data("split", ["dev", "eval"]), names_parts_of_data("split", ["a", "b"])
        (True, False)
        >>> names_parts_of_data("level", ["window", "subject"])
        True
    """
    plain = plain_name(name)
    if plain not in _PARTS_OF_DATA | _LEVELS or not types_in(cells) <= {str, type(None)}:
        return False
    words = {c for c in cells if c is not None}
    if plain in _LEVELS:
        return len(words) > 1 and all(_UNITS & set(words_of(word)) for word in words)
    return bool(words) and all(split_of(word) is not None for word in words)


def role_of_texts(column: str, name: str, cells: Cells, values: ColumnValues) -> TakenAs | None:
    """The role of a column of texts that are no choice; ``None`` where they may be one."""
    if values.kind != "words" or values.levels < 2:
        return None
    reason = ""
    texts = [str(c) for c in cells if c is not None]
    if all(map(_ADDRESS.fullmatch, texts)):
        reason = "addresses on the web"
    elif all(map(_LOG_FILE.fullmatch, texts)):
        reason = "names of log files"
    elif names_parts_of_data(name, cells):
        reason = "says on which part of the data each row was measured"
    elif values.levels == values.filled and any(len(t) > _LONG or "\n" in t for t in texts):
        reason = "long text, another in every row"
    return TakenAs(column, name, Role.BOOKKEEPING, reason) if reason else None


def places_beside_settings(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Paths of which each trial or each combination of the other settings has its own."""
    varied = [c for c, one in found.items() if one.role in SEARCHED and values[c].levels > 1]
    places = [c for c in varied if _is_place(found[c].name) and values[c].kind == "words"]
    own = [c for c in places if values[c].levels == values[c].filled]
    others = [values[c] for c in varied if c not in places]
    if not others:
        return {}
    reasons = dict.fromkeys(own, "names a place, another in every row")
    for column in places:
        if _names_combinations(values[column], others):
            reasons.setdefault(column, "names a place, another for each combination of settings")
    return {c: TakenAs(c, found[c].name, Role.BOOKKEEPING, why) for c, why in reasons.items()}


def _names_combinations(values: ColumnValues, others: Sequence[ColumnValues]) -> bool:
    """Whether texts differ as all other settings together do, and as no single one does."""
    together = combined([other.codes for other in others])
    count = len(np.unique(together))
    same = count == values.levels == len(np.unique(combined([together, values.codes])))
    return same and all(other.levels < count for other in others)


def _is_place(name: str) -> bool:
    words = words_of(name)
    return bool(_PLACES & set(words)) and words[-3:] != _NAME_OR_PATH
