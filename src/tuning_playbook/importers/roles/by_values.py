"""The roles of columns whose names say nothing, as far as their values tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    Combinations,
    are_a_product,
    combined,
    is_counted_up,
    is_evenly_used,
    is_linear_in,
    is_list_of_values,
    is_plain_list,
    rank_correlation,
    repeated_combinations,
    settings_that_determine,
)
from tuning_playbook.importers.relations.differ_between_seeds import differing_between_seeds
from tuning_playbook.importers.taken_as import QUALITY, SEARCHED, SETTINGS, Role, TakenAs
from tuning_playbook.vocabulary import (
    chooses_what_is_trained,
    is_any_probability,
    is_difference,
    is_letter,
    names_a_setting,
    words_of,
)
from tuning_playbook.words import counted

# From here on a column that moves with a result is taken for one, where nothing else is known.
_MOVES_WITH = 0.9
_OWN_SHARE = 0.9
# The results and settings that a column is held against: the first, for tables with hundreds.
_COMPARED = 12
_MOST_CHOICES = 20
_EACH_ONCE = "another text in every row"
_OF_RESULTS = QUALITY | {Role.STATISTIC}
_FEWEST_RESULTS = 3
_METHODS = frozenset({"method", "approach", "strategy", "technique", "variant", "baseline"})
_FEWEST_RANDOM = 3  # settings with values of their own for each seed
_NEAR = 0.1  # between the medians of shares that are of one size


def roles_by_values(
    names: Mapping[str, str],
    values: Mapping[str, ColumnValues],
    found: Mapping[str, TakenAs],
    *,
    said: bool,
) -> dict[str, TakenAs]:
    """Roles of the columns that ``found`` lacks, and of settings that others determine.

    Args:
        names: column -> its name without a prefix.
        values: of all columns.
        found: column -> its role by declaration or by name.
        said: whether the table declares its hyperparameters: what it does not declare is none.
    """
    own: dict[str, TakenAs] = {}
    unknown = [column for column in values if column not in found]
    for column in unknown:
        own[column] = _alone(column, names[column], values[column], said=said)
    if not said:
        own |= _letters(own, values, found)
    if said or not unknown:
        return own
    settings = {c: values[c] for c, one in {**found, **own}.items() if one.role in SEARCHED}
    sure = {c for c, one in {**found, **own}.items() if one.certain}
    listed = {c: v for c, v in settings.items() if c in sure and is_list_of_values(v)}
    distinct = {values.codes.tobytes(): name for name, values in reversed(listed.items())}
    listed = {name: own for name, own in listed.items() if name in distinct.values()}
    listed = dict(list(listed.items())[:_COMPARED])
    results = {c: values[c] for c, one in found.items() if one.role in _OF_RESULTS}
    compared = dict(list(results.items())[:_COMPARED])
    repeated = repeated_combinations(listed)
    designed = [own for own in listed.values() if not _is_free(own)]
    grid = tuple(listed) if are_a_product(designed) else ()
    full = _full_grid(list(listed.values()))
    for column in unknown:
        one = own[column]
        if one.role is Role.HYPERPARAMETER and values[column].kind == "numbers":
            own[column] = _beside_others(one, values[column], repeated, compared, grid)
            if own[column].role is Role.HYPERPARAMETER and _is_outside(values[column], full):
                reason = "beside a full grid of the other settings, with one row for each cell"
                own[column] = TakenAs(column, one.name, Role.RESULT, reason, certain=False)
        elif one.reason == _EACH_ONCE and len(settings) > 1:
            own[column] = TakenAs(column, one.name, Role.IDENTIFIER, _EACH_ONCE, False)
    return own | _of_methods({**found, **own}, values)


def _of_methods(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Unknown numbers in a table with a row for each method, in which no setting is known.

    Such a table compares what was measured of them: ``method, sufficiency, sparsity``.
    """
    named = [
        one
        for column, one in found.items()
        if one.reason == _EACH_ONCE and _names_methods(one.name)
    ]
    searched = [c for c, one in found.items() if one.role in SEARCHED and values[c].levels > 1]
    guesses = [c for c in searched if not found[c].certain and values[c].kind == "numbers"]
    guesses += [
        c
        for c in searched
        if found[c].certain and not names_a_setting(found[c].name) and values[c].kind == "numbers"
    ]
    others = [c for c in searched if c not in guesses and found[c] not in named]
    measured = [c for c in guesses if _is_free(values[c]) and not is_plain_list(values[c])]
    if len(named) != 1 or others or not measured:
        return {}
    (one,) = named
    reason = f"measured for each {one.name}, as far as its name tells"
    return {
        one.column: TakenAs(one.column, one.name, Role.HYPERPARAMETER, _EACH_ONCE, False),
        **{c: TakenAs(c, found[c].name, Role.RESULT, reason, False) for c in guesses},
    }


