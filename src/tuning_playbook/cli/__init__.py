"""The command ``playbook``. May import: workflow, report.

One file for each command, imported when it is called, so that ``--help`` stays instant.
"""

from tuning_playbook.cli.main import main

__all__ = ["main"]
