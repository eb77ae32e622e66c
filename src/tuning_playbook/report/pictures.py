"""Which picture shows what a finding says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tuning_playbook.findings import Finding, Verdict
from tuning_playbook.report.figures import Plot

_MOST_PICTURES = 3  # beside one finding; the others are links
_CURVE_CHECKS = frozenset(
    {"instability", "overfitting", "late-variance", "still-improving", "saturated-early"}
)  # fmt: skip


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
    """Give each finding its figures; a figure stands beside the first alarm that it shows.

    Findings that are no alarm have links only, so that every figure is on the page once.

    Args:
        findings: of one study, worst first.
        plots: of the same study.
    """
    number_of = {plot.key: number for number, plot in enumerate(plots)}
    taken: set[int] = set()
    found = []
    for finding in findings:
        numbers = [number_of[key] for key in _plot_keys(finding) if key in number_of]
        shown: list[int] = []
        if finding.verdict in (Verdict.FAIL, Verdict.WARN):
            shown = [n for n in numbers if n not in taken][:_MOST_PICTURES]
        taken.update(shown)
        linked = tuple(n for n in numbers if n not in shown)
        found.append(PicturedFinding(finding, tuple(shown), linked))
    return tuple(found)


def _plot_keys(finding: Finding) -> list[str]:
    """Keys of the figures that show a finding, most telling first, without repeats."""
    evidence = finding.evidence
    if finding.check == "search-space-boundary":
        keys = [f"axis:{key}" for key in _noticed_edges(finding)]
    elif finding.check == "infeasible-fraction":
        places = [
            str(place["hyperparameter"])
            for place in _records(evidence.get("where"), "hyperparameter")
        ]
        keys = [*(f"axis:{key}" for key in places[:1]), "lost"]
    elif finding.check == "edge-of-stability":
        keys = [f"axis:{evidence.get('hyperparameter')}"]
    elif finding.check == "rising-train-loss":
        keys = [f"curve:{evidence.get('training_loss')}", f"curve:{evidence.get('metric')}"]
    elif finding.check == "periodicity":
        curves = sorted(_records(evidence.get("curves"), "metric"), key=_is_not_periodic)
        keys = [f"curve:{curve['metric']}" for curve in curves[:1]]
    elif finding.check in _CURVE_CHECKS:
        keys = [f"curve:{evidence.get('metric')}"]
    else:
        keys = {
            "direction-sanity": [f"curve:{evidence.get('metric')}", "history"],
            "sampling-density": ["best-of-k", "budget"],
            "best-step": ["best-step"],
            "importance": ["importance", "parallel"],
        }.get(finding.check, [])
    return list(dict.fromkeys(keys))


def _noticed_edges(finding: Finding) -> list[str]:
    """Hyperparameters with a notable edge, those to expand first."""
    advised = [str(a.arguments.get("hyperparameter")) for a in finding.advice]
    return advised + [
        str(edge["hyperparameter"])
        for edge in _records(finding.evidence.get("edges"), "hyperparameter")
        if edge.get("verdict") in ("expand", "look", "infeasible-edge", "natural-limit")
    ]


def _is_not_periodic(curve: dict[str, Any]) -> bool:
    return not curve.get("periodic")


def _records(value: Any, field: str) -> list[dict[str, Any]]:
    """Evidence that is a list of records with ``field``; nothing where a check says otherwise."""
    if not isinstance(value, (list, tuple)):
        return []
    return [v for v in value if isinstance(v, dict) and field in v]
