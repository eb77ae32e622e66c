"""Arms that are cells of a grid: what each factor does, averaged over the others."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from tuning_playbook.analysis.comparison import Repeats
from tuning_playbook.analysis.comparison_of_many import LevelEffect, level_effect
from tuning_playbook.workflow.comparison_arms import Arms


def main_effects(
    arms: Arms, factors: tuple[str, ...], baseline: int, *, sign: int
) -> tuple[LevelEffect, ...]:
    """Each level of each factor against the baseline's level.

    Args:
        arms: cells of a grid.
        factors: columns that make a cell.
        baseline: position of the cell whose levels the others are compared with.
        sign: 1 where low values are better, -1 where high ones are.

    Returns:
        Nothing for a single factor, whose levels are the arms.
    """
    if len(factors) < 2:
        return ()
    found = []
    for place, factor in enumerate(factors):
        cells: dict[Hashable, dict[Hashable, Repeats]] = {}
        for key, arm in zip(arms.keys, arms.arms, strict=True):
            others = key[:place] + key[place + 1 :]
            cells.setdefault(key[place], {})[others] = arm.repeats
        own: Any = arms.keys[baseline][place]
        for level in cells:
            if level != own:
                effect = level_effect(factor, cells[own], cells[level], (own, level), sign=sign)
                found += [effect] if effect is not None else []
    return tuple(found)
