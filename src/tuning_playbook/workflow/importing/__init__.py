"""A study of another tool as a round of a project.

Of workflow, may import: workflow.checking.checking and the rooms below it.
"""
