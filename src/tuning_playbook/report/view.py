"""What a report of a round says, as plain data; `html` turns it into a page."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.findings import Finding
from tuning_playbook.report.figures import Plot, study_plots
from tuning_playbook.report.tracking import TrackingRow, tracking_row
from tuning_playbook.study import Study, describe_target
from tuning_playbook.trial import Status, Trial


@dataclass(frozen=True, slots=True)
class TrialsTable:
    """All trials of a study as rows of plain values, first shown sorted by the second column.

    Args:
        columns: their names.
        rows: one for each trial.
        descending: whether large values of the objective come first.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    descending: bool


@dataclass(frozen=True, slots=True)
class StudySection:
    """One study (arm) of the round.

    Args:
        name: of the study.
        scientific: what it stands for, in words; empty for a round of one study.
        counts: trials in each status, in words.
        best: the best trials, one line each.
        reasons: why trials were lost: reason and number.
        plots: in the order of reading.
        table: of all trials.
        hover: text for each row of the table of trials, looked up by plots.
        findings: verdicts of checks, worst first.
        tracking: the row for the experiment table.
        patch: uncommitted changes.
    """

    name: str
    scientific: str
    counts: str
    best: tuple[str, ...]
    reasons: tuple[tuple[str, int], ...]
    plots: tuple[Plot, ...]
    table: TrialsTable
    hover: tuple[str, ...]
    findings: tuple[Finding, ...]
    tracking: TrackingRow
    patch: str


@dataclass(frozen=True, slots=True)
class RoundView:
    """The report of one round.

    Args:
        project: name of the project.
        round: name of the round.
        question: what it asks.
        facts: name and value, for the head of the page.
        sections: one for each study.
        caveats: what the answer does not cover.
        made_at: when the page was made, in words.
        version: of this package.
    """

    project: str
    round: str
    question: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[StudySection, ...]
    caveats: tuple[str, ...]
    made_at: str
    version: str


def round_view(
    project: str,
    studies: Sequence[tuple[Study, Sequence[Trial], TrialTable]],
    *,
    findings: Mapping[str, tuple[Finding, ...]],
    caveats: Sequence[str],
    version: str,
) -> RoundView:
    """The report of a round.

    Args:
        project: its name.
        studies: of the round, each with its trials and their table (rows in the same order).
        findings: by study.
        caveats: what the answer does not cover.
        version: of this package.
    """
    first = studies[0][0]
    training = first.training
    objective = first.objective
    decides = f"{objective.direction.value} {objective.metric} ({objective.reduction})"
    length = f"{training.max_train_steps:,} steps, evaluated every {training.evaluation_interval:,}"
    made_at = time.strftime("%Y-%m-%d %H:%M")
    facts = (
        ("Objective", decides),
        ("Training", f"{describe_target(training.target)}, {length}"),
        ("Search", f"{first.algorithm}, seed {first.seed}"),
        ("Trials", str(sum(len(trials) for _, trials, _ in studies))),
        ("Code", _code(first)),
        ("Made", f"{made_at}, tuning-playbook {version}"),
    )
    return RoundView(
        project=project,
        round=first.round or first.name,
        question=first.question,
        facts=facts,
        sections=tuple(
            _section(study, trials, table, findings.get(study.name, ()))
            for study, trials, table in studies
        ),
        caveats=tuple(caveats),
        made_at=made_at,
        version=version,
    )


def _code(study: Study) -> str:
    """Version of the code that ran, in words."""
    origin = study.provenance
    commit = f"commit {origin.commit[:12]}" if origin.commit else "no repository"
    changed = ", with uncommitted changes" if origin.patch else ""
    return f"{commit}{changed}" + (f", Python {origin.python}" if origin.python else "")


def _section(
    study: Study, trials: Sequence[Trial], table: TrialTable, findings: tuple[Finding, ...]
) -> StudySection:
    counts: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for trial in trials:
        counts[trial.status.value] = counts.get(trial.status.value, 0) + 1
        if trial.reason.value:
            reasons[trial.reason.value] = reasons.get(trial.reason.value, 0) + 1
    return StudySection(
        name=study.name,
        scientific=", ".join(f"{k} = {v}" for k, v in study.scientific.items()),
        counts=", ".join(f"{count} {status}" for status, count in counts.items()),
        best=_best_lines(study, table),
        reasons=tuple(sorted(reasons.items(), key=lambda r: -r[1])),
        plots=study_plots(table),
        table=_trials_table(study, trials, table),
        hover=tuple(_hover(trial, table, row) for row, trial in enumerate(trials)),
        findings=findings,
        tracking=tracking_row(study, trials),
        patch=study.provenance.patch,
    )


def ranked_rows(table: TrialTable) -> list[int]:
    """Rows of the trials that completed with an objective, best first, earliest on ties."""
    rows = np.flatnonzero(np.isfinite(table.loss) & (table.status == Status.COMPLETE.value))
    found: list[int] = rows[np.argsort(table.loss[rows], kind="stable")].tolist()
    return found


def _best_lines(study: Study, table: TrialTable) -> tuple[str, ...]:
    lines = []
    for row in ranked_rows(table)[:3]:
        value = study.objective.direction.sign * table.loss[row]
        config = ", ".join(_assignment(table, key, row) for key in table.space.keys
                           if table.values[key][row] is not None)  # fmt: skip
        lines.append(
            f"{study.objective.metric} {value:.5g} at step {table.best_step[row]:,} "
            f"(trial {table.ids[row]}{': ' if config else ''}{config})"
        )
    return tuple(lines)


def _assignment(table: TrialTable, key: str, row: int) -> str:
    return f"{key} = {short_value(table.values[key][row])}"


def short_value(value: Any) -> str:
    """A value for a person.

    Example:
        >>> short_value(0.000123456), short_value(True), short_value("adam")
        ('0.00012346', 'True', 'adam')
    """
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _hover(trial: Trial, table: TrialTable, row: int) -> str:
    """Lines of text; the page escapes them."""
    sign = table.objective.direction.sign
    reason = f" ({trial.reason.value})" if trial.reason.value else ""
    lines = [f"trial {table.ids[row]}: {trial.status.value}{reason}"]
    if math.isfinite(table.loss[row]):
        lines.append(f"{table.objective.metric} {sign * table.loss[row]:.5g}"
                     f" at step {table.best_step[row]:,}")  # fmt: skip
    if trial.detail:
        lines.append(trial.detail[:90])
    lines += [_assignment(table, k, row) for k in table.space.keys
              if table.values[k][row] is not None]  # fmt: skip
    return "\n".join(lines)


def _trials_table(study: Study, trials: Sequence[Trial], table: TrialTable) -> TrialsTable:
    keys = table.space.keys
    columns = ("trial", table.objective.metric, "best step", *keys, "status", "reason", "seconds",
               "attempts")  # fmt: skip
    sign = study.objective.direction.sign
    rows = tuple(
        (
            trial.index,
            _rounded(sign * table.loss[row]) if math.isfinite(table.loss[row]) else None,
            int(table.best_step[row]) if table.best_step[row] >= 0 else None,
            *(_rounded(table.values[key][row]) for key in keys),
            trial.status.value,
            trial.reason.value,
            _rounded(trial.finished_at - trial.started_at, 3),
            trial.attempts,
        )
        for row, trial in enumerate(trials)
    )
    return TrialsTable(columns, rows, descending=sign < 0)


def _rounded(value: Any, digits: int = 6) -> Any:
    """A number with few digits, for the page; ``None`` for NaN."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else None
    return value
