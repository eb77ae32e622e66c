"""The history as tables of words: one source for terminal, Markdown and page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tuning_playbook.records.looks import Looks
from tuning_playbook.records.overrides import Override
from tuning_playbook.report.history.ranges import RangeStep
from tuning_playbook.report.history.tuning_gaps import TuningGap
from tuning_playbook.report.history.view import BaselineStep, ProjectHistory, RoundStep
from tuning_playbook.report.phrases.looks import day, judged_text, value_text
from tuning_playbook.words import counted, percent

_NO_REASON = "no reason recorded"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One row.

    Args:
        cells: as many as the table has columns.
        anchor: name to link to; may be empty.
        begins: whether a new group begins here.
        span: left end and width of a range in percent, drawn in ``span_column``.
        span_column: number of that column.
    """

    cells: tuple[str, ...]
    anchor: str = ""
    begins: bool = False
    span: tuple[float, float] | None = None
    span_column: int = -1


@dataclass(frozen=True, slots=True)
class HistoryTable:
    """One part of the story.

    Args:
        title: of the part.
        text: a sentence on how to read it.
        columns: their names.
        rows: in order.
        empty: what stands in the place of a table without rows.
        wide: whether it is for pages and files only, too wide for a terminal.
    """

    title: str
    text: str
    columns: tuple[str, ...]
    rows: tuple[HistoryRow, ...]
    empty: str = ""
    wide: bool = False


def history_tables(history: ProjectHistory) -> tuple[HistoryTable, ...]:
    """All parts, in the order of reading."""
    return (
        _baselines(history.baselines),
        _rounds(history.rounds, several_evaluations=len(history.evaluations) > 1),
        *([_evaluations(history.evaluations)] if len(history.evaluations) > 1 else []),
        _ranges(history.ranges),
        _ledger(history),
        _looks(history.looks),
        *([_overrides(history.overrides)] if history.overrides else []),
        *([_tuning_gaps(history.tuning_gaps)] if history.tuning_gaps else []),
        _experiments(history),
    )


def _baselines(launches: Sequence[BaselineStep]) -> HistoryTable:
    return HistoryTable(
        "Baselines",
        "What was launched, from which values, and on what evidence.",
        ("#", "date", "round", "change", "decision", "reason", "evidence"),
        tuple(
            HistoryRow(
                (
                    str(launch.number),
                    day(launch.at),
                    launch.round,
                    ", ".join(change_text(*change) for change in launch.changes) or "nothing",
                    launch.choice if launch.choice == "adopt" else f"overruled: {launch.choice}",
                    launch.reason,
                    launch.evidence or "none",
                )
            )
            for launch in launches
        ),
        empty="Nothing has been launched: the baseline is the one that playbook.toml declared.",
    )


def change_text(key: str, before: str | None, after: str | None) -> str:
    """One changed value.

    Example:
        >>> change_text("momentum", None, "0.9")
        'momentum: absent → 0.9'
    """
    return f"{key}: {before or 'absent'} → {after or 'absent'}"


def _rounds(rounds: Sequence[RoundStep], *, several_evaluations: bool) -> HistoryTable:
    measured = ("measured as",) if several_evaluations else ()
    return HistoryTable(
        "Rounds",
        "What was asked, what it cost, what came out and what was decided.",
        (
            "#",
            "date",
            "round",
            "question",
            "mode",
            "spent",
            "answer",
            "soundness",
            "decision",
            *measured,
        ),
        tuple(
            HistoryRow(
                (
                    str(r.number),
                    day(r.at),
                    r.name + (f" (follows {r.follows})" if r.follows else ""),
                    r.question,
                    r.mode,
                    _spent(r),
                    _answer(r),
                    _soundness(r),
                    f"{r.decision}: {r.decision_reason}" if r.decision else "",
                    *((r.evaluation,) if several_evaluations else ()),
                ),
                anchor=f"round-{r.number}",
            )
            for r in rounds
        ),
        empty="No round has been run.",
    )


def _answer(round_: RoundStep) -> str:
    if round_.abandoned:
        given_up = f"abandoned: {round_.abandoned}"
        return f"{given_up}; its trials said: {round_.answer}" if round_.answer else given_up
    return round_.answer or "none yet"


def _soundness(round_: RoundStep) -> str:
    if round_.soundness in ("", "sound") or not round_.reasons:
        return round_.soundness
    return f"{round_.soundness}: {round_.reasons[0]}"


def _spent(round_: RoundStep) -> str:
    words = [counted(round_.trials - round_.taken_over, "trial")]
    if round_.studies > 1:
        words[0] += f" in {round_.studies} studies"
    if round_.taken_over:
        words.append(f"{round_.taken_over:,} taken over from earlier rounds")
    if round_.reruns:
        words.append(f"{round_.reruns:,} reruns")
    if round_.seconds > 0:
        words.append(hours_text(round_.seconds))
    return ", ".join(words)


def hours_text(seconds: float) -> str:
    """A length of time for a person.

    Example:
        >>> hours_text(42), hours_text(600), hours_text(7300), hours_text(900_000)
        ('42 s', '10 min', '2.0 h', '10 days')
    """
    if not math.isfinite(seconds):
        return "unknown"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 5940:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 259_200 else f"{seconds / 86_400:.0f} days"


