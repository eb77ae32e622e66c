"""The two configurations that a decision is about: a round's best, and the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tuning_playbook.analysis.table.best_trials import best_rows
from tuning_playbook.analysis.table.table import TrialTable
from tuning_playbook.errors import InvalidInput
from tuning_playbook.space import Config, SearchSpace, Value, existing, fitted, rounded
from tuning_playbook.study import Project, Study
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


def best_candidate(
    arms: Sequence[tuple[Sequence[Trial], TrialTable]], *, exact: Sequence[Config] = ()
) -> Candidate | None:
    """The best trial that trained, over all arms of a round; the earlier arm and trial on ties.

    Args:
        arms: of one round; each its trials and their table, rows in the same order.
        exact: configurations that were run again or launched in all their digits; a trial that is
            one of them is not rounded.

    Returns:
        ``None`` where no trial trained.
    """
    best: tuple[float, Candidate] | None = None
    for trials, table in arms:
        for row in best_rows(table, 1).tolist():
            loss = float(table.loss[row])
            if best is None or loss < best[0]:
                value = table.objective.direction.sign * loss
                config = rounded_config(trials[row].config, table.space, exact=exact)
                found = Candidate(table.study, str(table.ids[row]), config, value)
                best = (loss, found)
    return None if best is None else best[1]


def rounded_config(config: Config, space: SearchSpace, *, exact: Sequence[Config] = ()) -> Config:
    """``config`` with what the search drew in as many digits as matter.

    This is what reruns run, a decision is about and a launch writes.

    Args:
        config: of a trial.
        space: that it was drawn from; what is fixed is left as it is.
        exact: configurations that stand for themselves in all digits.
    """
    drawn = {
        h.key: rounded(h.domain, config[h.key]) for h in space.hyperparameters if h.key in config
    }
    changed = [key for key, value in drawn.items() if value != config[key]]
    if any(all(known.get(key) == config[key] for key in changed) for known in exact):
        return config
    return {**config, **drawn}


def require_same_formulas(project: Project, studies: Iterable[Study]) -> None:
    """Refuse to go on with trials whose derived values came from other formulas than today's.

    Raises:
        InvalidInput: with the first that differs.
    """
    for study in studies:
        for key, formula in project.derived.items():
            before = study.derived.get(key)
            if before != formula:
                was = f"derived {key} as {before}" if before else f"did not derive {key}"
                raise InvalidInput(
                    f"{study.name} {was}, and playbook.toml derives it as {formula}; declare it as "
                    "it was, or run a new round"
                )


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
        InvalidInput: for a hyperparameter that is declared no longer.
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
    return {h.key: values[h.key] for h in existing(project.hyperparameters, possible)}


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
