"""What a command's placeholders ask for, as declarations to start from."""

from __future__ import annotations

from tuning_playbook.command_line import OF_THE_TRIAL, placeholders
from tuning_playbook.project_files.writing import written_key
from tuning_playbook.study import CommandTarget, Target
from tuning_playbook.vocabulary import Family, hyperparameter_family, kind_by_name
from tuning_playbook.vocabulary.hyperparameters import is_not_tuned

# Wide ranges that suit most models; the defaults are guesses, and marked as such.
_USUAL = {
    Family.LEARNING_RATE: "log = [1e-5, 1.0], default = 1e-3",
    Family.MOMENTUM: "reverse_log = [0.5, 0.999], default = 0.9",
    Family.WEIGHT_PENALTY: "log = [1e-6, 1e-1], default = 1e-4",
    Family.PROBABILITY: "linear = [0.0, 0.5], default = 0.1",
    Family.BATCH_SIZE: "fixed = 64",
}
_TUNED = (Family.LEARNING_RATE, Family.MOMENTUM, Family.WEIGHT_PENALTY)


def asked_by(target: Target) -> tuple[str, ...]:
    """Names of the hyperparameters that a command asks for, each once; none for a function.

    Example:
        >>> asked_by(CommandTarget(("python", "train.py", "--lr", "{lr}", "--seed", "{seed}")))
        ('lr',)
    """
    if not isinstance(target, CommandTarget):
        return ()
    names = [p.name for argument in target.arguments for p in placeholders(argument)]
    return tuple(dict.fromkeys(name for name in names if name not in OF_THE_TRIAL))


def declarations_of(names: tuple[str, ...]) -> str:
    """Lines below ``[hyperparameters]``: a usual range where the name tells one, else none yet."""
    return "".join(f"{_declaration(name)}\n" for name in names)


def tuned_first(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the names that a first round tunes: the optimizer's, or all where none is known."""
    known = tuple(name for name in names if hyperparameter_family(name) in _TUNED)
    return known or tuple(name for name in names if not is_not_tuned(name))


def _declaration(name: str) -> str:
    family = hyperparameter_family(name)
    usual = _USUAL.get(family) if family is not None else None
    if kind_by_name(name) == "training_length":
        return (
            f"{written_key(name)} = {{ }}  # fixed = the present value; or write "
            f"{{max_train_steps}} for {{{name}}} in the command, which [training] sets"
        )
    if usual is None:
        return (
            f"{written_key(name)} = {{ }}  # a range and the present value as default, or fixed "
            "= the present value"
        )
    return f"{written_key(name)} = {{ {usual} }}  # change the value to the one that you use now"
