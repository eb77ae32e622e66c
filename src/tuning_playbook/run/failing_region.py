"""Whether failed trials are all those of one part of the search space. No store or process."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from tuning_playbook.space import Config, Value
from tuning_playbook.words import short

_LARGEST_CHANCE = 0.05
_FEWEST = 3  # of either group


def where_they_fail(failed: Sequence[Config], others: Sequence[Config]) -> str:
    """The values that all failed trials have and no other trial has, in words; empty for none.

    Said only where chance would hardly sort so few trials by any hyperparameter.

    Args:
        failed: configurations of the trials that failed in one way.
        others: of those that ran through.

    Example:
        >>> where_they_fail([{"lr": r} for r in (5, 6, 7)], [{"lr": r} for r in range(5)])
        'every trial with lr = 5 or more failed in this way, and no trial with lr = 4 or less did'
    """
    if min(len(failed), len(others)) < _FEWEST:
        return ""
    keys = list(dict.fromkeys(key for config in failed for key in config))
    varied = [key for key in keys if len({_of(c, key) for c in (*failed, *others)}) > 1]
    ways = sum(_ways(key, failed, others) for key in varied)
    if ways > _LARGEST_CHANCE * math.comb(len(failed) + len(others), len(failed)):
        return ""
    found = [text for key in varied for text in _sorted_by(key, failed, others)]
    return "; and ".join(found)


def _of(config: Config, key: str) -> Value | None:
    return config.get(key)


def _ways(key: str, failed: Sequence[Config], others: Sequence[Config]) -> int:
    """In how many ways one hyperparameter may set the failed trials apart."""
    values = {_of(config, key) for config in (*failed, *others)}
    return 2 if all(map(_is_number, values)) else len(values)


def _sorted_by(key: str, failed: Sequence[Config], others: Sequence[Config]) -> Iterator[str]:
    lost, kept = ([_of(c, key) for c in group] for group in (failed, others))
    numbers = [[float(v) for v in group if _is_number(v)] for group in (lost, kept)]
    if list(map(len, numbers)) == [len(lost), len(kept)]:
        above = min(numbers[0]) > max(numbers[1])
        if above or max(numbers[0]) < min(numbers[1]):
            nearest = (min, max) if above else (max, min)
            end, other = (short(f(n)) for f, n in zip(nearest, numbers, strict=True))
            side, rest = ("more", "less") if above else ("less", "more")
            yield (
                f"every trial with {key} = {end} or {side} failed in this way, and no trial with "
                f"{key} = {other} or {rest} did"
            )
    elif len(set(lost)) == 1 and lost[0] not in kept and lost[0] is not None:
        yield (
            f"every trial with {key} = {short(lost[0])} failed in this way, and no other trial did"
        )


def _is_number(value: Value | None) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
