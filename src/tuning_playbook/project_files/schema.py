"""The two files: their tables and keys, what each means, and what may stand behind it.

What hyperparameters and roles mean needs more words than a type has: `hyperparameters` and
`reading_round` read those parts, and their schemas here only describe them to editors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from tuning_playbook.project_files.domains import DOMAIN_WORDS
from tuning_playbook.project_files.structure import Key, Schema, Table
from tuning_playbook.space import Kind

_DIRECTIONS = {"min": "minimize", "minimise": "minimize", "max": "maximize", "maximise": "maximize"}
_ALGORITHMS = {"halton": "quasi-random", "quasi_random": "quasi-random",
               "quasirandom": "quasi-random"}  # fmt: skip
_PROBLEMS = {"rl": "reinforcement-learning", "self_supervised": "self-supervised",
             "reinforcement_learning": "reinforcement-learning"}  # fmt: skip

_LARGEST_SEED = 2**63 - 1

_TEXT = {"type": "string"}
_SOME_TEXT = {"type": "string", "minLength": 1}
_SWITCH = {"type": "boolean"}
_TEXTS = {"type": "array", "items": _TEXT}
_FINITE = {"type": "number", "finite": True}
_COUNT = {"type": "integer", "minimum": 1}
_COUNT_FROM_ZERO = {"type": "integer", "minimum": 0}
_EXAMPLES = {"type": "integer", "exclusiveMinimum": 0}
_SIGNS = {
    "type": "array",
    "items": {"anyOf": [_SOME_TEXT, {"type": "integer", "minimum": 1, "maximum": 255}]},
}

_PLAIN = {"type": ["boolean", "number", "string"]}
_RANGE = {word: {"type": "array", "items": _PLAIN} for word in DOMAIN_WORDS if word != "fixed"}
_RANGE_TABLE = {"type": "object", "properties": _RANGE, "additionalProperties": False}
_DECLARATION = {
    "type": "object",
    "properties": {
        **_RANGE,
        "fixed": _PLAIN,
        "derived": _TEXT,
        "default": _PLAIN,
        "kind": {"enum": list(get_args(Kind))},
        "natural": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        "when": {"type": "object", "additionalProperties": {"type": "object"}},
    },
    "additionalProperties": False,
}


def _one_of(words: Sequence[str]) -> Schema:
    return {"type": "string", "enum": list(words)}


def _table_of(values: Schema) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def _read_elsewhere(meaning: str, schema: Schema, *, required: bool = False) -> Key:
    return Key(meaning, schema, required=required, checked=False)


_PROJECT = Table("What the project is about.", {
    "name": Key("Name of the project; by default the folder's name.", _TEXT, default=""),
    "kind": Key("Kind of the problem; the rules are written for supervised learning.",
                _one_of(("supervised", "self-supervised", "reinforcement-learning", "other")),
                default="supervised", synonyms=_PROBLEMS),
    "task": Key("One line on what the model does.", _TEXT, default=""),
    "reference": Key("Paper or repository that the baseline comes from.", _TEXT, default=""),
})  # fmt: skip

_METRIC = Table("What decides.", {
    "name": Key("Name of the metric in trial.evaluate.", _SOME_TEXT, required=True),
    "direction": Key("Whether lower or higher is better.", _one_of(("minimize", "maximize")),
                     required=True, synonyms=_DIRECTIONS, other_names=("mode", "goal")),
    "reduction": Key("How a curve of the metric becomes one number.",
                     _one_of(("best", "final", "smoothed-best")), default="best"),
    "reason": Key("Why the metric measures what you need.", _TEXT, default=""),
    "test": Key("Metric on held-out data, locked during exploration.", _TEXT, default=""),
    "examples": Key("Size of the evaluation set, if the metric is a share of it.", _EXAMPLES),
    "confirm": Key("The metric on validation examples that only playbook decide uses.", _TEXT,
                   default=""),
    "confirm_examples": Key("Number of the examples behind confirm.", _EXAMPLES),
    "chance": Key("The metric's value for a model that has learnt nothing.", _FINITE),
}, required=True)  # fmt: skip

_FAILURES = Table("Text of the program's last error, or exit codes, and what they mean.", {
    "diverged": Key("The configuration cannot be trained.", _SIGNS, default=()),
    "out_of_memory": Key("The configuration needs more memory than there is.", _SIGNS, default=()),
    "machine": Key("The machine is at fault: run it again.", _SIGNS, default=()),
})  # fmt: skip

TRAINING = Table("How every trial is trained.", {
    "target": Key("Python function, such as train.py:train.", _TEXT),
    "command": Key("Program and arguments, instead of target.", _TEXTS),
    "max_train_steps": Key("Length of every trial, in steps.", _COUNT, required=True),
    "evaluation_interval": Key("Steps between two evaluations.", _COUNT, required=True),
    "keep_best_checkpoints": Key("Best checkpoints kept, plus the last.", _COUNT_FROM_ZERO,
                                 default=1),
    "timeout_seconds": Key("A trial that takes longer is infeasible.",
                           {"type": "number", "exclusiveMinimum": 0}),
    "stop_on_non_finite": Key("Logged metrics that end a trial when they are NaN or infinite.",
                              _TEXTS, default=("loss", "train_loss", "training_loss")),
    "failures": _FAILURES,
}, required=True)  # fmt: skip

_RESOURCES = Table("What this machine offers.", {
    "workers": Key("Number of trials at the same time.", _COUNT, default=1),
    "gpus_per_trial": Key("Accelerators that each trial sees.", _COUNT_FROM_ZERO, default=0),
})  # fmt: skip

_STORE = Table("Where results go.", {
    "url": Key("SQLite file or PostgreSQL.", _SOME_TEXT, default="sqlite:///.playbook/store.db"),
})  # fmt: skip

PROJECT = Table("playbook.toml.", {
    "project": _PROJECT,
    "metric": _METRIC,
    "training": TRAINING,
    "resources": _RESOURCES,
    "store": _STORE,
    "hyperparameters": _read_elsewhere("Every hyperparameter of the pipeline.",
                                       _table_of(_DECLARATION), required=True),
    "baseline": _read_elsewhere("Values that differ from the defaults.", _table_of(_PLAIN)),
})  # fmt: skip

ROUND = Table("rounds/NAME.toml.", {
    "question": Key("One narrow question.", _SOME_TEXT, required=True),
    "kind": Key("What the question asks for.", _one_of(("compare", "understand", "improve")),
                required=True),
    "mode": Key("explore: understand; exploit: improve the best configuration.",
                _one_of(("explore", "exploit")), default="explore"),
    "trials": Key("Number of trials for each combination of scientific values.", _COUNT),
    "scientific": _read_elsewhere("The values that are compared.", _table_of(
        {"anyOf": [{"type": "array", "items": _PLAIN}, {"const": "all"}, _RANGE_TABLE]})),
    "nuisance": _read_elsewhere("Hyperparameters that are tuned for each arm.", {
        "anyOf": [_TEXTS, _table_of(_RANGE_TABLE)]}),
    "presence": Key("Nuisances that are compared at 0 and tuned.", _TEXTS, default=()),
    "joint": Key("One study for all scientific values.", _SWITCH, default=False),
    "masked": Key("Accept a joint study in which values have different nuisances.", _SWITCH,
                  default=False),
    "fixed": _read_elsewhere("Values that differ from the baseline.", _table_of(_PLAIN)),
    "reasons": _read_elsewhere("Why a value is fixed, or a range was chosen.", _table_of(_TEXT)),
    "complexity_cost": Key("Gain that a change must exceed to be adopted.",
                           {**_FINITE, "minimum": 0}, default=0.0),
    "follows": Key("Earlier round whose trials inside the new ranges count too.", _TEXT,
                   default=""),
    "algorithm": Key("How configurations are chosen.",
                     _one_of(("quasi-random", "random", "grid", "list")),
                     default="quasi-random", synonyms=_ALGORITHMS),
    "seed": Key("Seed of the search.", {**_COUNT_FROM_ZERO, "maximum": _LARGEST_SEED}, default=0),
    "configs": _read_elsewhere("The configurations, for algorithm = list.", {
        "type": "array", "items": _table_of(_PLAIN)}),
    "notes": Key("Anything a reader should know.", _TEXT, default=""),
})  # fmt: skip
