"""Which logged metric is what: training loss, validation loss, learning rate, gradient norm."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tuning_playbook.analysis.curve_blocks import finite_part
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.errors import InvalidInput

_VALIDATION = ("val", "valid", "validation", "eval", "dev", "test", "heldout", "holdout")
_TRAINING = ("train", "training", "tr", "minibatch", "batch")
_LOSSES = frozenset({"loss", "nll", "xent", "cross_entropy", "crossentropy", "ce", "mse"})
_RATES = frozenset({"learning_rate", "lr", "learningrate"})
_NORMS = frozenset(
    {"grad_norm", "gradient_norm", "gradnorm", "global_grad_norm", "grad_norm_global"}
)
_SMALLER_IS_BETTER = _LOSSES | {"error", "err", "perplexity", "ppl", "wer", "rmse", "mae"}
_LARGER_IS_BETTER = frozenset(
    {"accuracy", "acc", "score", "auc", "auroc", "f1", "bleu", "ssim", "psnr", "reward",
     "precision", "recall", "top_1", "top_5", "top1", "top5", "r2", "map", "iou"}
)  # fmt: skip


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
    usable = [name for name, column in table.curves.items() if finite_part(column).values.size]
    objective = table.objective.metric if table.objective.metric in usable else None
    words = {name: _words(name) for name in usable}
    others = [name for name in usable if name != table.objective.metric]
    found = {
        "objective": objective,
        "training_loss": _training_loss(others, words),
        "validation_loss": _validation_loss(table, usable, words),
        "learning_rate": next((n for n in others if "_".join(words[n]) in _RATES
                               or "_".join(words[n][-2:]) in _RATES or words[n][-1] in _RATES),
                              None),
        "gradient_norm": next((n for n in others if "_".join(words[n][-2:]) in _NORMS
                               or "_".join(words[n]) in _NORMS or words[n][-1] in _NORMS), None),
    }  # fmt: skip
    how = {
        role: "given" if role in overrides else "by its name" if name else "no metric has its name"
        for role, name in found.items()
    }
    how["objective"] = "given" if objective else "no curves of the objective's metric"
    return MetricRoles(**{**found, **overrides}, how=how)


def expected_direction(metric: str) -> str | None:
    """``minimize`` or ``maximize`` where a metric's name tells, else ``None``.

    Example:
        >>> expected_direction("val/accuracy"), expected_direction("test_loss")
        ('maximize', 'minimize')
    """
    words = _words(metric)
    ends = {words[-1], "_".join(words[-2:])}
    if ends & _SMALLER_IS_BETTER:
        return "minimize"
    return "maximize" if ends & _LARGER_IS_BETTER else None


def may_be_held_out(metric: str) -> bool:
    """Whether a metric's name leaves open, or says, that it is measured on held-out data.

    Example:
        >>> may_be_held_out("val_loss"), may_be_held_out("accuracy"), may_be_held_out("loss")
        (True, True, False)
    """
    words = _words(metric)
    if set(words) & set(_VALIDATION):
        return True
    return not (set(words) & set(_TRAINING) or (len(words) == 1 and _is_loss(words)))


def _words(name: str) -> list[str]:
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return [word for word in re.split(r"[^a-z0-9]+", split.lower()) if word] or [name]


def _is_loss(words: list[str]) -> bool:
    return words[-1] in _LOSSES or "_".join(words[-2:]) in _LOSSES


def _training_loss(names: list[str], words: Mapping[str, list[str]]) -> str | None:
    losses = [n for n in names if _is_loss(words[n]) and not set(words[n]) & set(_VALIDATION)]
    for split in _TRAINING[:3]:
        for name in losses:
            if split in words[name] and not {"minibatch", "batch"} & set(words[name]):
                return name
    by_batch = [n for n in losses if set(words[n]) & set(_TRAINING)]
    bare = [n for n in losses if len(words[n]) == 1]
    return next(iter(by_batch + bare), None)


def _validation_loss(
    table: TrialTable, names: list[str], words: Mapping[str, list[str]]
) -> str | None:
    losses = [n for n in names if _is_loss(words[n]) and set(words[n]) & set(_VALIDATION)]
    metric = table.objective.metric
    if metric in names and _is_loss(words[metric]) and not set(words[metric]) & set(_TRAINING):
        return metric
    same_split = [n for n in losses if set(words[n]) & set(_VALIDATION) & set(_words(metric))]
    ranked = sorted(
        losses, key=lambda n: min(_VALIDATION.index(w) for w in words[n] if w in _VALIDATION)
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
