"""Tables of episodes as Gym's and Stable-Baselines' monitors write them: ``r,l,t``."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from tuning_playbook.importers.cells.columns import Column

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
    numbers of steps, and time does not go back.
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
    beside = {k: v for k, v in columns.items() if k not in _LETTERS and k not in named}
    return {**named, "time": columns["t"], **beside}
