"""Which picture shows what a finding says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.report.rounds.plot import Plot

_MOST_PICTURES = 3  # beside one finding; the others are links
_ALARMS = (Verdict.FAIL, Verdict.WARN)

# Where the evidence lists the trials that an alarm concerns, where a check has its own word for it.
_CONCERNED = {
    "instability": "unstable_trials",
    "overfitting": "overfitting_best_trials",
    "rising-train-loss": "rising_best_trials",
    "still-improving": "improving_trials",
}
# Figures of a whole study: those that prove a finding, and related ones.
_OF_THE_STUDY = {
    "sampling-density": (["best-of-k"], ["budget"]),
    "best-step": (["best-step"], []),
    "importance": (["importance"], ["parallel"]),
}


@dataclass(frozen=True, slots=True)
class PicturedFinding:
    """A finding with the figures of its study that show it.

    Args:
        finding: what a check found.
        shown: numbers of the figures that stand beside it.
        linked: numbers of further figures, which stand elsewhere on the page.
    """

    finding: Finding
    shown: tuple[int, ...]
    linked: tuple[int, ...]


def pictured(findings: Iterable[Finding], plots: Sequence[Plot]) -> tuple[PicturedFinding, ...]:
    """Give each finding its figures; a figure stands beside the first alarm that it proves.

    Findings that are no alarm have links only, so that every figure is on the page once.

    Args:
        findings: of one study, worst first.
        plots: of the same study.
    """
    number_of = {plot.key: number for number, plot in enumerate(plots)}
    taken: set[int] = set()
    found = []
    for finding in findings:
        proofs, related = (
            [number_of[key] for key in dict.fromkeys(keys) if key in number_of]
            for keys in _plot_keys(finding)
        )
        shown: list[int] = []
        if finding.verdict in _ALARMS:
            shown = [n for n in proofs if n not in taken][:_MOST_PICTURES]
        taken.update(shown)
        linked = tuple(n for n in dict.fromkeys([*proofs, *related]) if n not in shown)
        found.append(PicturedFinding(finding, tuple(shown), linked))
    return tuple(found)


def named_trials(findings: Iterable[Finding]) -> dict[str, tuple[str, ...]]:
    """Metric -> ids of the trials that the first alarm about its curves complains of."""
    found: dict[str, tuple[str, ...]] = {}
    for finding in findings:
        trials = _named(finding)
        if finding.verdict in _ALARMS and trials:
            found.setdefault(str(finding.evidence.get("metric")), trials)
    return found


def _named(finding: Finding) -> tuple[str, ...]:
    trials = finding.evidence.get(_CONCERNED.get(finding.check, "concerned_trials"))
    if not trials and finding.check == "instability":  # the best are fine, those above them not
        above = finding.evidence.get("just_above_best_learning_rate")
        trials = above.get("unstable_trials") if isinstance(above, Mapping) else None
    return tuple(str(t) for t in trials) if isinstance(trials, (list, tuple)) else ()


def _plot_keys(finding: Finding) -> tuple[list[str], list[str]]:
    """Keys of the figures that prove a finding, most telling first, and of related ones."""
    evidence = finding.evidence
    if finding.check == "search-space-boundary":
        return _boundary_keys(finding)
    if finding.check == "infeasible-fraction":
        places = _records(evidence.get("where"), "hyperparameter")
        return [*(f"axis:{place['hyperparameter']}" for place in places[:1]), "lost"], []
    if finding.check == "periodicity":
        curves = sorted(_records(evidence.get("curves"), "metric"), key=_is_not_periodic)
        return [f"curve:{curve['metric']}" for curve in curves[:1]], []
    if finding.check == "direction-sanity":
        return [f"curve:{evidence.get('metric')}"], ["history"]
    if finding.check in _OF_THE_STUDY:
        return _OF_THE_STUDY[finding.check]
    return [f"axis:{evidence.get('hyperparameter')}", f"curve:{evidence.get('metric')}"], []


def _boundary_keys(finding: Finding) -> tuple[list[str], list[str]]:
    """Hyperparameters whose range is too tight, and those whose edge deserves a look."""
    edges = _records(finding.evidence.get("edges"), "hyperparameter")
    tight = [f"axis:{advice.arguments.get('hyperparameter')}" for advice in finding.advice]
    notable = [
        f"axis:{edge['hyperparameter']}"
        for edge in edges
        if edge.get("verdict") in ("open", "unstable")
    ]
    return tight, notable


def _is_not_periodic(curve: dict[str, Any]) -> bool:
    return not curve.get("periodic")


def _records(value: Any, field: str) -> list[dict[str, Any]]:
    """Evidence that is a list of records with ``field``; nothing where a check says otherwise."""
    if not isinstance(value, (list, tuple)):
        return []
    return [v for v in value if isinstance(v, dict) and field in v]
