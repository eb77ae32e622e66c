"""Which runs in a tree of folders make one study."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from tuning_playbook.importers.runs.names_of_runs import settings_in

Place: TypeAlias = tuple[str, ...]  # a folder relative to the one that was asked for

# Hydra keeps a single run in ``outputs/DAY/TIME``.
_DAY, _TIME = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d\d-\d\d-\d\d")


def studies_of(places: Sequence[Place]) -> dict[Place, list[Place]]:
    """Runs by the folder that makes them one study.

    Runs of one parent folder are one, a run without siblings counts to the folder above, and
    folders named by values or by days group nothing.

    Example:
        >>> studies_of([("lr_0.1", "seed_1"), ("lr_0.1", "seed_2"), ("lr_0.3", "seed_1")])
        {(): [('lr_0.1', 'seed_1'), ('lr_0.1', 'seed_2'), ('lr_0.3', 'seed_1')]}
    """
    home = {place: place[:-1] for place in places}
    for place, group in home.items():
        if group and _TIME.fullmatch(place[-1]) and _DAY.fullmatch(group[-1]):
            group = group[:-1]
        while group and settings_in(group[-1]):
            group = group[:-1]
        home[place] = group
    for depth in range(max(map(len, home.values()), default=0), 0, -1):
        sizes = Counter(home.values())
        home = {p: g[:-1] if len(g) == depth and sizes[g] == 1 else g for p, g in home.items()}
    groups: dict[Place, list[Place]] = defaultdict(list)
    for place, group in home.items():
        groups[group].append(place)
    return dict(groups)


def common_part(groups: Sequence[Place]) -> Place:
    """The folders that all of these lie in."""
    common = groups[0]
    while any(group[: len(common)] != common for group in groups):
        common = common[:-1]
    return common
