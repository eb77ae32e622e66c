"""Rounds that something else has run: they are in the store and have no file."""

from __future__ import annotations

from dataclasses import replace

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.design.methods import is_no_nuisance
from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.space import Constant, Hyperparameter, conditions_of
from tuning_playbook.study import Project, Round, Study
from tuning_playbook.vocabulary import kind_by_name

_TRIALS = 20
_KINDS = ("optimizer", "architecture")


def same_search(project: Project, study: Study) -> Round:
    """A round of the project that searches what an imported study did, as far as it may.

    What the project declares as fixed stays fixed, and so do the training length and the batch
    size, with everything that depends on them; and the optimizer and the size of the model, which
    are questions.
    """
    declared = {h.key: h for h in project.hyperparameters}
    base = baseline_config(project)
    free = {
        h.key
        for h in study.space.hyperparameters
        if h.key in declared
        and not isinstance(declared[h.key].domain, Constant)
        and not is_never_tuned(h)
        and not _is_question(declared[h.key])
    }
    nuisance = {
        h.key: h.domain
        for h in study.space.hyperparameters
        if h.key in free
        and all(
            c.parent in free or base.get(c.parent) == c.value for c in conditions_of(h, declared)
        )
    }
    why = f"not searched in {study.name}"
    reasons = {
        key: "a question of its own" if _is_question(h) else why
        for key, h in declared.items()
        if key not in nuisance and not isinstance(h.domain, Constant)
    }
    return Round(
        study.name,
        f"Which configuration is best, beginning with what {study.name} has shown?",
        "improve",
        _TRIALS,
        nuisance=nuisance,
        reasons=reasons,
    )


def _is_question(h: Hyperparameter) -> bool:
    """Whether it is compared or fixed, by the kind that is declared or that its name tells."""
    named = kind_by_name(h.name)
    return is_no_nuisance(h) or (named in _KINDS and is_no_nuisance(replace(h, kind=named)))
