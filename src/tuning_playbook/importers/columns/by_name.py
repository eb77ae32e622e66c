"""The role of a column as its name tells it, in the words of the field."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from tuning_playbook.importers.cells.column_names import (
    ID_NAMES,
    ROUND_NAMES,
    STUDY_NAMES,
    group_of,
    is_known_after_training,
)
from tuning_playbook.importers.columns.column_values import (
    ColumnValues,
    column_values,
    is_chosen_list,
    is_each_number_once,
    is_evenly_used,
    is_list_of_values,
    sampled_rows,
)
from tuning_playbook.importers.objects.names_of_levels import is_level
from tuning_playbook.importers.taken_as import SETTINGS, Role, TakenAs
from tuning_playbook.vocabulary import (
    Family,
    counts_outcomes,
    counts_runs,
    holds_metric,
    hyperparameter_family,
    is_about_the_run,
    is_difference,
    is_gradient_norm,
    is_held_out,
    is_measured_rank,
    is_number_of_experiment,
    is_of_a_test,
    is_progress,
    is_repetition,
    is_step_count,
    is_time,
    is_time_or_cost,
    is_verdict,
    keeps_changes,
    metric_direction,
    names_a_setting,
    plain_name,
    split_of,
    words_of,
)

_BITS = frozenset({8.0, 16.0, 32.0, 64.0})  # what libraries of training call precision
# Nobody sets these to "failed" or to a mean: such a cell is a mistake to be told.
_CHOSEN = SETTINGS | {Role.SEED}
_IDS = frozenset({"id", "uid", "uuid"})
_MEANS = frozenset({"avg", "average", "mean", "median"})
_ON_THE_WAY = frozenset({"epoch", "step", "iteration", "iter"})
_REALIZED = frozenset({"realized", "realised", "achieved", "observed", "measured"})
_PARTS_OF_DATA = frozenset({"train", "training", "val", "valid", "validation", "test", "dev"})


def role_by_name(
    column: str, name: str, values: ColumnValues, curves: Collection[str]
) -> TakenAs | None:
    """What a column is by its name; ``None`` where the name does not tell.

    Args:
        column: as in the header.
        name: without a prefix.
        values: of the column.
        curves: metrics that have curves.
    """
    plain, numeric = plain_name(name).strip("_"), values.kind == "numbers"

    def taken(role: Role, reason: str) -> TakenAs:
        return TakenAs(column, name, role, reason)

    if is_level(column):
        return TakenAs(column, name, Role.HYPERPARAMETER, "a level of names in the file", False)
    if numeric and is_gradient_norm(name):
        return taken(Role.LOGGED, "a norm of gradients, logged along the way")
    if numeric and is_measured_rank(name):
        return taken(Role.RESULT, "a rank that training leaves, by its name")
    named = plain in ID_NAMES or plain in STUDY_NAMES
    if numeric and name in curves and not is_time_or_cost(name):
        return taken(Role.RESULT, "it has curves")
    if numeric and not named and _is_metric(name, values):
        return _result(column, name, values)
    beside = _beside_settings(name, plain, values)
    if beside is not None:
        return taken(*beside)
    if numeric and plain in ROUND_NAMES:
        return _round(column, name, values)
    setting = _setting(column, name, values)
    if setting is None and numeric and holds_metric(name) and not is_chosen_list(values):
        reason = "measured values under a name with a metric in it"
        return TakenAs(column, name, Role.RESULT, reason, certain=False)
    return setting


def role_where_measured(
    column: str, name: str, numbers: Sequence[float | None], reason: str
) -> TakenAs | None:
    """The role of a column whose cells look measured; ``None`` where it was chosen by its name.

    Args:
        column: as in the header.
        name: without a prefix.
        numbers: in the cells.
        reason: why it is a result, where its name does not tell what it is.
    """
    by_name = role_by_name(column, name, column_values(numbers, sampled_rows(len(numbers))), ())
    if group_of(column)[0] == "parameter" or (by_name is not None and by_name.role in _CHOSEN):
        return None
    return by_name or TakenAs(column, name, Role.RESULT, reason)


def _beside_settings(name: str, plain: str, values: ColumnValues) -> tuple[Role, str] | None:
    """What is neither setting nor result: repetitions, names, progress, cost, places."""
    of_data = _PARTS_OF_DATA & set(words_of(name)[:-1]) and words_of(name)[-1] != "seed"
    if is_repetition(name) and not of_data:
        return Role.SEED, "counts repetitions by its name"
    if plain in STUDY_NAMES:
        return Role.BOOKKEEPING, "names the study"
    if plain not in ID_NAMES and is_number_of_experiment(name):
        return Role.BOOKKEEPING, "numbers the experiments by its name"
    identifying = _identifying(name, plain, values)
    if identifying:
        return Role.IDENTIFIER, identifying
    if is_progress(name) or (values.kind == "numbers" and is_step_count(name)):
        return Role.PROGRESS, "reached in training, by its name"
    measured = _measured_beside(name, values)
    if measured is not None:
        return measured
    if is_about_the_run(name):
        return Role.BOOKKEEPING, "about the run by its name"
    noted = _noted(name, values)
    if noted:
        return Role.BOOKKEEPING, noted
    if values.kind == "words" and metric_direction(name) and not is_list_of_values(values):
        return Role.BOOKKEEPING, "text under the name of a metric"
    return None


def _noted(name: str, values: ColumnValues) -> str:
    """What somebody noted of a row that is neither setting nor result; empty for other columns."""
    if values.kind == "numbers" and counts_runs(name):
        return "counts the runs behind a row by its name"
    if values.kind == "words" and is_verdict(name):
        return "a verdict on the results by its name"
    if values.kind == "words" and keeps_changes(name):
        return "whether a change was kept, by its name"
    return ""


def _identifying(name: str, plain: str, values: ColumnValues) -> str:
    """Why a column names trials; empty where it does not."""
    if plain in ID_NAMES:
        return "names the trial"
    if plain == "unnamed_0":
        return "the index of a data frame"
    own = values.filled == values.levels > 1 and _are_whole(values)
    return "an id by its name, another in every row" if own and words_of(name)[-1] in _IDS else ""


def _measured_beside(name: str, values: ColumnValues) -> tuple[Role, str] | None:
    """What was measured or computed beside the metrics: tests, outcomes, time and cost."""
    if is_of_a_test(name):
        return Role.COMPUTED, "of a statistical test by its name"
    if values.kind == "numbers" and counts_outcomes(name):
        return Role.RESULT, "counts outcomes by its name"
    if is_time(name) or (values.kind in ("numbers", "mixed") and is_time_or_cost(name)):
        return Role.TIME_AND_COST, "time, size or cost by its name"
    mean = len(words_of(name)) > 1 and words_of(name)[0] in _MEANS
    if mean and values.kind == "numbers" and not (is_chosen_list(values) or names_a_setting(name)):
        return Role.RESULT, "a mean by its name"
    return None


def _round(column: str, name: str, values: ColumnValues) -> TakenAs:
    """A counter along which no curves were found: ``round`` may number rows or repeats."""
    if words_of(name)[-1] == "round" and _counts_rows(values):
        reason = "another number in every row; --steps says that it counts steps of training"
        return TakenAs(column, name, Role.IDENTIFIER, reason, certain=False)
    if words_of(name)[-1] == "round":
        reason = "numbers repeats or steps of training; --steps says the latter"
        return TakenAs(column, name, Role.SEED, reason, certain=False)
    return TakenAs(column, name, Role.PROGRESS, "reached in training, by its name", certain=False)


def _counts_rows(values: ColumnValues) -> bool:
    return is_each_number_once([int(n) if n == n and n == int(n) else -1 for n in values.numbers])


def _setting(column: str, name: str, values: ColumnValues) -> TakenAs | None:
    family = hyperparameter_family(name)
    if family is Family.BATCH_SIZE and not _are_whole(values):
        return None  # ``bs`` is a Brier score too
    known = names_a_setting(name)
    if known and values.levels == 1:
        return TakenAs(column, name, Role.CONSTANT, "the same in every row")
    if family is Family.TRAINING_LENGTH:
        return _length(column, name, values)
    if known:
        reason = f"{family.value} by its name" if family else "a hyperparameter by its name"
        return TakenAs(column, name, Role.HYPERPARAMETER, reason)
    choices = values.kind == "words" and is_list_of_values(values)
    realized = bool(_REALIZED & set(words_of(name)[:-1])) and not known
    if (
        (realized or is_known_after_training(_last(name)))
        and not _is_bits(name, values)
        and not choices
    ):
        measured = values.kind == "numbers"
        role = Role.RESULT if measured else Role.BOOKKEEPING
        if is_held_out(name) and measured:
            role = Role.HELD_OUT
        return TakenAs(column, name, role, "known only after training, by its name")
    return None


def _are_whole(values: ColumnValues) -> bool:
    there = values.numbers[np.isfinite(values.numbers)]
    return bool(np.all(there == np.round(there)))


def counts_on_the_way(name: str) -> bool:
    """Whether a training length is called like one of its steps, as the last one reached is.

    Example:
        >>> counts_on_the_way("train/epoch"), counts_on_the_way("max_epochs")
        (True, False)
    """
    return words_of(name)[-1] in _ON_THE_WAY


def _length(column: str, name: str, values: ColumnValues) -> TakenAs:
    """A training length, chosen or reached: singular names count on the way."""
    if counts_on_the_way(name) and not is_evenly_used(values):
        return TakenAs(column, name, Role.PROGRESS, "how far training came, by its name", False)
    reason = "training length by its name"
    if is_list_of_values(values):
        return TakenAs(column, name, Role.TRAINING_LENGTH, reason)
    # Many different lengths were drawn, or left by early stopping.
    return TakenAs(column, name, Role.TRAINING_LENGTH, reason, certain=False)


def _result(column: str, name: str, values: ColumnValues) -> TakenAs:
    if is_difference(name):
        reason = "compares a metric with another value, by its name"
        # The gain of a controller is a factor above 0 that somebody has set.
        there = values.numbers[np.isfinite(values.numbers)]
        doubtful = words_of(name)[-1] == "gain" and bool(np.all(there > 0))
        return TakenAs(column, name, Role.COMPUTED, reason, certain=not doubtful)
    if is_held_out(name):
        return TakenAs(column, name, Role.HELD_OUT, "a metric on test data by its name")
    split = split_of(name)
    where = f" on {split} data" if split else ""
    # A list of short values that come back evenly is what somebody set, whatever it is called.
    doubtful = is_chosen_list(values)
    certain = not doubtful or split is not None
    return TakenAs(column, name, Role.RESULT, f"a metric{where} by its name", certain)


def _is_metric(name: str, values: ColumnValues) -> bool:
    last = _last(name)
    if metric_direction(last) is None and "/" in name and metric_direction(name) is not None:
        return True  # with what it is measured on behind it
    metric = last == "value" or re.fullmatch(r"values_\d+", last) or metric_direction(last)
    if is_difference(name) and metric_direction(" ".join(_without_differences(name))):
        metric = True
    return bool(metric) and not _is_bits(name, values)


def _without_differences(name: str) -> list[str]:
    return [word for word in words_of(name) if not is_difference(f"a {word}")]


def _is_bits(name: str, values: ColumnValues) -> bool:
    if plain_name(_last(name)) != "precision":
        return False
    return set(values.numbers[values.numbers == values.numbers].tolist()) <= _BITS


def _last(name: str) -> str:
    return re.split(r"[/.](?=[A-Za-z_])", name)[-1]
