"""The two files as pydantic models: structure and types.

What hyperparameters and roles mean needs more words than a type has: `hyperparameters` and
`reading_round` read those parts, and their types here only describe them to editors.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from tuning_playbook.project_files.domains import DOMAIN_WORDS
from tuning_playbook.space import Kind

_DIRECTIONS = {"min": "minimize", "minimise": "minimize", "max": "maximize", "maximise": "maximize"}
_ALGORITHMS = {"halton": "quasi-random", "quasi_random": "quasi-random",
               "quasirandom": "quasi-random"}  # fmt: skip

_LARGEST_SEED = 2**63 - 1


def _synonym(table: dict[str, str]) -> BeforeValidator:
    """Words that users of other tools type, taken for ours."""
    return BeforeValidator(lambda v: table.get(v.lower(), v) if isinstance(v, str) else v)


Direction: TypeAlias = Annotated[Literal["minimize", "maximize"], _synonym(_DIRECTIONS)]
Algorithm: TypeAlias = Annotated[
    Literal["quasi-random", "random", "grid", "list"], _synonym(_ALGORITHMS)
]

_PROBLEMS = {"rl": "reinforcement-learning", "self_supervised": "self-supervised",
             "reinforcement_learning": "reinforcement-learning"}  # fmt: skip
ProblemKind: TypeAlias = Annotated[
    Literal["supervised", "self-supervised", "reinforcement-learning", "other"],
    _synonym(_PROBLEMS),
]

_PLAIN = {"type": ["boolean", "number", "string"]}
_RANGE = {word: {"type": "array", "items": _PLAIN} for word in DOMAIN_WORDS if word != "fixed"}
_DECLARATION = {
    "type": "object",
    "properties": {
        **_RANGE,
        "fixed": _PLAIN,
        "derived": {"type": "string"},
        "default": _PLAIN,
        "kind": {"enum": list(get_args(Kind))},
        "natural": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "when": {"type": "object", "additionalProperties": {"type": "object"}},
    },
    "additionalProperties": False,
}


def _described(schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema(schema)


def _table_of(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


Hyperparameters: TypeAlias = Annotated[Any, _described(_table_of(_DECLARATION))]
PlainTable: TypeAlias = Annotated[Any, _described(_table_of(_PLAIN))]
_RANGE_TABLE = {"type": "object", "properties": _RANGE, "additionalProperties": False}
Scientific: TypeAlias = Annotated[
    Any,
    _described(
        _table_of({"anyOf": [{"type": "array", "items": _PLAIN}, {"const": "all"}, _RANGE_TABLE]})
    ),
]
Nuisance: TypeAlias = Annotated[
    Any,
    _described(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}},
                _table_of(_RANGE_TABLE),
            ]
        }
    ),
]
Reasons: TypeAlias = Annotated[Any, _described(_table_of({"type": "string"}))]
Configs: TypeAlias = Annotated[Any, _described({"type": "array", "items": _table_of(_PLAIN)})]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ProjectTable(_Model):
    """What the project is about."""

    name: str = Field("", description="Name of the project; by default the folder's name.")
    kind: ProblemKind = Field(
        "supervised",
        description="Kind of the problem; the rules are written for supervised learning.",
    )
    task: str = Field("", description="One line on what the model does.")
    reference: str = Field("", description="Paper or repository that the baseline comes from.")


class MetricTable(_Model):
    """What decides."""

    name: str = Field(min_length=1, description="Name of the metric in trial.evaluate.")
    direction: Direction = Field(
        validation_alias=AliasChoices("direction", "mode", "goal"),
        description="Whether lower or higher is better.",
    )
    reduction: Literal["best", "final", "smoothed-best"] = Field(
        "best", description="How a curve of the metric becomes one number."
    )
    reason: str = Field("", description="Why the metric measures what you need.")
    test: str = Field("", description="Metric on held-out data, locked during exploration.")
    examples: int | None = Field(
        None, gt=0, description="Size of the evaluation set, if the metric is a share of it."
    )
    confirm: str = Field(
        "", description="The metric on validation examples that only playbook decide uses."
    )
    confirm_examples: int | None = Field(
        None, gt=0, description="Number of the examples behind confirm."
    )
    chance: float | None = Field(
        None,
        allow_inf_nan=False,
        description="The metric's value for a model that has learnt nothing.",
    )


Signs: TypeAlias = list[Annotated[str, Field(min_length=1)] | Annotated[int, Field(ge=1, le=255)]]


class FailuresTable(_Model):
    """Text of the program's last error, or exit codes, and what they mean."""

    diverged: Signs = Field(default=[], description="The configuration cannot be trained.")
    out_of_memory: Signs = Field(
        default=[], description="The configuration needs more memory than there is."
    )
    machine: Signs = Field(default=[], description="The machine is at fault: run it again.")


