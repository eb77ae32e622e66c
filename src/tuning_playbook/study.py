"""Project, round and study: what was asked and how it is tried. Facts without verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, TypeAlias

from tuning_playbook.errors import InvalidInput
from tuning_playbook.never_tuned import refuse_forbidden_dimension
from tuning_playbook.space import Config, Domain, Hyperparameter, SearchSpace, Value
from tuning_playbook.trial import Seconds, Step


class Direction(StrEnum):
    """Which way the metric gets better."""

    MINIMIZE = "minimize"
    MAXIMIZE = "maximize"

    @classmethod
    def _missing_(cls, value: object) -> Direction:
        found = str(value).lower()
        near = "maximize" if found.startswith(("max", "high", "up")) else "minimize"
        known = found.startswith(("max", "high", "up", "min", "low", "down"))
        hint = f"; write {near!r}" if known else ""
        raise InvalidInput(f"direction is 'minimize' or 'maximize', found {value!r}{hint}")

    @property
    def sign(self) -> int:
        """Factor that turns a value into a loss: lower is better."""
        return 1 if self is Direction.MINIMIZE else -1


Reduction: TypeAlias = Literal["best", "final", "smoothed-best"]
Algorithm: TypeAlias = Literal["quasi-random", "random", "grid", "list"]
RoundKind: TypeAlias = Literal["compare", "understand", "improve"]
RoundMode: TypeAlias = Literal["explore", "exploit"]
ProblemKind: TypeAlias = Literal["supervised", "self-supervised", "reinforcement-learning", "other"]
StudyPurpose: TypeAlias = Literal["search", "rerun", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Objective:
    """Which metric decides, and how a curve of it becomes one number.

    Args:
        metric: name under which the training program evaluates it.
        direction: which way it gets better.
        reduction: ``best`` over training (the playbook's default), ``final``, or
            ``smoothed-best`` (best running median of three evaluations).
    """

    metric: str
    direction: Direction
    reduction: Reduction = "best"

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction(self.direction))
        if self.reduction not in ("best", "final", "smoothed-best"):
            raise InvalidInput(
                f"reduction {self.reduction!r} is not known; use 'best', 'final' or 'smoothed-best'"
            )


@dataclass(frozen=True, slots=True)
class FunctionTarget:
    """A Python function ``train(trial)``.

    Args:
        file: module file relative to the project's folder, such as ``train.py``.
        function: its name in that module.
    """

    file: str
    function: str


@dataclass(frozen=True, slots=True)
class CommandTarget:
    """A program in any language, started once for each trial.

    Args:
        arguments: the command line; ``{name}`` in an argument is replaced by the trial's value of
            that hyperparameter.
    """

    arguments: tuple[str, ...]


Target: TypeAlias = FunctionTarget | CommandTarget


def function_target(text: str) -> FunctionTarget | None:
    """The function that ``FILE:FUNCTION`` names; ``None`` for a text that names none.

    Example:
        >>> function_target("train.py:train")
        FunctionTarget(file='train.py', function='train')
        >>> function_target("python train.py")
    """
    file, _, function = text.rpartition(":")
    return FunctionTarget(file, function) if file and function.isidentifier() else None


@dataclass(frozen=True, slots=True)
class TrainingProtocol:
    """How every trial of a study is trained and evaluated. Part of a comparison's identity.

    Args:
        target: what is run.
        max_train_steps: length of every trial.
        evaluation_interval: steps between two evaluations; the last step is always evaluated.
        keep_best_checkpoints: how many of the best checkpoints are kept beside the last one.
        timeout_seconds: a trial that takes longer is infeasible; ``None`` for no limit.
        stop_on_non_finite: logged metrics that end the trial when they are NaN or infinite. The
            objective's metric always does.
    """

    target: Target
    max_train_steps: Step
    evaluation_interval: Step
    keep_best_checkpoints: int = 1
    timeout_seconds: Seconds | None = None
    stop_on_non_finite: tuple[str, ...] = ("loss", "train_loss", "training_loss")

    def __post_init__(self) -> None:
        if self.max_train_steps < 1:
            raise InvalidInput(f"max_train_steps must be at least 1, found {self.max_train_steps}")
        if not 1 <= self.evaluation_interval <= self.max_train_steps:
            raise InvalidInput(
                f"evaluation_interval must be between 1 and max_train_steps "
                f"({self.max_train_steps}), found {self.evaluation_interval}"
            )
        if self.keep_best_checkpoints < 0:
            raise InvalidInput("keep_best_checkpoints must be 0 or more")
        if self.timeout_seconds is not None and self.timeout_seconds <= 0:
            raise InvalidInput("timeout_seconds must be above 0")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a study's code came from: enough to run it again.

    Args:
        command: what the user typed, from the project's folder.
        commit: version-control commit of the project, empty outside a repository.
        patch: uncommitted changes as a patch, empty for a clean tree.
        code: digest of the training program's files, see `tuning_playbook.provenance`.
        python: version of the interpreter.
        package: version of this package.
        host: name of the machine.
    """

    command: str = ""
    commit: str = ""
    patch: str = ""
    code: str = ""
    python: str = ""
    package: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Study:
    """One search space, one algorithm, one seed, a number of trials.

    Args:
        name: unique in its store; ``round`` or ``round/arm``.
        space: what varies from trial to trial.
        trials: how many.
        objective: what decides.
        training: how each trial is trained.
        round: name of the round it belongs to.
        question: the round's question.
        scientific: the scientific values that this study stands for.
        fixed: every other hyperparameter of the pipeline, by key.
        algorithm: how configurations are chosen.
        seed: seed of the search and, with the index, of every training run.
        configs: the configurations themselves, for the algorithm ``list``; empty for an imported
            study, whose trials hold them.
        derived: key -> formula over keys of the space and of ``fixed``.
        joint: keys in ``space`` whose values are compared, where one study holds all of them.
        purpose: ``search`` for good configurations, ``rerun`` of one with fresh seeds, or
            ``withdrawn`` where its design changed before a trial completed.
        provenance: where its code came from.

    Raises:
        RefusedByPlaybook: for a training length or a batch size among the varied hyperparameters.
        InvalidInput: for a number of trials below 1, or an empty name.
    """

    name: str
    space: SearchSpace
    trials: int
    objective: Objective
    training: TrainingProtocol
    round: str = ""
    question: str = ""
    scientific: Config = field(default_factory=lambda: MappingProxyType({}))
    fixed: Config = field(default_factory=lambda: MappingProxyType({}))
    algorithm: Algorithm = "quasi-random"
    seed: int = 0
    configs: tuple[Config, ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)
    joint: tuple[str, ...] = ()
    purpose: StudyPurpose = "search"
    provenance: Provenance = Provenance()

    def __post_init__(self) -> None:
        if not self.name:
            raise InvalidInput("a study needs a name")
        if self.trials < 1:
            raise InvalidInput(f"a study needs at least 1 trial, found {self.trials}")
        if self.is_imported:
            return  # a fact, and not a wish to be refused
        for h in self.space.hyperparameters:
            refuse_forbidden_dimension(h)

    @property
    def is_imported(self) -> bool:
        """Whether something else has run it."""
        return self.algorithm == "list" and not self.configs


@dataclass(frozen=True, slots=True)
class Resources:
    """What one machine offers to trials.

    Args:
        workers: trials at the same time.
        gpus_per_trial: accelerators that each trial sees.
    """

    workers: int = 1
    gpus_per_trial: int = 0


@dataclass(frozen=True, slots=True)
class Failures:
    """Signs of failures that only this project's program shows: text of its error, or exit codes.

    Args:
        diverged: the configuration cannot be trained.
        out_of_memory: it needs more memory than there is.
        machine: the machine is at fault, so the trial runs again.
    """

    diverged: tuple[str | int, ...] = ()
    out_of_memory: tuple[str | int, ...] = ()
    machine: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """What does not change from round to round.

    Args:
        name: of the project.
        objective: what decides.
        training: how a trial is trained.
        hyperparameters: all of the pipeline, each declared once.
        baseline: values by key that differ from the declared defaults.
        resources: what this machine offers.
        store_url: where results go; ``sqlite:///PATH`` relative to the project, or PostgreSQL.
        kind: of the problem; the rules are written for supervised learning and the like.
        task: one line on what the model does.
        metric_reason: one line on why the metric stands for what deployment needs.
        test_metric: metric on held-out data, looked at after exploration.
        reference: paper or repository that the baseline comes from.
        chance_level: value of the objective for a model that has learnt nothing.
        evaluation_examples: size of the set that the metric is computed on, where it is a share.
        confirm_metric: the objective's metric on validation examples that choose nothing; decisions
            alone look at it. Empty where there are none.
        confirm_examples: size of the set that it is computed on.
        failures: what errors of the training program mean.
        derived: key -> formula of what follows from hyperparameters, by their keys.
    """

    name: str
    objective: Objective
    training: TrainingProtocol
    hyperparameters: tuple[Hyperparameter, ...]
    baseline: Config = field(default_factory=lambda: MappingProxyType({}))
    resources: Resources = Resources()
    store_url: str = "sqlite:///.playbook/store.db"
    kind: ProblemKind = "supervised"
    task: str = ""
    metric_reason: str = ""
    test_metric: str = ""
    reference: str = ""
    chance_level: float | None = None
    evaluation_examples: int | None = None
    confirm_metric: str = ""
    confirm_examples: int | None = None
    failures: Failures = Failures()
    derived: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Round:
    """One narrow question and what is varied to answer it.

    Args:
        name: of the round, the stem of its file.
        question: in one sentence.
        kind: ``compare``, ``understand`` or ``improve``.
        trials: for each combination of scientific values; in all where a range is compared.
        scientific: key -> the values to compare.
        scientific_ranges: key -> range to compare slices of, in one joint study.
        joint: one study holds all scientific values, instead of one for each combination.
        masked: a joint study may tune hyperparameters that only some of the values have.
        nuisance: key -> range to search (the declared one, or narrower); tuned for every arm.
        presence: keys, each one of ``nuisance``: an arm without it (0) stands against one with it,
            where alone its strength is tuned.
        fixed: key -> value, where it is not the baseline's.
        algorithm: how configurations are chosen.
        seed: of the search.
        configs: the configurations, for the algorithm ``list``.
        mode: ``explore`` to understand, ``exploit`` to squeeze out the rest.
        complexity_cost: gain in the metric's units that a change must bring to be worth having.
        follows: name of the round whose trials count as well where the ranges overlap.
        reasons: key -> why it is fixed, or why its range is what it is.
        notes: anything a reader should know.
    """

    name: str
    question: str
    kind: RoundKind
    trials: int
    scientific: Mapping[str, tuple[Value, ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    nuisance: Mapping[str, Domain] = field(default_factory=lambda: MappingProxyType({}))
    fixed: Config = field(default_factory=lambda: MappingProxyType({}))
    algorithm: Algorithm = "quasi-random"
    seed: int = 0
    configs: tuple[Config, ...] = ()
    scientific_ranges: Mapping[str, Domain] = field(default_factory=lambda: MappingProxyType({}))
    joint: bool = False
    masked: bool = False
    mode: RoundMode = "explore"
    complexity_cost: float = 0.0
    follows: str = ""
    reasons: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    notes: str = ""
    presence: tuple[str, ...] = ()


def describe_target(target: Target) -> str:
    """The target as the project file writes it.

    Example:
        >>> describe_target(FunctionTarget("train.py", "train"))
        'train.py:train'
    """
    if isinstance(target, FunctionTarget):
        return f"{target.file}:{target.function}"
    return " ".join(target.arguments)
