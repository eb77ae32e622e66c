"""Studies that were run by something else. May import: analysis, study, trial, space, errors.

Each reader turns one tool's files into a `ForeignStudy`: plain columns, before anyone has said
which of them decides. Files of others are data: no pickle is loaded, no code of theirs is run.
"""

from tuning_playbook.importers.base import ForeignStudy, foreign_table

__all__ = ["ForeignStudy", "foreign_table"]
