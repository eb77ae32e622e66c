"""The check seam: from a table of trials to findings. May import: analysis, findings, sources."""

from __future__ import annotations

from typing import ClassVar, Protocol

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.findings import Finding


class Check(Protocol):
    """One rule of the playbook.

    For implementers: a frozen dataclass whose fields are the thresholds, each with a sourced
    default, so that ``SearchSpaceBoundary(edge=0.05)`` is a stricter rule. The docstring's first
    line is the rule. ``run`` is pure, returns at least one finding, prints every threshold it used
    into the evidence, and says ``unknown`` where the data do not suffice.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """What the rule says about the study in ``table``; failed parts first."""
        ...
