"""Studies that were run by something else. May import: analysis, study, trial, space, errors.

Each reader turns one tool's files into a `ForeignStudy`: plain columns, before anyone has said
which of them decides. Files of others are data: no pickle is loaded, no code of theirs is run.

Files are named after the tool: ``optuna_*``, ``mlflow_*``, ``ray_*``, ``tensorboard_*``,
``wandb_*``; ``tables``, ``columns``, ``column_*``, ``curve_tables`` and ``nested*`` read tables.
``opening`` tells which reader a target needs, ``base`` is where they all end, ``runs`` and
``run_folders`` are what the readers of runs share, and ``translating`` puts a foreign study into a
project's terms.
"""

from tuning_playbook.importers.base import ForeignStudy, foreign_table

__all__ = ["ForeignStudy", "foreign_table"]
