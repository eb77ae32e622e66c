"""The words of a command target, and what their placeholders stand for in one trial.

``{name}`` is a hyperparameter's value, or one of `OF_THE_TRIAL`. ``{name:flag}`` is a switch.
``${...}`` belongs to shells and to Hydra, and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

OF_THE_TRIAL = (
    "seed",
    "max_train_steps",
    "evaluation_interval",
    "trial_folder",
    "config_file",
    "nested_config_file",
)

# A name with dots stands for nothing, and is read to be told.
_PLACEHOLDER = re.compile(r"(?<!\$)\{([A-Za-z_][\w.-]*)(?::([A-Za-z]+)(?:\|([\w-]+))?)?\}")
_FLAG = re.compile(r"(?<!\$)\{([A-Za-z_][\w-]*):flag(?:\|([\w-]+))?\}")
_VALUE = re.compile(r"(?<!\$)\{([A-Za-z_][\w-]*)\}")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One ``{...}`` of a command.

    Args:
        text: as it is written.
        name: what it asks for.
        form: what stands behind the colon: empty, ``flag``, or a word that is not known.
        among_words: whether it stands inside a text of several words, such as a shell's script.
    """

    text: str
    name: str
    form: str
    among_words: bool


def placeholders(argument: str) -> Iterator[Placeholder]:
    """The placeholders of one argument.

    Example:
        >>> [p.name for p in placeholders("opt.lr={lr} ${oc.env:HOME} ${seed}")]
        ['lr']
    """
    among_words = any(c.isspace() for c in argument)
    for found in _PLACEHOLDER.finditer(argument):
        form = found[2] or ""
        # Hydra writes {key:value} inside an argument.
        if form in ("", "flag") or found[0] == argument:
            yield Placeholder(found[0], found[1], form, among_words)


def filled(arguments: Sequence[str], values: Mapping[str, object]) -> list[str]:
    """The command line of one trial.

    What does not exist in this trial is left out, with the flag before it.

    Args:
        arguments: as the project file writes them.
        values: hyperparameters by the names that the program knows, and those of `OF_THE_TRIAL`.

    Example:
        >>> command = ["train", "--lr", "{lr}", "--momentum", "{momentum}", "{nesterov:flag|no}"]
        >>> filled(command, {"lr": 0.1, "nesterov": False})
        ['train', '--lr', '0.1', '--no-nesterov']
    """
    kept: list[str] = []
    for i, argument in enumerate(arguments):
        if any(p.name not in values for p in placeholders(argument)):
            if kept and argument.startswith("{") and _is_flag(arguments[i - 1]):
                kept.pop()
            continue
        switch = _FLAG.search(argument)
        if switch is None:
            kept.append(_VALUE.sub(lambda found: str(values[found[1]]), argument))
        else:
            kept.extend(_switched(argument, switch, values))
    return kept


def _is_flag(argument: str) -> bool:
    """Whether ``argument`` takes the next one as its value."""
    return argument.startswith("-") and not any(placeholders(argument)) and "=" not in argument


def _switched(
    argument: str, switch: re.Match[str], values: Mapping[str, object]
) -> tuple[str, ...]:
    """``--name``, or the text around the switch; negated or nothing where it is off."""
    around = argument.replace(switch[0], "")
    flag = around or f"--{switch[1]}"
    if values[switch[1]]:
        return (flag,)
    if switch[2] is None:
        return ()
    dashes = "--" if flag.startswith("--") else flag[: flag.startswith("-")]
    return (f"{dashes}{switch[2]}-{flag.removeprefix(dashes)}",)