class TrainingTable(_Model):
    """How every trial is trained."""

    target: str | None = Field(None, description="Python function, such as train.py:train.")
    command: list[str] | None = Field(None, description="Program and arguments, instead of target.")
    max_train_steps: int = Field(ge=1, description="Length of every trial, in steps.")
    evaluation_interval: int = Field(ge=1, description="Steps between two evaluations.")
    keep_best_checkpoints: int = Field(1, ge=0, description="Best checkpoints kept, plus the last.")
    timeout_seconds: float | None = Field(
        None, gt=0, description="A trial that takes longer is infeasible."
    )
    stop_on_non_finite: list[str] = Field(
        default=["loss", "train_loss", "training_loss"],
        description="Logged metrics that end a trial when they are NaN or infinite.",
    )
    failures: FailuresTable = Field(default_factory=FailuresTable.model_construct)


class ResourcesTable(_Model):
    """What this machine offers."""

    workers: int = Field(1, ge=1, description="Number of trials at the same time.")
    gpus_per_trial: int = Field(0, ge=0, description="Accelerators that each trial sees.")


class StoreTable(_Model):
    """Where results go."""

    url: str = Field(
        "sqlite:///.playbook/store.db", min_length=1, description="SQLite file or PostgreSQL."
    )


class ProjectFile(_Model):
    """playbook.toml."""

    project: ProjectTable = Field(default_factory=ProjectTable.model_construct)
    metric: MetricTable
    training: TrainingTable
    resources: ResourcesTable = Field(default_factory=ResourcesTable.model_construct)
    store: StoreTable = Field(default_factory=StoreTable.model_construct)
    hyperparameters: Hyperparameters = Field(description="Every hyperparameter of the pipeline.")
    baseline: PlainTable = Field(
        default_factory=dict, description="Values that differ from the defaults."
    )


class RoundFile(_Model):
    """rounds/NAME.toml."""

    question: str = Field(min_length=1, description="One narrow question.")
    kind: Literal["compare", "understand", "improve"]
    mode: Literal["explore", "exploit"] = Field(
        "explore", description="explore: understand; exploit: improve the best configuration."
    )
    trials: int | None = Field(
        None, ge=1, description="Number of trials for each combination of scientific values."
    )
    scientific: Scientific = Field(
        default_factory=dict, description="The values that are compared."
    )
    nuisance: Nuisance = Field(
        default_factory=list, description="Hyperparameters that are tuned for each arm."
    )
    presence: list[str] = Field(
        default=[], description="Nuisances that are compared at 0 and tuned."
    )
    joint: bool = Field(False, description="One study for all scientific values.")
    masked: bool = Field(
        False, description="Accept a joint study in which values have different nuisances."
    )
    fixed: PlainTable = Field(
        default_factory=dict, description="Values that differ from the baseline."
    )
    reasons: Reasons = Field(
        default_factory=dict, description="Why a value is fixed, or a range was chosen."
    )
    complexity_cost: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="Gain that a change must exceed to be adopted."
    )
    follows: str = Field(
        "", description="Earlier round whose trials inside the new ranges count too."
    )
    algorithm: Algorithm = Field("quasi-random", description="How configurations are chosen.")
    seed: int = Field(0, ge=0, le=_LARGEST_SEED, description="Seed of the search.")
    configs: Configs = Field(
        default_factory=list, description="The configurations, for algorithm = list."
    )
    notes: str = Field("", description="Anything a reader should know.")
