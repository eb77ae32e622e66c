"""``tuning_playbook.check``: the command for Python, on files, folders, URLs and data frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tuning_playbook.errors import InvalidInput
from tuning_playbook.workflow.checking.checked import Checked
from tuning_playbook.workflow.checking.checking import check_target
from tuning_playbook.workflow.checking.foreign import Told
from tuning_playbook.workflow.checking.frames import (
    DATA_FRAME,
    for_python,
    library_of,
    names_in,
    saved,
)


def check(
    target: Any,
    *,
    metric: str = "",
    direction: str = "",
    params: Sequence[str] = (),
    results: Sequence[str] = (),
    seed: str | Sequence[str] = (),
    steps: str = "",
    space: str | Path | None = None,
    chance_level: float | None = None,
    curves: Any = None,
    by: str | Sequence[str] = (),
    study: str = "",
    tolerance: float | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    project: str | Path | None = None,
) -> Checked:
    """Go through the playbook's checklist of a study and say what to do about it.

    Args:
        target: what ``playbook check`` reads, a round of the project among it, or a pandas or
            polars data frame with one row for each trial.
        metric, direction: what decides, and whether to ``minimize`` or ``maximize`` it.
        params, results, seed: columns of hyperparameters, of results, and of seeds, where their
            names and values do not tell.
        steps: column that counts the steps of training.
        space: file with the searched ranges.
        chance_level: metric of a model that has learnt nothing.
        curves: a long table of curves beside a table of trials, or a data frame of them.
        by, study: columns that tell studies in one table apart, and which one is meant.
        tolerance: gain of the metric that is too small to matter.
        select, ignore: ids of the checks to run, or to leave out.
        project: folder of the project that the round ``target`` belongs to.

    Returns:
        The verdicts: ``findings``, ``failed``, ``as_document()``, ``to_frame()``, ``figures()``,
        ``write_html(path)``; notebooks show them as they are.

    Raises:
        InvalidInput: where nothing usable is there, or it is not clear what decides.

    Example:
        >>> import csv, tempfile, tuning_playbook
        >>> path = Path(tempfile.mkdtemp(), "trials.csv")
        >>> rows = [(10 ** -(1 + i % 5), 0.1 * (i // 5), 0.2 + 0.1 * (i % 5)) for i in range(30)]
        >>> with path.open("w", newline="") as file:
        ...     csv.writer(file).writerows([("lr", "dropout", "val_error"), *rows])
        >>> checked = tuning_playbook.check(path)
        >>> checked.failed
        False
        >>> [f.verdict.value for f in checked.findings if f.check == "search-space-boundary"]
        ['unknown']

    Source: playbook, "Extracting insight from experimental results".
    """
    with TemporaryDirectory() as folder:
        told = Told(
            metric=metric,
            direction=direction,
            parameters=names_in(params),
            results=names_in(results),
            seed=names_in(seed),
            steps=steps,
            space=None if space is None else Path(space),
            chance_level=chance_level,
            curves=None if curves is None else Path(saved(curves, Path(folder, "curves.csv"))),
            by=names_in(by),
            study=study,
        )
        try:
            checked = check_target(
                saved(target, Path(folder, f"{DATA_FRAME}.csv")),
                project=None if project is None else Path(project),
                told=told,
                select=names_in(select),
                ignore=names_in(ignore),
                tolerance=tolerance,
            )
        except InvalidInput as error:
            raise InvalidInput(for_python(str(error), folder, "check")) from None
    return replace(checked, library=library_of(target))
