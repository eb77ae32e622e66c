"""``tuning_playbook.compare``: the command for Python, on files, folders, URLs and data frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.checking.frames import (
    DATA_FRAME,
    for_python,
    library_of,
    names_in,
    saved,
)
from tuning_playbook.workflow.comparing.compared import Compared
from tuning_playbook.workflow.comparing.comparing import compare_runs
from tuning_playbook.workflow.comparing.completion import Question


def compare(
    *targets: Any,
    arm: str | Sequence[str] = (),
    seed: str = "",
    baseline: str | float = "",
    metric: str = "",
    direction: str = "",
    margin: float = 0.0,
    all_pairs: bool = False,
    target: float | None = None,
    repeats: int | None = None,
    tasks: str | Sequence[str] = (),
    curves: Any = None,
    params: Sequence[str] = (),
    by: Sequence[str] = (),
    study: str = "",
) -> Compared:
    """Say whether one arm of your runs is really better than another.

    Args:
        targets: what ``playbook check`` reads, or pandas or polars data frames with one row for
            each run. Several of them are an arm each.
        arm: column, or columns of a grid, that tell the arms apart.
        seed: column of the seeds; runs of one seed are paired.
        baseline: the arm that the others are compared with.
        metric, direction: what decides, and which way is better.
        margin: difference of the metric that is too small to matter, in its units.
        all_pairs: whether to compare every arm with every other one.
        target: value of the metric; when runs reach it is compared too, where there are curves.
        repeats: number of runs of each mean, in a table of means with their spreads.
        tasks: column of the tasks that arms are compared over, or a column of results for each.
        curves: a long table of curves beside a table of runs, or a data frame.
        params: which columns are hyperparameters.
        by, study: columns that tell studies in one table apart, and which one is meant.

    Returns:
        The answer: ``verdicts``, ``as_document()``, ``to_frame()``, ``figures()``,
        ``write_html(path)``; notebooks show it as it is.

    Raises:
        InvalidInput: where nothing usable is there, or names do not tell what is compared.

    Example:
        >>> import csv, tempfile, tuning_playbook
        >>> path = Path(tempfile.mkdtemp(), "runs.csv")
        >>> rows = [("A", 1, 0.52), ("A", 2, 0.50), ("A", 3, 0.51),
        ...         ("B", 1, 0.45), ("B", 2, 0.42), ("B", 3, 0.44)]
        >>> with path.open("w", newline="") as file:
        ...     csv.writer(file).writerows([("recipe", "seed", "val_loss"), *rows])
        >>> compared = tuning_playbook.compare(path, arm="recipe", seed="seed")
        >>> compared.verdicts
        {('A', 'B'): 'better'}

    Source: playbook, "Determining whether to adopt a training pipeline change or hyperparameter
    configuration".
    """
    if not targets:
        raise InvalidInput("name what to compare: a file, a folder, a URL or a data frame")
    with TemporaryDirectory() as folder:
        stems = [_letters(i) for i in range(len(targets))] if len(targets) > 1 else [DATA_FRAME]
        names = [
            saved(target, Path(folder, f"{stem}.csv"), empty="nan")
            for target, stem in zip(targets, stems, strict=True)
        ]
        question = Question(
            names_in(arm),
            seed,
            str(baseline),
            margin,
            all_pairs,
            target,
            repeats,
            names_in(tasks),
        )
        told = Told(
            metric=metric,
            direction=direction,
            parameters=names_in(params),
            curves=None if curves is None else Path(saved(curves, Path(folder, "curves.csv"))),
            by=names_in(by),
            study=study,
        )
        try:
            compared = compare_runs(names, question, told)
        except InvalidInput as error:
            raise InvalidInput(for_python(str(error), folder, "compare")) from None
    return replace(compared, library=next(filter(None, map(library_of, targets)), ""))


def _letters(place: int) -> str:
    """A, B, ..., as the names of arms that are data frames.

    Example:
        >>> _letters(1), _letters(26)
        ('B', 'arm27')
    """
    return chr(ord("A") + place) if place < 26 else f"arm{place + 1}"
