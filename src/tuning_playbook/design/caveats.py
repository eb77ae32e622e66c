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
        values = {str(s.fixed[h.key]) for s in studies if h.key in s.fixed}
        scientific = any(h.key in s.scientific for s in studies)
        if scientific or len(values) != 1:
            continue
        always = " (it has no other declared value)" if isinstance(h.domain, Constant) else ""
        found.append(f"It was found with {h.key} = {values.pop()} only{always}.")
    return tuple(found)
