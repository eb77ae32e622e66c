"""A comparison in a terminal."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuning_playbook.analysis.comparison.repeats_of_two import moments, runs_of
from tuning_playbook.decide.comparisons.comparison_answer import Answered, Pair
from tuning_playbook.decide.comparisons.comparison_verdict import CompareVerdict
from tuning_playbook.report.comparison.view import (
    ComparisonView,
    after_the_verdict,
    best_words,
    effect_words,
    limits_in_words,
    pair_sentence,
    unit_of_pairs,
)
from tuning_playbook.report.comparison.wins import p_words
from tuning_playbook.report.phrases.labelled_rows import labelled_rows
from tuning_playbook.report.verdicts.text import notes_below
from tuning_playbook.words import listed, printable, to_scale

_LOOKS = {
    CompareVerdict.BETTER: ("better", "bold green"),
    CompareVerdict.WORSE: ("worse", "bold red"),
    CompareVerdict.EQUIVALENT: ("equivalent", "bold blue"),
    CompareVerdict.CANNOT_TELL: ("cannot tell", "cyan"),
}
_LONGEST_VERDICT = max(len(word) for word, _ in _LOOKS.values())
TITLES = {
    "at-equal-steps": "At equal steps",
    "at-equal-time": "At equal time",
    "steps-to-target": "Steps to the target",
    "time-to-target": "Time to the target",
}
MOST_TOLD = 3  # comparisons told in sentences; more stand in a table


def comparison_text(view: ComparisonView) -> RenderableType:
    """The answer first, then its numbers, its doubts, and what was guessed."""
    first, *others = view.answers
    parts: list[RenderableType] = [
        Text.assemble(
            (printable(view.study), "bold"), "  ", (printable(comparison_facts(view)), "dim")
        ),
        Text(),
        *([_doubt(first.caution), Text()] if first.caution else []),
        *_answer(view, first),
    ]
    if view.lengths:
        parts += [Text(), *(_doubt(words) for words in length_warnings(view))]
    if view.effects:
        parts += [Text(), Text("Main effects, averaged over the other factors", style="bold")]
        parts += [Text(f"  {printable(effect_words(e))}") for e in view.effects]
    for answer in others:
        parts += [Text(), Text(printable(_title(answer)), style="bold underline")]
        parts += [Text(answer.caution, style="dim")] * bool(answer.caution)
        parts += _answer(view, answer)
    return Group(*parts, *notes_below(view.notes))


def length_warnings(view: ComparisonView) -> list[str]:
    """What else differs between the arms and may be the reason for the difference."""
    return [
        f"{words} The difference in {view.objective.metric} holds for the runs as they are; it is "
        "not the effect of the arm alone."
        for words in view.lengths
    ]


def comparison_facts(view: ComparisonView) -> str:
    """What was compared: the arms, their numbers of runs, and what decides."""
    objective = view.objective
    arms = view.answers[0].arms
    counts = listed([str(runs_of(arm)) for arm in arms[:6]])
    what = "trials" if view.kind == "searches" else "runs"
    what = "folds" if unit_of_pairs(view) == "fold" and view.kind == "repeats" else what
    what = "tasks" if view.kind == "tasks" else what
    if any(arm.reported is not None and arm.reported.runs is None for arm in arms):
        counts, what = str(len(arms)), "means"
    number = f"{counts} {what}" if len(arms) <= 6 else f"{len(arms)} arms"
    return f"{listed(view.arm)}: {number}; {objective.direction.value} {objective.metric}"


def _title(answer: Answered) -> str:
    return f"{TITLES[answer.key]}: {answer.metric}"


def _answer(view: ComparisonView, answer: Answered) -> list[RenderableType]:
    parts: list[RenderableType] = []
    best = best_words(answer)
    if best:
        parts += [Text(printable(best), style="bold"), Text()]
    if len(answer.pairs) <= MOST_TOLD:
        rows = labelled_rows()
        for pair in answer.pairs:
            word, style = _LOOKS[pair.judged.verdict]
            rows.add_row(Text(word, style=style), _told(view, answer, pair))
        return [*parts, rows]
    return [*parts, _table(view, answer), *_gathered_doubts(answer)]


def _told(view: ComparisonView, answer: Answered, pair: Pair) -> Text:
    text = Text(printable(pair_sentence(answer, pair)), style="bold")
    text = Text.assemble(text, "")
    c = pair.comparison
    how = _method(view, pair)
    if how:
        text.append(f"\n{how}", style="dim")
    for words in after_the_verdict(view, answer, pair):
        text.append(f"\n{printable(words)}")
    for doubt in pair.doubts:
        text.append("\n! ", style="yellow").append(printable(doubt.words))
    if pair.adjusted_p_value is not None and not math.isnan(c.p_value):
        text.append(
            f"\np = {p_words(pair.adjusted_p_value)} after Holm's adjustment for "
            f"{len(answer.pairs)} comparisons, which decides.",
            style="dim",
        )
    return text


def _method(view: ComparisonView, pair: Pair) -> str:
    c = pair.comparison
    if math.isnan(c.degrees):
        return ""
    if pair.wins is not None:
        return "Paired by task; p is the larger of the t-test's and Wilcoxon's signed-rank test's."
    if c.paired:
        return f"Paired t-test over {c.compared[0]} {unit_of_pairs(view)}s."
    return (
        f"Welch's t-test, {c.compared[0]} and {c.compared[1]} runs, standard deviations "
        f"{c.deviations[0]:.2g} and {c.deviations[1]:.2g}."
    )


def _table(view: ComparisonView, answer: Answered) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    all_pairs = view.baseline is None
    narrowest = 9 if all_pairs else 12
    table.add_column("candidate", overflow="fold", min_width=narrowest)
    if all_pairs:
        table.add_column("baseline", overflow="fold", min_width=narrowest)
    counts = "tasks" if view.kind == "tasks" else "runs"
    shown = (counts, "difference") if all_pairs else (counts, "mean", "difference")
    for name in shown:
        table.add_column(name, justify="right", no_wrap=True)
    if view.kind == "tasks":
        table.add_column("won, lost", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right")
    table.add_column("p (Holm)", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True, min_width=_LONGEST_VERDICT)
    if view.baseline is not None and answer.pairs:
        c = answer.pairs[0].comparison
        scale = _scale(answer)
        table.add_row(
            Text(printable(c.baseline)),
            str(c.repeats[0]),
            _mean(c.means[0], scale),
            *[""] * (4 if view.kind == "tasks" else 3),
            Text("baseline", style="dim"),
        )
    for pair in answer.pairs:
        table.add_row(*_row(answer, pair, all_pairs=all_pairs))
    return table


def _row(answer: Answered, pair: Pair, *, all_pairs: bool) -> list[Text | str]:
    c, scale = pair.comparison, _scale(answer)
    word, style = _LOOKS[pair.judged.verdict]
    known = not math.isnan(c.p_value)
    failed = f" ({c.infeasible[1]} failed)" if c.infeasible[1] else ""
    return [
        Text(printable(c.candidate)),
        *([Text(printable(c.baseline))] if all_pairs else []),
        f"{c.repeats[1]}{failed}",
        *([] if all_pairs else [_mean(c.means[1], scale)]),
        "" if math.isnan(c.difference) else to_scale(c.difference, scale),
        *([f"{pair.wins.wins}, {pair.wins.losses}"] if pair.wins is not None else []),
        limits_in_words(c, scale) if known and math.isfinite(c.difference) else "unknown",
        p_words(pair.adjusted_p_value if pair.adjusted_p_value is not None else c.p_value),
        Text(word, style=style),
    ]


def _mean(mean: float, scale: float) -> str:
    return to_scale(mean, scale) if math.isfinite(mean) else "none"


def _scale(answer: Answered) -> float:
    widths = [p.comparison.high - p.comparison.low for p in answer.pairs]
    finite = sorted(w for w in widths if w > 0 and math.isfinite(w))
    return finite[len(finite) // 2] / 4 if finite else 0.0


def _gathered_doubts(answer: Answered) -> list[RenderableType]:
    """Doubts of many comparisons: those of every pair once, the others by the pair."""
    found: dict[str, list[str]] = {}
    single = sum(arm.reported is None and moments(arm).runs == 1 for arm in answer.arms)
    many = single > MOST_TOLD
    if many:
        words = (
            f"{single} of {len(answer.arms)} arms have a single run, so nothing shows how much "
            "their runs vary."
        )
        found[words] = [pair.comparison.candidate for pair in answer.pairs]
    for pair in answer.pairs:
        for doubt in pair.doubts:
            if many and doubt.key == "single-run":
                continue
            found.setdefault(doubt.words, []).append(pair.comparison.candidate)
    if not found:
        return []
    parts: list[RenderableType] = [Text()]
    for words, labels in sorted(found.items(), key=lambda item: -len(item[1]))[:12]:
        everyone = len(labels) == len(answer.pairs)
        where = "" if everyone else f"{listed(list(dict.fromkeys(labels))[:4])}: "
        parts.append(_doubt(f"{where}{words}"))
    if len(found) > 12:
        parts.append(Text(f"  {len(found) - 12} more doubts are in --json.", style="dim"))
    return parts


def _doubt(words: str) -> RenderableType:
    return Padding(Text.assemble(("! ", "yellow"), printable(words)), (0, 0, 0, 0))
