"""A round judged by another metric than the one that decides: nothing has to be run again."""

from __future__ import annotations

from dataclasses import replace

from tuning_playbook.errors import InvalidInput
from tuning_playbook.gather.snapshot import Snapshot
from tuning_playbook.records.held_out import held_out_metrics
from tuning_playbook.study import Direction, Objective, Study
from tuning_playbook.vocabulary import metric_direction
from tuning_playbook.workflow.checking.foreign import Told


def told_objective(known: Snapshot, name: str, told: Told) -> Objective | None:
    """What a round is to be judged by, where its user says so; ``None`` for its own objective.

    Our searches do not learn from results, so that their trials are as good a sample for any
    metric.

    Args:
        known: of the project.
        name: of the round.
        told: by the user.

    Raises:
        InvalidInput: for a metric that was not logged or is locked, a direction that is not known,
            or options that describe a study of another tool.
    """
    if replace(told, metric="", direction="", chance_level=None) != Told():
        raise InvalidInput(
            f"{name} is a round of the project, which knows its ranges and curves; of the options "
            "that describe a study of another tool only --metric, --direction and --chance-level "
            "go with it"
        )
    project = known.project
    if not told.metric or told.metric == project.objective.metric:
        if told.direction and told.direction != project.objective.direction:
            raise InvalidInput(
                f"the project is to {project.objective.direction.value} "
                f"{project.objective.metric}; change it in playbook.toml, or name another --metric"
            )
        return None
    held_out = held_out_metrics(known.logbook)
    if told.metric in [one.metric for one in held_out if not one.released]:
        raise InvalidInput(
            f"{told.metric} is held out, so no check reads it; to see its value at the baseline, "
            "which is counted in the logbook: playbook look --test"
        )
    studies = known.round_studies(name)
    logged = _logged(known, studies)
    if told.metric not in logged:
        raise InvalidInput(
            f"round {name!r} has not logged {told.metric!r}; it has: "
            f"{', '.join(logged) or 'nothing'}"
        )
    direction = told.direction or metric_direction(told.metric)
    if not direction:
        raise InvalidInput(
            f"cannot tell from the name {told.metric} whether to minimize or maximize it; add "
            "--direction minimize or --direction maximize"
        )
    return Objective(told.metric, Direction(direction), studies[0].objective.reduction)


def _logged(known: Snapshot, studies: tuple[Study, ...]) -> list[str]:
    trials = [trial for study in studies for trial in known.trials(study.name)]
    return sorted({metric for trial in trials for metric in trial.summaries})
