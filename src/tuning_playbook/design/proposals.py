"""Rounds worth asking next, as round files would write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tuning_playbook.design.adam import adam_hyperparameters, is_beyond_budget
from tuning_playbook.design.compared_values import MOST_VALUES, compared_values
from tuning_playbook.design.methods import is_choice_of_methods
from tuning_playbook.design.regularizers import is_on, is_regularizer, strengths
from tuning_playbook.never_tuned import is_never_tuned
from tuning_playbook.space import (
    Categorical,
    Config,
    Constant,
    Domain,
    Float,
    Hyperparameter,
    Integer,
    Value,
    existing,
    misfit,
)
from tuning_playbook.study import Project, Round
from tuning_playbook.words import listed, short

USUAL_TRIALS = 20

# What is settled first changes what is found later: the optimizer before what is tuned under it.
_ORDER = ("optimizer", "regularization", "schedule", "initialization", "architecture", "data")
# So many trials let one more hyperparameter be tuned; a convention, the playbook gives no number.
_TRIALS_FOR_EACH = 10
_FEWEST_TUNED = 2
_COMPARED = "the question of another round"


@dataclass(frozen=True, slots=True)
class _Known:
    """What the roles in a proposal depend on, beside the hyperparameters that are there.

    ``kept`` are keys that are tuned whatever they cost: their best value moves with the question.
    """

    base: Config
    asked: Collection[str]
    trials: int
    kept: frozenset[str] = frozenset()


def question_rounds(
    project: Project,
    *,
    asked: Collection[str],
    trials: int = USUAL_TRIALS,
    taken_names: Collection[str] = (),
    moving: Collection[tuple[str, str]] = (),
) -> tuple[Round, ...]:
    """One comparison for each hyperparameter that has not been compared yet, in a useful order.

    Choices of method come with all their values, numbers with a few, that of the baseline among
    them. Of a regularizer the question is whether to have it: an arm without stands against one in
    which its strength is tuned. An optimizer's own numbers are nuisances and never a question.

    Args:
        project: declares every hyperparameter.
        asked: keys that earlier rounds have compared.
        trials: for each value.
        taken_names: of rounds that exist already.
        moving: pairs of keys: the best value of the second moves with the first, so that it is
            tuned wherever the first is compared.

    Source: playbook, "Identifying scientific, nuisance, and fixed hyperparameters".
    """
    base = _base(project)
    worth = [h for h in _present(project) if h.key not in asked and _is_question(h)]
    worth.sort(key=lambda h: _ORDER.index(h.kind) if h.kind in _ORDER else len(_ORDER))
    rounds: list[Round] = []
    for h in worth:
        name = free_name(h.name.replace("_", "-"), {*taken_names, *(r.name for r in rounds)})
        kept = {second for first, second in moving if first == h.key}
        known = _Known(base, asked, trials, frozenset(kept))
        round_ = _presence_question(project, h, known, name=name)
        round_ = round_ or _question(project, h, known, name=name)
        if round_ is not None:
            rounds.append(round_)
    return tuple(rounds)


def tuning_round(
    project: Project, *, trials: int = USUAL_TRIALS, taken_names: Collection[str] = ()
) -> Round | None:
    """A first look at the baseline: its optimizer tuned, everything else fixed."""
    tuned, reasons = _roles(_present(project), _Known(_base(project), frozenset(), trials))
    if not tuned:
        return None
    names = listed([_words(key.rsplit(".", 1)[-1]) for key in tuned])
    return Round(
        free_name("baseline", taken_names),
        f"How good is the baseline once {names} {'is' if len(tuned) == 1 else 'are'} tuned?",
        "understand",
        trials,
        nuisance=tuned,
        reasons=reasons,
    )


def final_round(
    project: Project,
    ranges: Mapping[str, Domain],
    *,
    trials: int,
    why: str = "the good region of an earlier round, with a margin",
    asked: Collection[str] = (),
    taken_names: Collection[str] = (),
) -> Round:
    """The last round: the best found so far, searched closely.

    Args:
        project: with the baseline to start from.
        ranges: the good region of each hyperparameter that matters.
        trials: of the round.
        why: these ranges.
        asked: keys that earlier rounds have compared.
        taken_names: of rounds that exist already.

    Source: playbook, "After exploration concludes".
    """
    reasons = dict.fromkeys(ranges, why)
    known = _Known(_base(project), (), trials)
    for h in _present(project):
        if h.key not in ranges and not isinstance(h.domain, Constant):
            why = _COMPARED if h.key in asked else _why_fixed(h, known)
            reasons[h.key] = why or "fixed in the round that found this region"
    return Round(
        free_name("final", taken_names),
        f"What is the best {project.objective.metric} in the region that exploration has found?",
        "improve",
        trials,
        nuisance=ranges,
        mode="exploit",
        reasons=reasons,
    )


def free_name(wanted: str, taken: Collection[str]) -> str:
    """``wanted``, with the first number from 2 that makes it new where it is taken.

    Example:
        >>> free_name("decay", {"decay", "decay-2"})
        'decay-3'
    """
    if wanted not in taken:
        return wanted
    return next(n for i in range(2, len(taken) + 3) if (n := f"{wanted}-{i}") not in taken)


def base_name(name: str) -> str:
    """A round's name without the number that `free_name` gives.

    Example:
        >>> base_name("decay-2")
        'decay'
    """
    return re.sub(r"-\d+$", "", name)


def _base(project: Project) -> dict[str, Value]:
    return {**{h.key: h.default for h in project.hyperparameters}, **project.baseline}


def _present(project: Project) -> list[Hyperparameter]:
    """The hyperparameters that exist in the baseline."""
    base = {key: (value,) for key, value in _base(project).items()}
    return existing(project.hyperparameters, base)


def _is_question(h: Hyperparameter) -> bool:
    if isinstance(h.domain, Constant) or is_never_tuned(h):
        return False
    if isinstance(h.domain, Categorical) and len(h.domain.values) > MOST_VALUES:
        return False
    return is_choice_of_methods(h) or h.kind != "optimizer"


def _question(
    project: Project,
    h: Hyperparameter,
    known: _Known,
    *,
    name: str,
) -> Round | None:
    others = {key: (value,) for key, value in known.base.items()}
    values = compared_values(h, known.base[h.key])
    present = [
        p for p in existing(project.hyperparameters, {**others, h.key: values}) if p.key != h.key
    ]
    tuned, reasons = _roles(present, known)
    # An arm in which nothing is tuned cannot be compared with one that is.
    arms = {
        v: {p.key for p in existing(project.hyperparameters, {**others, h.key: (v,)})}
        for v in values
    }
    values = tuple(v for v in values if arms[v] & tuned.keys())
    if len(values) < 2:
        return None
    there = set().union(*(arms[v] for v in values))
    tuned = {key: domain for key, domain in tuned.items() if key in there}
    reasons = {key: reason for key, reason in reasons.items() if key in there}
    return Round(
        name,
        _which_is_best(h.name, values, tuned),
        "compare" if is_choice_of_methods(h) else "understand",
        known.trials,
        scientific={h.key: values},
        nuisance=tuned,
        reasons=reasons,
    )


def _presence_question(
    project: Project,
    h: Hyperparameter,
    known: _Known,
    *,
    name: str,
) -> Round | None:
    """With a regularizer or without; ``None`` where that cannot be asked of ``h``."""
    domain = strengths(h) if is_regularizer(h) else None
    present = [p for p in _present(project) if p.key != h.key]
    tuned, reasons = _roles(present, known)
    if domain is None or not tuned:
        return None
    return Round(
        name,
        f"Does {_words(h.name)} help when {_tuned_words(tuned)} tuned for each: without it, and "
        "with its strength tuned?",
        "compare",
        known.trials,
        nuisance={**tuned, h.key: domain},
        presence=(h.key,),
        reasons=reasons,
    )


def _which_is_best(name: str, values: Sequence[Value], tuned: Collection[str]) -> str:
    """The question of a comparison."""
    compared = ", ".join(short(v) for v in values)
    when = f" when {_tuned_words(tuned)} tuned for each" if tuned else ""
    if all(isinstance(value, bool) for value in values):
        return f"Is {name} = {' or '.join(short(v) for v in values)} better{when}?"
    return f"Which {_words(name)} is best{when}: {compared}?"


def _tuned_words(tuned: Collection[str]) -> str:
    """What is tuned, in words: ``learning rate and momentum are``."""
    names = list(dict.fromkeys(_words(key.rsplit(".", 1)[-1]) for key in tuned))
    *most, last = names
    return f"{', '.join(most)} and {last} are" if most else f"{last} is"


def _roles(
    present: Sequence[Hyperparameter], known: _Known
) -> tuple[dict[str, Domain], dict[str, str]]:
    """Nuisances of a comparison, and why the rest is fixed.

    Everything starts as a nuisance; what the budget cannot tune, or what would be a question of
    its own, is fixed with a reason.
    """
    tuned: list[Hyperparameter] = []
    reasons: dict[str, str] = {}
    most = max(
        _FEWEST_TUNED, known.trials // _TRIALS_FOR_EACH, 1 + len(adam_hyperparameters(known.trials))
    )
    for h in sorted(present, key=lambda h: h.kind != "optimizer"):
        if isinstance(h.domain, Constant):
            continue
        reason = _why_fixed(h, known)
        if not reason and h.key not in known.kept and _tuned_beside(h, tuned) >= most:
            reason = f"{known.trials} trials are too few to tune this one as well"
        if reason:
            reasons[h.key] = reason
        else:
            tuned.append(h)
    return {h.key: h.domain for h in tuned}, reasons


def _tuned_beside(h: Hyperparameter, tuned: Sequence[Hyperparameter]) -> int:
    """How many of ``tuned`` exist in the fullest arm that ``h`` exists in."""
    branches = Counter(t.condition for t in tuned if t.condition is not None)
    own = max(branches.values(), default=0) if h.condition is None else branches[h.condition]
    return sum(t.condition is None for t in tuned) + own


def _why_fixed(h: Hyperparameter, known: _Known) -> str:
    if h.key in known.kept and not is_never_tuned(h):
        return ""
    if is_regularizer(h) and is_on(h, known.base):
        return ""  # whether to have it is settled or another question; its strength is tuned
    if h.key in known.asked:
        return _COMPARED
    if is_regularizer(h):
        return "off; with or without it is a question of its own"
    if is_choice_of_methods(h) or h.kind in ("architecture", "data", "initialization"):
        return "a question of its own"
    if is_never_tuned(h):
        return "the same for all trials, never tuned for quality"
    if is_beyond_budget(h.name, known.trials):
        return f"{known.trials} trials are too few to tune it as well"
    return ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def extended_values(h: Hyperparameter, values: Sequence[Value], best: Value) -> tuple[Value, ...]:
    """Values beyond the end that won, in the steps of the list; none where it was no end.

    Example:
        >>> decay = Hyperparameter("weight_decay", Float(1e-6, 1e-2, "log"), 1e-4)
        >>> extended_values(decay, (0.0, 1e-5, 1e-4), 1e-4)
        (0.001, 0.01)
    """
    numbers = sorted(float(v) for v in values if not isinstance(v, (bool, str)))
    if len(numbers) < max(2, len(values)) or isinstance(best, (bool, str)):
        return ()
    by_factors = isinstance(h.domain, (Float, Integer)) and h.domain.scale == "log"
    found = tuple(_beyond(numbers, float(best), most=10.0 if by_factors else 2.0))
    whole = all(isinstance(v, int) for v in values)
    tidy = [round(v) if whole else float(f"{v:.3g}") for v in found]
    # Counts and sizes that are all above 0 do not go on to 0.
    kept = [v for v in tidy if v > 0 or numbers[0] <= 0]
    return tuple(v for v in kept if not misfit(h.domain, v, natural=h.natural))


def _beyond(numbers: Sequence[float], best: float, *, most: float) -> Iterator[float]:
    """Two more values, each by the last factor of the list or by ``most``, whichever is less."""
    if best == numbers[-1]:
        last, before = numbers[-1], numbers[-2]
    elif best == numbers[0]:
        last, before = numbers[0], numbers[1]
    else:
        return
    if last == 0:
        return  # off is off
    if last > 0:
        factor = last / before if before > 0 else most
        factor = min(max(factor, 1 / most), most)
        yield from (last * factor, last * factor**2)
    else:
        yield from (last + (last - before), last + 2 * (last - before))


def with_more_values(round_: Round, key: str, values: Sequence[Value], *, name: str) -> Round:
    """``round_`` asked again with values beyond those that it compared, and asking about them.

    Its seed stays, so that the values that have been tried keep their trials, and each value is
    tuned with as many as the others: what an earlier round adds to some of them alone would make
    the comparison unfair, so that the round follows no chain.
    """
    together = tuple(sorted({*round_.scientific[key], *values}, key=float))
    return replace(
        round_,
        name=name,
        question=_which_is_best(key.rsplit(".", 1)[-1], together, round_.nuisance),
        scientific={**round_.scientific, key: together},
        follows="" if round_.follows else round_.name,
    )
