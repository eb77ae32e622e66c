"""Settings that people write into the names of runs, files and folders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tuning_playbook.importers.cells.values import typed_value
from tuning_playbook.importers.runs.run_folders import named_values
from tuning_playbook.vocabulary import Family, hyperparameter_family, split_of, words_of

_NUMBER = r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_PAIR = re.compile(
    rf"(?P<name>[A-Za-z]+(?:_[A-Za-z]+)*?)[_=:\-]?(?P<value>{_NUMBER})(?![A-Za-z0-9])"
)

_SEPARATED = re.compile(r"([_\-. ]+)")
_NUMBERED = frozenset({"sweep", "exp", "experiment", "study", "ablation", "search", "run", "trial",
                       "test", "try", "round", "grid", "group"})  # fmt: skip
# Words beside the part of the data in the name of a log.
_LOGS = frozenset({"log", "logs", "metrics", "metric", "history", "loss", "losses", "curve",
                   "curves", "results", "stats"})  # fmt: skip


def settings_in(name: str) -> dict[str, Any]:
    """The hyperparameters in a run's name: what is written ``name=value``, and known names.

    Example:
        >>> settings_in("lr_0.1_bs32_run7"), settings_in("lr=0.1,mixup=0.2")
        ({'lr': 0.1, 'bs': 32}, {'lr': 0.1, 'mixup': 0.2})
        >>> settings_in("lr_sweep_2"), settings_in("experiment_grid_lr0.1_wd0.01")
        ({}, {'lr': 0.1, 'wd': 0.01})
    """
    written = named_values(name)
    return written or {_shortest(m["name"]): typed_value(m["value"]) for m in _known_pairs(name)}


def without_settings(name: str) -> str:
    """A run's name without the hyperparameters in it.

    Example:
        >>> without_settings("lr_0.1_bs32_frozen"), without_settings("lr=0.1,mixup=0.2")
        ('frozen', '')
    """
    if named_values(name):
        return ""
    rest = name
    for found in reversed(list(_known_pairs(name))):
        before = len(found["name"]) - len(_shortest(found["name"]))
        rest = rest[: found.start() + before] + rest[found.end() :]
    return rest.strip("_-=: ")


def _known_pairs(name: str) -> Iterator[re.Match[str]]:
    """What is written like a name and a number where the name is that of a hyperparameter."""
    for found in _PAIR.finditer(name):
        own = _shortest(found["name"])
        if own and hyperparameter_family(own) is not None:
            yield found


def _shortest(name: str) -> str:
    """``seed`` for ``mnist_seed`` and ``lr`` for ``exp_grid_lr``; empty for ``lr_sweep``."""
    words = re.split("_", name)
    numbered = [at for at, word in enumerate(words) if word.lower() in _NUMBERED]
    name = "_".join(words[numbered[-1] + 1 :]) if numbered else name
    if hyperparameter_family(name) is not Family.SEED:
        return name
    last = words_of(name)[-1]
    return last if hyperparameter_family(last) is Family.SEED else name


def is_part(name: str) -> bool:
    """Whether a table of that name holds one part of a run: what was measured on that data.

    Example:
        >>> [is_part(name) for name in ("train", "val_log", "test-metrics", "lr_0.1_train", "run1")]
        [True, True, True, False, False]
    """
    words = [word for word in words_of(name) if word not in _LOGS]
    return len(words) == 1 and split_of(words[0]) is not None


def run_and_part(name: str) -> tuple[str, str]:
    """The run and the part of the data that a log is called after; no part where it has none.

    Example:
        >>> [run_and_part(name) for name in ("run1_train", "val-lr_0.1", "run1_val_log", "run1")]
        [('run1', 'train'), ('lr_0.1', 'val'), ('run1', 'val'), ('run1', '')]
    """
    words = _SEPARATED.split(name)  # words at even places, what stands between them at odd ones
    while len(words) > 2 and words[-1].lower() in _LOGS:
        words = words[:-2]
    for at, rest in ((len(words) - 1, words[:-2]), (0, words[2:])):
        if rest and split_of(words[at]) is not None:
            return "".join(rest), words[at]
    return name, ""


def natural_order(place: Sequence[str]) -> list[tuple[float, str]]:
    """Numbers in names count as numbers: trial_2 before trial_10, and lr_0.03 before lr_0.1."""
    return [
        (float(part), part) if part[:1].isascii() and part[:1].isdecimal() else (-1.0, part)
        for name in place
        for part in (*re.split(r"([0-9]+(?:\.[0-9]+)?)", name), "")
    ]