def _evaluations(evaluations: Sequence[tuple[str, str]]) -> HistoryTable:
    return HistoryTable(
        "Ways of measuring",
        "Trials were not all trained and measured in the same way. Values compare within a letter; "
        "across letters a difference may come from the measurement alone.",
        ("letter", "how"),
        tuple(HistoryRow(pair) for pair in evaluations),
    )


def _ranges(steps: Sequence[RangeStep]) -> HistoryTable:
    return HistoryTable(
        "Search spaces",
        "The range that each hyperparameter was searched in, and why it changed.",
        ("hyperparameter", "round", "range", "change", "why"),
        tuple(_collapsed(steps)),
        empty="Nothing has been searched.",
    )


def _collapsed(steps: Sequence[RangeStep]) -> Iterator[HistoryRow]:
    """A row for each change; rounds that searched the same range again are counted in it."""
    place = 0
    while place < len(steps):
        step, same = steps[place], place + 1
        while (
            same < len(steps)
            and steps[same].hyperparameter == step.hyperparameter
            and steps[same].change == "unchanged"
        ):
            same += 1
        more = same - place - 1
        first = step.change == "first"
        why = step.why or ("" if first else _NO_REASON)
        span = None
        if step.span is not None:
            low, high = step.span
            span = (round(100 * low, 1), max(1.5, round(100 * (high - low), 1)))
        yield HistoryRow(
            (
                step.hyperparameter if first else "",
                step.round + (f" and {more} more" if more else ""),
                step.range,
                "" if first else step.change,
                why,
            ),
            begins=first,
            span=span,
            span_column=2,
        )
        place = same


def _ledger(history: ProjectHistory) -> HistoryTable:
    return HistoryTable(
        "Exploring and exploiting",
        "Most of the budget belongs to understanding; a trial that ended early counts in full.",
        ("work", "rounds", "trials", "steps", "time of all trials", "share of the steps"),
        tuple(
            HistoryRow(
                (
                    spent.work,
                    f"{spent.rounds:,}",
                    f"{spent.trials:,}",
                    f"{spent.steps:,}",
                    hours_text(spent.seconds),
                    percent(spent.share),
                )
            )
            for spent in history.ledger
        ),
        empty="Nothing has been spent.",
    )


def _looks(looks: Looks) -> HistoryTable:
    rows = [HistoryRow(("validation", "", judged_text(looks), ""))]
    if looks.over is not None:
        left = "; ".join(looks.over.still_open)
        rows.append(
            HistoryRow(
                ("", day(looks.over.at), f"exploration declared over: {looks.over.reason}", left)
            )
        )
    rows += [
        HistoryRow((f"confirm, look {look.count}", day(look.at), look.metric, look.config))
        for look in looks.confirm
    ]
    rows += [
        HistoryRow((f"{look.set}, look {look.count}", day(look.at), value_text(look), look.config))
        for look in looks.test
    ]
    if not looks.test_metric:
        rows.append(HistoryRow(("test", "", "no metric declared", "")))
    elif not looks.test:
        locked = "locked while exploration goes on" if looks.over is None else "not looked at"
        rows.append(HistoryRow(("test", "", f"{looks.test_metric}: {locked}", "")))
    return HistoryTable(
        "Looks at the validation and the test set",
        "Every choice that a set guides makes its values a little too good.",
        ("set", "date", "what was seen", "of"),
        tuple(rows),
    )


def _overrides(overrides: Sequence[Override]) -> HistoryTable:
    return HistoryTable(
        "Overrides",
        "What was decided against the advice, or taken out of the lock, and why.",
        ("date", "round", "what", "reason"),
        tuple(
            HistoryRow((day(o.at), o.round or "the project", o.what, o.reason or _NO_REASON))
            for o in overrides
        ),
    )


def _tuning_gaps(gaps: Sequence[TuningGap]) -> HistoryTable:
    return HistoryTable(
        "Gaps between arms, by how much was tuned",
        "Differences between arms tend to shrink as more hyperparameters are tuned for each.",
        ("compared", "round", "tuned for each", "trials each", "leading", "next", "gap"),
        tuple(
            HistoryRow(
                (
                    gap.compared,
                    gap.round,
                    counted(gap.tuned, "hyperparameter"),
                    f"{gap.trials:,}",
                    gap.leading,
                    gap.next,
                    f"{gap.gap:.2g}",
                )
            )
            for gap in gaps
        ),
    )


def _experiments(history: ProjectHistory) -> HistoryTable:
    return HistoryTable(
        "Experiments",
        "",
        (
            "study",
            "configuration",
            "notes",
            "trials",
            "best value",
            "best checkpoint",
            "reproduce with",
            "commit",
            "uncommitted changes",
        ),
        tuple(
            HistoryRow(
                (
                    row.name,
                    row.configuration,
                    row.notes,
                    row.trials,
                    row.best_value,
                    row.best_checkpoint,
                    row.reproduction,
                    row.commit,
                    row.uncommitted_changes,
                )
            )
            for row in history.experiments
        ),
        empty="No study has been run.",
        wide=True,
    )
