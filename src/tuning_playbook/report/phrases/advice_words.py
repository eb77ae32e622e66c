"""Advice, which is data for a program, as something that a person can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tuning_playbook.findings import Advice
from tuning_playbook.words import agreeing, counted, short

_Arguments = Mapping[str, Any]


def advice_words(advice: Advice) -> str:
    """A piece of advice in words: what to do, and why.

    Example:
        >>> advice_words(Advice("expand", {"hyperparameter": "lr", "edge": "high",
        ...                                "range": [0.001, 10.0]}, "it still improves there"))
        'search lr from 0.001 to 10: it still improves there'
        >>> advice_words(Advice("clip-gradients", {"percentile": 90}))
        'clip gradients (percentile 90)'
    """
    given = {name: value for name, value in advice.arguments.items() if value not in ([], "", None)}
    phrase = _PHRASES.get(advice.action)
    try:
        what = phrase(given) if phrase is not None else _in_general(advice.action, given)
    except (KeyError, TypeError, ValueError):  # arguments of a check that is not ours
        what = _in_general(advice.action, given)
    return f"{what}: {advice.reason}" if advice.reason else what


def _range(given: _Arguments) -> str:
    low, high = (_plain(end) for end in given["range"])
    return f"search {given['hyperparameter']} from {low} to {high}"


def _longer(given: _Arguments) -> str:
    schedule = ", with the schedule fitted to that" if given.get("refit_schedule") else ""
    return f"train to step {given['max_train_steps']:,}{schedule}"


def _probe(given: _Arguments) -> str:
    rates = given.get("learning_rates", given.get("values"))
    steps = f"for {_plain(given['steps'])} updates"
    if rates is None:
        return f"train {steps} at {_plain(given['multiples'])} times the best learning rate"
    return f"train {steps} with {given['hyperparameter']} at {_plain(rates)}"


def _trials(given: _Arguments) -> str:
    return f"{agreeing(len(given['trials']), 'trial', 'trials')} {_plain(given['trials'])}"


def _inspect(given: _Arguments) -> str:
    where = _trials(given)
    period = (
        f", repeating every {_plain(given['period_steps'])} steps"
        if "period_steps" in given
        else ""
    )
    return f"look for a bug in {where}{period} ({_plain(given['suspects'])})"


def _regularize(given: _Arguments) -> str:
    if "hyperparameters" in given:
        return f"tune {_plain(given['hyperparameters'])}"
    return f"add regularization ({_plain(given['techniques'])})"


_PHRASES: Mapping[str, Callable[[_Arguments], str]] = {
    "expand": _range,
    "shrink": _range,
    "try-level": lambda given: f"try {given['hyperparameter']} = {_plain(given['values'])}",
    "add-trials": lambda given: f"add {counted(given['trials'], 'trial')}",
    "add-regularization": _regularize,
    "keep-best-checkpoint": lambda given: f"keep the checkpoint of step {given['step']:,}",
    "train-longer": _longer,
    "train-shorter": lambda given: f"train to step {given['max_train_steps']:,} only",
    "identify-noise": lambda _: "log the learning rate and the training loss",
    "probe-stability": _probe,
    "inspect-bug": _inspect,
    "mend-pipeline": lambda _: "fix the pipeline first",
    "reach-chance": lambda _: "make a trial learn something first",
    "investigate": lambda given: f"look at {_trials(given)}",
    "reparametrise": lambda given: f"combine {' and '.join(given['hyperparameters'])}",
    "fix": lambda given: f"fix {given['hyperparameter']} at {_plain(given['value'])}",
    "warmup": lambda _: "add a warmup of the learning rate",
    "set-direction": lambda given: f"check with --direction {given['direction']}",
}


def _in_general(action: str, given: _Arguments) -> str:
    details = ", ".join(f"{name.replace('_', ' ')} {_plain(v)}" for name, v in given.items())
    return action.replace("-", " ") + (f" ({details})" if details else "")


def _plain(value: Any) -> str:
    return ", ".join(map(short, value)) if isinstance(value, (list, tuple)) else short(value)
