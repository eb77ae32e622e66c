"""Whether the searched ranges are wide enough: one verdict for each end of each range.

May import: analysis, space, vocabulary, numpy.
"""

from tuning_playbook.edges.thresholds import EdgeLimits
from tuning_playbook.edges.verdicts import (
    Edge,
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
