"""What the reruns of a project came to."""

from __future__ import annotations

from tuning_playbook.decide.reruns import counts_as_rerun, rerun_values
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.reruns import StoredReruns
from tuning_playbook.study import Study


def stored_reruns(known: Snapshot) -> tuple[StoredReruns, ...]:
    """All reruns of a project, in the order of their studies."""
    return tuple(_values(known, study) for study in known.rerun_studies)


def _values(known: Snapshot, study: Study) -> StoredReruns:
    # Only a smoothed objective cannot be told from the summaries, which cost far less to read.
    smoothed = study.objective.reduction == "smoothed-best"
    curves = known.curves(study.name, metrics=[study.objective.metric]) if smoothed else {}
    trials = known.trials(study.name)
    planned = sum(map(counts_as_rerun, trials))
    decides = study.objective.metric == known.project.objective.metric
    chance = known.project.chance_level if decides else None
    values = rerun_values(study, trials, curves, chance_level=chance)
    return StoredReruns(study, values, planned)
