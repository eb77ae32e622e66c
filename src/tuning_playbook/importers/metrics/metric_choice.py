"""Which metric decides, where the names leave no doubt, and what to ask where they do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuning_playbook.errors import InvalidInput
from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.cells.values import is_number
from tuning_playbook.importers.columns.naming_columns import quoted
from tuning_playbook.importers.metrics.configurations_in_columns import how_to_turn
from tuning_playbook.importers.metrics.metrics_alike import metric_of_those_alike
from tuning_playbook.importers.metrics.metrics_offered import in_order_of_offer, offered
from tuning_playbook.importers.metrics.never_moving import said_of_constants, varies
from tuning_playbook.importers.metrics.nothing_measured import none_measured
from tuning_playbook.importers.relations.statistics_of_results import SPREADS
from tuning_playbook.importers.taken_as import SETTINGS, Role, TakenAs
from tuning_playbook.trial import Status
from tuning_playbook.vocabulary import (
    MetricFamily,
    holds_metric,
    is_coefficient,
    may_be_loss_of_values,
    may_be_unwanted,
    metric_direction,
    metric_family,
    split_of,
    statistic_in,
    words_of,
)
from tuning_playbook.words import agreeing, counted, listed

_MOST_LISTED = 20
# What is measured before training, or of a model to compare with.
_OF_ANOTHER_MODEL = frozenset(
    {"initial", "baseline", "previous", "prev", "before", "untrained", "reference"}
)
_FEW_HEADERS = 4
_LONGEST_SHOWN = 40
_NOTED = "user_attrs_"  # by an Optuna study's program, beside the value that it was to optimize
_ASK = "does not say which metric decides; add --metric NAME."
_NAMELESS = ("value",)  # what Optuna calls an objective without a name


@dataclass(frozen=True, slots=True)
class MetricChoice:
    """What decides, and why.

    Args:
        metric: its name in the study.
        reason: a sentence for the notes; empty where the tool declares it.
    """

    metric: str
    reason: str = ""


def metric_choice(study: ForeignStudy) -> MetricChoice:
    """The metric that decides by the study's own word or by the names of its columns.

    A metric on test data is never chosen: choosing by it spends the test set. A metric on training
    data is where there is no other, not even one on test data.

    Args:
        study: with its roles.

    Raises:
        InvalidInput: where no metric or several could decide; the message lists them.
    """
    if study.objective is not None:
        return MetricChoice(study.objective.metric)
    _require_no_text_in_metrics(study)
    found = _by_names(study)
    own = [n for n in _named_results(study) if not _OF_ANOTHER_MODEL & {*words_of(n)}]
    return replace(found, reason=said_of_constants(study, own) + found.reason)


def _by_names(study: ForeignStudy) -> MetricChoice:
    results = _results(study)
    beside = [n for n in results if split_of(n) != "training" and not _is_training(n, results)]
    if len(beside) == 1 and not may_be_loss_of_values(beside[0], results):
        which = "metric" if len(results) == 1 else "validation metric"
        varying = "" if len(_named_results(study)) == len(results) else " that varies"
        reason = f"{beside[0]} is the only {which}{varying}, so it decides."
        return MetricChoice(beside[0], reason)
    if len(beside) > 1 and not any(varies(study, name) for name in beside):
        first, *others = in_order_of_offer(beside)
        never = agreeing(len(others), "never changes", "never change")
        return MetricChoice(first, f"{first} decides: {listed(others)} {never} either.")
    alike = metric_of_those_alike(study, beside)
    if alike:
        others = [name for name in beside if name != alike]
        reason = (
            f"{alike} decides: {listed(others)} {agreeing(len(others), 'says', 'say')} "
            "the same of every trial, on another scale at most."
        )
        return MetricChoice(alike, reason)
    training = [name for name in results if name not in beside]
    if not beside and len(training) == 1 and not _named_like_metrics(held_out_metrics(study)):
        varying = "" if len(_named_results(study)) == 1 else " that varies"
        reason = (
            f"{training[0]} is the only metric{varying}, and it is measured on training data: the "
            "study is judged by how well it fits, not by how well it generalizes."
        )
        return MetricChoice(training[0], reason)
    ask = "has no metric to judge by." if _none_to_name(study) else _ASK
    raise InvalidInput(f"{study.name} {ask} {metrics_in_words(study)}")


def _none_to_name(study: ForeignStudy) -> bool:
    """Whether no column could be named as the metric, so that asking for one would be in vain."""
    if metrics_that_may_decide(study) or held_out_metrics(study) or _second_header(study):
        return False
    return not (names_that_may_be_metrics(study) or _empty_metrics(study))


def _require_no_text_in_metrics(study: ForeignStudy) -> None:
    """Refuse to choose where text in a few cells keeps a metric from being one."""
    for one in study.columns:
        cells = study.metadata.get(one.name, ())
        if metric_direction(one.name) is None or split_of(one.name) in ("training", "test"):
            continue
        there = [(trial, c) for trial, c in zip(study.ids, cells, strict=False) if c is not None]
        texts = [(trial, c) for trial, c in there if isinstance(c, str)]
        if texts and 2 * len(texts) < len(there):
            trial, cell = texts[0]
            raise InvalidInput(
                f"{study.name} does not say which metric decides; add --metric NAME. {one.name} is "
                f"called like a metric, but {len(texts)} of its {len(there)} cells hold text: "
                f"trial {trial} has {cell[:_LONGEST_SHOWN]!r}; correct them, leave them empty or "
                "name another metric"
            )


def _named_like_metrics(names: Sequence[str]) -> list[str]:
    return [name for name in names if metric_direction(name) is not None]


def _results(study: ForeignStudy) -> list[str]:
    """Results that could decide, without constant ones where others vary."""
    named = _named_results(study)
    names = [name for name in named if not _OF_ANOTHER_MODEL & set(words_of(name))] or named
    if names is named and held_out_metrics(study) and named:
        names = [] if all(_OF_ANOTHER_MODEL & set(words_of(name)) for name in named) else named
    varying = [name for name in names if varies(study, name)]
    return varying or [name for name in names if metric_direction(name) is not None]


def _named_results(study: ForeignStudy) -> list[str]:
    """Results that are called like a metric; where none is, those that are known to be results."""
    found = [one for one in study.columns if one.role is Role.RESULT and not _is_spread(one)]
    if any(one.name in _NAMELESS for one in found):
        found = [one for one in found if not one.name.startswith(_NOTED)]
    plain = [one for one in found if _is_called_a_metric(one)]
    return list(dict.fromkeys(one.name for one in plain or [o for o in found if o.certain]))


def _is_called_a_metric(one: TakenAs) -> bool:
    return metric_direction(one.name) is not None or one.name in _NAMELESS


def _is_spread(one: TakenAs) -> bool:
    """Whether a column is how far a metric varies, whose metric itself is in no column."""
    statistic = statistic_in(one.name.removeprefix(_NOTED))
    return statistic is not None and statistic[0] in SPREADS


def _is_training(name: str, names: Sequence[str]) -> bool:
    """Whether a metric stands beside the same one on validation data: ``loss`` and ``val_loss``."""
    words = words_of(name)
    if split_of(name) is not None:
        return False
    validation = [words_of(n) for n in names if split_of(n) == "validation"]
    return any(w[-len(words) :] == words and len(w) > len(words) for w in validation)


def metrics_that_may_decide(study: ForeignStudy) -> list[str]:
    """The metrics of a study that could decide: on validation data where there are any."""
    results = _results(study)
    candidates = [n for n in results if not _is_training(n, results)]
    return [name for name in candidates if split_of(name) != "training"] or candidates


def held_out_metrics(study: ForeignStudy) -> list[str]:
    """Its metrics on test data, which are never chosen by themselves."""
    return [one.name for one in study.columns if one.role is Role.HELD_OUT]


def metrics_in_words(study: ForeignStudy) -> str:
    """The metrics of a study that could decide, or what could be one where none is called so."""
    beside, held_out = metrics_that_may_decide(study), held_out_metrics(study)
    shown, more = offered(held_out)
    tested = f"on test data, and so not chosen by itself: {', '.join(shown)}{more}"
    if beside:
        named = [*beside, *(n for n in _known_results(study) if n not in beside)]
        if not any(metric_direction(name) for name in named):
            named += [name for name in names_that_may_be_metrics(study) if name not in named]
        if held_out and all(split_of(name) == "training" for name in named):
            return _no_validation(named, held_out)
        shown, more = offered(named)
        named_so = ", ".join(_as_candidate(name, named) for name in shown) + more
        unnamed = not any(metric_direction(name) for name in named)
        turn = f"; {how_to_turn(study)}".removesuffix("; ") if unnamed else ""
        return f"Its metrics: {named_so}" + (f"; {tested}" if held_out else "") + turn
    if held_out:
        return (
            f"Its only metrics are {tested}. To be judged by one of them all the same, name it: "
            f"--metric {shlex.quote(held_out[0])}; what is chosen by it has no unseen data left"
        )
    return possible_metrics(study)


def _no_validation(training: Sequence[str], held_out: Sequence[str]) -> str:
    """The question where a log has metrics of training and of test data, and no others.

    What is called test data is as often as not what the training was watched by.
    """
    shown, more = offered(training)
    tested, rest = offered(held_out)
    first = _loss_or_first(held_out)
    return (
        f"Its metrics are measured on training data ({', '.join(map(quoted, shown))}{more}) or on "
        f"test data, and so not chosen by itself ({', '.join(map(quoted, tested))}{rest}). Did "
        "these test data serve for validation? Then name a metric of theirs: --metric "
        f"{quoted(first)}; what is chosen by it has no unseen data left"
    )


def _loss_or_first(metrics: Sequence[str]) -> str:
    losses = [m for m in metrics if metric_family(m) is MetricFamily.LOSS]
    return [*losses, *_named_like_metrics(metrics), *metrics][0]


def _known_results(study: ForeignStudy) -> list[str]:
    """Results with a metric in their name, whose direction it does not tell."""
    return [
        one.name
        for one in study.columns
        if one.role is Role.RESULT
        and holds_metric(one.name)
        and not _is_called_a_metric(one)
        and split_of(one.name) != "training"
        and not _is_spread(one)
    ]


def _as_candidate(name: str, beside: Sequence[str]) -> str:
    if may_be_loss_of_values(name, beside):
        return f"{quoted(name)} (beside a policy's loss, perhaps that of an agent's values)"
    if metric_direction(name) is None or may_be_unwanted(name):
        return f"{quoted(name)} (with --direction minimize or maximize)"
    return f"{quoted(name)} (on training data)" if split_of(name) == "training" else quoted(name)


def possible_metrics(study: ForeignStudy) -> str:
    """What could be the metric of a study in which nothing is called like one."""
    numeric, possible = _numeric(study), names_that_may_be_metrics(study)
    if all_failed(study):
        return _how_all_failed(study)
    headers = _second_header(study)
    if headers and len(possible) <= len(headers):
        return (
            f"The first row below the header holds text above numbers ({listed(headers)}): where "
            "it is a second line of headers, write both into one line, so that each column has a "
            "name of its own"
        )
    if possible:
        return (
            f"No column is named like a metric; {how_to_turn(study)}if one holds the "
            "results, name it with --metric NAME --direction minimize or maximize: "
            f"{', '.join(possible[:_MOST_LISTED])}"
        )
    if not numeric and study.curves:
        return none_measured(study)
    if not numeric:
        columns = [*study.results, *study.parameters, *study.metadata]
        there = ", ".join(columns[:_MOST_LISTED]) or "names"
        return f"It has no column of numbers, only {there}; give the table that has the results"
    ended = _how_all_failed(study)
    if ended:
        return ended
    return none_measured(study)


def _second_header(study: ForeignStudy) -> list[str]:
    """Texts of the first row in columns that hold numbers below it."""
    columns = {**study.results, **study.parameters, **study.metadata}
    return [
        str(cells[0])
        for cells in columns.values()
        if len(cells) > 1 and isinstance(cells[0], str) and all(map(is_number, cells[1:]))
    ][:_FEW_HEADERS]


def all_failed(study: ForeignStudy) -> bool:
    """Whether no trial trained and the columns of metrics are empty, so that no other is one."""
    lost = {Status.INFEASIBLE.value, Status.FAILED.value}
    return bool(study.status) and lost.issuperset(study.status) and bool(_empty_metrics(study))


def _how_all_failed(study: ForeignStudy) -> str:
    """What there is to judge where no trial has a result since none trained; empty elsewhere."""
    lost = {Status.INFEASIBLE.value, Status.FAILED.value}
    if not study.status or not lost.issuperset(study.status):
        return ""
    failed = f"None of its {counted(len(study.ids), 'trial')} trained"
    empty = _empty_metrics(study)
    if not empty:
        return f"{failed}, and no column holds a metric, so there is nothing to judge"
    return (
        f"{failed}, and {listed(empty)} {agreeing(len(empty), 'is', 'are')} empty. To be told "
        f"where they failed, name it all the same: --metric {shlex.quote(empty[0])}"
    )


def _empty_metrics(study: ForeignStudy) -> list[str]:
    """Columns without a value that are called like metrics."""
    return [
        o.column
        for o in study.columns
        if o.role is Role.EMPTY and metric_direction(o.name) is not None
    ]


def names_that_may_be_metrics(study: ForeignStudy) -> list[str]:
    """Columns of numbers whose role is open, in a study in which nothing is called a metric."""
    taken = {one.name: one for one in study.columns}
    return [name for name in _numeric(study) if name not in taken or _is_open(taken[name])]


def _numeric(study: ForeignStudy) -> list[str]:
    columns = {**study.results, **study.parameters, **study.metadata}
    return [name for name, cells in columns.items() if any(map(is_number, cells))]


def _is_open(one: TakenAs) -> bool:
    """Whether a column could be a result as far as its role is known."""
    if one.role in SETTINGS:
        return not (one.certain or is_coefficient(one.name))
    return one.role in (Role.RESULT, Role.COMPUTED, Role.STATISTIC) or not one.certain
