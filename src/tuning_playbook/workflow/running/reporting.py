"""Writing the report of a round."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tuning_playbook.answers.round_answer import RoundAnswer
from tuning_playbook.errors import StoreReadOnly
from tuning_playbook.gather.opening import OpenProject, open_project, opened_store
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.provenance import package_version
from tuning_playbook.report.rounds.answer_view import AnswerView, answer_view
from tuning_playbook.report.rounds.images import ImageFormat, write_images
from tuning_playbook.report.rounds.page import write_report
from tuning_playbook.report.rounds.view import RoundView, round_view
from tuning_playbook.workflow.rounds.remembering import answer_now, remember_answer


def write_round_report(folder: Path, round_name: str, *, output: Path | None = None) -> Path:
    """Write the report of a round that has been run, finished or not.

    Args:
        folder: of the project.
        round_name: of the round.
        output: file; ``reports/ROUND.html`` in the project by default.

    Returns:
        The file written.
    """
    opened = open_project(folder)
    answered = answered_round(opened, round_name.removesuffix(".toml"))
    return write_answer_report(opened, answered, output=output)


def answered_round(opened: OpenProject, round_name: str) -> RoundAnswer:
    """The answer of a round as it stands; entered in the logbook where the round has ended."""
    with opened_store(opened) as store:
        answered = answer_now(Snapshot(opened, store), round_name)
        with suppress(StoreReadOnly):  # the answer is entered where the project can be changed
            remember_answer(store, answered)
    return answered


def write_answer_report(
    opened: OpenProject, answered: RoundAnswer, *, output: Path | None = None
) -> Path:
    """Write the report of a round whose answer is known.

    Args:
        opened: the project.
        answered: the round.
        output: file; ``reports/ROUND.html`` in the project by default.

    Returns:
        The file written.
    """
    path = output or opened.folder / "reports" / f"{answered.name}.html"
    write_report(_view(opened, answered), path)
    return path


def write_round_figures(
    folder: Path, round_name: str, into: Path, form: ImageFormat
) -> tuple[Path, ...]:
    """Write every figure of a round's report to a file of its own.

    Args:
        folder: of the project.
        round_name: of the round.
        into: folder to write to.
        form: of the files.

    Returns:
        The files written.
    """
    opened = open_project(folder)
    answered = answered_round(opened, round_name.removesuffix(".toml"))
    return write_images(_view(opened, answered), into, form)


def _view(opened: OpenProject, answered: RoundAnswer) -> RoundView:
    return round_view(
        opened.project.name,
        [(arm.study, arm.trials, arm.table) for arm in answered.arms],
        findings=answered.findings,
        caveats=answered.caveats if answered.answer is None else answered.answer.caveats,
        answer=_answer(answered),
        version=package_version(),
        overrides=answered.overrides,
        events={arm.study.name: arm.events for arm in answered.arms},
    )


def _answer(answered: RoundAnswer) -> AnswerView | None:
    if answered.answer is None or answered.comparison is None or answered.variances is None:
        return None
    return answer_view(
        answered.answer,
        answered.comparison,
        [c.table for c in answered.compared],
        axis=answered.axis,
        values=[c.value for c in answered.compared],
        variances=answered.variances,
        decision=answered.decision,
        notes=[*_unfinished(answered), *(note for arm in answered.arms for note in arm.notes)],
    )


def _unfinished(answered: RoundAnswer) -> list[str]:
    """That a report was written before the round has ended."""
    trials = [t for arm in answered.arms for t in arm.trials]
    left = sum(not t.status.is_finished for t in trials)
    if not left:
        return []
    words = (
        f"This round has not ended: {left} of {len(trials)} trials are left, and the answer may "
        f"change. To continue: playbook run {answered.name}"
    )
    return [words]
