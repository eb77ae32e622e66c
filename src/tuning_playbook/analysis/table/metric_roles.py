"""Which logged metric is what: training loss, validation loss, learning rate, gradient norm."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tuning_playbook.analysis.table.curve_blocks import finite_part
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.vocabulary import (
    Family,
    MetricFamily,
    hyperparameter_family,
    is_of_a_part,
    is_of_episodes,
    metric_family,
    split_of,
    words_of,
)

_VALIDATION = ("val", "valid", "validation", "eval", "dev", "test", "heldout", "holdout")
# How it is known that there is no training loss, where there are losses of several networks.
OF_PARTS = "the losses are of parts that train against or after each other"
# And where an agent collects rewards: what it learns from changes with what it has learnt.
OF_AGENT = "the loss is that of an agent, whose targets move"
# Rewards that preferences imply, as DPO logs them: their loss is that of a fixed set of data.
_OF_PREFERENCES = frozenset({"chosen", "rejected", "margin", "margins", "accuracy", "accuracies"})
_SUM = ("total", "loss")
# Words beside ``loss`` that say nothing of the data that it is measured on.
_OF_ANY_DATA = frozenset({"mean", "avg", "average", "total", "overall", "sum", "running"})
# Values of a run from which its curve can be judged.
_FOLLOWED = 10
_RATES = frozenset({"learning_rate", "lr", "learningrate"})
_NORMS = frozenset(
    {"grad_norm", "gradient_norm", "gradnorm", "global_grad_norm", "grad_norm_global"}
)


@dataclass(frozen=True, slots=True)
class MetricRoles:
    """The metric in each role; ``None`` where none was found.

    Args:
        objective: metric that decides, where its curves are there.
        training_loss: loss on training data, whole or by batch.
        validation_loss: loss on the data that the objective is measured on.
        learning_rate: learning rate in use.
        gradient_norm: norm of the gradient.
        how: role -> how it was decided, in words.
    """

    objective: str | None
    training_loss: str | None
    validation_loss: str | None
    learning_rate: str | None
    gradient_norm: str | None
    how: Mapping[str, str]


def metric_roles(table: TrialTable, overrides: Mapping[str, str] | None = None) -> MetricRoles:
    """Roles of the logged metrics, by their names and by having at least one finite point.

    ``train_loss``, ``training/loss``, ``minibatch_loss`` or a bare ``loss`` are training losses;
    ``val_loss``, ``validation-nll``, ``test_loss`` are validation losses, preferring the split that
    the objective names; ``lr`` and ``learning_rate``, ``grad_norm`` and ``gradient_norm`` speak for
    themselves. Names are compared in lower case with every separator taken as ``_``.

    Args:
        table: the study.
        overrides: role -> metric, for names that tell nothing.

    Raises:
        InvalidInput: for a role or metric in ``overrides`` that does not exist.
    """
    overrides = dict(overrides or {})
    _require_known(overrides, table)
    sizes = {name: finite_part(column).values.size for name, column in table.curves.items()}
    usable = [name for name, size in sizes.items() if size]
    followed = {name for name, size in sizes.items() if size >= _FOLLOWED * len(table)}
    objective = table.objective.metric if table.objective.metric in usable else None
    words = {name: words_of(name) for name in usable}
    others = [name for name in usable if name != table.objective.metric]
    found = {
        "objective": objective,
        "training_loss": _training_loss(others, words, objective, followed),
        "validation_loss": _validation_loss(table, usable, words),
        "learning_rate": _learning_rate(others, words),
        "gradient_norm": next(
            (
                n
                for n in others
                if "_".join(words[n][-2:]) in _NORMS
                or "_".join(words[n]) in _NORMS
                or words[n][-1] in _NORMS
            ),
            None,
        ),
    }
    how = {
        role: "given" if role in overrides else "by its name" if name else "no metric has its name"
        for role, name in found.items()
    }
    if found["training_loss"] is None and any(map(is_of_a_part, others)):
        how["training_loss"] = OF_PARTS
    elif found["training_loss"] is not None and _is_of_agent(usable):
        found["training_loss"], how["training_loss"] = None, OF_AGENT
    how["objective"] = "given" if objective else "no curves of the objective's metric"
    return MetricRoles(**{**found, **overrides}, how=how)


def _is_of_agent(names: list[str]) -> bool:
    """Whether rewards were collected, and no loss was measured apart from training."""
    held_out = any(_is_loss(n) and split_of(n) in ("validation", "test") for n in names)
    return not held_out and any(
        is_of_episodes(name) and not _OF_PREFERENCES & set(words_of(name)) for name in names
    )


def _is_loss(name: str) -> bool:
    return metric_family(name) is MetricFamily.LOSS


def falling_loss(roles: MetricRoles) -> str | None:
    """The training loss, or the only loss where its name does not say on which data it is measured.

    Sudden losses of progress show in either; what else is judged by the training loss does not.
    """
    if roles.training_loss is not None or roles.how["training_loss"] in (OF_PARTS, OF_AGENT):
        return roles.training_loss
    only = roles.objective is not None and roles.validation_loss in (None, roles.objective)
    return roles.objective if only and _is_bare_loss(roles.objective or "") else None


def may_be_held_out(metric: str) -> bool:
    """Whether a metric's name leaves open, or says, that it is measured on held-out data.

    Example:
        >>> may_be_held_out("val_loss"), may_be_held_out("accuracy"), may_be_held_out("loss")
        (True, True, False)
        >>> may_be_held_out("episode_reward"), may_be_held_out("eval/mean_reward")
        (False, True)
        >>> may_be_held_out("mean_loss"), may_be_held_out("mean_val_loss")
        (False, True)
    """
    split = split_of(metric)
    return split in ("validation", "test") or (
        split is None and not _is_bare_loss(metric) and not is_of_episodes(metric)
    )


def _is_bare_loss(name: str) -> bool:
    """Whether a loss is not said to be of any data: it is that of the training that logs it."""
    left = [word for word in words_of(name) if word not in _OF_ANY_DATA]
    return _is_loss(name) and len(left) == 1 and split_of(name) is None


def _learning_rate(names: list[str], words: Mapping[str, tuple[str, ...]]) -> str | None:
    """The learning rate in use; that of the first group of parameters where each has its own."""
    named = [
        n
        for n in names
        if "_".join(words[n]) in _RATES
        or "_".join(words[n][-2:]) in _RATES
        or words[n][-1] in _RATES
    ]
    of_groups = [n for n in names if hyperparameter_family(n) is Family.LEARNING_RATE]
    return next(iter(named + of_groups), None)


def _training_loss(
    names: list[str],
    words: Mapping[str, tuple[str, ...]],
    metric: str | None,
    followed: Collection[str],
) -> str | None:
    losses = [n for n in names if _is_loss(n) and split_of(n) in ("training", None)]
    if any(map(is_of_a_part, losses)):  # a whole one beside them would be their sum
        return None
    said = [n for n in losses if split_of(n) == "training"]
    by_batch = [n for n in said if {"minibatch", "batch"} & set(words[n])]
    whole = [n for n in said if n not in by_batch]
    # The word in full first: ``train_loss`` before ``tr_loss``.
    whole.sort(key=lambda n: not {"train", "training"} & set(words[n]))
    bare = [n for n in losses if len(words[n]) == 1 or words[n] == _SUM]
    if metric is not None and not losses and _is_loss(metric) and split_of(metric) == "training":
        return metric  # the study is judged by its training loss
    # A Trainer ends its log with ``train_loss``, the mean over all steps of its ``loss``.
    ranked = sorted(whole + by_batch + bare, key=lambda name: name not in followed)
    return next(iter(ranked), None)


def _validation_loss(
    table: TrialTable, names: list[str], words: Mapping[str, tuple[str, ...]]
) -> str | None:
    losses = [n for n in names if _is_loss(n) and split_of(n) in ("validation", "test")]
    metric = table.objective.metric
    if metric in names and _is_loss(metric) and split_of(metric) != "training":
        return metric
    same_split = [n for n in losses if set(_VALIDATION) & set(words[n]) & set(words_of(metric))]
    ranked = sorted(
        losses,
        key=lambda n: min((_VALIDATION.index(w) for w in words[n] if w in _VALIDATION), default=9),
    )
    return next(iter(same_split + ranked), None)


def _require_known(overrides: Mapping[str, str], table: TrialTable) -> None:
    roles = ("objective", "training_loss", "validation_loss", "learning_rate", "gradient_norm")
    for role, metric in overrides.items():
        for what, name, known in (("role", role, roles), ("metric", metric, tuple(table.curves))):
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise InvalidInput(
                    f"there is no {what} {name!r}{hint} It is one of: {', '.join(known)}"
                )
