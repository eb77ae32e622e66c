"""What a number of trials can buy in a round, and what each way of saving gives up."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tuning_playbook.design.adam import ADAM_BY_TRIALS
from tuning_playbook.design.good_settings import chance_of_hitting, trials_needed
from tuning_playbook.design.ranges import with_ends
from tuning_playbook.errors import InvalidInput
from tuning_playbook.project_files.writing import nuisance_to_toml
from tuning_playbook.space import (
    Categorical,
    Constant,
    Domain,
    Float,
    Hyperparameter,
    Ordered,
    Value,
)
from tuning_playbook.study import Project, Round, Study
from tuning_playbook.vocabulary import Family, adam_constant, hyperparameter_family
from tuning_playbook.words import percent

GOOD_SHARE = 1 / 3
ENOUGH = 0.9
_THIN = 0.5

# What is fixed first where not everything can be tuned; the learning rate goes last of all.
_FIXED_FIRST = (
    "other",
    "data",
    "initialization",
    "architecture",
    "schedule",
    "regularization",
    "optimizer",
)
_OPTIMIZERS_FINEST = tuple(reversed(ADAM_BY_TRIALS))


@dataclass(frozen=True, slots=True)
class BudgetOption:
    """One way to spend the budget: arms * trials_each + left_over is the budget.

    Args:
        title: what is done.
        arms: scientific values, or combinations of them, that are compared.
        trials_each: trials that each of them gets.
        left_over: trials that cannot be shared equally.
        dimensions: nuisance hyperparameters that are searched.
        chance: that an arm tries a setting from the good region at least once.
        gives_up: what the saving costs, one sentence each.
        write: what to change in the round's file, one line each.
    """

    title: str
    arms: int
    trials_each: int
    left_over: int
    dimensions: int
    chance: float
    gives_up: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BudgetPlan:
    """A budget and the ways to spend it.

    Args:
        budget: trials of all arms together.
        good_share: part of each range that is taken to be good; of a list, one value.
        enough: chance of trying the good region that counts as enough.
        trials_needed: for each arm of the round as it is written, to have that chance.
        options: the round as it is written, then each saving by itself.
    """

    budget: int
    good_share: float
    enough: float
    trials_needed: int
    options: tuple[BudgetOption, ...]


def plan_budget(
    project: Project,
    round_: Round,
    studies: Sequence[Study],
    *,
    budget: int,
    good_share: float = GOOD_SHARE,
    enough: float = ENOUGH,
) -> BudgetPlan:
    """Split a number of trials over scientific values, nuisance hyperparameters and density.

    Where good settings fill a share s of each of d ranges, k trials try one of them with chance
    1 - (1 - s^d)^k, a little more for quasi-random points. Every saving is the smallest that
    brings this chance to ``enough`` within the budget, or as far as it goes.

    Args:
        project: declares the baseline that a hyperparameter would be fixed at.
        round_: as it is written.
        studies: that it would run.
        budget: trials of all arms together.
        good_share: part of each range that is taken to be good, above 0 and up to 1.
        enough: chance that counts as enough, between 0 and 1.

    Raises:
        InvalidInput: for a budget below 1, or a round that lists its configurations.

    Source: playbook, "Striking a balance between informative and affordable experiments".
    """
    if budget < 1:
        raise InvalidInput(f"a budget is at least 1 trial, found {budget}")
    if round_.algorithm == "list":
        raise InvalidInput(
            "the round lists its configurations, so a budget has nothing to distribute; to "
            'search with a budget, write algorithm = "quasi-random"'
        )
    case = _Case(project, round_, studies, budget, good_share, enough)
    written = _as_written(case)
    savings = (*_fewer_nuisances(case), *_narrower_ranges(case), *_fewer_values(case))
    return BudgetPlan(
        budget=budget,
        good_share=good_share,
        enough=enough,
        trials_needed=trials_needed(case.share(case.searched), enough),
        # with few trials a saving can be too small to buy anything
        options=(written, *(s for s in savings if s.chance > written.chance)),
    )


def sparse_warning(project: Project, round_: Round, studies: Sequence[Study]) -> str:
    """Why the round as it is written searches too thinly; empty where it does not.

    Source: playbook, "Striking a balance between informative and affordable experiments".
    """
    if round_.algorithm == "list":
        return ""
    trials = sum(study.trials for study in studies)
    case = _Case(project, round_, studies, trials, GOOD_SHARE, ENOUGH)
    option = case.option("", case.searched)
    if not case.searched or option.chance >= _THIN:
        return ""
    needed = trials_needed(case.share(case.searched), ENOUGH)
    return (
        f"{option.trials_each} trials are few for {option.dimensions} nuisance hyperparameters: "
        f"even if a third of each range is good, an arm tries a good setting with a probability "
        f"of only {percent(option.chance)} ({needed:,} trials: {percent(ENOUGH)}), and on real "
        "tasks less is good. Ways to cover the space with as many trials: "
        f"playbook plan {round_.name} --budget {trials}"
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """A round and what it may cost."""

    project: Project
    round: Round
    studies: Sequence[Study]
    budget: int
    good_share: float
    enough: float

    @property
    def searched(self) -> tuple[Hyperparameter, ...]:
        """Nuisance hyperparameters of the arm that has the most of them."""
        return max(self.searched_by_arm, key=len)

    @property
    def searched_by_arm(self) -> Sequence[tuple[Hyperparameter, ...]]:
        compared = {*self.round.scientific, *self.round.scientific_ranges}
        return [
            tuple(
                h
                for h in study.space.hyperparameters
                if h.key not in compared and not isinstance(h.domain, Constant)
            )
            for study in self.studies
        ]

    @property
    def arms(self) -> int:
        listed = math.prod(len(values) for values in self.round.scientific.values())
        return listed if self.round.joint else len(self.studies)

    def share(self, searched: Sequence[Hyperparameter]) -> float:
        """Part of the space that is good, for one value of whatever is compared."""
        compared = self.good_share ** len(self.round.scientific_ranges)
        return compared * math.prod(_good_share(h.domain, self.good_share) for h in searched)

    def option(
        self,
        title: str,
        searched: Sequence[Hyperparameter],
        *,
        arms: int | None = None,
        share: float | None = None,
        gives_up: Sequence[str] = (),
        write: Sequence[str] = (),
    ) -> BudgetOption:
        arms = self.arms if arms is None else arms
        each = self.budget // arms
        chance = chance_of_hitting(self.share(searched) if share is None else share, each)
        return BudgetOption(
            title=title,
            arms=arms,
            trials_each=each,
            left_over=self.budget - arms * each,
            dimensions=len(searched),
            chance=chance,
            gives_up=tuple(gives_up),
            write=(*write, f"trials = {each}") if each else tuple(write),
        )


def _good_share(domain: Domain, share: float) -> float:
    if isinstance(domain, Categorical):
        return 1 / len(domain.values)
    if isinstance(domain, Ordered):
        return max(share, 1 / len(domain.values))
    return share


def _as_written(case: _Case) -> BudgetOption:
    option = case.option("as it is written", case.searched)
    if not option.trials_each:
        words = f"{case.budget} trials are fewer than the {option.arms} arms."
    elif option.chance < case.enough:
        missed = 1 - option.chance
        words = (
            f"An arm tries no good setting with a probability of {percent(missed)}, and then "
            "looks worse than it is."
        )
    else:
        return option
    return replace(option, gives_up=(words,))


def _fewer_nuisances(case: _Case) -> Iterator[BudgetOption]:
    """Fix what matters least in each arm, until the rest is searched densely enough."""
    each = case.budget // case.arms
    fixed: dict[str, Hyperparameter] = {}
    for searched in case.searched_by_arm:
        asked = [h for h in searched if h.key in case.round.presence]
        kept = sorted(
            (h for h in searched if h.key not in fixed and h not in asked), key=_importance
        )
        while len(kept) > 1 and chance_of_hitting(case.share(asked + kept), each) < case.enough:
            least = kept.pop(0)
            fixed[least.key] = least
    if not fixed or not each:
        return
    values, stay = _baseline(case), [key for key in case.round.nuisance if key not in fixed]
    left = [[h for h in arm if h.key not in fixed] for arm in case.searched_by_arm]
    yield case.option(
        f"tune {len(stay)} of {len(case.round.nuisance)} nuisance hyperparameters",
        min(left, key=case.share),
        gives_up=[
            f"The answer then holds for {key} = {values[key]} only; another value may suit some "
            "arms better."
            for key in fixed
        ],
        write=[nuisance_to_toml({key: case.round.nuisance[key] for key in stay}, ranges=False)],
    )


def _importance(h: Hyperparameter) -> tuple[int, int]:
    """Small for what is fixed first."""
    if hyperparameter_family(h.name) is Family.LEARNING_RATE:
        return len(_FIXED_FIRST), 0
    kind = _FIXED_FIRST.index(h.kind) if h.kind in _FIXED_FIRST else 0
    constant = adam_constant(h.name)
    fine = 9 if constant is None else _OPTIMIZERS_FINEST.index(constant)
    return kind, fine


def _baseline(case: _Case) -> Mapping[str, Value]:
    defaults = {h.key: h.default for h in case.project.hyperparameters}
    return {**defaults, **case.project.baseline, **case.round.fixed}


def _narrower_ranges(case: _Case) -> Iterator[BudgetOption]:
    """Search all ranges around the baseline, as much narrower as the density asks for."""
    ranges = [h for h in case.searched if isinstance(h.domain, Float)]
    each, share = case.budget // case.arms, case.share(case.searched)
    if not ranges or not each or chance_of_hitting(share, each) >= case.enough:
        return
    wanted = -math.expm1(math.log1p(-case.enough) / each)
    width = max(case.good_share, (share / wanted) ** (1 / len(ranges)))
    if width >= 1:
        return
    values = _baseline(case)
    yield case.option(
        f"search {percent(width)} of the width of each range, around the baseline",
        case.searched,
        share=min(1.0, share / width ** len(ranges)),
        gives_up=[_narrow_warning(1 - width ** len(ranges))],
        write=[
            nuisance_to_toml(
                {
                    key: _narrowed(domain, values[key], width)
                    for key, domain in case.round.nuisance.items()
                },
                ranges=True,
            )
        ],
    )


def _narrow_warning(lost: float) -> str:
    return (
        f"{percent(lost)} of the space is not searched; if the good region lies there, the best "
        "trials lie at the edge of a range, and the round has to be run again with wider ranges."
    )


def _narrowed(domain: Domain, centre: Value, width: float) -> Domain:
    """The part of a range around ``centre`` that is ``width`` of it wide."""
    if not isinstance(domain, Float):
        return domain
    unit = float(domain.to_unit(np.array([centre]))[0])
    low = min(max(0.0, unit - width / 2), 1 - width)
    ends = [float(end) for end in domain.from_unit(np.array([low, low + width]))]
    if domain.scale == "reverse_log":
        tidy = [1 - float(f"{1 - end:.2g}") for end in ends]
        return with_ends(domain, *(float(f"{end:.10g}") for end in tidy))
    return with_ends(domain, *(float(f"{end:.2g}") for end in ends))


def _fewer_values(case: _Case) -> Iterator[BudgetOption]:
    """Compare fewer values, so that each gets the trials that it needs."""
    values = {key: list(found) for key, found in case.round.scientific.items()}
    needed = trials_needed(case.share(case.searched), case.enough)
    before = math.prod(len(found) for found in values.values())
    while math.prod(map(len, values.values())) * needed > case.budget:
        key = max(values, key=lambda k: len(values[k]), default="")
        if not key or len(values[key]) <= 2:
            break
        values[key] = _without_one(values[key], _baseline(case)[key])
    arms = math.prod(map(len, values.values()))
    if arms >= before:
        return
    dropped = {
        key: [v for v in found if v not in values[key]]
        for key, found in case.round.scientific.items()
    }
    yield case.option(
        f"compare {arms} of {before} values",
        case.searched,
        arms=arms,
        gives_up=[
            f"The round does not answer anything about {key} = {', '.join(map(str, found))}."
            for key, found in dropped.items()
            if found
        ],
        write=[f"{key} = {values[key]}" for key, found in dropped.items() if found],
    )


def _without_one(values: list[Value], baseline: Value) -> list[Value]:
    """Drop an inner value: the ends and the baseline stay, so that the answer reaches as far."""
    inner = [v for v in values[1:-1] if v != baseline] or [v for v in values if v != baseline]
    dropped = inner[len(inner) // 2]
    return [v for v in values if v is not dropped]
