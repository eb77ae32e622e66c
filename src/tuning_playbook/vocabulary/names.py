"""Names as words."""

from __future__ import annotations

import re
from typing import TypeAlias

Words: TypeAlias = tuple[str, ...]

_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_MOMENT = re.compile(
    r"(?<=[A-Za-z0-9])[^A-Za-z0-9]at[^A-Za-z0-9](the[^A-Za-z0-9])?"
    r"(best|final|last|end|selected|chosen|early|lowest|highest|min|max)(?![A-Za-z0-9]).*",
    re.IGNORECASE,
)


def plain_name(name: str) -> str:
    """A name in lower case with every separator taken as ``_``.

    Example:
        >>> plain_name("Val Loss"), plain_name("trialId"), plain_name("_step")
        ('val_loss', 'trial_id', '_step')
    """
    return _SEPARATORS.sub("_", _CAMEL.sub(r"\1_\2", name.strip()).lower())


def words_of(name: str) -> Words:
    """The words of a name, in lower case, whatever separates them; the name itself without any.

    Example:
        >>> words_of("model.optimizer/weightDecay"), words_of("%")
        (('model', 'optimizer', 'weight', 'decay'), ('%',))
    """
    return tuple(word for word in plain_name(name).split("_") if word) or (name,)


def without_moment(name: str) -> str:
    """What was measured, without when: at the best epoch, at the end.

    Example:
        >>> without_moment("val_accuracy_at_best_epoch"), without_moment("recall_at_10")
        ('val_accuracy', 'recall_at_10')
    """
    return _MOMENT.sub("", name)


def without_digits(word: str) -> str:
    """A word without the digits at its end.

    Example:
        >>> without_digits("lr0"), without_digits("50")
        ('lr', '50')
    """
    return word.rstrip("0123456789") or word


def contains(words: Words, phrases: frozenset[Words]) -> bool:
    """Whether any of ``phrases`` stands in ``words``, its words side by side.

    Example:
        >>> contains(("base", "learning", "rate"), frozenset({("learning", "rate")}))
        True
    """
    return any(
        words[at : at + len(phrase)] == phrase
        for phrase in phrases
        for at in range(len(words) - len(phrase) + 1)
    )


def phrases(text: str) -> frozenset[Words]:
    """Phrases from a text: commas part phrases, spaces words.

    Example:
        >>> sorted(phrases("learning rate, lr"))
        [('learning', 'rate'), ('lr',)]
    """
    return frozenset(tuple(phrase.split()) for phrase in text.split(","))
