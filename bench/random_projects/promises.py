"""What `playbook next` must never do, looked for in the steps that it proposes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from random_projects.worlds import RATES
from tuning_playbook.space import Float, Integer
from tuning_playbook.study import Project, Round

_NEVER_SEARCHED = ("batch_size", "epochs")


def broken_by_round(
    project: Project, round_: Round, *, earlier: Sequence[Round] = ()
) -> Iterator[str]:
    """What is wrong with a round that was proposed, after ``earlier`` ones."""
    roles = {**round_.scientific, **round_.scientific_ranges, **round_.nuisance}
    yield from (f"{key} is searched" for key in roles if key.rsplit(".", 1)[-1] in _NEVER_SEARCHED)
    declared = {h.key: h for h in project.hyperparameters}
    if "optimizer" in round_.scientific:
        for arm in round_.scientific["optimizer"]:
            rates = [k for k in declared if f".{arm}." in k and k.rsplit(".", 1)[-1] in RATES]
            if rates and not set(rates) & set(round_.nuisance):
                yield f"the learning rate of {arm} is not tuned"
    for key, values in round_.scientific.items():
        domains = [declared[key].domain, *(r.nuisance[key] for r in earlier if key in r.nuisance)]
        ranges = [(d.low, d.high) for d in domains if isinstance(d, (Float, Integer))]
        known = (0, declared[key].default, project.baseline.get(key))
        outside = [
            v
            for v in values
            if ranges and v not in known and not any(low <= v <= high for low, high in ranges)
        ]
        # Further values of a question follow its round, unless the program has changed since.
        further = any({*r.scientific.get(key, ())} < {*values} for r in earlier)
        if outside and not round_.follows and not further:
            yield f"{key} = {outside} lies outside its range"


def asked_twice(rounds: Sequence[Round]) -> Iterator[str]:
    """Rounds that ask what an earlier one asked, in the same ranges and without following it."""
    seen: dict[Any, str] = {}
    for round_ in rounds:
        key = (
            tuple(sorted((k, v) for k, v in round_.scientific.items())),
            tuple(sorted((k, repr(v)) for k, v in round_.nuisance.items())),
            tuple(sorted(round_.fixed.items())), round_.mode, round_.presence,
        )  # fmt: skip
        if key in seen and not round_.follows:
            yield f"{round_.name} asks what {seen[key]} has asked"
        seen.setdefault(key, round_.name)


def said_twice(step: dict[str, Any]) -> bool:
    """Whether the command of a step stands in its words as well."""
    words = " ".join([step["reason"], step["how"]])
    command = step["command"]
    return bool(command) and re.search(rf"{re.escape(command)}(?! --|\w|-)", words) is not None
