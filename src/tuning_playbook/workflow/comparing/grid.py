"""Arms that are cells of a grid: what each factor does, averaged over everything else."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuning_playbook.analysis.comparison.many_arms import LevelEffect, level_effect
from tuning_playbook.analysis.comparison.repeats_of_two import Repeats
from tuning_playbook.words import listed
from tuning_playbook.workflow.comparing.arms import ArmRuns, Arms

Cells = dict[Hashable, dict[Hashable, Repeats]]

_BETWEEN_CELLS = (
    "Main effects: each cell has a single run, so the intervals come from the differences of the "
    "effect between cells."
)


@dataclass(frozen=True, slots=True)
class MainEffects:
    """What was found, and in words what could not be estimated or how it was.

    Args:
        effects: each level of each factor against the baseline's level.
        notes: one sentence each.
    """

    effects: tuple[LevelEffect, ...] = ()
    notes: tuple[str, ...] = ()


def main_effects(
    arms: Arms,
    factors: tuple[str, ...],
    baseline: int,
    *,
    further: Mapping[str, Sequence[Any]],
    sign: int,
) -> MainEffects:
    """Each level of each factor against the baseline's level.

    Args:
        arms: cells of a grid, or of several that further columns make.
        factors: columns that make an arm.
        baseline: position of the arm whose levels the others are compared with.
        further: hyperparameters that vary within arms -> their cells; levels are compared at the
            same values of them.
        sign: 1 where low values are better, -1 where high ones are.

    Returns:
        Nothing for a single factor whose levels are the arms.
    """
    if len(factors) < 2 and not further:
        return MainEffects()
    found: list[LevelEffect] = []
    missing = []
    for place, factor in enumerate(factors):
        cells = _cells(arms, place, further)
        own: Any = arms.keys[baseline][place]
        effects = [
            level_effect(factor, cells[own], cells[level], (own, level), sign=sign)
            for level in cells
            if level != own
        ]
        known = [effect for effect in effects if effect is not None]
        found += known
        if effects and not known:
            missing.append(factor)
    notes = [_BETWEEN_CELLS] * any(effect.error_of == "cells" for effect in found)
    if missing and len(factors) > 1:
        notes.append(_why_not(missing, factors, further))
    return MainEffects(tuple(found), tuple(notes))


def _why_not(
    missing: Sequence[str], factors: Sequence[str], further: Mapping[str, Sequence[Any]]
) -> str:
    if len(missing) > 1:
        others = f"everything else alike ({listed([*factors, *further])})"
    else:
        others = f"the same {listed([n for n in (*factors, *further) if n != missing[0]])}"
    return (
        f"The main effect of {listed(list(missing))} cannot be estimated: fewer than two settings "
        f"were run with both levels and {others}."
    )


def _cells(arms: Arms, place: int, further: Mapping[str, Sequence[Any]]) -> Cells:
    """Level of one factor -> values of everything else -> runs."""
    cells: Cells = {}
    for key, arm in zip(arms.keys, arms.arms, strict=True):
        own = cells.setdefault(key[place], {})
        for values, repeats in _parts(arm, further).items():
            own[key[:place] + key[place + 1 :], values] = repeats
    return cells


def _parts(arm: ArmRuns, further: Mapping[str, Sequence[Any]]) -> dict[tuple[str, ...], Repeats]:
    """The runs of an arm by the values of the further columns."""
    if not further:
        return {(): arm.repeats}
    rows: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(arm.rows.tolist()):
        rows.setdefault(tuple(str(cells[row]) for cells in further.values()), []).append(i)
    whole = arm.repeats
    return {
        values: replace(
            whole,
            values=whole.values[own],
            seeds=tuple(whole.seeds[i] for i in own) if whole.seeds else (),
            names=tuple(whole.names[i] for i in own) if whole.names else (),
            reported=None,
        )
        for values, own in rows.items()
    }
