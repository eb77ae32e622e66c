"""Whether the searched ranges are wide enough: one verdict for each end of each range.

May import: analysis, space, vocabulary, numpy.
"""

from tuning_playbook.edges.judged import Edge, EdgeStatistics, EdgeVerdict, JudgedEdges
from tuning_playbook.edges.of_choices import EdgeOfChoice, EdgesOfChoices, judged_with_choices
from tuning_playbook.edges.own_ranges import OwnRanges
from tuning_playbook.edges.thresholds import EdgeLimits
from tuning_playbook.edges.verdicts import judged_edges

__all__ = [
    "Edge",
    "EdgeLimits",
    "EdgeOfChoice",
    "EdgeStatistics",
    "EdgeVerdict",
    "EdgesOfChoices",
    "JudgedEdges",
    "OwnRanges",
    "judged_edges",
    "judged_with_choices",
]
