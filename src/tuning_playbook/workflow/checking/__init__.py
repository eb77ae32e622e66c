"""The checklist on a round, or on a study that something else has run.

Of workflow, may import: workflow.running.running and the rooms below it.
"""
