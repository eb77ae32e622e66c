"""The follow-up of a round whose ranges were wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tuning_playbook.design.ranges import ends_of, searched_ranges, with_ends
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Domain
from tuning_playbook.study import Round


@dataclass(frozen=True, slots=True)
class RangeAdvice:
    """One arm's advice about one end of one range.

    Args:
        hyperparameter: key.
        edge: which end moves.
        action: outwards or inwards.
        end: where it moves to.
        reason: one line.
    """

    hyperparameter: str
    edge: Literal["low", "high"]
    action: Literal["expand", "shrink"]
    end: float
    reason: str


def follow_up_round(
    round_: Round,
    advice: Mapping[str, Sequence[RangeAdvice]],
    *,
    searched: Mapping[str, Collection[str]],
    name: str,
) -> Round | None:
    """``round_`` asked again with mended ranges; its trials count where they lie inside.

    All arms share their ranges, or the comparison would not be fair: an end moves outwards as far
    as any arm wants, and inwards only where every arm wants it, by the least of them.

    Args:
        round_: as it ran.
        advice: by arm; an arm without advice has an empty sequence.
        searched: by arm, the keys that it searched.
        name: of the new round.

    Returns:
        The round; ``None`` where no range changes.

    Source: playbook, "Identifying bad search space boundaries".
    """
    changed: dict[str, Domain] = {}
    reasons = dict(round_.reasons)
    for key, domain in searched_ranges(round_).items():
        ends = ends_of(domain)
        if ends is None:
            continue
        about = {
            arm: [a for a in given if a.hyperparameter == key]
            for arm, given in advice.items()
            if key in searched[arm]
        }
        low, high = _moved("low", about, ends[0]), _moved("high", about, ends[1])
        if (low.end, high.end) == ends or low.end >= high.end:
            continue
        try:
            changed[key] = with_ends(domain, low.end, high.end)
        except InvalidInput:
            continue
        reasons[key] = "; ".join(dict.fromkeys((*high.reasons, *low.reasons)))
    if not changed:
        return None
    return replace(
        round_,
        name=name,
        scientific_ranges={k: changed.get(k, d) for k, d in round_.scientific_ranges.items()},
        nuisance={k: changed.get(k, d) for k, d in round_.nuisance.items()},
        seed=round_.seed + 1,  # other points than before, where the ranges overlap
        follows=round_.name,
        reasons=reasons,
    )


@dataclass(frozen=True, slots=True)
class _Moved:
    """Where an end goes, and the reasons for just that."""

    end: float
    reasons: tuple[str, ...] = ()


def _moved(edge: str, about: Mapping[str, Sequence[RangeAdvice]], old: float) -> _Moved:
    furthest = min if edge == "low" else max
    here = {arm: [a for a in given if a.edge == edge] for arm, given in about.items()}
    outwards = [a for a in _all(here) if a.action == "expand"]
    if outwards:
        end = furthest(*(a.end for a in outwards), old)
        return _Moved(end, tuple(a.reason for a in outwards if a.reason))
    inwards = [[a for a in given if a.action == "shrink"] for given in here.values()]
    if inwards and all(inwards):
        end = furthest(a.end for given in inwards for a in given)
        by_it = (a for given in inwards for a in given if a.end == end)
        return _Moved(end, tuple(a.reason for a in by_it if a.reason))
    return _Moved(old)


def widens(before: Round, after: Round) -> bool:
    """Whether a round searches or compares values outside of what an earlier one did."""
    if before.scientific != after.scientific:
        return True
    ranges = searched_ranges(before)
    for key, domain in searched_ranges(after).items():
        old, new = ends_of(ranges.get(key, domain)), ends_of(domain)
        if old is not None and new is not None and (new[0] < old[0] or new[1] > old[1]):
            return True
    return False


def _all(by_arm: Mapping[str, Iterable[RangeAdvice]]) -> list[RangeAdvice]:
    return [a for given in by_arm.values() for a in given]
