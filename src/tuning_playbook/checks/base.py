"""The check seam: from a table of trials to findings. May import: analysis, findings, sources."""

from __future__ import annotations

from enum import Enum, auto
from typing import ClassVar, Protocol

from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.findings import Finding


class Premise(Enum):
    """What a check takes for granted. Where it does not hold, the check says nothing or less."""

    SEARCH = auto()  # several configurations: one run, or repeats of one, are no search
    METRIC = auto()  # a better value of the metric is a better model; not so for a part of a GAN
    CURVES = auto()  # metrics were logged along the training
    FIXED_EXAMPLES = auto()  # training and validation examples are the same throughout


class Check(Protocol):
    """One rule of the playbook.

    For implementers: a frozen dataclass whose fields are the thresholds, each with a sourced
    default, so that ``SearchSpaceBoundary(edge=0.05)`` is a stricter rule. The docstring's first
    line is the rule. ``run`` is pure, returns at least one finding, prints every threshold it used
    into the evidence, and says ``unknown`` where the data do not suffice. What its evidence names
    is what the report draws beside it: ``hyperparameter`` the axis, ``metric`` the curves, with the
    trials of ``concerned_trials`` marked.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    premises: ClassVar[frozenset[Premise]]

    def run(self, table: TrialTable) -> tuple[Finding, ...]:
        """What the rule says about the study in ``table``; failed parts first."""
        ...
