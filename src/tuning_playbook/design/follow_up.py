"""When trials of an earlier round count in the round that follows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

from tuning_playbook.space import Value
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial

Point: TypeAlias = tuple[int, tuple[tuple[str, Value], ...]]

PROGRAM_HAS_CHANGED = "the training program has changed"


def followed_study(later: Study, candidates: Sequence[Study]) -> Study | None:
    """The study of the followed round that stands for the same scientific values, if any."""
    return next(
        (
            s
            for s in candidates
            if dict(s.scientific) == dict(later.scientific) and s.joint == later.joint
        ),
        None,
    )


def followed_studies(
    later: Study, earlier: Sequence[tuple[str, Sequence[Study]]]
) -> Iterator[tuple[str, Study, tuple[str, ...]]]:
    """Of each followed round its name, the study that counts in ``later``, and why it may not.

    Args:
        later: of the round that follows.
        earlier: name and studies of each round that it follows.
    """
    for name, studies in earlier:
        old = followed_study(later, studies)
        if old is not None:
            yield name, old, reasons_against_pooling(later, old)


def reasons_against_pooling(later: Study, earlier: Study) -> tuple[str, ...]:
    """Why trials of ``earlier`` tell nothing about ``later``; empty where they do.

    Only the ranges may differ, and the number of trials: what decides, how a trial is trained, the
    code and every fixed value must be the same, or a difference between the rounds would be taken
    for one between configurations.

    Source: playbook, "Identifying bad search space boundaries".
    """
    fixed = [
        f"{key} was fixed at {earlier.fixed.get(key)!r} and is now {later.fixed.get(key)!r}"
        for key in dict.fromkeys((*earlier.fixed, *later.fixed))
        if earlier.fixed.get(key) != later.fixed.get(key)
    ]
    codes = (earlier.provenance.code, later.provenance.code)
    found = [
        (
            "the metric, its direction or its reduction was another one",
            earlier.objective != later.objective,
        ),
        ("trials were trained or evaluated differently", earlier.training != later.training),
        ("other hyperparameters were searched", set(earlier.space.keys) != set(later.space.keys)),
        (
            "the formulas of derived values were others",
            dict(earlier.derived) != dict(later.derived),
        ),
        (PROGRAM_HAS_CHANGED, all(codes) and codes[0] != codes[1]),
    ]
    return (*(words for words, differs in found if differs), *fixed)


def counting_trials(
    later: Study, earlier: Sequence[Trial], *, beside: Collection[Point] = ()
) -> tuple[Trial, ...]:
    """The finished trials of ``earlier`` that lie inside the search space of ``later``.

    Args:
        later: in which they count.
        earlier: of a study that it follows.
        beside: of the trials that count already; the same trial counts once.
    """
    return tuple(
        trial
        for trial in earlier
        if trial.status.is_finished and _inside(later, trial) and point_of(trial) not in beside
    )


def point_of(trial: Trial) -> Point:
    """Seed and configuration: with the program, all that a training depends on."""
    return trial.seed, tuple(sorted(trial.config.items()))


def _inside(study: Study, trial: Trial) -> bool:
    active = study.space.active(trial.config)
    return all(h.key in trial.config and h.domain.contains(trial.config[h.key]) for h in active)
