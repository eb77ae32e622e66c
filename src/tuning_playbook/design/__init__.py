"""From a question to studies, and what they cost. May import: study, space, sources."""

from tuning_playbook.design.arms import arm_name, studies_of
from tuning_playbook.design.caveats import caveats_of
from tuning_playbook.design.plan import ArmPlan, RoundPlan, plan_round

__all__ = ["ArmPlan", "RoundPlan", "arm_name", "caveats_of", "plan_round", "studies_of"]
