"""Rounds that something else has run: they are in the store and have no file."""

from __future__ import annotations

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.space import Categorical, Constant, Hyperparameter, conditions_of
from tuning_playbook.study import Project, Round, Study
from tuning_playbook.vocabulary import kind_by_name

_TRIALS = 20


def same_search(project: Project, study: Study) -> Round:
    """A round of the project that searches what an imported study did, as far as it may.

    What the project declares as fixed stays fixed, and so do the training length and the batch
    size, with everything that depends on them; and a choice of optimizer, which is a question.
    """
    declared = {h.key: h for h in project.hyperparameters}
    base = baseline_config(project)
    free = {
        h.key
        for h in study.space.hyperparameters
        if h.key in declared
        and not isinstance(declared[h.key].domain, Constant)
        and not is_never_tuned(h)
        and not _is_choice_of_optimizer(declared[h.key])
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
        key: "a question of its own" if _is_choice_of_optimizer(h) else why
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


def _is_choice_of_optimizer(h: Hyperparameter) -> bool:
    """Whether its values are optimizers, each of which needs a learning rate of its own."""
    named = h.kind == "optimizer" or kind_by_name(h.name) == "optimizer"
    return named and isinstance(h.domain, Categorical)
