"""Numbers about a study, and nothing but numbers. May import: study, trial, space, errors, numpy.

Arrays go in, frozen results come out; nothing here words, draws or stores. Losses are lower is
better. scipy is imported inside the functions that need it.
"""

from tuning_playbook.analysis.table.building import study_table, table_from_columns
from tuning_playbook.analysis.table.feasibility import Feasibility, feasibility
from tuning_playbook.analysis.table.objective import objective_of, objective_of_summary
from tuning_playbook.analysis.table.table import CurveColumn, TrialTable

__all__ = [
    "CurveColumn",
    "Feasibility",
    "TrialTable",
    "feasibility",
    "objective_of",
    "objective_of_summary",
    "study_table",
    "table_from_columns",
]
