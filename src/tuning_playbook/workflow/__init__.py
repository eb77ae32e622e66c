"""The use cases, and the only wiring. May import: every room below.

Each function is what one command does, without the terminal.
"""

from tuning_playbook.workflow.running import RoundResult, run_round

__all__ = ["RoundResult", "run_round"]
