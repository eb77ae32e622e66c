"""From a table of trials to findings, one file for each rule. May import: analysis, findings.

A check words what an analysis has measured: its thresholds are its fields, and every finding
prints them beside the numbers.
"""

from tuning_playbook.checks.base import Check, Premise
from tuning_playbook.checks.checklist import all_checks
from tuning_playbook.checks.registry import run_checks

__all__ = ["Check", "Premise", "all_checks", "run_checks"]
