"""Configurations that stand for themselves in all their digits."""

from __future__ import annotations

from tuning_playbook.decide.candidates import baseline_config
from tuning_playbook.space import Config
from tuning_playbook.store import Store
from tuning_playbook.store.logbook import DECISION, LAUNCH, decision_of, launch_of
from tuning_playbook.study import Project


def exact_configs(store: Store, project: Project) -> tuple[Config, ...]:
    """What was rerun, decided about or launched, and the baseline.

    Drawn values are rounded before they are rerun. A trial that was rerun in all its digits, by an
    earlier version or as the baseline, keeps them: its reruns, decisions and launches are of that.
    """
    reruns = [study.fixed for study in store.studies() if study.purpose == "rerun"]
    decided = [decision_of(entry).candidate for entry in store.logbook(kind=DECISION)]
    launched = [launch_of(entry).after for entry in store.logbook(kind=LAUNCH)]
    return (*reruns, *decided, *launched, baseline_config(project))
