"""The two configurations that a decision is about: a round's best, and the baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuning_playbook.analysis.best_trials import best_rows
from tuning_playbook.analysis.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config, Value, derived_values, existing, fitted
from tuning_playbook.study import Project
from tuning_playbook.trial import Trial


@dataclass(frozen=True, slots=True)
class Candidate:
    """The configuration that a round brings up, and the trial that selected it.

    Args:
        study: of the trial.
        trial: what its table calls it; ``ROUND/INDEX`` where it comes from a followed round.
        config: every hyperparameter by key.
        value: objective of that trial. It was chosen for being the best, so it promises more than
            a rerun will give.
    """

    study: str
    trial: str
    config: Config
    value: float


def best_candidate(arms: Sequence[tuple[Sequence[Trial], TrialTable]]) -> Candidate | None:
    """The best trial that trained, over all arms of a round; the earlier arm and trial on ties.

    Args:
        arms: of one round; each its trials and their table, rows in the same order.

    Returns:
        ``None`` where no trial trained.
    """
    best: tuple[float, Candidate] | None = None
    for trials, table in arms:
        for row in best_rows(table, 1).tolist():
            loss = float(table.loss[row])
            if best is None or loss < best[0]:
                value = table.objective.direction.sign * loss
                found = Candidate(table.study, str(table.ids[row]), trials[row].config, value)
                best = (loss, found)
    return None if best is None else best[1]


def baseline_config(project: Project) -> dict[str, Value]:
    """Every hyperparameter that exists in the project's baseline, in the order of declaration.

    Example:
        >>> from tuning_playbook.space import Float, Hyperparameter
        >>> from types import SimpleNamespace
        >>> decay = Hyperparameter("decay", Float(0.0, 1.0), 0.5)
        >>> baseline_config(SimpleNamespace(hyperparameters=(decay,), baseline={"decay": 0.25},
        ...                                 derived={}))
        {'decay': 0.25}
    """
    return whole_config(project, project.baseline)


def whole_config(project: Project, config: Config) -> dict[str, Value]:
    """``config`` as the project declares its hyperparameters today.

    A hyperparameter that was declared later has its default, which is what the training program
    did before it was declared. What does not exist under the other values is left out, and so is
    what follows from the others.

    Args:
        project: declares every hyperparameter.
        config: values by key, of an earlier trial for example.

    Raises:
        InvalidInput: for a hyperparameter that is declared no longer, or a derived value that
            would not be the same today.
    """
    declared = {h.key for h in project.hyperparameters}
    unknown = [key for key in config if key not in declared and key not in project.derived]
    if unknown:
        raise InvalidInput(
            f"the configuration has {', '.join(unknown)}, which playbook.toml does not declare any "
            "more; declare it as it was, or run a new round"
        )
    values = {
        h.key: fitted(h.domain, config[h.key]) if h.key in config else h.default
        for h in project.hyperparameters
    }
    possible = {key: (value,) for key, value in values.items()}
    present = {h.key: values[h.key] for h in existing(project.hyperparameters, possible)}
    for key, value in derived_values(project.derived, present).items():
        if config.get(key, value) != value:
            raise InvalidInput(
                f"the configuration has {key} = {config[key]}, and playbook.toml derives {value} "
                f"({project.derived[key]}); declare it as it was, or run a new round"
            )
    return present


def changed_values(
    before: Config, after: Config
) -> tuple[tuple[str, Value | None, Value | None], ...]:
    """Key, value before and value after of everything that differs; ``None`` where it is absent.

    Example:
        >>> changed_values({"rate": 0.1, "decay": 0.0}, {"rate": 0.3, "decay": 0.0})
        (('rate', 0.1, 0.3),)
    """
    return tuple(
        (key, before.get(key), after.get(key))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    )
