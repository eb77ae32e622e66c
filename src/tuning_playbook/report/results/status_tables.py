"""Rounds and studies in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tuning_playbook.analysis.table.objective import objective_of_summary
from tuning_playbook.report.phrases.failures import failed_text
from tuning_playbook.report.phrases.hanging import Hanging
from tuning_playbook.run.failed_alike import failed_alike
from tuning_playbook.space import plain_config
from tuning_playbook.study import Study
from tuning_playbook.trial import Status, Trial, ended_trials
from tuning_playbook.words import short

_COUNTED = {
    Status.RUNNING: "running",
    Status.INFEASIBLE: "infeasible as run",
    Status.FAILED: "failed",
}
_WIDEST_NAME = 36  # characters, of a name that is not broken
_MOST_FAILURES = 3  # ways to fail that are told of a study


def rounds_table(studies: Sequence[tuple[Study, Mapping[Status, int]]]) -> RenderableType:
    """How far each study is, one line each; a question stands at the first of its studies.

    Statuses that no trial has take no room, so that names stay whole.
    """
    shown = {s: name for s, name in _COUNTED.items() if any(c.get(s) for _, c in studies)}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("study", overflow="fold", no_wrap=_fit([study.name for study, _ in studies]))
    for column in ("done", *shown.values()):
        table.add_column(column, no_wrap=True)
    table.add_column("question", overflow="fold")
    said: set[tuple[str, str]] = set()
    for study, counts in studies:
        total = sum(counts.values())
        done = ended_trials(counts)
        question = (study.round, study.question)
        table.add_row(
            Text(study.name),
            f"{done}/{total}",
            *(str(counts.get(status, 0) or "") for status in shown),
            Text("" if study.round and question in said else study.question),
        )
        said.add(question)
    return table


def _fit(names: Sequence[str]) -> bool:
    """Whether whole names leave room for the other columns of a narrow terminal."""
    return max(map(len, names), default=0) <= _WIDEST_NAME


def reruns_table(studies: Sequence[tuple[Study, Mapping[Status, int], str]]) -> RenderableType:
    """How many reruns of each configuration have ended, one line each; outdated ones dimmed."""
    table = Table(box=None, pad_edge=False, header_style="bold", title_style="")
    lost = [sum(c.get(s, 0) for s in (Status.INFEASIBLE, Status.FAILED)) for _, c, _ in studies]
    told = any(outdated for *_, outdated in studies)
    for column in ("reruns of", "done", *["failed"] * any(lost), *[""] * told, "trained with"):
        table.add_column(column, overflow="fold")
    for (study, counts, outdated), failed in zip(studies, lost, strict=True):
        total = sum(counts.values())
        done = ended_trials(counts)
        table.add_row(
            Text(study.question.removeprefix("reruns of ")),
            f"{done}/{total}",
            *[str(failed or "")] * any(lost),
            *[Text("outdated: " * bool(outdated) + outdated)] * told,
            Text(
                ", ".join(
                    f"{name} = {short(value, 5)}"
                    for name, value in plain_config(study.fixed).items()
                )
            ),
            style="dim" if outdated else "",
        )
    return Group("", table)


def study_panel(study: Study, trials: Sequence[Trial], account: str = "") -> RenderableType:
    """The best trials of a study and why others were lost.

    Args:
        study: which.
        trials: of it.
        account: what happened to them, in words.
    """
    lines: list[RenderableType] = [Text(f"\n{study.name}", style="bold")]
    lines += [Hanging(f"  {account}", 0)] * bool(account)
    for value, step, trial in _best(study, trials)[:3]:
        config = ", ".join(
            f"{k} = {trial.config[k]:.5g}"
            if isinstance(trial.config[k], float)
            else f"{k} = {trial.config[k]}"
            for k in study.space.keys
            if k in trial.config
        )
        at = f" at step {step}" if step >= 0 else ""
        named = f"  {study.objective.metric} {value:.5g}{at} (trial {trial.index}: {config})"
        lines.append(Hanging(named, 0))
    reasons = Counter(t.reason.value for t in trials if t.reason.value)
    if reasons:
        words = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
        lines.append(Hanging(f"  not complete: {words}", 0))
    for failed in failed_alike(trials, round_name=study.round or study.name)[:_MOST_FAILURES]:
        lines += [Hanging(f"  {line}", 0, style="red") for line in failed_text(failed).split("\n")]
    return Group(*lines)


def _best(study: Study, trials: Sequence[Trial]) -> list[tuple[float, int, Trial]]:
    """Value, step and trial of those that completed, best first."""
    found = [
        (*objective_of_summary(t.summaries[study.objective.metric], study.objective), t)
        for t in trials
        if t.status is Status.COMPLETE and study.objective.metric in t.summaries
    ]
    return sorted(found, key=lambda f: (study.objective.direction.sign * f[0], f[2].index))
