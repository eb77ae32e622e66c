"""Whether the searched ranges are wide enough: one verdict for each end of each range."""

from tuning_playbook.analysis.edges.verdicts import (
    Edge,
    EdgeLimits,
    EdgeStatistics,
    EdgeVerdict,
    JudgedEdges,
    judged_edges,
)

__all__ = [
    "Edge",
    "EdgeLimits",
    "EdgeStatistics",
    "EdgeVerdict",
    "JudgedEdges",
    "judged_edges",
]
