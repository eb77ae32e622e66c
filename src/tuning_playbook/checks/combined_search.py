"""What to declare to search a product or a ratio of two hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from tuning_playbook.analysis.search.infeasible_region import Location
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.space import Float, Hyperparameter, Ordered, formula_value


def declarations(table: TrialTable, places: Sequence[Location], kept: Sequence[int]) -> str:
    """Two lines of playbook.toml: the new hyperparameter, and one of the old ones by its formula.

    Failure at the high ends of both depends on a product, at opposite ends on a ratio. One minus
    the hyperparameter stands for one that is searched in 1 - value, and turns its ends round.

    Args:
        table: of the trials.
        places: where failures lie along two hyperparameters that are numbers.
        kept: rows of trials that trained, whose values give the new range.

    Returns:
        Text for a person; empty where no product of the two makes sense, such as with a range that
        begins at zero.
    """
    spaces = [table.space[place.hyperparameter] for place in places]
    pairs = permutations(zip(spaces, places, strict=True))
    for (given, place), (other, other_place) in pairs:
        by = _positive(other)
        if not by or not (isinstance(given.domain, Float) and given.domain.scale == "log"):
            continue
        product = (place.side == other_place.side) != by.startswith("(")
        name = f"{given.name}_{'times' if product else 'per'}_{other.name}"
        search = f"{given.key} {'*' if product else '/'} {by}"
        rows = [{k: table.values[k][row] for k in (given.key, other.key)} for row in kept]
        values = [formula_value(search, row) for row in rows]
        if len(values) < 2 or not min(values) < max(values):
            return ""
        default = formula_value(search, {h.key: h.default for h in spaces})
        back = f"{name} {'/' if product else '*'} {by.replace(other.key, other.name)}"
        ends = ", ".join(f"{float(f'{end:.2g}'):g}" for end in (min(values), max(values)))
        return (
            f"{name} = {{ log = [{ends}], default = {float(f'{default:.4g}'):g} }} and "
            f'{given.name} = {{ derived = "{back}" }}'
        )
    return ""


def _positive(h: Hyperparameter) -> str:
    """What the other is multiplied with or divided by; empty where it can be zero."""
    domain = h.domain
    if isinstance(domain, Float) and domain.scale == "reverse_log":
        return f"(1 - {h.key})"
    lowest = domain.values[0] if isinstance(domain, Ordered) else getattr(domain, "low", 0.0)
    return h.key if np.all(np.asarray(lowest) > 0) else ""
