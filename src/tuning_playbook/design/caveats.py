"""What a conclusion does not cover: one sentence for each hyperparameter that stayed fixed."""

from __future__ import annotations

from collections.abc import Sequence

from tuning_playbook.space import Constant
from tuning_playbook.study import Project, Study


def caveats_of(project: Project, studies: Sequence[Study]) -> tuple[str, ...]:
    """Caveats of a round's answer, in the order of declaration.

    Args:
        project: declares every hyperparameter.
        studies: of the round.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    found: list[str] = []
    for h in project.hyperparameters:
        if any(h.key in s.scientific or h.key in s.space.keys for s in studies):
            continue
        values = dict.fromkeys(s.fixed[h.key] for s in studies if h.key in s.fixed)
        for value in values:
            word = str(value).lower() if isinstance(value, bool) else value
            undeclared = ", and the project declares no range to try" * isinstance(
                h.domain, Constant
            )
            found.append(f"It was found with {h.key} = {word} only{undeclared}.")
    return tuple(found)
