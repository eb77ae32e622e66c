"""Ranges of the next round: those declared, widened by what earlier rounds have found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tuning_playbook.design.ranges import ends_of, holds, searched_ranges, with_ends
from tuning_playbook.edges.growth import grown_range
from tuning_playbook.space import Domain, Float, Hyperparameter, Integer, Ordered, Value
from tuning_playbook.study import Project, Round

_WIDER = "wider than declared, as an earlier round has shown that it has to be"
_MOST_GROWTH = 3  # times; a value that lies further outside is left to its user


def widened(project: Project, searched: Mapping[str, Sequence[Domain]]) -> Project:
    """The project with ranges that hold its baseline, as wide as earlier rounds searched them.

    A declared range that earlier rounds found too narrow would be found so again. It is never
    made narrower than declared: what was useless under another question may be good under the next.

    Args:
        project: declares every hyperparameter.
        searched: key -> ranges in which rounds searched it, the newest first, without ends that
            were of no use.
    """
    return replace(
        project,
        hyperparameters=tuple(
            replace(h, domain=_with_baseline(h, searched.get(h.key, ()), project.baseline))
            for h in project.hyperparameters
        ),
    )


def with_reasons(round_: Round, declared: Project) -> Round:
    """A proposed round that says of each range that is wider than declared why it is."""
    domains = {h.key: h.domain for h in declared.hyperparameters}
    wider = {
        key: _WIDER
        for key, domain in searched_ranges(round_).items()
        if key in domains and ends_of(domain) != ends_of(domains[key])
    }
    return replace(round_, reasons={**round_.reasons, **wider})


def _with_baseline(
    h: Hyperparameter, searched: Iterable[Domain], baseline: Mapping[str, Value]
) -> Domain:
    if not isinstance(h.domain, (Float, Integer, Ordered)):
        return h.domain
    ranges = [d for d in searched if isinstance(d, type(h.domain))]
    launched = baseline.get(h.key)
    value = launched if isinstance(launched, (int, float)) else None
    found = next((d for d in ranges if holds(d, value)), None)
    domain = h.domain if found is None else _together(h.domain, found)
    # Zero is off, and stands outside of many ranges by intention.
    return domain if not value else _grown_to(replace(h, domain=domain), value)


def _together(declared: Domain, searched: Domain) -> Domain:
    if isinstance(declared, Ordered) and isinstance(searched, Ordered):
        return Ordered(tuple(sorted({*declared.values, *searched.values})))
    old, new = ends_of(declared), ends_of(searched)
    if old is None or new is None:
        return declared
    low, high = min(old[0], new[0]), max(old[1], new[1])
    return declared if (low, high) == old else with_ends(declared, low, high)


def _grown_to(h: Hyperparameter, value: float) -> Domain:
    """The range of ``h``, grown until it holds a value; as it is where it cannot."""
    grown = h
    for _ in range(_MOST_GROWTH):
        ends = ends_of(grown.domain)
        if ends is None or holds(grown.domain, value):
            return grown.domain
        low, high = grown_range(grown, "low" if value < ends[0] else "high")
        if (low, high) == ends:
            break
        grown = replace(grown, domain=with_ends(grown.domain, low, high))
    return h.domain
