"""What a comparison still has to be told, as a command that gives an answer when it is typed."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.workflow.checking.foreign import Told

_MOST_OPEN = 4  # options that one comparison may lack: metric, direction, arm


@dataclass(frozen=True, slots=True)
class Question:
    """What the user says of a comparison; empty is for what names tell.

    Args:
        arm: columns whose values make an arm; several make a grid.
        seed: column of the seeds.
        baseline: the arm that the others are compared with.
        margin: difference of the metric that is too small to matter.
        all_pairs: whether to compare every arm with every other one.
        target: value of the metric; when runs first reach it is compared too.
        repeats: number of runs of each mean, where the table has means with their spreads.
        tasks: column of the tasks that the arms are compared over, or a column for each task.
    """

    arm: tuple[str, ...] = ()
    seed: str = ""
    baseline: str = ""
    margin: float = 0.0
    all_pairs: bool = False
    target: float | None = None
    repeats: int | None = None
    tasks: tuple[str, ...] = ()


class Unsettled(InvalidInput):
    """Something that names do not tell and that an option can.

    Args:
        words: what was found, as a sentence.
        proposals: values of the options that would settle it, the most likely first.
        others: what else could be typed, to stand after the command; may be empty.
    """

    def __init__(
        self, words: str, proposals: Sequence[dict[str, Any]], *, others: str = ""
    ) -> None:
        super().__init__(words)
        self.proposals = tuple(proposals)
        self.others = others


def completed(
    unsettled: Unsettled,
    question: Question,
    told: Told,
    answer: Callable[[Question, Told], object],
) -> tuple[Question, Told]:
    """The options with which there is an answer, which is found out by answering.

    Args:
        unsettled: what is missing first.
        question, told: as typed.
        answer: raises `InvalidInput` where there is none.

    Raises:
        InvalidInput: where no proposal leads to an answer; why the first one does not.
    """
    return _completed(unsettled, question, told, answer, _MOST_OPEN)


def _completed(
    unsettled: Unsettled,
    question: Question,
    told: Told,
    answer: Callable[[Question, Told], object],
    most: int,
) -> tuple[Question, Told]:
    refusal: InvalidInput = unsettled
    for proposal in unsettled.proposals if most else ():
        asked, said = _with(question, proposal), _with(told, proposal)
        try:
            answer(asked, said)
        except Unsettled as further:
            try:
                return _completed(further, asked, said, answer, most - 1)
            except InvalidInput as error:
                refusal = error if refusal is unsettled else refusal
        except InvalidInput as error:
            refusal = error if refusal is unsettled else refusal
        else:
            return asked, said
    raise refusal


def _with(options: Any, proposal: dict[str, Any]) -> Any:
    own = {field.name for field in fields(options)}
    return replace(options, **{k: v for k, v in proposal.items() if k in own})


def command_line(
    targets: Sequence[str], question: Question, told: Told, *, project: Path | None = None
) -> str:
    """The command that asks this.

    Example:
        >>> command_line(["runs.csv"], Question(arm=("lr", "batch size")), Told(metric="acc"))
        "playbook compare runs.csv --metric acc --arm 'lr,batch size'"
    """
    options = {
        "project": project,
        "curves": told.curves,
        "by": ",".join(told.by),
        "study": told.study,
        "params": ",".join(told.parameters),
        "metric": told.metric,
        "direction": told.direction,
        "arm": ",".join(question.arm),
        "tasks": ",".join(question.tasks),
        "seed": question.seed,
        "baseline": question.baseline,
        "margin": question.margin or None,
        "target": question.target,
        "repeats": question.repeats,
    }
    words = ["playbook compare", *map(shlex.quote, targets)]
    words += [
        f"--{name} {shlex.quote(str(value))}"
        for name, value in options.items()
        if value not in (None, "")
    ]
    return " ".join([*words, *["--all-pairs"] * question.all_pairs])