def _names_methods(name: str) -> bool:
    return chooses_what_is_trained(name) or words_of(name)[-1] in _METHODS


def _letters(
    own: Mapping[str, TakenAs], values: Mapping[str, ColumnValues], found: Mapping[str, TakenAs]
) -> dict[str, TakenAs]:
    """Guessed coefficients, ``gamma`` or ``lambda``, in values as people write them.

    Beside settings that are known by their names; alone they may be what was fitted.
    """
    if not any(one.role in SEARCHED and one.certain for one in found.values()):
        return {}
    reason = "a coefficient by its name, in short values"
    return {
        column: replace(one, reason=reason, certain=True)
        for column, one in own.items()
        if one.role is Role.HYPERPARAMETER
        and values[column].kind == "numbers"
        and is_letter(one.name)
        and is_plain_list(values[column])
    }


def _full_grid(settings: Sequence[ColumnValues]) -> Sequence[ColumnValues]:
    """The settings that are crossed and form a grid with one row for each cell; none otherwise."""
    factors = [
        one
        for one in settings
        if any(are_a_product([one, other]) for other in settings if other is not one)
    ]
    if not are_a_product(factors):
        return ()
    rows, cells = len(factors[0].codes), np.prod([float(f.levels) for f in factors])
    alone = len(np.unique(combined([f.codes for f in factors]))) == rows
    return factors if alone and rows == cells else ()


def _is_outside(values: ColumnValues, grid: Sequence[ColumnValues]) -> bool:
    """Whether a column is no factor of such a grid, nor one that would make it part of a larger."""
    if not grid:
        return False
    pairs = [[values, factor] for factor in grid]
    return values.levels > 2 and not any(are_a_product(pair) for pair in pairs)


def with_metric(taken: TakenAs, values: Mapping[str, ColumnValues], metric: str) -> TakenAs:
    """The role of a guessed setting once it is known which column decides."""
    if taken.certain or taken.role is not Role.HYPERPARAMETER:
        return taken
    return _against_results(taken, values[taken.column], {metric: values[metric]}) or taken


