"""From the chunks of a trial to its curves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tuning_playbook.store.base import CurveChunk
from tuning_playbook.trial import Curve, Curves, Step


@dataclass(frozen=True, slots=True, eq=False)
class ChunkColumns:
    """A chunk by columns: ``values`` has the shape (len(metrics), n)."""

    attempt: int
    resumed_from: Step
    metrics: tuple[str, ...]
    steps: NDArray[np.int64]
    values: NDArray[np.float64]


def columns_of(chunk: CurveChunk) -> ChunkColumns:
    """The same chunk by columns."""
    return ChunkColumns(
        chunk.attempt, chunk.resumed_from, chunk.metrics, chunk.steps, chunk.values.T
    )


def curves_of(
    chunks: Sequence[ChunkColumns], *, metrics: Collection[str] | None = None
) -> dict[str, Curve]:
    """Curves of one trial from its chunks, in the order of logging.

    What an attempt logged after the checkpoint that a later attempt went on from is dropped; where
    a step was logged twice, the later value counts.

    Args:
        chunks: of one trial.
        metrics: only these; ``None`` for all.
    """
    limits = _limits(chunks)
    parts: dict[str, list[_Part]] = {}
    for chunk in chunks:
        limit = limits[chunk.attempt]
        kept = slice(None) if limit is None else chunk.steps <= limit
        steps = chunk.steps[kept]
        increasing = bool((steps[1:] > steps[:-1]).all())
        for j, name in enumerate(chunk.metrics):
            if len(steps) and (metrics is None or name in metrics):
                part = _Part(steps, chunk.values[j][kept], increasing)
                parts.setdefault(name, []).append(part)
    return {name: _joined(pieces) for name, pieces in parts.items()}


class _Part(NamedTuple):
    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    increasing: bool


def _limits(chunks: Sequence[ChunkColumns]) -> dict[int, Step | None]:
    """Last step of each attempt that later attempts went on from; ``None`` for all of them."""
    limits: dict[int, Step | None] = {}
    limit: Step | None = None
    starts: dict[int, Step] = {}
    for chunk in chunks:
        starts[chunk.attempt] = min(
            chunk.resumed_from, starts.get(chunk.attempt, chunk.resumed_from)
        )
    for attempt in sorted(starts, reverse=True):
        limits[attempt] = limit
        limit = starts[attempt] if limit is None else min(limit, starts[attempt])
    return limits


def _joined(parts: Sequence[_Part]) -> Curve:
    if len(parts) == 1 and parts[0].increasing:  # every trial that has ended
        return Curve(parts[0].steps, parts[0].values)
    steps = np.concatenate([p.steps for p in parts])
    values = np.concatenate([p.values for p in parts])
    if not (steps[1:] > steps[:-1]).all():
        # unique keeps first occurrences, so look from the end
        steps, last = np.unique(steps[::-1], return_index=True)
        values = values[::-1][last]
    return Curve(steps, values)


def chunks_of(curves: Curves) -> tuple[CurveChunk, ...]:
    """Curves as chunks, one for each set of metrics that share their steps."""
    groups: dict[bytes, list[str]] = {}
    for name, curve in curves.items():
        groups.setdefault(np.asarray(curve.steps, dtype=np.int64).tobytes(), []).append(name)
    return tuple(
        CurveChunk(
            attempt=1,
            resumed_from=0,
            metrics=tuple(names),
            steps=np.asarray(curves[names[0]].steps, dtype=np.int64),
            values=np.column_stack([curves[n].values for n in names]).astype(np.float64),
        )
        for names in groups.values()
    )


def grouped(
    rows: Iterable[tuple[int, ChunkColumns]], *, metrics: Collection[str] | None
) -> Mapping[int, Curves]:
    """Curves by trial from (trial, chunk) pairs, in order of trials and of logging."""
    by_trial: dict[int, list[ChunkColumns]] = {}
    for trial, chunk in rows:
        by_trial.setdefault(trial, []).append(chunk)
    found = {t: curves_of(chunks, metrics=metrics) for t, chunks in by_trial.items()}
    return {trial: curves for trial, curves in found.items() if curves}
