"""What a mistyped or foreign word is meant for, and values as messages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

# Keys of other tools, and what they are called here.
_OTHER_WORDS = {
    "objective": "metric",
    "params": "hyperparameters",
    "parameters": "hyperparameters",
    "search_space": "hyperparameters",
    "n_trials": "trials",
    "num_trials": "trials",
    "method": "algorithm",
    "sampler": "algorithm",
    "steps": "max_train_steps",
    "epochs": "max_train_steps",
    "configurations": "configs",
    "timeout": "timeout_seconds",
}


def near(word: str, known: Iterable[str]) -> str:
    """A hint such as ``did you mean 'momentum'?``, or an empty string."""
    meant = nearest(word, known)
    return f"did you mean {meant!r}?" if meant else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """What a mistyped or foreign word is meant for; empty where nothing is near."""
    known = list(known)
    other = _OTHER_WORDS.get(word.lower())
    if other is not None and other in known:
        return other
    return next(iter(get_close_matches(word.lower(), known, n=1)), "")


def near_or_all(word: str, known: Iterable[str]) -> str:
    """A hint, or else everything that is known."""
    known = list(known)
    return near(word, known) or f"known here: {', '.join(known)}"


def shown(value: object) -> str:
    """A value of the file in a message: short, and tables and lists by what they are."""
    if isinstance(value, Mapping):
        return "a table"
    text = repr(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def dotted_hint(name: str) -> str:
    """What to write for a name of a program's nested configuration, such as ``optimizer.lr``."""
    last, levels = name.rsplit(".", 1)[-1], name.replace(".", "__")
    return (
        f"a hyperparameter's name has no dots: declare {last}, and write {name}={{{last}}} in the "
        f"command; or declare {levels}, and give the program {{nested_config_file}}, where it is "
        f"{name}"
    )
