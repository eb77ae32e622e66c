"""From a question to its studies: one for each combination of scientific values."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config, Hyperparameter, SearchSpace, Value
from tuning_playbook.study import (
    Project,
    Provenance,
    Round,
    Study,
    refuse_forbidden_dimension,
)


def studies_of(
    project: Project,
    round_: Round,
    *,
    provenance: Provenance = Provenance(),  # noqa: B008
) -> tuple[Study, ...]:
    """The studies that answer a round's question.

    Every arm (combination of scientific values) gets a study of its own, with the same number of
    trials and the same seed, so that nuisance hyperparameters shared by arms get the same points.

    Args:
        project: declares every hyperparameter.
        round_: what is compared and tuned.
        provenance: where the code comes from.

    Raises:
        RefusedByPlaybook: where the training length or the batch size would be searched.
        InvalidInput: where an arm has nothing to vary and more than one trial.

    Source: playbook, "Creating a set of studies".
    """
    declared = {h.key: h for h in project.hyperparameters}
    for key in round_.scientific:
        refuse_forbidden_dimension(declared[key])
    arms = [
        dict(zip(round_.scientific, values, strict=True))
        for values in product(*round_.scientific.values())
    ]
    return tuple(_study(project, round_, arm, provenance) for arm in arms)


def arm_name(round_name: str, arm: Config) -> str:
    """Name of an arm's study.

    Example:
        >>> arm_name("decay", {"optimizer.adam.weight_decay": 1e-4})
        'decay/weight_decay=0.0001'
    """
    if not arm:
        return round_name
    short = [f"{key.rsplit('.', 1)[-1]}={_written(value)}" for key, value in arm.items()]
    return f"{round_name}/{','.join(short)}"


def _study(project: Project, round_: Round, arm: Config, provenance: Provenance) -> Study:
    base = {h.key: h.default for h in project.hyperparameters}
    base |= {**project.baseline, **round_.fixed, **arm}
    varied = [h for h in project.hyperparameters if h.key in round_.nuisance]
    free = frozenset(round_.nuisance)
    space = SearchSpace(tuple(_narrowed(h, round_) for h in varied if _exists(h, base, free)))
    fixed = {
        h.key: base[h.key]
        for h in project.hyperparameters
        if h.key not in free and _exists(h, base, free)
    }
    name = arm_name(round_.name, arm)
    if not len(space) and round_.algorithm != "list" and round_.trials > 1:
        raise InvalidInput(
            f"{name} varies nothing, so its {round_.trials} trials would be the same; name "
            "nuisance hyperparameters in the round, or set trials = 1"
        )
    return Study(
        name=name,
        space=space,
        trials=len(round_.configs) if round_.algorithm == "list" else round_.trials,
        objective=project.objective,
        training=project.training,
        round=round_.name,
        question=round_.question,
        scientific=arm,
        fixed=fixed,
        algorithm=round_.algorithm,
        seed=round_.seed,
        configs=round_.configs,
        provenance=provenance,
    )


def _exists(h: Hyperparameter, config: Config, free: frozenset[str]) -> bool:
    """Whether ``h`` can exist in an arm: its parent is searched, or fixed at the right value."""
    if h.condition is None or h.condition.parent in free:
        return True
    return config.get(h.condition.parent) == h.condition.value


def _narrowed(h: Hyperparameter, round_: Round) -> Hyperparameter:
    return replace(h, domain=round_.nuisance[h.key])


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).replace("/", "-")
