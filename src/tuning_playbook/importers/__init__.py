"""Studies that were run by something else. May import: analysis, study, trial, space, errors.

Each reader turns one tool's files into a `ForeignStudy`: plain columns, before anyone has said
which of them decides. Files of others are data: no pickle is loaded, no code of theirs is run.

A tool has a room of its own (``optuna``, ``wandb``, ``mlflow``, ``tensorboard``, ``ray_tune``,
``hugging_face``) or a file, which ends with a ``Reader`` and has one line in ``readers``. What they
share: ``files`` and ``cells`` read what others have written, ``roles`` tells what each column is
and ``rows`` what each row is, ``tables`` reads studies in tables, and ``runs`` those in folders of
plain files. ``opening`` tells which reader a target needs, ``base`` is where they all end, and
``translating`` puts a foreign study into a project's terms.
"""

from tuning_playbook.importers.base import ForeignStudy, foreign_table

__all__ = ["ForeignStudy", "foreign_table"]
