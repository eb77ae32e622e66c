"""The name of a metric as a training program logs it, from the column of a table of results."""

from __future__ import annotations

import re
from collections.abc import Collection

# When a value of the curve was taken: the project takes it from the curve itself.
_MOMENT = re.compile(r"^(best|final|last)[\s_/.:-]+|[\s_/.:-]+(best|final|last)$", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")


def as_logged(column: str) -> str:
    """A column's name without the moment that it is of, and without blanks.

    Example:
        >>> [as_logged(name) for name in ("best val_loss", "val/acc_final", "Val Loss", "best")]
        ['val_loss', 'val/acc', 'Val_Loss', 'best']
    """
    return _BLANKS.sub("_", _MOMENT.sub("", column.strip())) or column


def name_in_project(column: str, others: Collection[str]) -> str:
    """The name of a deciding column in a project of its own.

    As it is logged, unless another column of the study has that name.
    """
    logged = as_logged(column)
    return column if logged != column and logged in others else logged


def column_of(metric: str, columns: Collection[str]) -> str:
    """The only column that is logged as ``metric``; empty where there is none, or several.

    Example:
        >>> column_of("val_loss", ("best val_loss", "lr")), column_of("val_loss", ("lr",))
        ('best val_loss', '')
    """
    found = [column for column in columns if as_logged(column) == metric]
    return found[0] if len(found) == 1 else ""
