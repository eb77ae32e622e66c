"""The verdicts on a study in a terminal, to be read in ten seconds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuning_playbook.findings import Advice, Finding, Verdict
from tuning_playbook.sources import SOURCES

_LOOKS = {
    Verdict.FAIL: ("FAIL", "bold red"),
    Verdict.WARN: ("WARN", "bold yellow"),
    Verdict.UNKNOWN: ("cannot tell", "cyan"),
    Verdict.PASS: ("pass", "green"),
}
_MOST_ADVICE = 2
_MOST_ITEMS = 12


@dataclass(frozen=True, slots=True)
class VerdictsView:
    """What is printed of one study.

    Args:
        name: of the study.
        facts: one line: how many trials, what decides, the best.
        findings: failed ones first, as `run_checks` returns them.
        notes: what was guessed or repaired while reading.
    """

    name: str
    facts: str
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()


def verdicts(
    view: VerdictsView, *, titles: Mapping[str, str], verbose: bool = False
) -> RenderableType:
    """Failed checks first, each with what to do; what cannot be told and what passed, folded.

    Args:
        view: of the study.
        titles: check -> its question.
        verbose: whether to print the numbers and thresholds of every verdict, passed ones too.
    """
    rows = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1, 0, 0), expand=True)
    rows.add_column(no_wrap=True, min_width=11)
    rows.add_column(overflow="fold", ratio=1)
    for finding in view.findings:
        if verbose or finding.verdict in (Verdict.FAIL, Verdict.WARN):
            rows.add_row(_badge(finding.verdict), _told(finding, titles, verbose=verbose))
    if not verbose:
        _fold(rows, view.findings)
    head = Text.assemble((shown(view.name), "bold"), "  ", (shown(view.facts), "dim"))
    notes = [Padding(Text(f"- {shown(note)}", style="dim"), (0, 0, 0, 2)) for note in view.notes]
    return Group(head, Text(), rows, *([Text()] if notes else []), *notes)


def advice_words(advice: Advice) -> str:
    """A piece of advice as something to do.

    Example:
        >>> advice_words(Advice("expand", {"hyperparameter": "lr", "edge": "high",
        ...                                "range": [0.001, 10.0]}, "it still improves there"))
        'search lr from 0.001 to 10: it still improves there'
        >>> advice_words(Advice("clip-gradients", {"percentile": 90}))
        'clip gradients (percentile 90)'
    """
    given = dict(advice.arguments)
    if advice.action in ("expand", "shrink") and "range" in given:
        low, high = (_plain(end) for end in given["range"])
        what = f"search {given['hyperparameter']} from {low} to {high}"
    elif advice.action == "add-trials" and "trials" in given:
        what = f"add {_plain(given['trials'])} trials"
    elif advice.action == "set-direction":
        what = f"check with --direction {given['direction']}"
    else:
        details = ", ".join(f"{k.replace('_', ' ')} {_plain(v)}" for k, v in given.items())
        what = advice.action.replace("-", " ") + (f" ({details})" if details else "")
    return f"{what}: {advice.reason}" if advice.reason else what


def shown(text: str) -> str:
    """Text that cannot command the terminal: a question mark for each control character.

    Example:
        >>> shown("lr" + chr(27) + "[31m=1")
        'lr?[31m=1'
    """
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def _badge(verdict: Verdict) -> Text:
    word, style = _LOOKS[verdict]
    return Text(word, style=style)


def _told(finding: Finding, titles: Mapping[str, str], *, verbose: bool) -> Text:
    title = titles.get(finding.check, finding.check)
    unsure = f", {finding.confidence} confidence" if finding.confidence != "high" else ""
    text = Text.assemble((title, "bold"), (f"  {finding.check}{unsure}", "dim"))
    text.append(f"\n{shown(finding.summary)}")
    for advice in finding.advice if verbose else finding.advice[:_MOST_ADVICE]:
        text.append("\n→ ", "bold cyan").append(shown(advice_words(advice)))
    if verbose:
        for name, value in finding.evidence.items():
            text.append(f"\n  {shown(name)}: {shown(_compact(value))}", "dim")
        if finding.source in SOURCES:
            source = SOURCES[finding.source]
            text.append(f"\n  source: {source.title} <{source.url}>", "dim")
    return text


def _fold(rows: Table, findings: Sequence[Finding]) -> None:
    """One line for all that passed, and one for each reason not to know."""
    reasons: dict[str, list[str]] = {}
    for finding in findings:
        if finding.verdict is Verdict.UNKNOWN:
            why = finding.summary.removeprefix("Cannot tell: ")
            reasons.setdefault(why, []).append(finding.check)
    for why, checks in reasons.items():
        text = Text.assemble(", ".join(checks), (f": {shown(why)}", "dim"))
        rows.add_row(_badge(Verdict.UNKNOWN), text)
    passed = [finding.check for finding in findings if finding.verdict is Verdict.PASS]
    if passed:
        rows.add_row(_badge(Verdict.PASS), Text(", ".join(dict.fromkeys(passed)), style="dim"))


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value))
    return str(value)


def _compact(value: Any) -> str:
    """A JSON value on as few lines as it takes; long lists by their beginning."""
    return json.dumps(_shortened(value), ensure_ascii=False, default=str)


def _shortened(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shortened(inner) for key, inner in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        items = [_shortened(item) for item in value]
        rest = len(items) - _MOST_ITEMS
        return [*items[:_MOST_ITEMS], f"... {rest} more"] if rest > 0 else items
    return value
