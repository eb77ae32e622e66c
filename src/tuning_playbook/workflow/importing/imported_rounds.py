"""Rounds that something else has run: they are in the store and have no file."""

from __future__ import annotations

from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.space import Constant, conditions_of
from tuning_playbook.study import Project, Round, Study

_TRIALS = 20


def same_search(project: Project, study: Study) -> Round:
    """A round of the project that searches what an imported study did, as far as it may.

    What the project declares as fixed stays fixed, and so do the training length and the batch
    size, with everything that depends on them.
    """
    declared = {h.key: h for h in project.hyperparameters}
    free = {
        h.key
        for h in study.space.hyperparameters
        if h.key in declared
        and not isinstance(declared[h.key].domain, Constant)
        and not is_never_tuned(h)
    }
    nuisance = {
        h.key: h.domain
        for h in study.space.hyperparameters
        if h.key in free and {c.parent for c in conditions_of(h, declared)} <= free
    }
    why = f"not searched in {study.name}"
    reasons = {key: why for key, h in declared.items()
               if key not in nuisance and not isinstance(h.domain, Constant)}  # fmt: skip
    return Round(
        study.name,
        f"Which configuration is best, beginning with what {study.name} has shown?",
        "improve",
        _TRIALS,
        nuisance=nuisance,
        reasons=reasons,
    )
