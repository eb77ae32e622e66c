"""From a question to studies, and what they cost. May import: roles, study, space."""

from tuning_playbook.design.arms import arm_names, studies_of
from tuning_playbook.design.budget import BudgetOption, BudgetPlan, plan_budget, sparse_warning
from tuning_playbook.design.caveats import caveats_of
from tuning_playbook.design.entry_check import entry_objection
from tuning_playbook.design.fixed_items import fixing_damage
from tuning_playbook.design.plan import ArmPlan, RoundPlan, describe, describe_domain, plan_round
from tuning_playbook.design.warnings import design_warnings

__all__ = [
    "ArmPlan",
    "BudgetOption",
    "BudgetPlan",
    "RoundPlan",
    "arm_names",
    "caveats_of",
    "describe",
    "describe_domain",
    "design_warnings",
    "entry_objection",
    "fixing_damage",
    "plan_budget",
    "plan_round",
    "sparse_warning",
    "studies_of",
]