def between_results(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Guessed settings in the midst of a table's results, that differ in most rows as they do.

    Or right behind the last of them, with a last word that several of them share: ``liver_corr``.
    """
    order = list(values)
    places = [at for at, column in enumerate(order) if found[column].role in _OF_RESULTS]
    if len(places) < _FEWEST_RESULTS:
        return {}
    within = {}
    last = [words_of(found[column].name)[-1] for column in order]
    end = places[-1] + 1
    if last[places[0] : end].count(*last[end : end + 1] or [""]) >= _FEWEST_RESULTS:
        end += 1
    for at in range(places[0] + 1, end):
        one, own = found[order[at]], values[order[at]]
        before = max(p for p in places if p <= at)
        after = min((p for p in places if p >= at), default=at)
        settings = any(_is_sure_setting(found[order[p]]) for p in range(before, after))
        guess = one.role is Role.HYPERPARAMETER and not one.certain
        if guess and not settings and own.kind == "numbers" and _is_free(own):
            reason = "stands among results"
            within[one.column] = TakenAs(one.column, one.name, Role.RESULT, reason, False)
    return within


def shares_beside_results(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Unknown shares of about the size of several results, in a table without a known setting.

    ``sen`` and ``spe`` beside ``auc``, ``mcc`` and ``auprc``, with a row for each fold.
    """
    results = [
        values[c].numbers for c, o in found.items() if o.role in QUALITY and values[c].levels > 1
    ]
    searched = [c for c, o in found.items() if o.role in SEARCHED and values[c].levels > 1]
    guesses = [c for c in searched if not found[c].certain and values[c].kind == "numbers"]
    if len(results) < _FEWEST_RESULTS or len(guesses) < len(searched):
        return {}
    sizes = [float(np.nanmedian(own)) for own in results if _are_shares(own)]
    if len(sizes) < len(results):
        return {}
    low, high = min(sizes) - _NEAR, max(sizes) + _NEAR
    reason = "a share of the size of the results, and no setting is known"
    return {
        column: TakenAs(column, found[column].name, Role.RESULT, reason, False)
        for column in guesses
        if _is_free(values[column])
        and _are_shares(values[column].numbers)
        and low <= float(np.nanmedian(values[column].numbers)) <= high
    }


def _are_shares(numbers: NDArray[np.float64]) -> bool:
    there = numbers[np.isfinite(numbers)]
    return len(there) > 0 and bool(np.all((there >= 0) & (there <= 1)))


def _is_sure_setting(one: TakenAs) -> bool:
    return one.role in SETTINGS and (one.certain or one.role is not Role.HYPERPARAMETER)


def is_doubtful_share(one: TakenAs, values: ColumnValues) -> bool:
    """Whether a probability may be measured: it differs in most rows, and only its name is known.

    ``forget_prob`` is one of a model's answers; ``drop_prob`` is set, whatever its values.
    """
    named = one.role is Role.HYPERPARAMETER and "declared" not in one.reason
    return named and values.kind == "numbers" and _is_free(values) and is_any_probability(one.name)


def changed_by_seeds(
    found: Mapping[str, TakenAs], values: Mapping[str, ColumnValues]
) -> dict[str, TakenAs]:
    """Numbers that no name knows and that each seed of a setting has its own of: measured ones.

    In a design of settings and seeds, such as a threshold that was fitted to each run.
    """
    searched = [c for c, one in found.items() if one.role in SEARCHED and values[c].levels > 1]
    seeds = [values[c] for c, one in found.items() if one.role is Role.SEED]
    changed = {}
    for column in searched:
        own = values[column]
        if own.kind != "numbers" or is_plain_list(own) or not _is_unknown(found[column]):
            continue
        design = [values[c] for c in searched if c != column and _is_chosen(values[c])]
        if not design or not any(_differs_by(own, design, seed) for seed in seeds):
            continue
        reason = "differs between the seeds of one setting"
        changed[column] = TakenAs(column, found[column].name, Role.RESULT, reason)
    return changed | differing_between_seeds({**found, **changed}, values)


def _is_chosen(values: ColumnValues) -> bool:
    """Whether a column lists few words, or few numbers as short as people write them."""
    return is_list_of_values(values) and (values.kind == "words" or is_plain_list(values))


def _is_unknown(one: TakenAs) -> bool:
    return not names_a_setting(one.name) and "declared" not in one.reason


def _differs_by(own: ColumnValues, design: Sequence[ColumnValues], seed: ColumnValues) -> bool:
    """Whether the seeds of a setting have other values, with few ties, and rows of one the same.

    Settings whose runs all agree, or have no value, do not count where several others have values
    of their own: there is nothing random in some methods.
    """
    runs = combined([*(d.codes for d in design), seed.codes])
    settings = combined([d.codes for d in design])
    if not is_list_of_values(seed) or len(np.unique(runs)) < seed.levels * len(np.unique(settings)):
        return False
    pairs = np.unique(np.stack([settings, runs, own.codes]), axis=1)
    if len(pairs[0]) != len(np.unique(runs)):
        return False
    own_values = [len(np.unique(pairs[2][pairs[0] == one])) for one in np.unique(settings)]
    random = [count for count in own_values if count > 1]
    drawn = seed.levels * len(random)
    enough = len(random) == len(own_values) or len(random) >= _FEWEST_RANDOM
    return bool(random) and enough and sum(random) >= _OWN_SHARE * drawn


def _alone(column: str, name: str, values: ColumnValues, *, said: bool) -> TakenAs:
    """A column by its own values only."""

    def taken(role: Role, reason: str, *, certain: bool = False) -> TakenAs:
        return TakenAs(column, name, role, reason, certain)

    if values.kind == "nothing":
        return taken(Role.EMPTY, "no cell is filled", certain=True)
    if said:
        open_ = values.kind == "numbers" and values.levels > 1
        reason = "not declared, unlike the hyperparameters"
        return taken(Role.BOOKKEEPING, reason, certain=not open_)
    if values.levels == 1:
        return taken(Role.CONSTANT, "the same in every row", certain=True)
    if values.kind == "numbers":
        return _numbers_alone(column, name, values)
    if values.levels > _MOST_CHOICES and 2 * values.levels > values.filled:
        return taken(Role.BOOKKEEPING, "another text in most rows", certain=True)
    if values.levels == values.filled:
        return taken(Role.HYPERPARAMETER, _EACH_ONCE)
    reason = f"{counted(values.levels, 'choice')}, each in several rows"
    return taken(Role.HYPERPARAMETER, reason, certain=is_evenly_used(values))


def _numbers_alone(column: str, name: str, values: ColumnValues) -> TakenAs:
    """Numbers of several values by themselves only."""

    def taken(role: Role, reason: str, *, certain: bool = False) -> TakenAs:
        return TakenAs(column, name, role, reason, certain)

    if is_counted_up(values):
        return taken(Role.IDENTIFIER, "whole numbers that rise from row to row")
    if is_list_of_values(values):
        reason = f"{counted(values.levels, 'value')}, each tried several times"
        designed = is_plain_list(values) and is_evenly_used(values)
        return taken(Role.HYPERPARAMETER, reason, certain=designed)
    if is_difference(name) and _is_free(values) and _is_on_both_sides(values):
        return taken(Role.COMPUTED, "compares two values, by its name")
    return taken(Role.HYPERPARAMETER, "varies, and its name says nothing")


def _beside_others(
    taken: TakenAs,
    own: ColumnValues,
    repeated: Sequence[Combinations],
    results: Mapping[str, ColumnValues],
    grid: Sequence[str],
) -> TakenAs:
    """A column of numbers by what other columns determine, design or measure."""
    against = _against_results(taken, own, results) if own.levels > 2 else None
    if (against is not None and against.role is Role.COMPUTED) or taken.certain:
        return against or taken
    needed = settings_that_determine(own, repeated) if own.levels > 2 else ()
    if needed:
        several = len(needed) > 1
        reason = f"the same wherever {' and '.join(needed)} {'are' if several else 'is'} the same"
        return TakenAs(taken.column, taken.name, Role.COMPUTED, reason, False)
    if is_evenly_used(own):
        return replace(taken, certain=True)
    if grid and _is_free(own):
        reason = f"{own.levels} values beside a full grid of {', '.join(grid)}"
        return TakenAs(taken.column, taken.name, Role.RESULT, reason, False)
    return against or taken


def _against_results(
    taken: TakenAs, own: ColumnValues, results: Mapping[str, ColumnValues]
) -> TakenAs | None:
    for result, measured in results.items():
        if is_linear_in(own, measured):
            reason = f"a linear function of {result}"
            return TakenAs(taken.column, taken.name, Role.COMPUTED, reason)
    if taken.certain:
        return None
    for result, measured in results.items():
        if _is_free(own) and abs(rank_correlation(own, measured)) > _MOVES_WITH:
            reason = f"rises and falls with {result}"
            return TakenAs(taken.column, taken.name, Role.RESULT, reason, False)
    return None


def _is_on_both_sides(values: ColumnValues) -> bool:
    return bool(np.nanmin(values.numbers) < 0 < np.nanmax(values.numbers))


def _is_free(values: ColumnValues) -> bool:
    """Whether a column takes another value in most rows, as measured numbers do."""
    return 2 * values.levels > values.filled
