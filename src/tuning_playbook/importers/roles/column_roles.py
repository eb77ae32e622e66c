"""Which columns of a table are hyperparameters, which are results, and what the others are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from tuning_playbook.importers.columns.beside_steps import settings_beside_steps
from tuning_playbook.importers.columns.by_declaration import (
    CROSS_VALIDATED,
    declared_columns,
    role_by_declaration,
    says_its_settings,
)
from tuning_playbook.importers.columns.by_name import role_by_name
from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    are_a_product,
    column_values,
    is_chosen_list,
    is_each_number_once,
    is_list_of_values,
    restarts_its_count,
    sampled_rows,
)
from tuning_playbook.importers.columns.lengths_reached import (
    lengths_counted_out,
    lengths_of_seeds,
    reached_beside_planned,
)
from tuning_playbook.importers.columns.sizes_of_parts import sizes_of_parts
from tuning_playbook.importers.columns.texts_in_cells import (
    names_parts_of_data,
    places_beside_settings,
    role_of_texts,
)
from tuning_playbook.importers.relations.by_design import roles_by_design
from tuning_playbook.importers.relations.copies import copies_of_settings
from tuning_playbook.importers.relations.experiments_of_repeats import experiments_of_repeats
from tuning_playbook.importers.relations.follow_from_results import (
    differences_of_results,
    parts_of_means,
    thresholds_of_variants,
)
from tuning_playbook.importers.relations.no_settings_of_a_search import no_settings_of_a_search
from tuning_playbook.importers.relations.repeats_in_columns import means_of_repeats
from tuning_playbook.importers.relations.statistics_of_results import statistics_among
from tuning_playbook.importers.roles.by_values import (
    between_results,
    changed_by_seeds,
    is_doubtful_share,
    roles_by_values,
    shares_beside_results,
)
from tuning_playbook.importers.roles.names_of_configurations import (
    names_inside,
    names_of_configurations,
)
from tuning_playbook.importers.roles.variants_by_name import named_variants
from tuning_playbook.importers.taken_as import MEASURED, SEARCHED, SETTINGS, Role, TakenAs
from tuning_playbook.vocabulary import (
    counts_of_predictions,
    hyperparameter_family,
    is_repetition,
    is_running_number,
    is_time,
    plain_name,
)

Cells = Sequence[Any]

_FEWEST_GAPS = 2
_LONG = 20
# In this order: a length that each seed has its own of is no setting that a result could depend on.
_LATER = (
    sizes_of_parts,
    no_settings_of_a_search,
    places_beside_settings,
    lengths_of_seeds,
    changed_by_seeds,
    parts_of_means,
    differences_of_results,
    thresholds_of_variants,
    settings_beside_steps,
    experiments_of_repeats,
)
_PREDICTED = "counts right or wrong predictions, beside the others that do"


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """Columns by what they seem to be, under the names that they have without a prefix.

    Args:
        parameters: chosen before training, constant ones too.
        results: numbers that are known after it.
        others: everything else.
        taken: every column with its role, in the order of the table.
    """

    parameters: Mapping[str, Cells]
    results: Mapping[str, Cells]
    others: Mapping[str, Cells]
    taken: tuple[TakenAs, ...]


@np.errstate(over="ignore", invalid="ignore")  # sums and differences of the largest floats
def column_roles(
    columns: Mapping[str, Cells],
    *,
    curves: Collection[str] = (),
    beside: Collection[str] = (),
    measured: Mapping[str, str] = MappingProxyType({}),
    known: Mapping[str, TakenAs] = MappingProxyType({}),
) -> ColumnRoles:
    """Sort columns into hyperparameters, results and the rest.

    In this order: what the table declares (``config/lr``, ``metrics.loss``, Optuna's ``params_lr``,
    scikit-learn's ``param_lr``), what names say in the field's vocabulary, what values show. What
    only the values suggest is a guess, unless they form a design.

    Args:
        columns: name -> one cell for each trial.
        curves: metrics that have curves; columns of that name are results.
        beside: names of the table's other columns, which tell whose table it is.
        measured: column -> why its cells show that it is a result, where its name does not tell.
        known: roles that the cells have shown, whatever the names say.
    """
    rows = sampled_rows(len(next(iter(columns.values()), ())))
    values = {column: column_values(cells, rows) for column, cells in columns.items()}
    told = declared_columns(columns, {*columns, *beside})
    said = says_its_settings([values[c] for c, (r, _) in told.items() if r == "parameter"])
    measured = {**dict.fromkeys(counts_of_predictions(columns), _PREDICTED), **measured}
    found: dict[str, TakenAs] = dict(known)
    for column, cells in columns.items():
        taken = known.get(column) or _by_itself(
            column, cells, values[column], told[column], curves, measured
        )
        if taken is not None:
            found[column] = taken
    found = {**statistics_among(found, values), **known}
    found |= reached_beside_planned(found)
    if not said:
        found |= lengths_counted_out(found, values)
    found |= _chosen_sizes(found, values)
    found |= _cross_validated(found, {*columns, *beside})
    found |= copies_of_settings(found, values, columns)
    names = {column: name for column, (_, name) in told.items()}
    doubtful = {c: found.pop(c) for c in list(found) if is_doubtful_share(found[c], values[c])}
    by_values = roles_by_values(names, values, found, said=said)
    kept = {c: one for c, one in doubtful.items() if by_values[c].role in SEARCHED}
    found |= {**by_values, **kept}
    if not said:
        found |= between_results(found, values)
        found |= shares_beside_results(found, values)
        found |= _missing_like_results(found, values)
        found |= roles_by_design(found, values)
    found |= copies_of_settings(found, values, columns)
    found |= _of_parts_of_data(found, values, columns)
    for later in _LATER:
        found |= later(found, values)
    found |= names_of_configurations(found, values, columns)
    found |= names_inside(found, values, columns)
    found |= named_variants(found, values, columns)
    roles, means = means_of_repeats([found[column] for column in columns], columns)
    return _sorted(roles, {**columns, **means})


def _by_itself(
    column: str,
    cells: Cells,
    values: ColumnValues,
    told: tuple[str, str],
    curves: Collection[str],
    measured: Mapping[str, str],
) -> TakenAs | None:
    """The role of a column by what the table declares, by its name or by the kind of its cells."""
    role, name = told
    taken = role_by_declaration(column, name, role, values)
    if taken is None and _is_running_number(plain_name(name), cells, values):
        reason = "each whole number from 0 or 1 on, once"
        taken = TakenAs(column, name, Role.IDENTIFIER, reason)
    taken = taken or role_of_texts(column, name, cells, values)
    taken = taken or role_by_name(column, name, values, curves)
    if taken is None and is_running_number(name) and restarts_its_count(cells):
        reason = "counts the rows of each part of the table"
        taken = TakenAs(column, name, Role.IDENTIFIER, reason)
    if taken is None and column in measured:
        taken = TakenAs(column, name, Role.RESULT, measured[column])
    return taken


def is_counter(name: str, cells: Cells) -> bool:
    """Whether a column counts its rows; a short one may be a hyperparameter swept in order.

    Seeds that count the rows are those of runs with the same settings.
    """
    if not cells or cells[0] not in (0, 1) or (len(cells) < _LONG and not is_running_number(name)):
        return False
    if is_repetition(name):
        return False
    return all(type(c) is int and c == cells[0] + row for row, c in enumerate(cells))


def _sorted(taken: Iterable[TakenAs], columns: Mapping[str, Cells]) -> ColumnRoles:
    """The columns where their roles put them; a name that two of them share is written in full."""
    parameters: dict[str, Cells] = {}
    results: dict[str, Cells] = {}
    others: dict[str, Cells] = {}
    kept = []
    for one in taken:
        home = others
        if one.role in SETTINGS:
            home = parameters
        elif one.role in MEASURED and _are_numbers(columns[one.column]):
            home = results
        taken_names = any(one.name in own for own in (parameters, results, others))
        named = replace(one, name=one.column) if taken_names else one
        home[named.name] = columns[one.column]
        kept.append(named)
    return ColumnRoles(parameters, results, others, tuple(kept))


def _are_numbers(cells: Cells) -> bool:
    return set(map(type, cells)) <= {int, float, type(None)}


def _cross_validated(found: Mapping[str, TakenAs], columns: Collection[str]) -> dict[str, TakenAs]:
    """scikit-learn's ``test_score`` is that of the folds left out, and not of a test set."""
    reason = "scikit-learn's score on the folds left out"
    scores = [
        column
        for column in found
        if column.startswith(CROSS_VALIDATED)
        and (column == f"{CROSS_VALIDATED}score" or f"rank{column[4:]}" in columns)
    ]
    return {c: TakenAs(c, found[c].name, Role.RESULT, reason) for c in scores}


def _chosen_sizes(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Numbers of parameters that were set, as in a table of scaling: a grid with other settings.

    Beside the names of models they only follow from them.
    """
    others = [
        values[c] for c, o in found.items() if o.role in SEARCHED and is_list_of_values(values[c])
    ]
    sizes = [
        one
        for column, one in found.items()
        if one.role is Role.TIME_AND_COST
        and not is_time(one.name)
        and is_chosen_list(values[column])
    ]
    named = [own for own in values.values() if own.kind == "words" and own.levels > 1]
    sizes = [o for o in sizes if not any(_follows_from(values[o.column], own) for own in named)]
    reason = "each value tried with every value of the other settings"
    return {
        one.column: TakenAs(one.column, one.name, Role.HYPERPARAMETER, reason)
        for one in sizes
        if any(are_a_product([values[one.column], other]) for other in others)
    }


def _of_parts_of_data(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues], columns: Mapping[str, Cells]
) -> dict[str, TakenAs]:
    """Numbers that each part of the data has one of, such as that of its examples."""
    parts = [c for c, one in found.items() if names_parts_of_data(one.name, columns[c])]
    return {
        column: TakenAs(column, one.name, Role.COMPUTED, f"the same wherever {part} is the same")
        for part in parts
        for column, one in found.items()
        if one.role is Role.HYPERPARAMETER
        and hyperparameter_family(one.name) is None
        and 1 < values[column].levels <= values[part].levels
        and _follows_from(values[column], values[part])
    }


def _follows_from(values: ColumnValues, other: ColumnValues) -> bool:
    return len(set(zip(other.codes.tolist(), values.codes.tolist(), strict=True))) <= other.levels


def _is_running_number(plain: str, cells: Cells, values: ColumnValues) -> bool:
    named = is_running_number(plain)
    if values.kind != "numbers" or values.levels < len(values.numbers):
        return False
    return (named or is_counter(plain, cells)) and is_each_number_once(cells)


def _missing_like_results(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Numbers that are missing exactly where no result is: nobody chose them beforehand."""
    results = [values[c] for c, one in found.items() if one.role in MEASURED]
    if not results:
        return {}
    gaps = results[0].codes < 0
    for own in results[1:]:
        gaps = gaps & (own.codes < 0)
    if not _FEWEST_GAPS <= gaps.sum() < len(gaps):
        return {}
    reason = "missing exactly where there is no result"
    return {
        column: TakenAs(column, one.name, Role.RESULT, reason)
        for column, one in found.items()
        if one.role is Role.HYPERPARAMETER
        and values[column].kind == "numbers"
        and ((values[column].codes < 0) == gaps).all()
    }
