"""The two files as pydantic models: structure and types, nothing that needs both files."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Plain: TypeAlias = bool | int | float | str

_DIRECTIONS = {"min": "minimize", "minimise": "minimize", "max": "maximize", "maximise": "maximize"}
_ALGORITHMS = {
    "halton": "quasi-random",
    "quasi_random": "quasi-random",
    "quasirandom": "quasi-random",
}


def _synonym(table: dict[str, str]) -> BeforeValidator:
    """Words that users of other tools type, taken for ours."""
    return BeforeValidator(lambda v: table.get(v.lower(), v) if isinstance(v, str) else v)


Direction: TypeAlias = Annotated[Literal["minimize", "maximize"], _synonym(_DIRECTIONS)]
Algorithm: TypeAlias = Annotated[
    Literal["quasi-random", "random", "grid", "list"], _synonym(_ALGORITHMS)
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


class ProjectTable(_Model):
    """What the project is about."""

    name: str | None = Field(None, description="Name of the project; the folder's by default.")
    task: str = Field("", description="One line on what the model does.")
    reference: str = Field("", description="Paper or repository that the baseline comes from.")


class MetricTable(_Model):
    """What decides."""

    name: str = Field(min_length=1, description="Name under which it is evaluated.")
    direction: Direction = Field(description="Which way it gets better.")
    reduction: Literal["best", "final", "smoothed-best"] = Field(
        "best", description="How a curve of it becomes one number."
    )
    reason: str = Field("", description="Why it stands for what deployment needs.")
    test: str = Field("", description="Metric on held-out data, for after exploration.")
    chance: float | None = Field(None, description="Its value for a model that learnt nothing.")


class TrainingTable(_Model):
    """How every trial is trained."""

    target: str | None = Field(None, description="Python function, such as train.py:train.")
    command: list[str] | None = Field(None, description="Program and arguments, instead of target.")
    max_train_steps: int = Field(ge=1, description="Length of every trial, in steps.")
    evaluation_interval: int = Field(ge=1, description="Steps between two evaluations.")
    keep_best_checkpoints: int = Field(1, ge=0, description="Best checkpoints kept, plus the last.")
    timeout_seconds: float | None = Field(None, gt=0, description="Longest a trial may take.")
    stop_on_non_finite: list[str] = Field(
        default=["loss", "train_loss", "training_loss"],
        description="Logged metrics that end a trial when they are NaN or infinite.",
    )


class ResourcesTable(_Model):
    """What this machine offers."""

    workers: int = Field(1, ge=1, description="Trials at the same time.")
    gpus_per_trial: int = Field(0, ge=0, description="Accelerators that each trial sees.")


class StoreTable(_Model):
    """Where results go."""

    url: str = Field("sqlite:///.playbook/store.db", description="SQLite file or PostgreSQL.")


class ProjectFile(_Model):
    """playbook.toml."""

    project: ProjectTable = Field(default_factory=lambda: ProjectTable())  # type: ignore[call-arg]
    metric: MetricTable
    training: TrainingTable
    resources: ResourcesTable = Field(default_factory=lambda: ResourcesTable())  # type: ignore[call-arg]
    store: StoreTable = Field(default_factory=lambda: StoreTable())  # type: ignore[call-arg]
    hyperparameters: dict[str, dict[str, Any]] = Field(
        min_length=1, description="Every hyperparameter of the pipeline; see domains."
    )
    baseline: dict[str, Any] = Field(default_factory=dict)


class RoundFile(_Model):
    """rounds/NAME.toml."""

    question: str = Field(min_length=1, description="One narrow question.")
    kind: Literal["compare", "understand", "improve"]
    trials: int | None = Field(None, ge=1, description="For each combination of scientific values.")
    scientific: dict[str, list[Plain] | Literal["all"]] = Field(default_factory=dict)
    nuisance: list[str] | dict[str, dict[str, Any]] = Field(default_factory=list)
    fixed: dict[str, Plain] = Field(default_factory=dict)
    algorithm: Algorithm = "quasi-random"
    seed: int = 0
    configs: list[dict[str, Plain]] = Field(default_factory=list)
    notes: str = ""
