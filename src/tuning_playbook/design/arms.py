"""From a question to its studies: one for each combination of scientific values."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from tuning_playbook.errors import InvalidInput, RefusedByPlaybook
from tuning_playbook.roles import possible_values, role_problems
from tuning_playbook.space import (
    Categorical,
    Config,
    Domain,
    Hyperparameter,
    Ordered,
    SearchSpace,
    Value,
    existing,
    fitted,
    misfit,
    unmet_condition,
)
from tuning_playbook.study import Project, Provenance, Round, Study

# An arm's name is a folder's name too, and most file systems end at 255 bytes.
_LONGEST_ARM = 120
# What stands for the strength of a hyperparameter that is compared with and without.
OFF, ON = "off", "on"


def studies_of(
    project: Project,
    round_: Round,
    *,
    provenance: Provenance = Provenance(),  # noqa: B008
) -> tuple[Study, ...]:
    """The studies that answer a round's question.

    Every arm (combination of scientific values) gets a study of its own, with the same number of
    trials and the same seed. Nuisance hyperparameters that all arms share come first in each
    space, so that they get the same points in every arm and the comparison is paired.

    A hyperparameter of ``presence`` is fixed at 0 in one arm and searched in the other; their
    ``scientific`` says ``"off"`` and ``"on"``.

    A joint round is one study. Its scientific hyperparameters come first in the space, where
    quasi-random points are spread most evenly over their values.

    Args:
        project: declares every hyperparameter.
        round_: what is compared and tuned.
        provenance: where the code comes from.

    Returns:
        One study for each arm, named ``round`` or ``round/name=value``. ``fixed`` holds every
        hyperparameter that exists in the arm and is not searched, the scientific ones included.

    Raises:
        RefusedByPlaybook: where the training length or the batch size would be searched.
        InvalidInput: with everything else that is wrong with the round; or for an arm that has
            several trials and nothing to vary.

    Source: playbook, "Creating a set of studies".
    """
    _require_sound(project, round_)
    if round_.joint:
        return (_joint_study(project, round_, provenance),)
    arms = _arms(project, round_)
    nuisances = [_nuisances(project, round_, arm) for arm in arms]
    shared = {h.key for h in project.hyperparameters}.intersection(
        *({h.key for h in found} for found in nuisances)
    )
    return tuple(
        _study(project, round_, arm, name, space, provenance)
        for arm, name, space in zip(
            arms,
            arm_names(round_.name, arms),
            (SearchSpace(tuple(sorted(n, key=lambda h: h.key not in shared))) for n in nuisances),
            strict=True,
        )
    )


def arm_names(round_name: str, arms: Sequence[Config]) -> tuple[str, ...]:
    """Names of the arms' studies: readable, different, and fit to be folders.

    Example:
        >>> arm_names("decay", [{"optimizer.adam.weight_decay": 0.0}, {
        ...     "optimizer.adam.weight_decay": 1e-4}])
        ('decay/weight_decay=0.0', 'decay/weight_decay=0.0001')
    """
    keys = {key for arm in arms for key in arm}
    last = [key.rsplit(".", 1)[-1] for key in keys]
    short = {key: key.rsplit(".", 1)[-1] for key in keys}
    names = {key: name if last.count(name) == 1 else key for key, name in short.items()}
    written = [",".join(f"{names[k]}={_written(v)}" for k, v in arm.items()) for arm in arms]
    lowered = [text.lower() for text in written]  # some file systems do not tell cases apart
    return tuple(
        _arm_name(round_name, arm, text, unique=lowered.count(text.lower()) == 1)
        for arm, text in zip(arms, written, strict=True)
    )


def _arm_name(round_name: str, arm: Config, text: str, *, unique: bool) -> str:
    if not arm:
        return round_name
    if unique and len(text) <= _LONGEST_ARM:
        return f"{round_name}/{text}"
    exact = zlib.crc32(repr(sorted(arm.items())).encode())
    return f"{round_name}/{text[:_LONGEST_ARM]}~{exact:08x}"


def _written(value: Value) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return re.sub(r"[^\w.+-]", "-", text, flags=re.ASCII)


def _require_sound(project: Project, round_: Round) -> None:
    problems = role_problems(project, round_)
    if not problems:
        return
    lines = [
        " ".join(filter(None, (p.message, p.suggestion and f"({p.suggestion})"))) for p in problems
    ]
    text = "\n".join(lines)
    if all(p.source for p in problems):
        raise RefusedByPlaybook(text, source=problems[0].source)
    raise InvalidInput(f"round {round_.name!r} cannot be run:\n{text}")


def _arms(project: Project, round_: Round) -> tuple[Config, ...]:
    """Combinations of scientific values; those that do not exist under the others are left out."""
    declared = {h.key: h for h in project.hyperparameters}
    found: list[Config] = []
    compared = {**round_.scientific, **dict.fromkeys(round_.presence, (OFF, ON))}
    for values in product(*compared.values()):
        arm = dict(zip(compared, values, strict=True))
        possible = possible_values(project, round_, arm)
        kept = {
            k: v for k, v in arm.items() if not unmet_condition(declared[k], declared, possible)
        }
        if kept not in found:
            found.append(kept)
    return tuple(found)


def _nuisances(project: Project, round_: Round, arm: Config) -> list[Hyperparameter]:
    present = _present(project, round_, arm)
    base = _base(project, round_, arm)
    return [
        _with_range(h, round_.nuisance[h.key], base[h.key])
        for h in present
        if h.key in round_.nuisance and not (h.key in round_.presence and arm.get(h.key) == OFF)
    ]


def _joint_study(project: Project, round_: Round, provenance: Provenance) -> Study:
    base = _base(project, round_, {})
    domains = {**round_.scientific_ranges}
    domains |= {key: _listed(values) for key, values in round_.scientific.items()}
    present = _present(project, round_, {})
    compared = [_with_range(h, domains[h.key], base[h.key]) for h in present if h.key in domains]
    space = SearchSpace((*compared, *_nuisances(project, round_, {})))
    combinations = math.prod(len(values) for values in round_.scientific.values())
    study = _study(project, round_, {}, round_.name, space, provenance)
    return replace(study, trials=round_.trials * combinations, joint=tuple(h.key for h in compared))


def _listed(values: Sequence[Value]) -> Domain:
    numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) == len(values):
        return Ordered(tuple(sorted(numbers)))
    return Categorical(tuple(values))


def _with_range(h: Hyperparameter, domain: Domain, base: Value) -> Hyperparameter:
    # Fewer choices may leave out the default, and a space's default must be one of its choices.
    default = base
    if isinstance(domain, Categorical) and misfit(domain, base):
        default = domain.values[0]
    return replace(h, domain=domain, default=default)


def _base(project: Project, round_: Round, arm: Config) -> dict[str, Value]:
    defaults = {h.key: h.default for h in project.hyperparameters}
    values = {key: value for key, value in arm.items() if key not in round_.presence}
    off = {
        h.key: fitted(h.domain, 0)
        for h in project.hyperparameters
        if h.key in round_.presence and arm.get(h.key) == OFF
    }
    return {**defaults, **project.baseline, **round_.fixed, **values, **off}


def _present(project: Project, round_: Round, arm: Config) -> list[Hyperparameter]:
    """The hyperparameters that can exist in an arm, in the order of declaration."""
    return existing(project.hyperparameters, possible_values(project, round_, arm))


def _study(
    project: Project,
    round_: Round,
    arm: Config,
    name: str,
    space: SearchSpace,
    provenance: Provenance,
) -> Study:
    listed = round_.algorithm == "list"
    if not len(space) and not listed and round_.trials > 1:
        raise InvalidInput(
            f"{name} varies nothing, so its {round_.trials} trials would be the same; name "
            "nuisance hyperparameters in the round, or set trials = 1"
        )
    base = _base(project, round_, arm)
    fixed = {h.key: base[h.key] for h in _present(project, round_, arm) if h.key not in space.keys}
    return Study(
        name=name,
        space=space,
        trials=len(round_.configs) if listed else round_.trials,
        objective=project.objective,
        training=project.training,
        round=round_.name,
        question=round_.question,
        scientific=arm,
        fixed=fixed,
        algorithm=round_.algorithm,
        seed=round_.seed,
        derived=project.derived,
        configs=tuple(_completed(config, space, base) for config in round_.configs),
        provenance=provenance,
    )


def _completed(config: Config, space: SearchSpace, base: Mapping[str, Value]) -> Config:
    """A listed configuration with the baseline's value for what it does not name."""
    whole = {h.key: config.get(h.key, base[h.key]) for h in space.hyperparameters}
    return {h.key: whole[h.key] for h in space.active({**base, **whole})}
