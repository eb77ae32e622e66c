"""What a report says of one study, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuning_playbook.analysis.table.fates import account
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.findings import Finding
from tuning_playbook.report.phrases.accounts import account_text
from tuning_playbook.report.rounds.figures import study_plots
from tuning_playbook.report.rounds.pictures import PicturedFinding, named_trials, pictured
from tuning_playbook.report.rounds.plot import Group, Plot
from tuning_playbook.report.rounds.tracking import TrackingRow, tracking_row
from tuning_playbook.report.rounds.trials import TrialsTable, best_lines, hover_text, trials_table
from tuning_playbook.study import Study
from tuning_playbook.trial import Trial

_GROUP_TITLES: dict[Group, str] = {
    "hyperparameters": "Hyperparameters",
    "training": "Training",
    "search": "The search as a whole",
}


@dataclass(frozen=True, slots=True)
class PlotGroup:
    """A part of a study's figures.

    Args:
        name: of the group.
        title: above it.
        plots: numbers of the figures that stand here.
        elsewhere: numbers of those that stand beside a verdict.
    """

    name: Group
    title: str
    plots: tuple[int, ...]
    elsewhere: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StudySection:
    """One study (arm) of the round.

    Args:
        name: of the study.
        scientific: what it stands for, in words; empty for a round of one study.
        counts: what happened to the trials, in words; empty for a study of another tool.
        best: the best trials, one line each.
        plots: all figures; everything else names them by their number.
        groups: the figures by what they are about.
        table: of all trials.
        hover: text for each row of the table of trials, looked up by plots.
        findings: verdicts of checks with their figures, worst first.
        tracking: the row for the experiment table; ``None`` for a study of another tool.
    """

    name: str
    scientific: str
    counts: str
    best: tuple[str, ...]
    plots: tuple[Plot, ...]
    groups: tuple[PlotGroup, ...]
    table: TrialsTable
    hover: tuple[str, ...]
    findings: tuple[PicturedFinding, ...]
    tracking: TrackingRow | None


def study_section(
    study: Study, trials: Sequence[Trial], table: TrialTable, findings: tuple[Finding, ...]
) -> StudySection:
    """The section of a study.

    Args:
        study: which one.
        trials: of it.
        table: of the same trials, in the same order.
        findings: of its checks, worst first.
    """
    section = table_section(table, findings)
    return replace(
        section,
        name=study.name,
        counts=account_text(account(table)),
        scientific=", ".join(f"{k} = {v}" for k, v in study.scientific.items()),
        table=trials_table(table, trials, derived=tuple(study.derived)),
        hover=tuple(
            hover_text(table, row, detail=trial.detail) for row, trial in enumerate(trials)
        ),
        tracking=tracking_row(study, trials),
    )


def table_section(table: TrialTable, findings: tuple[Finding, ...]) -> StudySection:
    """The section of a study of which only the table is known.

    Args:
        table: of its trials.
        findings: of its checks, worst first.
    """
    plots = study_plots(table, named=named_trials(findings))
    with_pictures = pictured(findings, plots)
    return StudySection(
        name=table.study,
        scientific="",
        counts="",
        best=best_lines(table),
        plots=plots,
        groups=_groups(plots, {number for f in with_pictures for number in f.shown}),
        table=trials_table(table),
        hover=tuple(hover_text(table, row) for row in range(len(table))),
        findings=with_pictures,
        tracking=None,
    )


def _groups(plots: Sequence[Plot], beside_verdicts: set[int]) -> tuple[PlotGroup, ...]:
    found = []
    for name, title in _GROUP_TITLES.items():
        numbers = [n for n, plot in enumerate(plots) if plot.group == name]
        here = tuple(n for n in numbers if n not in beside_verdicts)
        elsewhere = tuple(n for n in numbers if n in beside_verdicts)
        if numbers:
            found.append(PlotGroup(name, title, here, elsewhere))
    return tuple(found)
