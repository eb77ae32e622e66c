"""Which trial of a project is meant by what a person typed."""

from __future__ import annotations

from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.numerals import whole_number
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial
from tuning_playbook.words import counted


def chosen_trial(known: Snapshot, round_name: str, wanted: str) -> tuple[Study, Trial]:
    """A trial of a round, and its study.

    Args:
        known: of the project.
        round_name: of a round that was run; or the name of a study, for reruns.
        wanted: its number, after the arm and a slash or # where the round has several;
            the value alone, adam for optimizer=adam, where no other arm has it.

    Raises:
        InvalidInput: for a round, an arm or a number that is not there, or a number that several
            arms have.
    """
    studies = _studies(known, round_name.removesuffix(".toml"))
    arm, _, number = wanted.replace("#", "/").rpartition("/")
    if arm:
        studies = _of_arm(studies, arm)
    index = whole_number(number)
    if index is None:
        raise InvalidInput(
            f"{wanted!r} does not name a trial; give its number, such as "
            f"{' or '.join(_called(s, 0, studies) for s in studies[:2])}"
        )
    if len(studies) > 1:
        names = [_called(s, index, studies) for s in studies]
        raise InvalidInput(
            f"round {round_name!r} has {counted(len(studies), 'arm')}, each with a trial {number}; "
            f"name one of: {', '.join(names)}"
        )
    (study,) = studies
    found = known.some_trials(study.name, [index])
    if not found:
        count = len(known.trials(study.name))
        raise InvalidInput(f"{study.name!r} has no trial {number}; its trials are 0 to {count - 1}")
    return study, found[0]


def _studies(known: Snapshot, name: str) -> tuple[Study, ...]:
    named = tuple(s for s in known.studies if s.name == name)
    return named or known.round_studies(name)


def _of_arm(studies: tuple[Study, ...], arm: str) -> tuple[Study, ...]:
    named = tuple(s for s in studies if arm in (s.name, _arm(s)))
    found = named or tuple(s for s in studies if arm in _values(s))
    if not found:
        raise InvalidInput(f"there is no arm {arm!r}; there are: {', '.join(map(_arm, studies))}")
    if len(found) > 1:
        raise InvalidInput(
            f"{counted(len(found), 'arm')} have the value {arm!r}: {', '.join(map(_arm, found))}; "
            "name one of them"
        )
    return found


def _values(study: Study) -> tuple[str, ...]:
    """What the arm may be called for short: its values, each alone and all together."""
    values = [part.partition("=")[2] for part in _arm(study).split(",")]
    return (*values, ",".join(values))


def _arm(study: Study) -> str:
    return study.name.removeprefix(f"{study.round}/")


def _called(study: Study, number: int, studies: tuple[Study, ...]) -> str:
    return str(number) if len(studies) == 1 else f"{_arm(study)}/{number}"
