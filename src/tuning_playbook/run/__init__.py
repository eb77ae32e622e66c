"""Carrying trials out. May import: training, store, search, analysis, and the ground floor.

``control`` and ``outcome`` decide and touch nothing; ``loop`` acts; ``local`` starts processes.
"""

from tuning_playbook.run.base import Exit, Launcher
from tuning_playbook.run.progress import Progress

__all__ = ["Exit", "Launcher", "Progress"]
