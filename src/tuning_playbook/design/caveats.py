"""What a conclusion does not cover: one sentence for each hyperparameter that stayed fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tuning_playbook.space import Constant
from tuning_playbook.study import Project, Study


def caveats_of(
    project: Project, studies: Sequence[Study], *, reasons: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Caveats of a round's answer, in the order of declaration.

    Args:
        project: declares every hyperparameter.
        studies: of the round.
        reasons: key -> why it was fixed, where its user has said so.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    found: list[str] = []
    for h in project.hyperparameters:
        if any(h.key in s.scientific or h.key in s.space.keys for s in studies):
            continue
        values = dict.fromkeys(s.fixed[h.key] for s in studies if h.key in s.fixed)
        for value in values:
            word = str(value).lower() if isinstance(value, bool) else value
            searchable = h.kind not in ("batch_size", "training_length")  # these have no range
            undeclared = ", and the project declares no range to try" * (
                searchable and isinstance(h.domain, Constant)
            )
            reason = f" ({given})" if (given := (reasons or {}).get(h.key)) else ""
            found.append(f"The answer holds for {h.key} = {word} only{undeclared}{reason}.")
    return tuple(found)
