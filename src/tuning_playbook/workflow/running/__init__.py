"""A round while it runs and when it has ended: its trials, their files, its report.

Of workflow, may import: workflow.trying.trying, workflow.rounds.
"""
