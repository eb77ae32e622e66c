"""Ranges, hyperparameters and search spaces. May import: errors, vocabulary, numpy."""

from tuning_playbook.space.canonical import canonical_json
from tuning_playbook.space.derived import derived_values, factors_of, formula_value
from tuning_playbook.space.domains import (
    Categorical,
    Constant,
    Domain,
    Float,
    Integer,
    Ordered,
    Scale,
    Value,
)
from tuning_playbook.space.fitting import fitted, misfit, range_misfit
from tuning_playbook.space.hyperparameter import Condition, Hyperparameter
from tuning_playbook.space.nested_config import nested_config
from tuning_playbook.space.presence import clashing_names, conditions_of, existing, unmet_condition
from tuning_playbook.space.rounding import rounded
from tuning_playbook.space.search_space import Config, SearchSpace, plain_config
from tuning_playbook.vocabulary import Kind

__all__ = [
    "Categorical",
    "Condition",
    "Config",
    "Constant",
    "Domain",
    "Float",
    "Hyperparameter",
    "Integer",
    "Kind",
    "Ordered",
    "Scale",
    "SearchSpace",
    "Value",
    "canonical_json",
    "clashing_names",
    "conditions_of",
    "derived_values",
    "existing",
    "factors_of",
    "fitted",
    "formula_value",
    "misfit",
    "nested_config",
    "plain_config",
    "range_misfit",
    "rounded",
    "unmet_condition",
]
