"""Columns by the names that a person gives them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.cells.column_names import last_part
from tuning_playbook.importers.taken_as import TakenAs
from tuning_playbook.vocabulary import plain_name

_MOST_LISTED = 30


def column_named(
    asked: str, columns: Sequence[TakenAs], *, study: str, what: str = "column"
) -> TakenAs:
    """The column that somebody means.

    Its name as it stands in the header is always accepted; without a prefix, with other separators,
    or its last part only where that is unique.

    Args:
        asked: what was typed.
        columns: to choose from.
        study: its name, for the message.
        what: what the column is to be, for the message.

    Raises:
        InvalidInput: for a name that no column has, or that several could mean.

    Example:
        >>> from tuning_playbook.importers.taken_as import Role
        >>> have = [TakenAs("metrics/mAP50(B)", "mAP50(B)", Role.RESULT, ""),
        ...         TakenAs("Val. Acc. (%)", "Val. Acc. (%)", Role.RESULT, "")]
        >>> [column_named(n, have, study="s").column for n in ("mAP50(B)", "val_acc")]
        ['metrics/mAP50(B)', 'Val. Acc. (%)']
    """
    for same in (_as_written, _without_prefix, _by_words, _by_last_part):
        found = [one for one in columns if same(asked, one)]
        if len(found) == 1 or (found and same is _as_written):
            return found[0]
        if found:
            names = " or ".join(repr(one.column) for one in found[:5])
            raise InvalidInput(f"{asked!r} may be {names}; write the name as it stands there")
    names_there = [one.column for one in columns]
    shorter = [one.name for one in columns]
    near = difflib.get_close_matches(asked, [*names_there, *shorter], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise InvalidInput(f"{study} has no {what} {asked!r}{hint} It has: {_listed(names_there)}")


def columns_named(
    asked: Sequence[str], columns: Sequence[TakenAs], *, study: str, what: str = "column"
) -> list[TakenAs]:
    """The columns that somebody means; a name with commas in it may have been taken apart at them.

    Raises:
        InvalidInput: see `column_named`.
    """
    written = {plain_name(one.column): one for one in columns if "," in one.column}
    found, rest = [], list(asked)
    while rest:
        ends = [n for n in range(len(rest), 1, -1) if plain_name(", ".join(rest[:n])) in written]
        taken = ends[0] if ends else 1
        joined = written[plain_name(", ".join(rest[:taken]))] if ends else None
        found.append(joined or column_named(rest[0], columns, study=study, what=what))
        rest = rest[taken:]
    return found


def quoted(name: str) -> str:
    """A name for a list of names: in quotes where it has a comma itself."""
    return repr(name) if "," in name else name


def _as_written(asked: str, one: TakenAs) -> bool:
    return asked == one.column


def _without_prefix(asked: str, one: TakenAs) -> bool:
    return asked == one.name


def _by_words(asked: str, one: TakenAs) -> bool:
    return plain_name(asked).strip("_") in (
        plain_name(one.column).strip("_"),
        plain_name(one.name).strip("_"),
    )


def _by_last_part(asked: str, one: TakenAs) -> bool:
    return asked == last_part(one.column)


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_LISTED
    more = f" and {rest} more" if rest > 0 else ""
    return (", ".join(names[:_MOST_LISTED]) or "none") + more
