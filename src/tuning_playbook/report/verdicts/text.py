"""The verdicts on a study in a terminal, to be read in ten seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuning_playbook.checks.base import Premise
from tuning_playbook.checks.checklist import ids_with
from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.report.phrases.advice_words import advice_words
from tuning_playbook.report.phrases.evidence_lines import evidence_lines
from tuning_playbook.report.phrases.labelled_rows import labelled_rows
from tuning_playbook.report.phrases.verdict_words import VERDICT_WORDS
from tuning_playbook.report.verdicts.columns import ColumnsView, columns_table
from tuning_playbook.sources import SOURCES
from tuning_playbook.words import listed, printable

_STYLES = {
    Verdict.FAIL: "bold red",
    Verdict.WARN: "bold yellow",
    Verdict.UNKNOWN: "cyan",
    Verdict.NOTE: "blue",
    Verdict.PASS: "green",
}
_ALARMS = (Verdict.FAIL, Verdict.WARN)
_TRIED_CHEAPLY = ("try-level",)  # what one or two trials would tell, said without an alarm too
_MOST_ADVICE = 2
_DIRECTION = "direction-sanity"
_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class VerdictsView:
    """What is printed of one study.

    Args:
        name: of the study.
        facts: one line: how many trials, what decides, the best.
        findings: failed ones first, as `run_checks` returns them.
        notes: what was guessed or repaired while reading.
        has_curves: whether the metric that decides has curves.
        curves_of: the other metrics that have some.
        columns: what its columns were taken for; ``None`` for a study of the project.
    """

    name: str
    facts: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()
    has_curves: bool = True
    curves_of: tuple[str, ...] = ()
    columns: ColumnsView | None = None


def verdicts(
    view: VerdictsView, *, titles: Mapping[str, str], verbose: bool = False
) -> RenderableType:
    """Failed checks first, each with what to do; what cannot be told and what passed, folded.

    Args:
        view: of the study.
        titles: check -> its question.
        verbose: whether to print the numbers and thresholds of every verdict, passed ones too.
    """
    findings = view.findings
    if not verbose and any(f.check == _DIRECTION and f.verdict is Verdict.FAIL for f in findings):
        findings = tuple(f for f in findings if f.check == _DIRECTION)
    rows = labelled_rows()
    for finding in findings:
        if verbose or finding.verdict in _ALARMS:
            rows.add_row(_badge(finding.verdict), _told(finding, titles, verbose=verbose))
    if not verbose:
        _fold(rows, findings, "" if view.has_curves else _missing_curves(view.curves_of))
    if len(findings) < len(view.findings):
        rest = f"{len(view.findings) - len(findings)} other verdicts take the direction for granted"
        rows.add_row(Text(), Text(f"{rest}; -v prints them.", style="dim"))
    head = Text.assemble((printable(view.name), "bold"), "  ", (printable(view.facts), "dim"))
    taken = [] if view.columns is None else [Text(), columns_table(view.columns, verbose=verbose)]
    return Group(head, *taken, Text(), rows, *notes_below(view.notes))


def several_verdicts(
    views: Sequence[VerdictsView],
    *,
    titles: Mapping[str, str],
    unusable: Sequence[str] = (),
    verbose: bool = False,
) -> RenderableType:
    """One study after the other; the notes that all of them share stand once, at the end.

    Args:
        views: of the studies.
        titles: check -> its question.
        unusable: why studies could not be checked.
        verbose: as for `verdicts`.
    """
    several = len(views) > 1
    shared = [n for n in views[0].notes if all(n in view.notes for view in views)]
    parts: list[RenderableType] = []
    for view in views:
        notes = tuple(n for n in view.notes if not (several and n in shared))
        parts += [Text()] * bool(parts)
        parts += [verdicts(replace(view, notes=notes), titles=titles, verbose=verbose)]
    if unusable:
        parts.append(Text())
    parts += [Text(f"not checked: {printable(why)}") for why in unusable]
    return Group(*parts, *(notes_below(shared) if several else []))


def notes_below(notes: Sequence[str]) -> list[RenderableType]:
    """What was guessed or repaired, quietly, after an empty line."""
    lines = [Padding(Text(f"- {printable(note)}", style="dim"), (0, 0, 0, 2)) for note in notes]
    return [Text(), *lines] if lines else []


def _badge(verdict: Verdict) -> Text:
    word = VERDICT_WORDS[verdict]
    return Text(word.upper() if verdict in _ALARMS else word, style=_STYLES[verdict])


def _told(finding: Finding, titles: Mapping[str, str], *, verbose: bool) -> Text:
    title = titles.get(finding.check, finding.check)
    unsure = f", {finding.confidence} confidence" if finding.confidence != "high" else ""
    text = Text.assemble((title, "bold"), (f"  {finding.check}{unsure}", "dim"))
    text.append(f"\n{printable(finding.summary)}")
    for advice in finding.advice if verbose else finding.advice[:_MOST_ADVICE]:
        text.append("\n→ ", "bold cyan").append(printable(advice_words(advice)))
    if verbose:
        for line in evidence_lines(finding.evidence):
            text.append(f"\n  {printable(line)}", "dim")
        if finding.source in SOURCES:
            source = SOURCES[finding.source]
            text.append(f"\n  source: {source.title} <{source.url}>", "dim")
    return text


def _missing_curves(others: Sequence[str]) -> str:
    """Why what reads curves of the metric cannot tell, where other metrics may have some."""
    missing = "these read the curves of the metric, and none were given"
    more = len(others) - _MOST_NAMED
    named = [*others[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])]
    return f"{missing}; the curves are of {listed(named)}" if others else missing


def _fold(rows: Table, findings: Sequence[Finding], without_curves: str) -> None:
    """One line for each reason not to know, and one for all that passed.

    Args:
        without_curves: what stands for every reason of the checks that read curves of the metric;
            empty where it has some.
    """
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        if finding.verdict is Verdict.UNKNOWN:
            why = finding.summary.removeprefix("Cannot tell: ")
            if without_curves and finding.check in ids_with(Premise.CURVES):
                why = without_curves
            asked = [f"→ {advice_words(a)}" for a in finding.advice if a.action in _TRIED_CHEAPLY]
            reasons.setdefault("\n".join([why, *asked]), []).append(finding.check)
    if reasons:
        unknown = Text("\n").join(
            Text.assemble(", ".join(dict.fromkeys(checks)), (f": {printable(why)}", "dim"))
            for why, checks in reasons.items()
        )
        rows.add_row(_badge(Verdict.UNKNOWN), unknown)
    # A pass that left something out says so, in full and in one place.
    noted = [f for f in findings if f.verdict is Verdict.NOTE or _left_something_out(f)]
    notes = [Text.assemble(f.check, (f": {printable(f.summary)}", "dim")) for f in noted]
    if notes:
        rows.add_row(_badge(Verdict.NOTE), Text("\n").join(notes))
    passed = [f.check for f in findings if f.verdict is Verdict.PASS and f not in noted]
    if passed:
        rows.add_row(_badge(Verdict.PASS), Text(", ".join(dict.fromkeys(passed)), style="dim"))


def _left_something_out(finding: Finding) -> bool:
    return finding.verdict is Verdict.PASS and bool(finding.evidence.get("aside"))
