"""From a study to configurations. May import: study, trial, space.

One file for each algorithm. None of them looks at what has been measured, so any split of the
work over processes gives the same set of trials.
"""

from tuning_playbook.search.base import Searcher
from tuning_playbook.search.grid_search import grid_warning
from tuning_playbook.search.halton import GENERATOR_VERSION, halton_points
from tuning_playbook.search.trials import (
    full_config,
    planned_trials,
    searcher_for,
    trial_seed,
)

__all__ = [
    "GENERATOR_VERSION",
    "Searcher",
    "full_config",
    "grid_warning",
    "halton_points",
    "planned_trials",
    "searcher_for",
    "trial_seed",
]
