"""From a study to configurations. May import: study, trial, space.

One file for each algorithm; all are non-adaptive so far, so that any split of the work over
processes gives the same set of trials.
"""

from tuning_playbook.search.base import Searcher
from tuning_playbook.search.trials import (
    full_config,
    planned_trials,
    searcher_for,
    trial_seed,
)

__all__ = ["Searcher", "full_config", "planned_trials", "searcher_for", "trial_seed"]
