"""Tables of episodes as Gym's and Stable-Baselines' monitors write them: ``r,l,t``."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from tuning_playbook.importers.cells.columns import Column, plain_values

_LETTERS = ("r", "l", "t")  # reward and length of an episode, seconds since the start


def names_episodes(names: Collection[str]) -> bool:
    """Whether a header begins as that of a monitor does.

    Example:
        >>> names_episodes(["r", "l", "t", "is_success"]), names_episodes(["lr", "loss"])
        (True, False)
    """
    return tuple(names)[: len(_LETTERS)] == _LETTERS


def with_episodes_named(columns: dict[str, Column]) -> dict[str, Column]:
    """A monitor's columns in words, after the steps that were made by the end of each episode.

    Other tables stay as they are, those included whose letters are no episodes: lengths are whole
    numbers of steps, and time does not go back. Flags become 0 and 1; words on each episode, which
    are no setting of it, are left out.
    """
    if not names_episodes(columns):
        return columns
    letters = [columns[name] for name in _LETTERS]
    if any(c.values.dtype != np.float64 or c.missing.any() for c in letters):
        return columns
    lengths, times = (c.values.astype(np.float64) for c in letters[1:])
    whole = np.isfinite(lengths) & (lengths >= 1) & (lengths == np.round(lengths))
    if not whole.all() or np.any(np.diff(times) < 0):
        return columns
    reward, length, _ = letters
    steps = Column(np.cumsum(lengths), np.zeros(len(lengths), dtype=bool))
    named = {"global_step": steps, "episode_reward": reward, "episode_length": length}
    beside = {
        name: own
        for name, column in columns.items()
        if name not in _LETTERS and name not in named and (own := _of_episodes(column)) is not None
    }
    return {**named, "time": columns["t"], **beside}


def _of_episodes(column: Column) -> Column | None:
    """What a monitor adds on each episode, flags as numbers; ``None`` for words on each."""
    cells = plain_values(column)
    if column.values.dtype == np.float64 or len(set(cells)) == 1:
        return column
    if all(isinstance(cell, bool) for cell in cells):
        return Column(np.array(cells, dtype=np.float64), np.zeros(len(cells), dtype=bool))
    return None
