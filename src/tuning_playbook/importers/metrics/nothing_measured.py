"""Tables without a result: what their columns were taken for, and what is missing."""

from __future__ import annotations

from tuning_playbook.importers.base import ForeignStudy
from tuning_playbook.importers.taken_as import Role
from tuning_playbook.words import agreeing, listed

_MOST_LISTED = 8
_NEEDED = (
    "A table to judge needs a column with what was measured after training, such as val_loss or "
    "accuracy, in the same rows; or give the curves of these runs with --curves"
)
_SAID = {
    Role.HYPERPARAMETER: "a hyperparameter",
    Role.TRAINING_LENGTH: "the length of training",
    Role.CONSTANT: "a constant setting",
    Role.LOGGED: "logged along the way",
    Role.STATISTIC: "a statistic",
    Role.COMPUTED: "computed from others",
    Role.SEED: "a seed or a number of repeats",
    Role.PROGRESS: "how far training came",
    Role.IDENTIFIER: "a name of runs",
    Role.STATUS: "a status",
    Role.TIME_AND_COST: "time, size or cost",
    Role.BOOKKEEPING: "bookkeeping",
    Role.EMPTY: "empty",
}


def none_measured(study: ForeignStudy) -> str:
    """What each column was taken for where none is a result, and what the table must hold.

    Args:
        study: with its roles.
    """
    groups: dict[Role, list[str]] = {}
    for one in study.columns:
        groups.setdefault(one.role, []).append(one.column)
    parts = "; ".join(_in_words(role, names) for role, names in groups.items())
    guesses = [one.column for one in study.columns if not one.certain]
    named = " or ".join(guesses[:_MOST_LISTED])
    offer = f". If {named} was measured, add --metric NAME --direction minimize or maximize"
    return (
        f"None of its columns is a result{': ' * bool(parts)}{parts}. {_NEEDED}"
        f"{offer if guesses else ''}"
    )


def _in_words(role: Role, names: list[str]) -> str:
    shown = names[:_MOST_LISTED]
    more = len(names) - len(shown)
    which = f"{', '.join(shown)} and {more} more" if more else listed(shown)
    said = _SAID.get(role, f"a {role}")
    each = "each " if len(names) > 1 and said.startswith(("a ", "an ")) else ""
    return f"{which} {agreeing(len(names), 'was', 'were')} {each}taken for {said}"
